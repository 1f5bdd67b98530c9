//! A group: what it does, who is in it, what its members get.

use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId};

use super::{hosts_of, list_of, release_line};
use crate::cluster::Cluster;
use crate::components::State;

pub(super) fn markdown(cluster: &Cluster, group: GroupId) -> String {
    let inventory = &cluster.inventory;
    let name = &inventory.group(group).name;
    let groups = cluster.kubespray.as_ref().map(|release| &release.pack.groups);
    let knowledge = groups.and_then(|groups| groups.get(&**name));
    let replaced =
        groups.and_then(|groups| groups.iter().find(|(_, knowledge)| knowledge.legacy_names.iter().any(|legacy| **legacy == **name)));
    let mut lines = vec![match (knowledge, replaced) {
        (Some(knowledge), _) => format!("**{name}**: {}", knowledge.purpose),
        (None, Some((new, _))) => format!("**{name}**: the name of `{new}` in older inventories"),
        (None, None) => format!("**{name}**"),
    }];
    let members = inventory.members(group);
    lines.push(String::new());
    let names: Vec<&Arc<str>> = members.iter().map(|&host| &inventory.host(host).name).collect();
    lines.push(match names.len() {
        0 => "No hosts".to_owned(),
        1 => format!("1 host: {}", list_of(names.into_iter())),
        n => format!("{n} hosts: {}", list_of(names.into_iter())),
    });
    let names = |groups: &[GroupId]| -> Vec<Arc<str>> { groups.iter().map(|&group| Arc::clone(&inventory.group(group).name)).collect() };
    for (title, groups) in [("Contains", names(&inventory.group(group).children)), ("Part of", names(&inventory.group(group).parents))] {
        if !groups.is_empty() {
            lines.extend([String::new(), format!("{title}: {}", list_of(groups.iter()))]);
        }
    }
    if let Some(knowledge) = knowledge {
        let is_there = |name: &&String| inventory.group_named(name).is_some();
        let from: Vec<Arc<str>> = knowledge.filled_from.iter().filter(is_there).map(|name| name.as_str().into()).collect();
        if !from.is_empty() {
            let which = if knowledge.when.is_some() { ", from the play on that installs etcd, where" } else { "" };
            lines.extend([String::new(), format!("Filled at run time from {}{which}", list_of(from.iter()))]);
            if let Some(condition) = &knowledge.when {
                lines.push(format!("`{condition}`"));
            }
        }
        lines.extend(gets(cluster, &members));
        lines.extend([String::new(), format!("Layout: {}", cluster.layout())]);
        lines.extend(release_line(cluster).into_iter().flat_map(|release| [String::new(), release]));
    }
    lines.join("\n")
}

/// What all members get, and what only some do.
fn gets(cluster: &Cluster, members: &[HostId]) -> Vec<String> {
    let Some(release) = &cluster.kubespray else { return Vec::new() };
    let mut sorted = members.to_vec();
    sorted.sort_unstable();
    let (mut all, mut some) = (Vec::new(), Vec::new());
    for name in release.pack.components.keys() {
        let reasons = cluster.hosts_by_reason(name, State::Installed);
        let with: Vec<HostId> =
            reasons.into_iter().flat_map(|(_, hosts)| hosts).filter(|host| sorted.binary_search(host).is_ok()).collect();
        if with.len() == members.len() && !members.is_empty() {
            all.push(name.as_str());
        } else if !with.is_empty() {
            some.push((name.as_str(), with));
        }
    }
    let mut lines = Vec::new();
    if !all.is_empty() {
        let title = if members.len() == 1 { "It gets" } else { "All get" };
        lines.extend([String::new(), format!("{title} **{}**", all.join("**, **"))]);
    }
    // Components that the same members get share a line.
    let mut shared: Vec<(Vec<&str>, Vec<HostId>)> = Vec::new();
    for (name, hosts) in some {
        match shared.iter_mut().find(|(_, known)| *known == hosts) {
            Some((names, _)) => names.push(name),
            None => shared.push((vec![name], hosts)),
        }
    }
    if !shared.is_empty() {
        lines.extend([String::new(), "Some get:".to_owned(), String::new()]);
        lines.extend(shared.iter().map(|(names, hosts)| format!("- **{}**: {}", names.join("**, **"), hosts_of(cluster, hosts))));
    }
    lines
}
