//! `node-range-too-small`: more nodes than blocks of pod addresses, or more pods than addresses on a node.

use hostwise_expression::Value;
use hostwise_inventory::HostId;
use hostwise_syntax as syntax;
use ipnet::IpNet;

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;
use crate::findings::{HOSTS, Remedy};

pub(super) const RULE: Rule =
    Rule { id: "node-range-too-small", severity: Severity::Error, tag: None, page: include_str!("node-range-too-small.md"), check };

/// Address families: the switch of the family, the range of the pods, and the prefix of a node's part of it.
const FAMILIES: [[&str; 3]; 2] = [
    ["ipv4_stack", "kube_pods_subnet", "kube_network_node_prefix"],
    ["ipv6_stack", "kube_pods_subnet_ipv6", "kube_network_node_prefix_ipv6"],
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(nodes) = cluster.inventory.group_named("k8s_cluster").filter(|_| cluster.kubespray.is_some()) else { return };
    let members = cluster.inventory.members(nodes);
    for alike in cluster.where_true("'k8s_cluster' in group_names and kube_network_plugin not in ['calico', 'none']") {
        let host = alike.example;
        for family in FAMILIES.iter().filter(|[switch, ..]| is_on(cluster, host, switch)) {
            too_many_nodes(findings, host, &members, family);
        }
        if is_on(cluster, host, "ipv4_stack") {
            too_many_pods(findings, host, alike.all(cluster));
        }
    }
}

/// Releases before 2.28 do not have the switches: they know IPv4 only, and IPv6 by another name.
fn is_on(cluster: &Cluster, host: HostId, switch: &str) -> bool {
    match cluster.value(host, switch) {
        Value::Bool(on) => on,
        Value::Unknown(_) | Value::Undefined(_) => switch == "ipv4_stack" && cluster.winner(host, switch).is_none(),
        _ => false,
    }
}

fn too_many_nodes(findings: &mut Findings<'_>, host: HostId, members: &[HostId], [_, range, prefix]: &[&str; 3]) {
    let cluster = findings.cluster;
    let (Some(net), Some(node_prefix)) = (network(cluster, host, range), number(cluster, host, prefix)) else { return };
    let Some(bits) = node_prefix.checked_sub(i128::from(net.prefix_len())).filter(|bits| (0..64).contains(bits)) else { return };
    let room = 1_i128 << bits;
    let n_nodes = members.len() as i128;
    let Some((_, place)) = findings.first_set(host, &[prefix, range, "kube_network_plugin"]) else { return };
    if room < n_nodes {
        let message = format!("{range} {net} has room for {room} nodes with a /{node_prefix} each, and the inventory has {n_nodes}");
        findings.report(findings.at(&RULE, place, message).because(findings.values(host, &[range, prefix])));
    }
}

fn too_many_pods(findings: &mut Findings<'_>, host: HostId, hosts: Vec<HostId>) {
    let cluster = findings.cluster;
    let Some(prefix) = number(cluster, host, "kube_network_node_prefix").filter(|prefix| (0..=32).contains(prefix)) else { return };
    let Some(pods) =
        number(cluster, host, "kubelet_max_pods").or_else(|| cluster.winner(host, "kubelet_max_pods").is_none().then_some(110))
    else {
        return;
    };
    let addresses = (1_i128 << (32 - prefix)) - 2;
    let Some((_, place)) = findings.first_set(host, &["kubelet_max_pods", "kube_network_node_prefix"]) else { return };
    if pods > addresses {
        let message = format!("a /{prefix} has {} pod addresses, and kubelet_max_pods is {pods} on {HOSTS}", addresses.max(0));
        let finding = findings.at(&RULE, place, message).on(hosts);
        let room = i64::try_from(addresses).ok().filter(|room| *room > 0);
        let fix = room.and_then(|room| {
            Remedy::offered([("kubelet_max_pods", syntax::Value::Int(room))]).on(cluster, host, &["kube_network_node_prefix"])
        });
        findings.report(finding.because(findings.values(host, &["kube_network_node_prefix", "kubelet_max_pods"])).fix(fix));
    }
}

fn network(cluster: &Cluster, host: HostId, name: &str) -> Option<IpNet> {
    match cluster.value(host, name) {
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A whole number, also one that is written as a text: Kubespray takes both.
fn number(cluster: &Cluster, host: HostId, name: &str) -> Option<i128> {
    match cluster.value(host, name) {
        Value::Int(number) => Some(number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
