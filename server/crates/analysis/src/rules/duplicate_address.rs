//! `duplicate-address`: two hosts of the cluster with one address.

use std::net::Ipv6Addr;
use std::sync::Arc;

use hostwise_expression::Value;
use hostwise_inventory::{Definition, HostId, Layer, LayerKind, Place};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::values::Alike;

pub(super) const RULE: Rule =
    Rule { id: "duplicate-address", severity: Severity::Error, tag: None, page: include_str!("duplicate-address.md"), check };

/// The variables that hold the address of one host, and what happens when two hosts have the same.
const ADDRESSES: [(&str, &str); 5] = [
    ("ansible_host", "one machine is set up as all of them"),
    ("ip", "their services cannot be told apart"),
    ("access_ip", "their services cannot be told apart"),
    ("ip6", "their services cannot be told apart"),
    ("access_ip6", "their services cannot be told apart"),
];

/// What makes two hosts with one `ansible_host` different machines: behind one address there may be several ports or tunnels.
const WAYS: [&str; 6] =
    ["ansible_port", "ansible_ssh_port", "ansible_connection", "ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() {
        return;
    }
    declared_again(findings);
    let mut told: Vec<Vec<HostId>> = Vec::new();
    for (name, effect) in ADDRESSES {
        for (address, found) in duplicates(cluster, name) {
            let hosts: Vec<HostId> = found.iter().map(|(host, _)| *host).collect();
            if told.contains(&hosts) || (name == "ansible_host" && !is_one_way(cluster, &hosts)) {
                continue;
            }
            // The line that a person added last: the first one that is not the first host's.
            let first = found[0].1;
            let place = found.iter().map(|(_, place)| *place).find(|place| *place != first).unwrap_or(first);
            let lines = found.iter().take(8).filter(|(_, at)| *at != place);
            let lines = lines.map(|(host, at)| findings.related(*at, format!("{name} of {}", cluster.inventory.host(*host).name)));
            let lines: Vec<_> = lines.collect();
            let message = format!("{HOSTS} have the same {name} {address}: {effect}");
            findings.report(findings.at(&RULE, place, message).on(hosts.iter().copied()).because(lines));
            told.push(hosts);
        }
    }
}

/// Hosts that one file declares with several addresses, of which the last one counts.
fn declared_again(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for (name, _) in ADDRESSES.iter().filter(|(name, _)| cluster.inventory.has_repeated_variable(name)) {
        // What is set for a host that has the name of a group lands on the group.
        let namesake = |layer: &Layer| {
            let group = layer.group.filter(|_| layer.kind == LayerKind::InventoryGroup)?;
            cluster.inventory.host_named(&cluster.inventory.group(group).name)
        };
        let of_host = |definition: Definition| Some((definition.host.or_else(|| namesake(&definition.layer))?, definition.layer));
        let lines = cluster.inventory.definitions(name).into_iter().filter_map(of_host);
        for (host, line) in lines.filter(|(_, line)| matches!(line.kind, LayerKind::InventoryHost | LayerKind::InventoryGroup)) {
            let Some(winner) = cluster.winner(host, name).filter(|winner| winner.kind == line.kind) else { continue };
            if winner.key == line.key || winner.key.file != line.key.file || winner.value == line.value {
                continue;
            }
            let text = |layer: &Layer| cluster.inventory.file(layer.place.file).text().get(layer.place.range.span()).unwrap_or_default();
            let message = format!("{HOSTS} is declared again with another {name}: this {} does not count", text(&line));
            let related = findings.related(winner.key, format!("{name} is {}", text(&winner)));
            findings.report(findings.at(&RULE, line.place, message).severity(Severity::Warning).on([host]).because([related]));
        }
    }
}

/// The addresses that several hosts of the cluster have, with those hosts in order and the value that gives it to each.
fn duplicates(cluster: &Cluster, name: &str) -> Vec<(String, Vec<(HostId, Place)>)> {
    let situations = cluster.situations(name);
    let addresses: Vec<(Arc<str>, Place, &Alike)> = situations
        .iter()
        .filter_map(|situation| match (&situation.value, &situation.winner) {
            (Value::String(address), Some(winner)) if !address.trim().is_empty() && cluster.has_role(situation.hosts.example) => {
                Some((normalised(address), winner.place, &situation.hosts))
            }
            _ => None,
        })
        .collect();
    // Nearly all addresses are of one host: those are only counted.
    let mut n_hosts: FxHashMap<&str, usize> = FxHashMap::with_capacity_and_hasher(addresses.len(), FxBuildHasher);
    for (address, _, hosts) in &addresses {
        *n_hosts.entry(address).or_default() += hosts.count(cluster);
    }
    let mut by_address: FxHashMap<&str, Vec<(HostId, Place)>> = FxHashMap::default();
    for (address, place, hosts) in addresses.iter().filter(|(address, ..)| n_hosts[&**address] > 1) {
        by_address.entry(address).or_default().extend(hosts.all(cluster).into_iter().map(|host| (host, *place)));
    }
    let mut found: Vec<_> = by_address.into_iter().map(|(address, hosts)| (address.to_owned(), hosts)).collect();
    found.iter_mut().for_each(|(_, hosts)| hosts.sort_unstable());
    found.sort_unstable_by_key(|(_, hosts)| hosts[0]);
    found
}

/// The address as text that is equal for equal addresses.
fn normalised(address: &Arc<str>) -> Arc<str> {
    match address.parse::<Ipv6Addr>() {
        Ok(address) => address.to_string().into(),
        _ => Arc::clone(address),
    }
}

/// Whether all hosts are reached in the same way.
fn is_one_way(cluster: &Cluster, hosts: &[HostId]) -> bool {
    let Some((first, rest)) = hosts.split_first() else { return false };
    let is_same = |name: &&str| {
        let value = cluster.winner(*first, name).map(|layer| layer.value);
        rest.iter().all(|host| cluster.winner(*host, name).map(|layer| layer.value) == value)
    };
    WAYS.iter().all(is_same)
}
