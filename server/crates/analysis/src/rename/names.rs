//! Which names may be given up, and which may be taken.

use std::sync::Arc;

use hostwise_inventory::{expand, is_magic};

use super::Refusal;
use crate::Workspace;
use crate::cluster::Cluster;
use crate::occurrences::{self, Role, Thing};

/// Names that others than the user rely on stay.
pub(super) fn check_old(clusters: &[&Arc<Cluster>], thing: &Thing) -> Result<(), Refusal> {
    let name = thing.name();
    let packs = || clusters.iter().filter_map(|cluster| cluster.kubespray.as_ref()).map(|release| &release.pack);
    match thing {
        Thing::Group(_) if matches!(&**name, "all" | "ungrouped") => Err(format!("{name} is a group of Ansible's own")),
        Thing::Group(_) if packs().any(|pack| pack.groups.contains_key(&**name)) => {
            Err(format!("{name} is a group that Kubespray's playbooks name"))
        }
        Thing::Variable(_) if is_ansibles(name) => Err(format!("{name} is a variable of Ansible's own")),
        Thing::Variable(_) if packs().any(|pack| pack.variable(name).is_some()) => {
            Err(format!("{name} is a variable that Kubespray reads"))
        }
        _ => Ok(()),
    }
}

/// A name that can be one, and that nothing else has.
pub(super) fn check_new(workspace: &Workspace, clusters: &[&Arc<Cluster>], thing: &Thing, new: &str) -> Result<(), Refusal> {
    match thing {
        Thing::Host(_) => check_host_name(new)?,
        Thing::Group(_) if !is_word(new) => return Err(format!("`{new}` cannot be a group: use letters, digits and `_`, no digit first")),
        Thing::Variable(_) if !(new.is_ascii() && is_word(new)) || is_keyword(new) => {
            return Err(format!("`{new}` cannot be a variable: use ASCII letters, digits and `_`, no digit first"));
        }
        Thing::Variable(_) if is_ansibles(new) => return Err(format!("{new} is a variable of Ansible's own")),
        _ => {}
    }
    for cluster in clusters {
        let is_variable = matches!(thing, Thing::Variable(_));
        let group = cluster.inventory.group_named(new);
        // A group that playbooks make from one of an older name takes its place.
        let is_successor = || {
            let knowledge = cluster.kubespray.as_ref().and_then(|release| release.pack.groups.get(new));
            knowledge.is_some_and(|knowledge| knowledge.legacy_names.iter().any(|old| **old == **thing.name()))
        };
        if !is_variable && group.is_some_and(|group| !cluster.inventory.group(group).mentions.is_empty() || !is_successor()) {
            return Err(format!("{new} is a group already"));
        }
        if !is_variable && cluster.inventory.host_named(new).is_some() {
            return Err(format!("{new} is a host already"));
        }
        let sites = if is_variable { occurrences::sites(workspace, cluster, &[Thing::Variable(new.into())]) } else { Vec::new() };
        if sites.iter().any(|site| site.occurrence.role == Role::Definition) {
            return Err(format!("{new} is set already"));
        }
    }
    Ok(())
}

/// A name that can be that of one host.
pub(crate) fn check_host_name(name: &str) -> Result<(), Refusal> {
    if is_host_name(name) { Ok(()) } else { Err(format!("`{name}` cannot be a host: use letters, digits, `.`, `-` and `_`")) }
}

fn is_ansibles(name: &str) -> bool {
    is_magic(name) || name.starts_with("ansible_")
}

fn is_word(name: &str) -> bool {
    let is_first = |first: char| first == '_' || first.is_alphabetic();
    name.starts_with(is_first) && name.chars().all(|character| character == '_' || character.is_alphanumeric())
}

fn is_host_name(name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | '@');
    name.starts_with(char::is_alphanumeric) && name.chars().all(is_part) && expand(name).is_ok_and(|expanded| expanded.names[..] == [name])
}

/// Words that templates read as something else.
fn is_keyword(name: &str) -> bool {
    let words = ["true", "false", "none", "True", "False", "None", "not", "and", "or", "if", "else", "in", "is", "for", "loop"];
    words.contains(&name)
}
