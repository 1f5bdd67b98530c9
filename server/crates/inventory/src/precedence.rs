//! Which value a variable has on a host: the layers of Ansible's precedence, and what each says.

use std::sync::Arc;

use hostwise_syntax::yaml::NodeId;
use hostwise_syntax::{TextRange, Value};
use rustc_hash::FxHashMap;

use crate::graph::{ALL, Graph, GroupId, HostId};
use crate::variable_files::{self, Base};
use crate::{FileId, Files, Inventory, Place, SourceFile};

/// The steps of precedence, lowest first (Ansible's documentation, "Understanding variable precedence").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    InventoryAll,
    InventoryGroup,
    GroupVarsAll,
    PlaybookGroupVarsAll,
    GroupVars,
    PlaybookGroupVars,
    InventoryHost,
    HostVars,
    PlaybookHostVars,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub kind: LayerKind,
    /// The group that brought it, for the group kinds.
    pub group: Option<GroupId>,
    /// The key of the entry; the first line of a file that is encrypted as a whole.
    pub key: Place,
    /// The value of the entry.
    pub place: Place,
    pub value: Value,
}

/// The effective value of a variable on a host: the winner, and what it beat, strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub winner: Layer,
    pub overridden: Vec<Layer>,
}

/// A variable set in an inventory source.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) name: Arc<str>,
    pub(crate) key: Place,
    pub(crate) origin: Origin,
}

/// Where the value of an [`Assignment`] stands in its file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    Yaml(NodeId),
    Ini {
        section: u32,
        line: u32,
        assignment: u32,
    },
    /// The port of a host pattern.
    Port(i64),
}

/// Files by id and by path, while an inventory is put together.
pub(crate) struct Names {
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) ids: FxHashMap<Arc<str>, FileId>,
}

impl Names {
    pub(crate) fn new(files: Vec<Arc<SourceFile>>) -> Self {
        let ids = files.iter().enumerate().map(|(index, file)| (Arc::clone(file.path()), FileId(index as u32))).collect();
        Self { files, ids }
    }

    pub(crate) fn add(&mut self, file: &Arc<SourceFile>) -> FileId {
        *self.ids.entry(Arc::clone(file.path())).or_insert_with(|| {
            self.files.push(Arc::clone(file));
            FileId(self.files.len() as u32 - 1)
        })
    }
}

/// All variable files of an inventory, by the group or host they belong to.
#[derive(Debug)]
pub(crate) struct Layers {
    /// Of each profile, lowest precedence first.
    of_profile: Vec<Vec<Step>>,
    /// `host_vars` files of the hosts that have any, lowest first.
    of_host: FxHashMap<HostId, Vec<(LayerKind, FileId)>>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    kind: LayerKind,
    group: GroupId,
    /// A variable file; without one, what the sources say about the group.
    file: Option<FileId>,
}

impl Layers {
    pub(crate) fn new(files: &Files, bases: &[Base], graph: &Graph, names: &mut Names) -> Layers {
        let mut of_group: Vec<FxHashMap<GroupId, Vec<FileId>>> = Vec::new();
        let mut of_host: FxHashMap<HostId, Vec<(LayerKind, FileId)>> = FxHashMap::default();
        for base in bases {
            let mut by_group: FxHashMap<GroupId, Vec<FileId>> = FxHashMap::default();
            for (entity, found) in variable_files::of_directory(files, &format!("{}/group_vars", base.path)) {
                let ids = found.iter().map(|file| names.add(file)).collect();
                if let Some(group) = graph.group_named(&entity) {
                    by_group.insert(group, ids);
                }
            }
            of_group.push(by_group);
            let kind = if base.of_playbook { LayerKind::PlaybookHostVars } else { LayerKind::HostVars };
            for (entity, found) in variable_files::of_directory(files, &format!("{}/host_vars", base.path)) {
                let ids = found.iter().map(|file| (kind, names.add(file))).collect::<Vec<_>>();
                if let Some(host) = graph.host_named(&entity) {
                    of_host.entry(host).or_default().extend(ids);
                }
            }
        }
        let of_profile = graph.profile_groups.iter().map(|groups| steps(groups, bases, &of_group)).collect();
        Layers { of_profile, of_host }
    }

    pub(crate) fn variable(&self, inventory: &Inventory, host: HostId, name: &str, with_own: bool) -> Option<Variable> {
        let mut found: Vec<Layer> = Vec::new();
        if with_own {
            for &(kind, file) in self.of_host.get(&host).into_iter().flatten().rev() {
                found.extend(in_file(inventory, kind, None, file, name));
            }
            found.extend(in_source(inventory, LayerKind::InventoryHost, None, &inventory.host(host).assignments, name));
        }
        for step in self.of_profile[inventory.profile(host).0 as usize].iter().rev() {
            match step.file {
                Some(file) => found.extend(in_file(inventory, step.kind, Some(step.group), file, name)),
                None => found.extend(in_source(inventory, step.kind, Some(step.group), &inventory.group(step.group).assignments, name)),
            }
        }
        let mut found = found.into_iter();
        let winner = found.next()?;
        Some(Variable { winner, overridden: found.collect() })
    }

    pub(crate) fn is_own(&self, inventory: &Inventory, host: HostId, name: &str) -> bool {
        inventory.host(host).assignments.iter().any(|assignment| &*assignment.name == name)
            || self.of_host.get(&host).into_iter().flatten().any(|&(_, file)| {
                let file = inventory.file(file);
                file.may_set_anything() || file.variables().named(name).is_some()
            })
    }

    pub(crate) fn names(&self, inventory: &Inventory, host: HostId) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = inventory.host(host).assignments.iter().map(|assignment| Arc::clone(&assignment.name)).collect();
        for step in &self.of_profile[inventory.profile(host).0 as usize] {
            match step.file {
                Some(file) => names.extend(inventory.file(file).variables().names().cloned()),
                None => names.extend(inventory.group(step.group).assignments.iter().map(|assignment| Arc::clone(&assignment.name))),
            }
        }
        for &(_, file) in self.of_host.get(&host).into_iter().flatten() {
            names.extend(inventory.file(file).variables().names().cloned());
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Steps 1 to 6 for the hosts of a profile: `groups` are in order of precedence, without `all`.
fn steps(groups: &[GroupId], bases: &[Base], of_group: &[FxHashMap<GroupId, Vec<FileId>>]) -> Vec<Step> {
    let mut steps = vec![Step { kind: LayerKind::InventoryAll, group: ALL, file: None }];
    steps.extend(groups.iter().map(|&group| Step { kind: LayerKind::InventoryGroup, group, file: None }));
    let mut add = |of_playbook: bool, kind: LayerKind, groups: &[GroupId]| {
        for (_, by_group) in bases.iter().zip(of_group).filter(|(base, _)| base.of_playbook == of_playbook) {
            for &group in groups {
                let files = by_group.get(&group).into_iter().flatten();
                steps.extend(files.map(|&file| Step { kind, group, file: Some(file) }));
            }
        }
    };
    add(false, LayerKind::GroupVarsAll, &[ALL]);
    add(true, LayerKind::PlaybookGroupVarsAll, &[ALL]);
    add(false, LayerKind::GroupVars, groups);
    add(true, LayerKind::PlaybookGroupVars, groups);
    steps
}

fn in_file(inventory: &Inventory, kind: LayerKind, group: Option<GroupId>, file: FileId, name: &str) -> Option<Layer> {
    let source = inventory.file(file);
    if source.may_set_anything() {
        let place = Place { file, range: TextRange::empty(0) };
        return Some(Layer { kind, group, key: place, place, value: Value::Vault("".into()) });
    }
    let (key, value) = source.variables().named(name)?;
    let (key, value) = (source.yaml().node(key), source.yaml().node(value));
    let place = |range| Place { file, range };
    Some(Layer { kind, group, key: place(key.range()), place: place(value.range()), value: value_of(value) })
}

/// What a source says, the last assignment first.
fn in_source<'a>(
    inventory: &'a Inventory,
    kind: LayerKind,
    group: Option<GroupId>,
    assignments: &'a [Assignment],
    name: &'a str,
) -> impl Iterator<Item = Layer> {
    let named = assignments.iter().rev().filter(move |assignment| &*assignment.name == name);
    named.map(move |assignment| {
        let file = assignment.key.file;
        let source = inventory.file(file);
        let (range, value) = match assignment.origin {
            Origin::Yaml(node) => {
                let node = source.yaml().node(node);
                (node.range(), value_of(node))
            }
            Origin::Ini { section, line, assignment } => {
                let assignment = &source.ini().sections[section as usize].lines[line as usize].assignments[assignment as usize];
                (assignment.value_range, assignment.value.clone())
            }
            Origin::Port(port) => (assignment.key.range, Value::Int(port)),
        };
        Layer { kind, group, key: assignment.key, place: Place { file, range }, value }
    })
}

fn value_of(node: hostwise_syntax::yaml::Node<'_>) -> Value {
    node.value().unwrap_or_else(|_| Value::Invalid(node.source().into()))
}
