//! Where hosts, groups and variables are named: in inventory sources, in variable files and their names, in plays and templates.
//!
//! What a file names is read from its text alone and kept with the file; what a name means is asked of the inventory. Definition, references,
//! highlights, rename, symbols and hovers all start here.

mod ini;
mod jinja;
mod plays;
mod toml;
mod variables;
mod yaml;

use std::sync::{Arc, OnceLock};

use hostwise_inventory::{Entry, SourceFile, expand};
use hostwise_syntax::TextRange;
use rustc_hash::FxHashSet;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of};
pub(crate) use jinja::CONDITIONS;
pub(crate) use yaml::content;

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) kind: Kind,
    pub(crate) role: Role,
    /// The name itself: without quotes, port and sign.
    pub(crate) range: TextRange,
    /// What belongs to the name: its entry or section with all below it.
    pub(crate) whole: TextRange,
    /// The name, where the text spells it otherwise: by escapes or an alias.
    spelled: Option<Box<str>>,
}

/// What a name in a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Host,
    /// `node[1:3]`
    HostRange,
    Group,
    /// A part of a host pattern: a group, or else a host.
    GroupOrHost,
    Variable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Says what is below the name: the hosts of a group, the variables of a host, the value of a variable.
    Definition,
    /// Names it only: a member of a group, a part of a pattern.
    Mention,
    /// Asked for in a template.
    Read,
}

/// A host, group or variable, by its name in one inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Host(Arc<str>),
    Group(Arc<str>),
    Variable(Arc<str>),
}

/// A place where a thing is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) path: Arc<str>,
    pub(crate) occurrence: Occurrence,
}

/// What a file names, for each way to read it.
#[derive(Debug, Default)]
struct Readings {
    source: OnceLock<Vec<Occurrence>>,
    variables: OnceLock<Vec<Occurrence>>,
    plays: OnceLock<Vec<Occurrence>>,
}

impl Occurrence {
    pub(crate) fn name<'t>(&'t self, text: &'t str) -> &'t str {
        self.spelled.as_deref().unwrap_or(&text[self.range.span()])
    }

    /// The name with the quotes around it.
    pub(crate) fn with_quotes(&self, text: &str) -> TextRange {
        let before = text[..self.range.start as usize].chars().next_back().filter(|quote| matches!(quote, '\'' | '"'));
        match before {
            Some(quote) if text[self.range.end as usize..].starts_with(quote) => {
                TextRange { start: self.range.start - 1, end: self.range.end + 1 }
            }
            _ => self.range,
        }
    }

    /// Whether the text has the name as it is, so that it can be replaced there.
    pub(crate) fn is_literal(&self) -> bool {
        self.spelled.is_none()
    }
}

impl Thing {
    pub(crate) fn name(&self) -> &Arc<str> {
        match self {
            Thing::Host(name) | Thing::Group(name) | Thing::Variable(name) => name,
        }
    }

    /// Whether the inventory has a host or group of this name, or sets a variable of it.
    pub(crate) fn is_known(&self, cluster: &Cluster) -> bool {
        match self {
            Thing::Host(name) => cluster.inventory.host_named(name).is_some(),
            Thing::Group(name) => cluster.inventory.group_named(name).is_some(),
            Thing::Variable(_) => true,
        }
    }

    /// The directory with the variable files that carry names of this kind.
    pub(crate) fn variable_dir(&self) -> Option<&'static str> {
        match self {
            Thing::Host(_) => Some("host_vars"),
            Thing::Group(_) => Some("group_vars"),
            Thing::Variable(_) => None,
        }
    }
}

/// What `file` names, in document order: as a part of `cluster`, or as plays when the inventory does not read it.
pub(crate) fn of_file<'f>(cluster: &Cluster, file: &'f SourceFile) -> &'f [Occurrence] {
    let Some(readings) = file.derived::<Readings>() else { return &[] };
    let path = file.path();
    let (slot, read): (_, fn(&SourceFile) -> Vec<Occurrence>) = match cluster.inventory.file_id(path) {
        Some(_) if is_variable_file(path) || cluster.is_test(path) => (&readings.variables, variables::read),
        Some(_) if path.ends_with(".toml") => (&readings.source, toml::read),
        Some(_) if is_yaml(file) => (&readings.source, yaml::read),
        Some(_) => (&readings.source, ini::read),
        None => (&readings.plays, plays::read),
    };
    slot.get_or_init(|| {
        let mut found = read(file);
        found.sort_by_key(|occurrence| occurrence.range);
        found
    })
}

/// Whether the YAML reader of inventories takes this source.
fn is_yaml(file: &SourceFile) -> bool {
    let extension = name_of(file.path()).rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, None | Some("yml" | "yaml" | "json")) && file.yaml().root().is_some_and(|root| root.is_mapping())
}

/// The occurrence whose name touches byte `offset` of `file`; of two that meet there the one that begins.
pub(crate) fn at<'f>(cluster: &Cluster, file: &'f SourceFile, offset: usize) -> Option<&'f Occurrence> {
    let all = of_file(cluster, file);
    // Names do not overlap: only the last that begins before the offset can reach it.
    let behind = all.partition_point(|occurrence| occurrence.range.start as usize <= offset);
    all[..behind].last().filter(|occurrence| occurrence.range.touches(offset))
}

/// What an occurrence in `file` means: all hosts of a range, else one thing. Nothing for a name that the inventory does not know.
pub(crate) fn meaning(cluster: &Cluster, file: &SourceFile, occurrence: &Occurrence) -> Vec<Thing> {
    let name = occurrence.name(file.text());
    let things = match occurrence.kind {
        Kind::Host => vec![Thing::Host(name.into())],
        Kind::HostRange => {
            expand(name).map(|all| all.names).unwrap_or_default().iter().map(|host| Thing::Host(host.as_ref().into())).collect()
        }
        Kind::Group => vec![Thing::Group(name.into())],
        Kind::GroupOrHost if cluster.inventory.group_named(name).is_some() => vec![Thing::Group(name.into())],
        Kind::GroupOrHost => vec![Thing::Host(name.into())],
        Kind::Variable => vec![Thing::Variable(name.into())],
    };
    things.into_iter().filter(|thing| thing.is_known(cluster)).collect()
}

/// The files of the workspace that name things of `cluster`: its own in order, then playbooks.
pub(crate) fn files<'w>(workspace: &'w Workspace, cluster: &'w Cluster) -> impl Iterator<Item = &'w Arc<SourceFile>> {
    let own = cluster.inventory.files().filter(|file| workspace.files().file(file.path()).is_some());
    own.chain(playbooks(workspace))
}

/// Files that may hold plays: YAML outside variable directories and roles.
fn playbooks(workspace: &Workspace) -> impl Iterator<Item = &Arc<SourceFile>> {
    let is_candidate =
        |path: &str| (path.ends_with(".yml") || path.ends_with(".yaml")) && !is_variable_file(path) && !path.contains("/roles/");
    workspace.files().iter().filter_map(move |(path, entry)| match entry {
        Entry::File(file) if is_candidate(path) && !workspace.is_of_inventory(path) => Some(file),
        _ => None,
    })
}

/// The inventories for which names in the file at `path` count: those that read it, or, for a playbook, all.
pub(crate) fn clusters<'w>(workspace: &'w Workspace, path: &str) -> Vec<&'w Arc<Cluster>> {
    let readers: Vec<&Arc<Cluster>> = workspace.clusters().iter().filter(|cluster| cluster.inventory.file_id(path).is_some()).collect();
    if readers.is_empty() { workspace.clusters().iter().collect() } else { readers }
}

/// What stands at byte `offset` of the file at `path`, in the first inventory that knows it.
pub(crate) fn named<'w>(workspace: &'w Workspace, path: &str, offset: usize) -> Option<Named<'w>> {
    let file = workspace.files().file(path)?;
    clusters(workspace, path).into_iter().find_map(|cluster| {
        let occurrence = at(cluster, file, offset)?;
        let things = meaning(cluster, file, occurrence);
        (!things.is_empty()).then_some(Named { cluster, occurrence, things })
    })
}

/// What stands somewhere, and what it means.
#[derive(Clone, Debug)]
pub(crate) struct Named<'w> {
    pub(crate) cluster: &'w Arc<Cluster>,
    pub(crate) occurrence: &'w Occurrence,
    /// Several for a range of hosts.
    pub(crate) things: Vec<Thing>,
}

/// All places in texts that name one of `things`, by file, in document order, each once.
pub(crate) fn sites(workspace: &Workspace, cluster: &Cluster, things: &[Thing]) -> Vec<Site> {
    let wanted = Wanted::new(things);
    let mut found = Vec::new();
    for file in files(workspace, cluster) {
        let here = wanted.of_file(cluster, file);
        found.extend(here.map(|occurrence| Site { path: Arc::clone(file.path()), occurrence: occurrence.clone() }));
    }
    found
}

/// Things by kind, so that one pass finds the places of thousands of hosts.
pub(crate) struct Wanted<'t> {
    hosts: FxHashSet<&'t str>,
    groups: FxHashSet<&'t str>,
    variables: FxHashSet<&'t str>,
}

impl<'t> Wanted<'t> {
    pub(crate) fn new(things: &'t [Thing]) -> Self {
        let mut wanted = Wanted { hosts: FxHashSet::default(), groups: FxHashSet::default(), variables: FxHashSet::default() };
        for thing in things {
            match thing {
                Thing::Host(name) => wanted.hosts.insert(name),
                Thing::Group(name) => wanted.groups.insert(name),
                Thing::Variable(name) => wanted.variables.insert(name),
            };
        }
        wanted
    }

    /// The places of one file, in document order.
    pub(crate) fn of_file<'f>(&self, cluster: &Cluster, file: &'f SourceFile) -> impl Iterator<Item = &'f Occurrence> {
        of_file(cluster, file).iter().filter(move |occurrence| self.has(occurrence, file.text(), cluster))
    }

    fn has(&self, occurrence: &Occurrence, text: &str, cluster: &Cluster) -> bool {
        let name = occurrence.name(text);
        match occurrence.kind {
            Kind::Host => self.hosts.contains(name),
            Kind::HostRange => self.has_one_of_range(name),
            Kind::Group => self.groups.contains(name),
            Kind::GroupOrHost => self.groups.contains(name) || (self.hosts.contains(name) && cluster.inventory.group_named(name).is_none()),
            Kind::Variable => self.variables.contains(name),
        }
    }

    fn has_one_of_range(&self, pattern: &str) -> bool {
        // A range can stand for a million hosts: what is outside the brackets says no most of the time.
        let head = pattern.split('[').next().unwrap_or_default();
        let tail = pattern.rsplit(']').next().filter(|tail| !tail.contains(':')).unwrap_or_default();
        let may_be = self.hosts.iter().any(|host| host.starts_with(head) && host.ends_with(tail));
        may_be && expand(pattern).is_ok_and(|expanded| expanded.names.iter().any(|name| self.hosts.contains(name.as_ref())))
    }
}

/// The variable files and directories that carry the name of `thing`, in order; read by Ansible or not.
pub(crate) fn variable_paths(workspace: &Workspace, cluster: &Cluster, thing: &Thing) -> Vec<Arc<str>> {
    let Some(directory) = thing.variable_dir() else { return Vec::new() };
    let mut found = Vec::new();
    for base in cluster.bases(workspace.files()) {
        for end in ["", ".yml", ".yaml", ".json"] {
            let path: Arc<str> = format!("{base}/{directory}/{}{end}", thing.name()).into();
            if workspace.files().get(&path).is_some() && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// The files at or below a path of [`variable_paths`].
pub(crate) fn files_at<'w>(workspace: &'w Workspace, path: &str) -> Vec<&'w Arc<str>> {
    match workspace.files().get(path) {
        Some(Entry::File(file)) => vec![file.path()],
        Some(Entry::Directory) => {
            let files =
                workspace.files().under(path).filter(|(path, entry)| matches!(entry, Entry::File(_)) && !name_of(path).starts_with('.'));
            files.map(|(path, _)| path).collect()
        }
        None => Vec::new(),
    }
}
