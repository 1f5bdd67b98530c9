//! `first-control-plane-changed`: another host is first in a group whose first host is special, compared with the last commit.

use std::sync::Arc;

use hostwise_inventory::HostId;

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;

pub(super) const RULE: Rule = Rule {
    id: "first-control-plane-changed",
    severity: Severity::Warning,
    tag: None,
    page: include_str!("first-control-plane-changed.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(committed) = findings.workspace().committed(cluster) else { return };
    for (group, effect) in [
        ("kube_control_plane", "a new certificate authority and a second cluster would be made there"),
        ("etcd", "members and their certificates would be made anew from there"),
    ] {
        let (Some((_, before)), Some((first, now))) = (first_of(&committed, group), first_of(cluster, group)) else { continue };
        if before == now {
            continue;
        }
        let Some(place) = cluster.membership_place(first, group) else { continue };
        let message = format!("the first host of {group} was {before} in the last commit and is now {now}: {effect}");
        findings.report(findings.at(&RULE, place, message).on([first]));
    }
    promoted(findings, &committed);
}

/// A worker of the last commit that is a control plane now still runs the proxy that holds the port of the API server.
fn promoted(findings: &mut Findings<'_>, committed: &Cluster) {
    let cluster = findings.cluster;
    let Some(group) = cluster.inventory.group_named("kube_control_plane") else { return };
    for host in cluster.inventory.members(group) {
        let name = &cluster.inventory.host(host).name;
        let was_worker = committed
            .inventory
            .host_named(name)
            .is_some_and(|before| committed.is_member(before, "kube_node") && !committed.is_member(before, "kube_control_plane"));
        if let Some(place) = cluster.membership_place(host, "kube_control_plane").filter(|_| was_worker) {
            let message = format!(
                "{name} was a worker in the last commit: its local proxy holds the port of the API server until it is removed as a node"
            );
            findings.report(findings.at(&RULE, place, message).on([host]));
        }
    }
}

fn first_of(cluster: &Cluster, group: &str) -> Option<(HostId, Arc<str>)> {
    let first = *cluster.inventory.members(cluster.inventory.group_named(group)?).first()?;
    Some((first, Arc::clone(&cluster.inventory.host(first).name)))
}
