//! A group: what it does, who is in it, what its members get.

use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId};

use super::{hosts_of, list_of, release_line};
use crate::cluster::Cluster;
use crate::components::{HostView, State};

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
    let mut is_member = vec![false; cluster.inventory.hosts().len()];
    members.iter().for_each(|host| is_member[host.0 as usize] = true);
    let member_views = cluster.all_views().iter().filter_map(|(view, alike)| {
        let hosts: Vec<HostId> = alike.all(cluster).into_iter().filter(|host| is_member[host.0 as usize]).collect();
        (!hosts.is_empty()).then_some((view, hosts))
    });
    let member_views: Vec<(&Arc<HostView>, Vec<HostId>)> = member_views.collect();
    // Components that the same members get share a line: names, and indices of views.
    let mut all: Vec<&str> = Vec::new();
    let mut some: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
    for (index, name) in release.pack.components.keys().enumerate() {
        let is_installed = |view: &HostView| view.components.get(index).is_some_and(|verdict| verdict.state == State::Installed);
        let with: Vec<usize> = (0..member_views.len()).filter(|&index| is_installed(member_views[index].0)).collect();
        if with.is_empty() {
            continue;
        }
        if with.len() == member_views.len() {
            all.push(name.as_str());
            continue;
        }
        match some.iter_mut().find(|(_, known)| *known == with) {
            Some((names, _)) => names.push(name),
            None => some.push((vec![name], with)),
        }
    }
    let mut lines = Vec::new();
    if !all.is_empty() {
        let title = if members.len() == 1 { "It gets" } else { "All get" };
        lines.extend([String::new(), format!("{title} **{}**", all.join("**, **"))]);
    }
    if !some.is_empty() {
        lines.extend([String::new(), "Some get:".to_owned(), String::new()]);
    }
    for (names, with) in some {
        let mut hosts: Vec<HostId> = with.into_iter().flat_map(|index| member_views[index].1.iter().copied()).collect();
        hosts.sort_unstable();
        lines.push(format!("- **{}**: {}", names.join("**, **"), hosts_of(cluster, &hosts)));
    }
    lines
}
