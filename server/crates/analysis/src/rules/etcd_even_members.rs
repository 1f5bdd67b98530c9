//! `etcd-even-members`: an even number of etcd members.

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;

pub(super) const RULE: Rule =
    Rule { id: "etcd-even-members", severity: Severity::Error, tag: None, page: include_str!("etcd-even-members.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(etcd) = cluster.inventory.group_named("etcd").filter(|_| is_even(cluster)) else { return };
    let members = cluster.inventory.members(etcd);
    let Some(place) = cluster.group_place(etcd) else { return };
    let is_unchecked = !cluster.where_true("ignore_assert_errors | default(false) | bool").is_empty();
    let (severity, effect) = match is_unchecked {
        true => (Severity::Warning, "an even number is no safer than one less"),
        false => (RULE.severity, "Kubespray stops"),
    };
    let (n, names) = (members.len(), cluster.names_of(&members));
    let message = format!("etcd has {n} members, {names}: {effect}, use {} or {}", n - 1, n + 1);
    findings.report(findings.at(&RULE, place, message).severity(severity).on(members));
}

/// Whether etcd of a cluster of Kubespray has an even number of members, and any.
pub(super) fn is_even(cluster: &Cluster) -> bool {
    let etcd = cluster.inventory.group_named("etcd").filter(|_| cluster.kubespray.is_some());
    let n = etcd.map_or(0, |etcd| cluster.inventory.members(etcd).len());
    n > 0 && n.is_multiple_of(2)
}
