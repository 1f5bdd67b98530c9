//! `cidr-overlap`: ranges of addresses that hold each other, hold hosts, or are no ranges.

use std::net::IpAddr;

use hostwise_expression::Value;
use hostwise_inventory::HostId;
use hostwise_syntax as syntax;
use ipnet::IpNet;

use super::{Findings, Rule};
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "cidr-overlap", severity: Severity::Error, tag: None, page: include_str!("cidr-overlap.md"), check };

/// Services and pods, of IPv4 and of IPv6, each with the switch of its family.
const FAMILIES: [(&str, &str, &str); 2] =
    [("kube_service_addresses", "kube_pods_subnet", "ipv4_stack"), ("kube_service_addresses_ipv6", "kube_pods_subnet_ipv6", "ipv6_stack")];

/// Network plugins whose pods may have addresses of the nodes' own network.
const OTHER_PLUGINS: [&str; 5] = ["cni", "none", "macvlan", "cloud", "custom_cni"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() {
        return;
    }
    let mut ranges: Vec<(&str, IpNet, HostId)> = Vec::new();
    for (services, pods, switch) in FAMILIES {
        for name in [services, pods] {
            host_bits(findings, name);
        }
        for (values, hosts) in cluster.together(&[services, pods, switch, "kube_network_plugin"]) {
            let is_node = cluster.is_member(hosts.example, "k8s_cluster");
            let [service, pod, switch, plugin] = &values[..] else { continue };
            if !is_node || matches!(switch, Value::Bool(false)) {
                continue;
            }
            let (service, pod) = (network(service), network(pod));
            if let (Some(service), Some(pod)) = (service, pod)
                && overlap(service, pod)
            {
                let Some((name, place)) = findings.first_set(hosts.example, &[pods, services]) else { continue };
                let (own, other) = if name == pods { ((pods, pod), (services, service)) } else { ((services, service), (pods, pod)) };
                let by_default = if cluster.winner(hosts.example, other.0).is_none() { "the default " } else { "" };
                let message = format!("{} {} overlaps {by_default}{} {} on {HOSTS}", own.0, own.1, other.0, other.1);
                let related = findings.values(hosts.example, &[services, pods]);
                findings.report(findings.at(&RULE, place, message).on(hosts.all(cluster)).because(related));
            }
            let plugin = plugin.to_string();
            for (name, range) in [(services, service), (pods, pod.filter(|_| !OTHER_PLUGINS.contains(&plugin.as_str())))] {
                if let Some(range) = range
                    && !ranges.iter().any(|(_, known, _)| *known == range)
                {
                    ranges.push((name, range, hosts.example));
                }
            }
        }
    }
    nodes_within(findings, &ranges);
}

/// A range is written with an address inside it: `10.233.0.5/18`.
fn host_bits(findings: &mut Findings<'_>, name: &str) {
    let cluster = findings.cluster;
    for situation in cluster.situations(name).iter() {
        let (Some(range), Some(winner)) = (network(&situation.value), &situation.winner) else { continue };
        if range.addr() == range.network() || !cluster.has_role(situation.hosts.example) {
            continue;
        }
        let meant = range.trunc().to_string();
        let change = cluster.change_value(winner, &syntax::Value::String(meant.as_str().into()));
        let fix = change.map(|change| Fix { title: format!("Write {meant}"), is_safe: true, change });
        // The development branch lets it pass; the addresses that are counted from it are wrong all the same.
        let severity = if cluster.is_since(32) { Severity::Warning } else { RULE.severity };
        let message = format!("{name} {range} is an address within a range on {HOSTS}: the range is {meant}");
        findings.report(findings.at(&RULE, winner.place, message).severity(severity).on(situation.hosts.all(cluster)).fix(fix));
    }
}

/// Hosts whose own address lies in a range of the cluster: its name, and a host that has it.
fn nodes_within(findings: &mut Findings<'_>, ranges: &[(&str, IpNet, HostId)]) {
    let cluster = findings.cluster;
    for address_name in ["ip", "access_ip", "ip6", "access_ip6"] {
        for situation in cluster.situations(address_name).iter() {
            let (Value::String(text), Some(winner)) = (&situation.value, &situation.winner) else { continue };
            let Ok(address) = text.parse::<IpAddr>() else { continue };
            let Some((name, range, of)) = ranges.iter().find(|(_, range, _)| range.contains(&address)) else { continue };
            if cluster.has_role(situation.hosts.example) {
                let message = format!("{address_name} {text} of {HOSTS} lies in {name} {range}: the node cannot be reached from pods");
                let related = findings.values(*of, &[name]);
                findings.report(findings.at(&RULE, winner.place, message).on(situation.hosts.all(cluster)).because(related));
            }
        }
    }
}

/// A range, with its bits as written.
fn network(value: &Value) -> Option<IpNet> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn overlap(a: IpNet, b: IpNet) -> bool {
    let (a, b) = (a.trunc(), b.trunc());
    a.contains(&b) || b.contains(&a)
}
