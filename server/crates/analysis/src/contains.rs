//! Who contains whom: the groups above a host or group, and the groups and hosts below a group.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::{GroupId, Mention, MentionKind};
use hostwise_syntax::TextRange;

use crate::cluster::Cluster;
use crate::occurrences::{self, Role, Thing};
use crate::{Location, SymbolKind, Workspace};

/// A group or host, at the place that defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: Arc<str>,
    /// A group or a host.
    pub kind: SymbolKind,
    pub location: Location,
    /// What belongs to the name at that place.
    pub whole: TextRange,
}

/// A container and a member of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Containment {
    /// The one that was not asked about.
    pub other: Member,
    /// Where the member is named in the container, in the file that defines the container.
    pub ranges: Vec<TextRange>,
}

/// The group or host named at byte `offset` of the file at `path`.
pub fn member(workspace: &Workspace, path: &str, offset: usize) -> Option<Member> {
    let named = occurrences::named(workspace, path, offset)?;
    let [thing] = &named.things[..] else { return None };
    defined(workspace, named.cluster, thing)
}

/// The groups that name the group or host at byte `offset` of the file at `path` among their hosts or children, in order of creation.
pub fn containers(workspace: &Workspace, path: &str, offset: usize) -> Vec<Containment> {
    let Some(named) = occurrences::named(workspace, path, offset) else { return Vec::new() };
    let (cluster, inventory) = (named.cluster, &named.cluster.inventory);
    let mentions: &[Mention] = match &named.things[..] {
        [Thing::Host(name)] => inventory.host_named(name).map_or(&[], |host| &inventory.host(host).mentions),
        [Thing::Group(name)] => inventory.group_named(name).map_or(&[], |group| &inventory.group(group).mentions),
        _ => &[],
    };
    let mut by_group: BTreeMap<GroupId, Vec<&Mention>> = BTreeMap::new();
    for mention in mentions {
        if let Some(group) = container(mention) {
            by_group.entry(group).or_default().push(mention);
        }
    }
    let containments = by_group.into_iter().filter_map(|(group, mentions)| {
        let other = defined(workspace, cluster, &Thing::Group(Arc::clone(&inventory.group(group).name)))?;
        let ranges = ranges_in(cluster, &other.location.path, &mentions);
        Some(Containment { other, ranges })
    });
    containments.collect()
}

/// The groups and hosts that the group at byte `offset` of the file at `path` names as its own, groups first.
pub fn members(workspace: &Workspace, path: &str, offset: usize) -> Vec<Containment> {
    let Some(named) = occurrences::named(workspace, path, offset) else { return Vec::new() };
    let (cluster, inventory) = (named.cluster, &named.cluster.inventory);
    let [thing @ Thing::Group(name)] = &named.things[..] else { return Vec::new() };
    let (Some(group), Some(from)) = (inventory.group_named(name), defined(workspace, cluster, thing)) else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |thing: Thing, mentions: &[Mention]| {
        let own: Vec<&Mention> = mentions.iter().filter(|mention| container(mention) == Some(group)).collect();
        if let Some(other) = defined(workspace, cluster, &thing).filter(|_| !own.is_empty()) {
            found.push(Containment { other, ranges: ranges_in(cluster, &from.location.path, &own) });
        }
    };
    for &child in &inventory.group(group).children {
        let child = inventory.group(child);
        add(Thing::Group(Arc::clone(&child.name)), &child.mentions);
    }
    for &host in &inventory.group(group).hosts {
        let host = inventory.host(host);
        add(Thing::Host(Arc::clone(&host.name)), &host.mentions);
    }
    found
}

fn container(mention: &Mention) -> Option<GroupId> {
    match mention.kind {
        MentionKind::ChildOf(group) | MentionKind::HostOf(group) => Some(group),
        MentionKind::Definition => None,
    }
}

fn ranges_in(cluster: &Cluster, path: &str, mentions: &[&Mention]) -> Vec<TextRange> {
    let file = cluster.inventory.file_id(path);
    let mut ranges: Vec<TextRange> =
        mentions.iter().filter(|mention| Some(mention.place.file) == file).map(|mention| mention.place.range).collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

/// The place that defines a host or group, else the first that names it in a source. Looked for among the places that the inventory remembers: a
/// group with thousands of hosts asks for all of them.
fn defined(workspace: &Workspace, cluster: &Cluster, thing: &Thing) -> Option<Member> {
    let inventory = &cluster.inventory;
    let (kind, mentions) = match thing {
        Thing::Host(name) => (SymbolKind::Host, &inventory.host(inventory.host_named(name)?).mentions[..]),
        Thing::Group(name) => (SymbolKind::Group, &inventory.group(inventory.group_named(name)?).mentions[..]),
        Thing::Variable(_) => return None,
    };
    let places = mentions.iter().filter_map(|mention| {
        let file = workspace.files().file(inventory.file(mention.place.file).path())?;
        let occurrence = occurrences::at(cluster, file, mention.place.range.start as usize + 1)?;
        Some((file, occurrence))
    });
    let (file, occurrence) = places.min_by_key(|(_, occurrence)| occurrence.role != Role::Definition)?;
    let location = Location { path: Arc::clone(file.path()), range: occurrence.range };
    Some(Member { name: Arc::clone(thing.name()), kind, location, whole: occurrence.whole })
}
