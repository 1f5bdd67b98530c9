//! Whether a change leaves an inventory what it is: hosts, groups, their order, and the value of every variable on every host.

use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId, Inventory};

use crate::cluster::Cluster;
use crate::{Change, Workspace, fix};

/// Which variables are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variables<'n> {
    All,
    /// Where a change can touch no other.
    One(&'n str),
}

/// The first thing that a change makes different in any inventory of the workspace, in words; `None` when everything stays the same. A change that
/// does not fit the files is different, too.
pub(super) fn difference(workspace: &Workspace, change: &Change, variables: Variables<'_>) -> Option<String> {
    let Some(files) = fix::apply(workspace.files(), change) else { return Some("the files have changed".to_owned()) };
    let after = workspace.change_files(files);
    if after.clusters().len() != workspace.clusters().len() {
        return Some("another number of inventories would be found".to_owned());
    }
    workspace.clusters().iter().zip(after.clusters()).find_map(|(before, after)| of_clusters(before, after, variables))
}

/// At run time and before it: both are what somebody reads.
fn of_clusters(before: &Arc<Cluster>, after: &Arc<Cluster>, variables: Variables<'_>) -> Option<String> {
    if Arc::ptr_eq(before, after) {
        return None;
    }
    let of = |before, after| of_inventories(before, after, variables);
    of(before.plain(), after.plain()).or_else(|| of(&before.inventory, &after.inventory))
}

/// The first difference of two inventories.
pub(super) fn of_inventories(before: &Inventory, after: &Inventory, variables: Variables<'_>) -> Option<String> {
    of_groups(before, after).or_else(|| of_variables(before, after, variables))
}

fn of_groups(before: &Inventory, after: &Inventory) -> Option<String> {
    if let Some(group) = missing_group(before, after).or_else(|| missing_group(after, before)) {
        return Some(format!("there would be another group {group}, or one less"));
    }
    if before.hosts().len() != after.hosts().len() {
        return Some("there would be other hosts".to_owned());
    }
    let names = |inventory: &Inventory, hosts: &[HostId]| -> Vec<Arc<str>> {
        hosts.iter().map(|&host| Arc::clone(&inventory.host(host).name)).collect()
    };
    let groups = |inventory: &Inventory, groups: &[GroupId]| -> Vec<Arc<str>> {
        groups.iter().map(|&group| Arc::clone(&inventory.group(group).name)).collect()
    };
    let sorted = |mut names: Vec<Arc<str>>| {
        names.sort_unstable();
        names
    };
    for (id, group) in before.groups() {
        let name = &group.name;
        let (other_id, other) = after.group_named(name).map(|id| (id, after.group(id)))?;
        if names(before, &group.hosts) != names(after, &other.hosts)
            || names(before, &before.members(id)) != names(after, &after.members(other_id))
        {
            return Some(format!("{name} would have other hosts, or in another order"));
        }
        if sorted(groups(before, &group.parents)) != sorted(groups(after, &other.parents)) {
            return Some(format!("{name} would belong to other groups"));
        }
        if groups(before, &group.children) != groups(after, &other.children) {
            return Some(format!("the groups in {name} would have another order"));
        }
        if group.priority != other.priority {
            return Some(format!("{name} would have another priority"));
        }
    }
    None
}

fn missing_group(of: &Inventory, from: &Inventory) -> Option<Arc<str>> {
    of.groups().find(|(_, group)| from.group_named(&group.name).is_none()).map(|(_, group)| Arc::clone(&group.name))
}

fn of_variables(before: &Inventory, after: &Inventory, variables: Variables<'_>) -> Option<String> {
    for (host, _) in before.hosts() {
        let name = &before.host(host).name;
        let Some(other) = after.host_named(name) else { return Some(format!("{name} would be gone")) };
        let differs = |variable: &str| {
            let (before, after) = (before.winner(host, variable), after.winner(other, variable));
            before.map(|layer| layer.value) != after.map(|layer| layer.value)
        };
        let different = match variables {
            Variables::One(variable) => differs(variable).then(|| variable.to_owned()),
            Variables::All => {
                let (set, others) = (before.variable_names(host), after.variable_names(other));
                if set != others {
                    return Some(format!("other variables would be set for {name}"));
                }
                set.iter().find(|variable| differs(variable)).map(|variable| variable.to_string())
            }
        };
        if let Some(variable) = different {
            return Some(format!("{variable} would have another value on {name}"));
        }
    }
    None
}
