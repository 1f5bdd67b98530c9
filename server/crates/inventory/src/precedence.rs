//! Which value a variable has on a host: the layers of Ansible's precedence, and what each says.

use std::sync::{Arc, OnceLock};

use hostwise_syntax::yaml::NodeId;
use hostwise_syntax::{TextRange, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::{ALL, Graph, GroupId, HostId, ProfileId};
use crate::variable_files::{self, Base};
use crate::{FileId, Files, Given, Inventory, Place, SourceFile};

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
    /// `-e`
    ExtraVars,
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

/// A line that sets a variable, whether or not another beats it.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The host it is set for; none when it is set for [`Layer::group`], or for every host ([`LayerKind::ExtraVars`]).
    pub host: Option<HostId>,
    pub layer: Layer,
}

/// A variable set in an inventory source.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) name: Arc<str>,
    pub(crate) key: Place,
    pub(crate) origin: Origin,
}

/// Where the value of an [`Assignment`] stands in its file.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    Yaml(NodeId),
    Ini {
        section: u32,
        line: u32,
        assignment: u32,
    },
    /// A value that is written nowhere as a node: a port, or the null behind a name alone.
    Value(Place, Value),
}

impl Origin {
    /// The bytes of the value in its file, and the value.
    pub(crate) fn resolve(&self, file: &SourceFile) -> (TextRange, Value) {
        match self {
            Origin::Yaml(node) => {
                let node = file.yaml().node(*node);
                (node.range(), file.value(node))
            }
            Origin::Ini { section, line, assignment } => {
                let assignment = &file.ini().sections[*section as usize].lines[*line as usize].assignments[*assignment as usize];
                (assignment.value_range, assignment.value.clone())
            }
            Origin::Value(place, value) => (place.range, value.clone()),
        }
    }
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
    /// `group_vars` files by base in order, of each group that has any, lowest first.
    of_group: Vec<(LayerKind, FxHashMap<GroupId, Vec<FileId>>)>,
    /// `host_vars` files of the hosts that have any, lowest first.
    of_host: FxHashMap<HostId, Vec<(LayerKind, FileId)>>,
    /// The same of names that no host has.
    of_nobody: FxHashMap<Arc<str>, Vec<(LayerKind, FileId)>>,
    /// The files whose entries every host has, above everything else, lowest first.
    extra: Vec<FileId>,
    setters: OnceLock<Setters>,
}

/// Who sets which variable.
#[derive(Debug, Default)]
struct Setters {
    hosts: FxHashMap<Arc<str>, Vec<HostId>>,
    groups: FxHashMap<Arc<str>, Vec<GroupId>>,
    /// Hosts with a file that is encrypted as a whole: it may set anything.
    hosts_of_anything: Vec<HostId>,
    /// The names that the files above everything else set.
    extra: FxHashSet<Arc<str>>,
    /// Whether any file is encrypted as a whole.
    may_set_anything: bool,
    /// Of all, sorted.
    names: Vec<Arc<str>>,
}

/// Where variables are said: in inventory sources, or in a variable file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Said<'i> {
    Source(&'i [Assignment]),
    File(&'i Arc<SourceFile>),
}

#[derive(Clone, Copy, Debug)]
struct Step {
    kind: LayerKind,
    group: GroupId,
    /// A variable file; without one, what the sources say about the group.
    file: Option<FileId>,
}

impl Layers {
    pub(crate) fn new(files: &Files, bases: &[Base], graph: &Graph, given: Option<&Given>, names: &mut Names) -> Layers {
        let mut of_group: Vec<(LayerKind, FxHashMap<GroupId, Vec<FileId>>)> = Vec::new();
        let mut of_host: FxHashMap<HostId, Vec<(LayerKind, FileId)>> = FxHashMap::default();
        let mut of_nobody: FxHashMap<Arc<str>, Vec<(LayerKind, FileId)>> = FxHashMap::default();
        for base in bases {
            let mut by_group: FxHashMap<GroupId, Vec<FileId>> = FxHashMap::default();
            for (entity, found) in variable_files::of_directory(files, &format!("{}/group_vars", base.path)) {
                let ids = found.iter().map(|file| names.add(file)).collect();
                if let Some(group) = graph.group_named(&entity) {
                    by_group.insert(group, ids);
                }
            }
            let (of_groups, kind) = match base.of_playbook {
                true => (LayerKind::PlaybookGroupVars, LayerKind::PlaybookHostVars),
                false => (LayerKind::GroupVars, LayerKind::HostVars),
            };
            of_group.push((of_groups, by_group));
            for (entity, found) in variable_files::of_directory(files, &format!("{}/host_vars", base.path)) {
                let ids = found.iter().map(|file| (kind, names.add(file))).collect::<Vec<_>>();
                match graph.host_named(&entity) {
                    Some(host) => of_host.entry(host).or_default().extend(ids),
                    None => of_nobody.entry(entity.into()).or_default().extend(ids),
                }
            }
        }
        let of_profile = graph.profile_groups.iter().map(|groups| steps(groups, &of_group)).collect();
        let extra = given.into_iter().flat_map(|given| given.extra.iter().chain([&given.path])).filter_map(|path| files.file(path));
        let extra = extra.map(|file| names.add(file)).collect();
        Layers { of_profile, of_group, of_host, of_nobody, extra, setters: OnceLock::new() }
    }

    /// What the groups of a profile say, lowest first.
    pub(crate) fn of_profile<'i>(&'i self, inventory: &'i Inventory, profile: ProfileId) -> impl Iterator<Item = Said<'i>> {
        self.of_profile[profile.0 as usize].iter().map(|step| match step.file {
            Some(file) => Said::File(inventory.file(file)),
            None => Said::Source(&inventory.group(step.group).assignments),
        })
    }

    /// What is said for a host itself, lowest first, with the step it belongs to.
    pub(crate) fn of_host<'i>(&'i self, inventory: &'i Inventory, host: HostId) -> impl Iterator<Item = (LayerKind, Said<'i>)> {
        let files = self.of_host.get(&host).into_iter().flatten().map(|&(kind, file)| (kind, Said::File(inventory.file(file))));
        std::iter::once((LayerKind::InventoryHost, Said::Source(inventory.host(host).assignments()))).chain(files)
    }

    /// What `host_vars` say for a name that no host has, lowest first.
    pub(crate) fn of_nobody<'i>(&'i self, inventory: &'i Inventory, name: &str) -> impl Iterator<Item = (LayerKind, Said<'i>)> {
        self.of_nobody.get(name).into_iter().flatten().map(|&(kind, file)| (kind, Said::File(inventory.file(file))))
    }

    /// What is said for a group itself, lowest first, with the step it belongs to (`all` counts like the others).
    pub(crate) fn of_group<'i>(&'i self, inventory: &'i Inventory, group: GroupId) -> impl Iterator<Item = (LayerKind, Said<'i>)> {
        let files = self.of_group.iter().flat_map(move |(kind, by_group)| {
            by_group.get(&group).into_iter().flatten().map(|&file| (*kind, Said::File(inventory.file(file))))
        });
        std::iter::once((LayerKind::InventoryGroup, Said::Source(&inventory.group(group).assignments))).chain(files)
    }

    pub(crate) fn variable(&self, inventory: &Inventory, host: HostId, name: &str, with_own: bool) -> Option<Variable> {
        let mut found = self.found(inventory, host, name, with_own);
        let winner = found.next()?;
        Some(Variable { winner, overridden: found.collect() })
    }

    pub(crate) fn winner(&self, inventory: &Inventory, host: HostId, name: &str, with_own: bool) -> Option<Layer> {
        // Most names that are asked for are set nowhere.
        if self.may_be_set(inventory, name) { self.found(inventory, host, name, with_own).next() } else { None }
    }

    /// What says something of a variable, the strongest first, each looked up when it is asked for.
    fn found<'i>(&'i self, inventory: &'i Inventory, host: HostId, name: &'i str, with_own: bool) -> impl Iterator<Item = Layer> + 'i {
        let own = with_own.then(|| self.own(inventory, host, name)).into_iter().flatten();
        self.extra(inventory, name).chain(own).chain(self.of_groups(inventory, host, name))
    }

    fn extra<'i>(&'i self, inventory: &'i Inventory, name: &'i str) -> impl Iterator<Item = Layer> + 'i {
        self.extra.iter().rev().filter_map(move |&file| in_file(inventory, LayerKind::ExtraVars, None, file, name))
    }

    fn own<'i>(&'i self, inventory: &'i Inventory, host: HostId, name: &'i str) -> impl Iterator<Item = Layer> + 'i {
        let files = self.of_host.get(&host).into_iter().flatten().rev();
        let files = files.filter_map(move |&(kind, file)| in_file(inventory, kind, None, file, name));
        files.chain(in_source(inventory, LayerKind::InventoryHost, None, inventory.host(host).assignments(), name))
    }

    fn of_groups<'i>(&'i self, inventory: &'i Inventory, host: HostId, name: &'i str) -> impl Iterator<Item = Layer> + 'i {
        self.of_profile[inventory.profile(host).0 as usize].iter().rev().flat_map(move |step| {
            let in_file = step.file.and_then(|file| in_file(inventory, step.kind, Some(step.group), file, name));
            let assignments = if step.file.is_none() { &inventory.group(step.group).assignments[..] } else { &[] };
            in_file.into_iter().chain(in_source(inventory, step.kind, Some(step.group), assignments, name))
        })
    }

    fn may_be_set(&self, inventory: &Inventory, name: &str) -> bool {
        let setters = self.setters(inventory);
        setters.may_set_anything || setters.hosts.contains_key(name) || setters.groups.contains_key(name) || setters.extra.contains(name)
    }

    pub(crate) fn is_own(&self, inventory: &Inventory, host: HostId, name: &str) -> bool {
        inventory.host(host).assignments().iter().any(|assignment| &*assignment.name == name)
            || self.of_host.get(&host).into_iter().flatten().any(|&(_, file)| {
                let file = inventory.file(file);
                file.may_set_anything() || file.variables().named(name).is_some()
            })
    }

    /// The hosts for which [`Self::is_own`] holds, in order.
    pub(crate) fn owners(&self, inventory: &Inventory, name: &str) -> Vec<HostId> {
        let setters = self.setters(inventory);
        let named = setters.hosts.get(name).map_or(&[][..], Vec::as_slice);
        let mut found = [named, &setters.hosts_of_anything].concat();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The names of all variables that anything sets, sorted.
    pub(crate) fn all_names(&self, inventory: &Inventory) -> &[Arc<str>] {
        &self.setters(inventory).names
    }

    /// Everything that sets the variable, for whomever, in the order of files and lines.
    pub(crate) fn definitions(&self, inventory: &Inventory, name: &str) -> Vec<Definition> {
        let setters = self.setters(inventory);
        let mut found = Vec::new();
        for &group in setters.groups.get(name).into_iter().flatten() {
            let sources = in_source(inventory, LayerKind::InventoryGroup, Some(group), &inventory.group(group).assignments, name);
            found.extend(sources.map(|layer| Definition { host: None, layer }));
            for (kind, by_group) in &self.of_group {
                let files = by_group.get(&group).into_iter().flatten();
                let layers = files.filter_map(|&file| in_file(inventory, *kind, Some(group), file, name));
                found.extend(layers.map(|layer| Definition { host: None, layer }));
            }
        }
        let extra = self.extra.iter().filter_map(|&file| in_file(inventory, LayerKind::ExtraVars, None, file, name));
        found.extend(extra.map(|layer| Definition { host: None, layer }));
        for &host in setters.hosts.get(name).into_iter().flatten() {
            let sources = in_source(inventory, LayerKind::InventoryHost, None, inventory.host(host).assignments(), name);
            let files = self.of_host.get(&host).into_iter().flatten();
            let layers = files.filter_map(|&(kind, file)| in_file(inventory, kind, None, file, name));
            found.extend(sources.chain(layers).map(|layer| Definition { host: Some(host), layer }));
        }
        found.retain(|definition| !inventory.file(definition.layer.key.file).may_set_anything());
        found.sort_by_key(|definition| definition.layer.key);
        found
    }

    /// The groups for which something sets the variable.
    pub(crate) fn groups_setting(&self, inventory: &Inventory, name: &str) -> &[GroupId] {
        self.setters(inventory).groups.get(name).map_or(&[], |groups| groups)
    }

    /// Whether sources set the variable again for a host or group that they set it for already.
    pub(crate) fn is_repeated(&self, inventory: &Inventory, name: &str) -> bool {
        let setters = self.setters(inventory);
        let is_again = |assignments: &[Assignment]| assignments.iter().filter(|assignment| &*assignment.name == name).nth(1).is_some();
        let mut hosts = setters.hosts.get(name).into_iter().flatten();
        let mut groups = setters.groups.get(name).into_iter().flatten();
        hosts.any(|&host| is_again(inventory.host(host).assignments()))
            || groups.any(|&group| is_again(&inventory.group(group).assignments))
    }

    fn setters(&self, inventory: &Inventory) -> &Setters {
        self.setters.get_or_init(|| {
            let mut setters = Setters::default();
            for (id, group) in inventory.groups() {
                group.assignments.iter().for_each(|assignment| add(&mut setters.groups, &assignment.name, id));
                for (_, by_group) in &self.of_group {
                    for &file in by_group.get(&id).into_iter().flatten() {
                        inventory.file(file).variables().names().for_each(|name| add(&mut setters.groups, name, id));
                    }
                }
            }
            for (id, host) in inventory.hosts() {
                host.assignments().iter().for_each(|assignment| add(&mut setters.hosts, &assignment.name, id));
                for &(_, file) in self.of_host.get(&id).into_iter().flatten() {
                    let file = inventory.file(file);
                    file.variables().names().for_each(|name| add(&mut setters.hosts, name, id));
                    if file.may_set_anything() {
                        setters.hosts_of_anything.push(id);
                    }
                }
            }
            setters.extra = self.extra.iter().flat_map(|&file| inventory.file(file).variables().names().cloned()).collect();
            setters.may_set_anything = inventory.files().any(|file| file.may_set_anything());
            setters.names = setters.extra.iter().chain(setters.hosts.keys()).chain(setters.groups.keys()).cloned().collect();
            setters.names.sort_unstable();
            setters.names.dedup();
            setters
        })
    }

    pub(crate) fn names(&self, inventory: &Inventory, host: HostId) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = inventory.host(host).assignments().iter().map(|assignment| Arc::clone(&assignment.name)).collect();
        for step in &self.of_profile[inventory.profile(host).0 as usize] {
            match step.file {
                Some(file) => names.extend(inventory.file(file).variables().names().cloned()),
                None => names.extend(inventory.group(step.group).assignments.iter().map(|assignment| Arc::clone(&assignment.name))),
            }
        }
        for file in self.of_host.get(&host).into_iter().flatten().map(|&(_, file)| file).chain(self.extra.iter().copied()) {
            names.extend(inventory.file(file).variables().names().cloned());
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Steps 1 to 6 for the hosts of a profile: `groups` are in order of precedence, without `all`.
fn steps(groups: &[GroupId], of_group: &[(LayerKind, FxHashMap<GroupId, Vec<FileId>>)]) -> Vec<Step> {
    let mut steps = vec![Step { kind: LayerKind::InventoryAll, group: ALL, file: None }];
    steps.extend(groups.iter().map(|&group| Step { kind: LayerKind::InventoryGroup, group, file: None }));
    let mut add = |base: LayerKind, kind: LayerKind, groups: &[GroupId]| {
        for (_, by_group) in of_group.iter().filter(|(kind, _)| *kind == base) {
            for &group in groups {
                let files = by_group.get(&group).into_iter().flatten();
                steps.extend(files.map(|&file| Step { kind, group, file: Some(file) }));
            }
        }
    };
    add(LayerKind::GroupVars, LayerKind::GroupVarsAll, &[ALL]);
    add(LayerKind::PlaybookGroupVars, LayerKind::PlaybookGroupVarsAll, &[ALL]);
    add(LayerKind::GroupVars, LayerKind::GroupVars, groups);
    add(LayerKind::PlaybookGroupVars, LayerKind::PlaybookGroupVars, groups);
    steps
}

/// Adds the setter of a name, each once: the same comes in a row.
fn add<T: PartialEq>(setters: &mut FxHashMap<Arc<str>, Vec<T>>, name: &Arc<str>, setter: T) {
    match setters.get_mut(name) {
        Some(known) if known.last() == Some(&setter) => {}
        Some(known) => known.push(setter),
        None => {
            setters.insert(Arc::clone(name), vec![setter]);
        }
    }
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
    Some(Layer { kind, group, key: place(key.range()), place: place(value.range()), value: source.value(value) })
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
        let (range, value) = assignment.origin.resolve(source);
        Layer { kind, group, key: assignment.key, place: Place { file, range }, value }
    })
}
