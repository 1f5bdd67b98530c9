//! A group: what it does, who is in it.

use std::sync::Arc;

use hostwise_inventory::GroupId;

use crate::at::list_of;
use crate::cluster::Cluster;

pub(super) fn markdown(cluster: &Cluster, group: GroupId) -> String {
    let inventory = &cluster.inventory;
    let name = &inventory.group(group).name;
    let knowledge = cluster.kubespray.as_ref().and_then(|release| release.pack.groups.get(&**name));
    let mut lines = vec![match knowledge {
        Some(knowledge) => format!("**{name}**: {}", knowledge.purpose),
        None => format!("**{name}**"),
    }];
    let members: Vec<&Arc<str>> = inventory.members(group).into_iter().map(|host| &inventory.host(host).name).collect();
    lines.push(String::new());
    lines.push(match members.len() {
        0 => "No hosts".to_owned(),
        1 => format!("1 host: {}", list_of(members.into_iter())),
        n => format!("{n} hosts: {}", list_of(members.into_iter())),
    });
    let names = |groups: &[GroupId]| -> Vec<Arc<str>> { groups.iter().map(|&group| Arc::clone(&inventory.group(group).name)).collect() };
    for (title, groups) in [("Contains", names(&inventory.group(group).children)), ("Part of", names(&inventory.group(group).parents))] {
        if !groups.is_empty() {
            lines.extend([String::new(), format!("{title}: {}", list_of(groups.iter()))]);
        }
    }
    if knowledge.is_some() {
        lines.extend([String::new(), format!("Layout: {}", cluster.layout())]);
        lines.extend(super::release_line(cluster).into_iter().flat_map(|release| [String::new(), release]));
    }
    lines.join("\n")
}
