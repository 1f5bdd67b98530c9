//! `component-not-installed`: the image tool is missing on a dedicated etcd host.

use hostwise_inventory::HostId;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::components::{HostView, State};
use crate::layout::{Layout, Role};
use crate::{Related, Severity};

pub(super) const RULE: Rule = Rule {
    id: "component-not-installed",
    severity: Severity::Information,
    tag: None,
    page: include_str!("component-not-installed.md"),
    check,
};

/// The variables that decide, besides the groups.
const DECIDING: [&str; 3] = ["container_manager", "etcd_deployment_type", "deploy_container_engine"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(etcd) = cluster.inventory.group_named("etcd") else { return };
    if cluster.kubespray.is_none() {
        return;
    }
    let mode = match cluster.layout() {
        Layout::Separate => " in separate mode",
        _ => "",
    };
    for host in cluster.inventory.members(etcd).into_iter().filter(|&host| Role::of(cluster, host).is_etcd_only()) {
        let view = cluster.view(host);
        if let Some(tool) = missing_tool(&view)
            && let Some(place) = cluster.membership_place(host, "etcd")
        {
            let finding = findings.at(&RULE, place, format!("etcd-only{mode}: {tool} not installed here"));
            findings.report(finding.on([host]).because(related(findings, host)));
        }
    }
}

/// The tool that would list images on this host, when it certainly does not come onto it.
fn missing_tool(view: &HostView) -> Option<&str> {
    let tool = view.image_tool.as_deref()?;
    let missing = view.component(tool)?.state == State::NotInstalled;
    missing.then_some(tool)
}

/// The group, and the lines that set what decides.
fn related(findings: &Findings<'_>, host: HostId) -> Vec<Related> {
    let cluster: &Cluster = findings.cluster;
    let name = &cluster.inventory.host(host).name;
    let definition = cluster.inventory.group_named("etcd").and_then(|etcd| cluster.group_place(etcd));
    let group = definition.map(|place| findings.related(place, format!("{name} is in etcd and in no group of k8s_cluster")));
    group.into_iter().chain(findings.values(host, &DECIDING)).collect()
}
