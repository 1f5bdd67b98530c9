//! A host: role, layout, groups, and each component with its reason.

use std::sync::Arc;

use hostwise_inventory::HostId;

use super::list_of;
use crate::cluster::Cluster;
use crate::components::State;
use crate::explain;

/// The hover on a host, or on a pattern that stands for several.
pub(super) fn markdown(cluster: &Cluster, hosts: &[HostId]) -> String {
    match hosts {
        [host] => of_one(cluster, *host),
        hosts => {
            let names: Vec<&Arc<str>> = hosts.iter().map(|&host| &cluster.inventory.host(host).name).collect();
            let first = hosts.first().map(|&host| of_one(cluster, host)).unwrap_or_default();
            format!("{} hosts: {}\n\n{first}", hosts.len(), list_of(names.into_iter()))
        }
    }
}

fn of_one(cluster: &Cluster, host: HostId) -> String {
    let explanation = explain::of_host(cluster, host);
    let mut lines = Vec::new();
    if explanation.kubespray.is_some() {
        lines.push(format!("**{}**: {} in {} layout", explanation.host, explanation.role, explanation.layout));
    } else {
        lines.push(format!("**{}**", explanation.host));
    }
    lines.push(String::new());
    lines.push(format!("Groups: {}", list_of(explanation.groups.iter())));
    if !explanation.helper_groups.is_empty() {
        lines.extend([String::new(), format!("Made while Ansible runs: {}", list_of(explanation.helper_groups.iter()))]);
    }
    let sections = [("Installed", State::Installed), ("Not installed", State::NotInstalled), ("Not known", State::Unknown)];
    for (title, state) in sections {
        let components = explanation.by_reason(state);
        if !components.is_empty() {
            lines.extend([String::new(), format!("{title}:"), String::new()]);
            lines.extend(components.iter().map(|(names, reason)| format!("- **{}**: {reason}", names.join("**, **"))));
        }
    }
    if let Some(release) = super::release_line(cluster) {
        lines.extend([String::new(), release]);
    }
    lines.join("\n")
}
