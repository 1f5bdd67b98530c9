//! `no-proxy-override`: a list of exceptions that replaces the one Kubespray would make.

use hostwise_expression::Value;
use hostwise_inventory::HostId;
use ipnet::IpNet;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "no-proxy-override", severity: Severity::Warning, tag: None, page: include_str!("no-proxy-override.md"), check };

/// What the generated list holds besides the hosts.
const RANGES: [&str; 2] = ["kube_service_addresses", "kube_pods_subnet"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() {
        return;
    }
    for situation in cluster.situations("no_proxy").iter() {
        let host = situation.hosts.example;
        let (Some(winner), Value::String(list)) = (&situation.winner, &situation.value) else { continue };
        let is_filled = |name: &&str| matches!(cluster.value(host, name), Value::String(proxy) if !proxy.trim().is_empty());
        let Some(proxy) = ["http_proxy", "https_proxy"].into_iter().filter(is_filled).find(|name| cluster.winner(host, name).is_some())
        else {
            continue;
        };
        let Some(missing) = missing_range(cluster, host, list) else { continue };
        let message =
            format!("no_proxy replaces the list that Kubespray makes for {HOSTS}, and lacks {missing}: such traffic goes to the proxy");
        let path = cluster.inventory.file(winner.key.file).path();
        let rename = Fix {
            title: "Rename to additional_no_proxy, which adds to the list".to_owned(),
            is_safe: true,
            change: Change {
                edits: vec![FileEdit { path: path.clone(), range: winner.key.range, new_text: "additional_no_proxy".to_owned() }],
                renames: Vec::new(),
            },
        };
        let is_free = cluster.winner(host, "additional_no_proxy").is_none();
        let finding = findings.at(&RULE, winner.key, message).on(situation.hosts.all(cluster));
        findings.report(finding.because(findings.values(host, &[proxy])).fix(is_free.then_some(rename)));
    }
}

/// The first range that certainly must be in the list and is not: `kube_service_addresses 10.233.0.0/18`.
fn missing_range(cluster: &Cluster, host: HostId, list: &str) -> Option<String> {
    let entries: Vec<&str> = list.split(',').map(str::trim).collect();
    RANGES.iter().find_map(|&name| match cluster.value(host, name) {
        Value::String(range) if !range.is_empty() && !entries.iter().any(|entry| covers(entry, &range)) => Some(format!("{name} {range}")),
        _ => None,
    })
}

/// Whether an exception holds for all of a range: `10.0.0.0/8`, and what some programs read as one, `10.` and `*`.
fn covers(entry: &str, range: &str) -> bool {
    let is_wider = || match (entry.parse::<IpNet>(), range.parse::<IpNet>()) {
        (Ok(entry), Ok(range)) => entry.contains(&range),
        _ => false,
    };
    let start = entry.trim_end_matches('*');
    entry == range || is_wider() || (start.is_empty() && !entry.is_empty()) || (start.ends_with('.') && range.starts_with(start))
}
