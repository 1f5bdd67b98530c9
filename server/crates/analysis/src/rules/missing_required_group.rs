//! `missing-required-group`: no control plane, or no etcd.

use std::sync::Arc;

use hostwise_inventory::Place;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::discovery::parent;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "missing-required-group", severity: Severity::Error, tag: None, page: include_str!("missing-required-group.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    // Without any host the inventory is not filled in yet.
    let Some(place) = first_group_with_hosts(cluster).filter(|_| cluster.kubespray.is_some()) else { return };
    if is_absent(findings, "kube_control_plane") {
        let message = "no host is in kube_control_plane: there is nothing to make a cluster of";
        findings.report(findings.at(&RULE, place, message));
    } else if is_absent(findings, "etcd") {
        let needs_etcd = "'kube_control_plane' in group_names and etcd_deployment_type in ['host', 'docker']";
        if let Some(alike) = cluster.where_true(needs_etcd).first() {
            let kind = cluster.value_for_people(alike.example, "etcd_deployment_type");
            let message = format!("no host is in etcd, and etcd_deployment_type is {kind}: the cluster would have no etcd");
            let place = cluster.inventory.group_named("kube_control_plane").and_then(|group| cluster.group_place(group)).unwrap_or(place);
            let is_odd =
                cluster.inventory.group_named("kube_control_plane").is_some_and(|group| cluster.inventory.members(group).len() % 2 == 1);
            let change = cluster.add_group_of(place, "etcd", "kube_control_plane").filter(|_| is_odd);
            let fix = change.map(|change| Fix { title: "Run etcd on the control plane".to_owned(), is_safe: false, change });
            let related = findings.values(alike.example, &["etcd_deployment_type"]);
            findings.report(findings.at(&RULE, place, message).because(related).fix(fix));
        }
    }
}

/// Whether the group certainly has no host: none here, none under its older names, and none in another inventory file of the same folder, which
/// may be given to Ansible together with this one.
fn is_absent(findings: &Findings<'_>, group: &str) -> bool {
    let older = findings.cluster.kubespray.iter().flat_map(|release| release.pack.groups.get(group)).flat_map(|group| &group.legacy_names);
    let names: Vec<&str> = older.map(String::as_str).chain([group]).collect();
    let has_hosts = |cluster: &Cluster| {
        let mut groups = names.iter().filter_map(|name| cluster.inventory.group_named(name));
        groups.any(|group| !cluster.inventory.members(group).is_empty())
    };
    let folder = |cluster: &Cluster| cluster.request.sources.first().map(|source| Arc::<str>::from(parent(source)));
    let home = folder(findings.cluster);
    !findings.workspace().clusters().iter().filter(|cluster| folder(cluster) == home).any(|cluster| has_hosts(cluster))
}

fn first_group_with_hosts(cluster: &Cluster) -> Option<Place> {
    let groups = ["kube_control_plane", "kube_node", "etcd", "k8s_cluster", "calico_rr"].into_iter();
    let groups = groups.filter_map(|name| cluster.inventory.group_named(name));
    groups.filter(|&group| !cluster.inventory.members(group).is_empty()).find_map(|group| cluster.group_place(group))
}
