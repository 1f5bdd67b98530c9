//! `component-not-installed`: the image tool is missing on a dedicated etcd host.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::{HostId, MentionKind, Place};

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::components::{HostView, State};
use crate::layout::Layout;
use crate::{Related, Severity};

pub(super) const RULE: Rule =
    Rule { id: "component-not-installed", severity: Severity::Information, page: include_str!("component-not-installed.md"), check };

/// The variables that decide, besides the groups.
const DECIDING: [&str; 3] = ["container_manager", "etcd_deployment_type", "deploy_container_engine"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(etcd) = cluster.inventory.group_named("etcd") else { return };
    if cluster.kubespray.is_none() {
        return;
    }
    let mut by_place: BTreeMap<(Place, String), Vec<HostId>> = BTreeMap::new();
    for host in cluster.inventory.members(etcd) {
        let view = cluster.view(host);
        if let Some(tool) = missing_tool(&view)
            && let Some(place) = cluster.membership_place(host, "etcd")
        {
            by_place.entry((place, tool.to_owned())).or_default().push(host);
        }
    }
    for ((place, tool), hosts) in by_place {
        let mode = match cluster.layout() {
            Layout::Separate => " in separate mode",
            _ => "",
        };
        let message = format!("etcd-only{mode}: {tool} not installed here");
        let related = hosts.first().map(|&host| related(findings, host)).unwrap_or_default();
        let path = Arc::clone(cluster.inventory.file(place.file).path());
        if let Some(diagnostic) = findings.add(&RULE, &path, place.range, message) {
            diagnostic.related = related;
            if let [host] = hosts[..] {
                diagnostic.host = Some(Arc::clone(&cluster.inventory.host(host).name));
            }
        }
    }
}

/// The tool that would list images on this host, when the host is etcd-only and the tool certainly does not come onto it.
fn missing_tool(view: &HostView) -> Option<&str> {
    let tool = view.image_tool.as_deref()?;
    let missing = view.role.is_etcd_only() && view.component(tool)?.state == State::NotInstalled;
    missing.then_some(tool)
}

/// The group, and the lines that set what decides.
fn related(findings: &Findings<'_>, host: HostId) -> Vec<Related> {
    let cluster: &Cluster = findings.cluster;
    let name = &cluster.inventory.host(host).name;
    let definition = cluster.inventory.group_named("etcd").and_then(|etcd| {
        let mentions = &cluster.inventory.group(etcd).mentions;
        mentions.iter().find(|mention| mention.kind == MentionKind::Definition).or(mentions.first())
    });
    let group = definition.map(|mention| findings.related(mention.place, format!("{name} is in etcd and in no group of k8s_cluster")));
    let variables = DECIDING.iter().filter_map(|variable| {
        let winner = cluster.inventory.variable(host, variable)?.winner;
        let value = cluster.value_for_people(host, variable);
        Some(findings.related(winner.key, format!("{variable} is {value}")))
    });
    group.into_iter().chain(variables).collect()
}
