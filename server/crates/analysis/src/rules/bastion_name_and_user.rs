//! `bastion-name-and-user`: a bastion that the proxy command cannot name.

use hostwise_inventory::HostId;

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;

pub(super) const RULE: Rule =
    Rule { id: "bastion-name-and-user", severity: Severity::Error, tag: None, page: include_str!("bastion-name-and-user.md"), check };

/// What the proxy command reads of the host `bastion`.
const READ: [&str; 2] = ["ansible_host", "ansible_user"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() || !needs_proxy(cluster) {
        return;
    }
    match cluster.inventory.host_named("bastion") {
        Some(bastion) => {
            let missing: Vec<&str> = READ.into_iter().filter(|name| cluster.winner(bastion, name).is_none()).collect();
            let place = cluster.inventory.host(bastion).mentions.first().map(|mention| mention.place);
            if let Some(place) = place.filter(|_| !missing.is_empty()) {
                let message = format!("bastion has no {}: the proxy command of every other host cannot be made", missing.join(" and no "));
                findings.report(findings.at(&RULE, place, message).on([bastion]));
            }
        }
        None => {
            let group = cluster.inventory.group_named("bastion");
            for host in group.map(|group| cluster.inventory.members(group)).unwrap_or_default() {
                if let Some(place) = cluster.membership_place(host, "bastion") {
                    let name = &cluster.inventory.host(host).name;
                    let message = format!("{name} is in the group bastion, but a proxy command is only made for a host named bastion");
                    findings.report(findings.at(&RULE, place, message).severity(Severity::Warning).on([host]));
                }
            }
        }
    }
}

/// Whether a node is reached through Kubespray's proxy command: one that does not bring its own arguments for ssh and is not the controller.
fn needs_proxy(cluster: &Cluster) -> bool {
    let mut nodes = cluster.inventory.hosts().map(|(host, _)| host).filter(|&host| is_node(cluster, host)).peekable();
    let brings_its_own =
        |host: HostId| ["ansible_ssh_common_args", "ansible_connection"].iter().any(|name| cluster.winner(host, name).is_some());
    nodes.peek().is_some() && !nodes.any(brings_its_own)
}

fn is_node(cluster: &Cluster, host: HostId) -> bool {
    ["k8s_cluster", "etcd"].iter().any(|group| cluster.is_member(host, group))
}
