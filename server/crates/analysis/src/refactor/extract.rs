//! A value that several hosts set for themselves goes to a group, when every host keeps what it has.

use std::sync::Arc;

use hostwise_inventory::{Definition, FileId, GroupId, HostId, LayerKind, Place, SourceFile};
use hostwise_syntax::Value;
use hostwise_syntax::edit::{Edit, ini, yaml};
use hostwise_syntax::ini::SectionKind;
use hostwise_syntax::yaml::Kind;

use super::same::{self, Variables};
use super::{Refactoring, RefactoringKind};
use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of, parent};
use crate::edit::{entry_of, file_of_group};
use crate::occurrences::{self, Role, Thing};
use crate::{Change, Workspace};

pub(super) const ID: &str = "move-to-group";

/// More groups are not offered.
const MAX_GROUPS: usize = 3;

/// The groups to which the variable at the cursor can go, those that take it from most hosts first.
pub(super) fn offers(workspace: &Workspace, path: &str, offset: usize) -> Vec<Refactoring> {
    let Some(asked) = Asked::at(workspace, path, offset) else { return Vec::new() };
    let mut groups: Vec<(GroupId, usize)> =
        asked.groups().into_iter().map(|group| (group, asked.movers(group).len())).filter(|&(_, n_hosts)| n_hosts > 1).collect();
    // Of those that take it from as many, the smallest says it best.
    groups.sort_by_cached_key(|&(group, n_hosts)| {
        let (name, n_members) = (&asked.cluster.inventory.group(group).name, asked.cluster.inventory.members(group).len());
        (std::cmp::Reverse(n_hosts), n_members, &**name == "all", Arc::clone(name))
    });
    let fits = groups.into_iter().filter(|&(group, _)| asked.change(group, Variables::One(&asked.name)).is_some());
    let offer = |(group, n_hosts): (GroupId, usize)| {
        let group = &asked.cluster.inventory.group(group).name;
        Refactoring {
            id: format!("{ID} {group}"),
            kind: RefactoringKind::Extract,
            title: format!("Move `{}` to group `{group}` ({n_hosts} hosts)", asked.name),
            refusal: None,
        }
    };
    fits.take(MAX_GROUPS).map(offer).collect()
}

/// Moves the variable at the cursor to `group`.
pub(super) fn change(workspace: &Workspace, path: &str, offset: usize, group: &str) -> Option<Change> {
    let asked = Asked::at(workspace, path, offset)?;
    let group = asked.cluster.inventory.group_named(group).filter(|group| asked.groups().contains(group))?;
    asked.change(group, Variables::All)
}

/// A variable of a host.
struct Asked<'w> {
    workspace: &'w Workspace,
    cluster: &'w Arc<Cluster>,
    name: Arc<str>,
    host: HostId,
    /// What the cursor stands at.
    key: Place,
    value: Value,
    definitions: Vec<Definition>,
}

impl<'w> Asked<'w> {
    fn at(workspace: &'w Workspace, path: &str, offset: usize) -> Option<Asked<'w>> {
        let named = occurrences::named(workspace, path, offset)?;
        let [Thing::Variable(name)] = &named.things[..] else { return None };
        if named.occurrence.role != Role::Definition || named.cluster.request.given.is_some() {
            return None;
        }
        let inventory = &named.cluster.inventory;
        let file = inventory.file_id(path)?;
        let definitions = inventory.definitions(name);
        let is_here = |place: Place| place.file == file && place.range.contains(named.occurrence.range);
        let here = definitions.iter().find(|definition| definition.host.is_some() && is_here(definition.layer.key))?;
        let (host, key) = (here.host?, here.layer.key);
        let value = own_value(named.cluster, host, name)?;
        Some(Asked { workspace, cluster: named.cluster, name: Arc::clone(name), host, key, value, definitions })
    }

    /// The groups of the host that a source names, and that do not set the variable themselves.
    fn groups(&self) -> Vec<GroupId> {
        let inventory = &self.cluster.inventory;
        let own = inventory.groups_of(self.host).iter().copied().chain(inventory.group_named("all"));
        let is_named = |group: GroupId| !inventory.group(group).runtime && &*inventory.group(group).name != "ungrouped";
        let sets =
            |group: GroupId| self.definitions.iter().any(|definition| definition.host.is_none() && definition.layer.group == Some(group));
        own.filter(|&group| is_named(group) && !sets(group)).collect()
    }

    /// The members that set the variable to this value for themselves.
    fn movers(&self, group: GroupId) -> Vec<HostId> {
        let members = self.cluster.inventory.members(group);
        members.into_iter().filter(|&host| own_value(self.cluster, host, &self.name).as_ref() == Some(&self.value)).collect()
    }

    /// The first change that leaves every host what it has.
    fn change(&self, group: GroupId, compared: Variables<'_>) -> Option<Change> {
        let taken = self.taken_out(&self.movers(group))?;
        let written_at = self.cluster.inventory.file(self.key.file);
        let in_source = (!is_variable_file(written_at.path())).then(|| self.put_in_source(self.key.file, group)).flatten();
        let puts = [in_source, self.put_in_file(group)].into_iter().flatten();
        let mut changes = puts.map(|put| Change { edits: [&taken.edits[..], &put.edits].concat(), renames: Vec::new() });
        changes.find(|change| same::difference(self.workspace, change, compared).is_none())
    }

    /// Without what these hosts say for themselves.
    fn taken_out(&self, hosts: &[HostId]) -> Option<Change> {
        let mut change = Change::default();
        let own = self.definitions.iter().filter(|definition| definition.host.is_some_and(|host| hosts.contains(&host)));
        for definition in own {
            for edit in self.cluster.delete(&definition.layer)?.edits {
                // A line may set it for several hosts.
                if !change.edits.contains(&edit) {
                    change.edits.push(edit);
                }
            }
        }
        Some(change)
    }

    /// Into the variables of the group in the source that has the host's.
    fn put_in_source(&self, file: FileId, group: GroupId) -> Option<Change> {
        let source = self.cluster.inventory.file(file);
        let edit = if source.is_yaml() { self.put_in_yaml(source, file, group) } else { self.put_in_ini(source, group) };
        Some(Change::of_file(source.path(), [edit?]))
    }

    fn put_in_yaml(&self, source: &SourceFile, file: FileId, group: GroupId) -> Option<Edit> {
        let mentions = self.cluster.inventory.group(group).mentions.iter().filter(|mention| mention.place.file == file);
        let bodies = mentions.filter_map(|mention| Some(entry_of(source, mention.place.range)?.1.value));
        // Best where it has variables already, then where anything is said about it.
        let (_, body) = bodies.map(|body| (rank(body), body)).min_by_key(|&(rank, _)| rank)?;
        match body.get("vars") {
            Some(vars) if vars.value.get(&self.name).is_some() => None,
            Some(vars) => yaml::insert(vars.value, yaml::Place::Last, &self.fragment()),
            None => {
                let own = Value::Map([(Value::String(Arc::clone(&self.name)), self.value.clone())].into());
                yaml::insert(body, yaml::Place::Last, &yaml::Fragment::new("vars", own))
            }
        }
    }

    fn put_in_ini(&self, source: &SourceFile, group: GroupId) -> Option<Edit> {
        let group = &self.cluster.inventory.group(group).name;
        let document = source.ini();
        let is_its_own = |name: Option<hostwise_syntax::TextRange>| name.is_some_and(|range| source.text()[range.span()] == **group);
        let known = document.sections.iter().rev().find(|section| section.kind == SectionKind::Vars && is_its_own(section.name));
        match known {
            Some(section) => ini::set_variable(document, section, &self.name, &self.value),
            None => ini::add_section(document, group, SectionKind::Vars, &[ini::assignment(&self.name, &self.value)?]),
        }
    }

    /// As it is written at the cursor, comments included, where that is YAML.
    fn fragment(&self) -> yaml::Fragment {
        let source = self.cluster.inventory.file(self.key.file);
        let entry = entry_of(source, self.key.range).filter(|_| source.is_yaml());
        let copy = entry.and_then(|(_, entry)| yaml::Fragment::of(&entry));
        copy.unwrap_or_else(|| yaml::Fragment::new(&self.name, self.value.clone()))
    }

    /// Into a variable file of the group.
    fn put_in_file(&self, group: GroupId) -> Option<Change> {
        let written_at = self.cluster.inventory.file(self.key.file).path();
        let (base, like) = match written_at.rsplit_once("/host_vars/") {
            Some((base, below)) => (base, name_of(below)),
            None => (parent(written_at), "all.yml"),
        };
        let files = self.workspace.files();
        let target = file_of_group(files, base, &self.cluster.inventory.group(group).name, like);
        let empty = hostwise_syntax::yaml::parse("".into());
        let document = files.file(&target).map_or(&empty, |file| file.yaml());
        if document.root().is_some_and(|root| root.get(&self.name).is_some()) {
            return None;
        }
        let edit = yaml::insert_at_root(document, &self.fragment())?;
        Some(Change::of_file(&target, [edit]))
    }
}

fn rank(body: hostwise_syntax::yaml::Node<'_>) -> usize {
    match () {
        () if body.get("vars").is_some() => 0,
        () if body.is_mapping() => 1,
        () if body.kind() == Kind::Absent => 2,
        () => 3,
    }
}

/// The value that a host has because it is set for this host alone.
fn own_value(cluster: &Cluster, host: HostId, name: &str) -> Option<Value> {
    let winner = cluster.inventory.winner(host, name)?;
    let is_own = matches!(winner.kind, LayerKind::InventoryHost | LayerKind::HostVars | LayerKind::PlaybookHostVars);
    is_own.then_some(winner.value)
}
