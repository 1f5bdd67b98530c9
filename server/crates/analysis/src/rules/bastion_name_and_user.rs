//! `bastion-name-and-user`: a bastion that the proxy command cannot name.

use hostwise_expression::Value;
use hostwise_inventory::HostId;
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::{Fix, Severity, rename};

pub(super) const RULE: Rule =
    Rule { id: "bastion-name-and-user", severity: Severity::Error, tag: None, page: include_str!("bastion-name-and-user.md"), check };

/// What the proxy command reads of the host `bastion`.
const READ: [&str; 2] = ["ansible_host", "ansible_user"];

/// Whoever is in one of these is reached by Kubespray.
const NODES: [&str; 2] = ["k8s_cluster", "etcd"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() || !needs_proxy(cluster) {
        return;
    }
    match cluster.inventory.host_named("bastion") {
        Some(bastion) => {
            let missing: Vec<&str> = READ.into_iter().filter(|name| cluster.winner(bastion, name).is_none()).collect();
            let place = cluster.inventory.host(bastion).mentions.first().map(|mention| mention.place);
            if let Some(place) = place.filter(|_| missing.is_empty() && !cluster.is_member(bastion, "bastion")) {
                let message = "bastion is in no group bastion, and every other host is reached through it all the same, for its name";
                findings.report(findings.at(&RULE, place, message).severity(Severity::Warning).on([bastion]));
            }
            if let Some(place) = place.filter(|_| !missing.is_empty()) {
                let message = format!("bastion has no {}: the proxy command of every other host cannot be made", missing.join(" and no "));
                let fix = if missing == ["ansible_user"] { same_user(cluster, bastion) } else { None };
                findings.report(findings.at(&RULE, place, message).on([bastion]).fix(fix));
            }
        }
        None => {
            let group = cluster.inventory.group_named("bastion");
            for host in group.map(|group| cluster.inventory.members(group)).unwrap_or_default() {
                if let Some(place) = cluster.membership_place(host, "bastion") {
                    let name = &cluster.inventory.host(host).name;
                    let message = format!("{name} is in the group bastion, but a proxy command is only made for a host named bastion");
                    let path = cluster.inventory.file(place.file).path();
                    let has_all = READ.iter().all(|name| cluster.winner(host, name).is_some());
                    let renamed = rename(findings.workspace(), path, place.range.start as usize, "bastion").ok().filter(|_| has_all);
                    let fix = renamed.map(|change| Fix { title: format!("Rename {name} to bastion"), is_safe: false, change });
                    findings.report(findings.at(&RULE, place, message).severity(Severity::Warning).on([host]).fix(fix));
                }
            }
        }
    }
}

/// The user of all other hosts, when that is one, beside the address.
fn same_user(cluster: &Cluster, bastion: HostId) -> Option<Fix> {
    let situations = cluster.situations("ansible_user");
    let mut users = situations.iter().filter(|situation| is_node(cluster, situation.hosts.example)).map(|situation| &situation.value);
    let first @ Value::String(user) = users.next()? else { return None };
    let is_one = users.all(|other| other == first);
    let address = cluster.winner(bastion, "ansible_host").filter(|_| is_one)?;
    let change = cluster.set_beside(&address, "ansible_user", &syntax::Value::String(user.clone()))?;
    Some(Fix { title: format!("Set ansible_user to {user}"), is_safe: false, change })
}

/// Whether a node is reached through Kubespray's proxy command: one that does not bring its own arguments for ssh and is not the controller.
fn needs_proxy(cluster: &Cluster) -> bool {
    let is_set_on_a_node = |name: &&str| {
        let situations = cluster.situations(name);
        situations.iter().any(|situation| situation.winner.is_some() && is_node(cluster, situation.hosts.example))
    };
    let groups = NODES.iter().filter_map(|group| cluster.inventory.group_named(group));
    let n_nodes: usize = groups.map(|group| cluster.inventory.members(group).len()).sum();
    n_nodes > 0 && !["ansible_ssh_common_args", "ansible_connection"].iter().any(is_set_on_a_node)
}

fn is_node(cluster: &Cluster, host: HostId) -> bool {
    NODES.iter().any(|group| cluster.is_member(host, group))
}
