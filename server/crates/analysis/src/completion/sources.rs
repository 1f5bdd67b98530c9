//! In a YAML inventory: sections, groups, hosts, and the variables of both.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::place::{Place, Style};
use super::{Asked, Completion, CompletionKind, Found, values, variables};

/// What the keys above a place lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage<'k> {
    Root,
    /// Below the name of a group.
    Group(&'k str),
    Hosts(&'k str),
    Children(&'k str),
    Variables(variables::Owner<'k>),
    /// Inside a value.
    Deeper,
}

fn stage(keys: &[String]) -> Stage<'_> {
    let mut stage = Stage::Root;
    for key in keys {
        stage = match (stage, key.as_str()) {
            (Stage::Root | Stage::Children(_), group) => Stage::Group(group),
            (Stage::Group(group), "hosts") => Stage::Hosts(group),
            (Stage::Group(group), "children") => Stage::Children(group),
            (Stage::Group(group), "vars") => Stage::Variables(variables::Owner::Group(group)),
            (Stage::Hosts(_), host) => Stage::Variables(variables::Owner::Host(host)),
            _ => Stage::Deeper,
        };
    }
    stage
}

pub(super) fn found(asked: &Asked<'_>, place: &Place) -> Option<Found> {
    let items = match (stage(&place.keys), place.value_of.as_deref()) {
        (Stage::Root, None) => as_keys(groups(asked, None), place),
        (Stage::Group(_), None) => as_keys(sections(asked, place), place),
        (Stage::Group(group), Some("children")) => groups(asked, Some(group)),
        (Stage::Group(group), Some("hosts")) => hosts(asked, Some(group)),
        (Stage::Children(group), None) => as_keys(groups(asked, Some(group)), place),
        (Stage::Hosts(group), None) => as_keys(hosts(asked, Some(group)), place),
        (Stage::Variables(owner), None) => variables::keys(asked, owner, &siblings(asked, place), place),
        (Stage::Variables(_), Some(name)) => values::of(asked, name),
        _ => return None,
    };
    Some(place.found(items))
}

/// Names as keys: with what must follow them.
fn as_keys(items: Vec<Completion>, place: &Place) -> Vec<Completion> {
    let end = match place.style {
        Style::Block => ":",
        Style::Flow => ": ",
        Style::NameOnly => return items,
    };
    items.into_iter().map(|item| Completion { text: format!("{}{end}", item.text), ..item }).collect()
}

fn sections(asked: &Asked<'_>, place: &Place) -> Vec<Completion> {
    let known = siblings(asked, place);
    let sections = [
        ("hosts", "the hosts of this group"),
        ("children", "the groups inside this group"),
        ("vars", "variables of all hosts in this group"),
    ];
    let missing = sections.into_iter().filter(|(name, _)| !known.contains(*name));
    missing.zip(1..).map(|((name, words), rank)| Completion::new(name, CompletionKind::Section, rank).detail(words)).collect()
}

/// The keys beside the one that is typed.
fn siblings(asked: &Asked<'_>, place: &Place) -> FxHashSet<String> {
    let mut node = asked.file.yaml().root();
    for key in &place.keys {
        node = node.and_then(|node| node.get(key)).map(|entry| entry.value);
    }
    let entries = node.and_then(|node| node.target()).into_iter().flat_map(|node| node.entries().collect::<Vec<_>>());
    let others = entries.filter(|entry| entry.colon.is_some() && !entry.key.range().touches(asked.offset));
    others.map(|entry| entry.key.text().into_owned()).collect()
}

/// Groups of the inventory and of Kubespray; inside a group none that it has already, and none that contains it.
pub(super) fn groups(asked: &Asked<'_>, inside: Option<&str>) -> Vec<Completion> {
    let inventory = &asked.cluster.inventory;
    let parent = inside.and_then(|name| inventory.group_named(name));
    let fits = |name: &str| {
        // The helpers that Kubespray makes for itself are nothing to write.
        let Some(group) = inventory.group_named(name) else { return !name.starts_with('_') };
        if inventory.group(group).runtime && name.starts_with('_') {
            return false;
        }
        let is_own = parent.is_some_and(|parent| inventory.group(parent).children.contains(&group));
        let is_typed =
            inventory.group(group).mentions.iter().any(|mention| {
                mention.place.range.touches(asked.offset) && inventory.file_id(asked.file.path()) == Some(mention.place.file)
            });
        is_typed || !(is_own || parent.is_some_and(|parent| inventory.is_within(parent, group)))
    };
    let known = inventory.groups().map(|(_, group)| &*group.name).filter(|name| fits(name) && (inside.is_none() || *name != "all"));
    let mut items: Vec<Completion> = known
        .map(|name| Completion::new(name, CompletionKind::Group, if name == "ungrouped" { 4 } else { 1 }).detail(purpose(asked, name)))
        .collect();
    if let Some(release) = &asked.cluster.kubespray {
        let missing = release.pack.groups.iter().filter(|(name, _)| fits(name));
        items.extend(missing.map(|(name, group)| Completion::new(name, CompletionKind::Group, 2).detail(&*group.purpose)));
    }
    items
}

fn purpose(asked: &Asked<'_>, group: &str) -> String {
    let release = asked.cluster.kubespray.as_ref();
    let knowledge = release.and_then(|release| release.pack.groups.get(group));
    knowledge.map(|knowledge| knowledge.purpose.clone()).unwrap_or_default()
}

/// Hosts of the inventory; inside a group those that it does not have itself.
pub(super) fn hosts(asked: &Asked<'_>, inside: Option<&str>) -> Vec<Completion> {
    let inventory = &asked.cluster.inventory;
    let own: FxHashSet<_> = inside
        .and_then(|name| inventory.group_named(name))
        .map(|group| inventory.group(group).hosts.iter().copied().collect())
        .unwrap_or_default();
    let file = inventory.file_id(asked.file.path());
    let is_typed = |host: &hostwise_inventory::Host| {
        let here = host.mentions.iter().filter(|mention| Some(mention.place.file) == file && mention.place.range.touches(asked.offset));
        here.count() > 0 && host.mentions.len() > 1
    };
    let is_new = |host: &hostwise_inventory::Host| {
        let here = |mention: &hostwise_inventory::Mention| Some(mention.place.file) == file && mention.place.range.touches(asked.offset);
        host.mentions.iter().all(here)
    };
    let others = inventory.hosts().filter(|(id, host)| !is_new(host) && (!own.contains(id) || is_typed(host)));
    others.map(|(_, host)| Completion::new(Arc::clone(&host.name).to_string(), CompletionKind::Host, 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_to_stages() {
        let stage_of =
            |keys: &str| format!("{:?}", stage(&keys.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect::<Vec<_>>()));
        assert_eq!(stage_of(""), "Root");
        assert_eq!(stage_of("all.children.web"), "Group(\"web\")");
        assert_eq!(stage_of("all.children"), "Children(\"all\")");
        assert_eq!(stage_of("all.children.web.hosts"), "Hosts(\"web\")");
        assert_eq!(stage_of("all.hosts.a"), "Variables(Host(\"a\"))");
        assert_eq!(stage_of("all.vars"), "Variables(Group(\"all\"))");
        assert_eq!(stage_of("all.vars.x"), "Deeper");
        assert_eq!(stage_of("all.x"), "Deeper");
    }
}
