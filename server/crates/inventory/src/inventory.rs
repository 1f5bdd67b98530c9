//! An inventory: what a list of `-i` arguments means over a snapshot of files.

use std::sync::Arc;

use hostwise_syntax::TextRange;
use rustc_hash::FxHashMap;

use crate::graph::{Graph, Group, GroupId, Host, HostId, ProfileId};
use crate::precedence::{Definition, Layer, Layers, Names, Variable};
use crate::sources::{self, Reading, Sources};
use crate::variable_files::{self, UnreadVariables};
use crate::{Failure, Files, Given, Problem, SourceFile};

/// A file of one inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// Bytes of a file of an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: FileId,
    pub range: TextRange,
}

/// What to load: the `-i` arguments in order (absolute paths of files or directories, or host lists such as `h1,h2,`), and the playbook directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub sources: Vec<Arc<str>>,
    pub playbook_dir: Option<Arc<str>>,
    /// The groups and hosts behind one of the sources, which is not read for them then.
    pub given: Option<Arc<Given>>,
}

/// An inventory as Ansible sees it after reconciliation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inventory {
    request: Request,
    sources: Arc<Sources>,
    graph: Arc<Graph>,
    /// Sources first, then variable files.
    files: Vec<Arc<SourceFile>>,
    file_ids: FxHashMap<Arc<str>, FileId>,
    layers: Arc<Layers>,
    problems: Vec<Problem>,
}

impl Inventory {
    /// Loads an inventory. Hosts and groups are taken from `previous` when its sources are the very same files. Never fails: what could not be
    /// read is a [`Problem`].
    pub fn load(files: &Files, request: &Request, previous: Option<&Inventory>) -> Inventory {
        let source_files = sources::files(files, request);
        let unchanged = previous.filter(|previous| previous.request == *request && previous.sources.are(&source_files));
        let (sources, graph) = match unchanged {
            Some(previous) => (Arc::clone(&previous.sources), Arc::clone(&previous.graph)),
            None => {
                let (sources, mut graph) = sources::read(source_files, request.given.as_deref(), Reading::Tolerant);
                // What Ansible makes of `all` below a group is an error in any case; the other edges still say something.
                let _ = graph.reconcile();
                (Arc::new(sources), Arc::new(graph))
            }
        };
        Self::assemble(files, request.clone(), sources, graph)
    }

    /// Loads an inventory as Ansible itself does: a source ends at its first mistake, and what it had said before stays. An error where Ansible
    /// ends the program.
    pub fn load_strictly(files: &Files, request: &Request) -> Result<Inventory, Failure> {
        let (sources, mut graph) = sources::read(sources::files(files, request), request.given.as_deref(), Reading::Strict);
        if sources.any_parsed {
            graph.reconcile().map_err(|_| Failure::GroupLoop)?;
        } else {
            graph.count();
        }
        Ok(Self::assemble(files, request.clone(), Arc::new(sources), Arc::new(graph)))
    }

    /// This inventory as it is after a play made groups (`group_by`): each is a child of `all`, or an existing group that gains hosts, and its
    /// `group_vars` apply. `previous` is what this gave for an earlier state of the same inventory and the same groups: over the same hosts it is
    /// taken over, and `groups` is not asked.
    pub fn with_runtime_groups(
        &self,
        files: &Files,
        previous: Option<(&Inventory, &Inventory)>,
        groups: impl FnOnce() -> Vec<(Arc<str>, Vec<HostId>)>,
    ) -> Inventory {
        let graph = match previous {
            Some((plain, made)) if Arc::ptr_eq(&plain.graph, &self.graph) => Arc::clone(&made.graph),
            _ => {
                let groups = groups();
                if groups.is_empty() {
                    return self.clone();
                }
                let mut graph = Graph::clone(&self.graph);
                graph.add_runtime_groups(&groups);
                Arc::new(graph)
            }
        };
        Self::assemble(files, self.request.clone(), Arc::clone(&self.sources), graph)
    }

    fn assemble(files: &Files, request: Request, sources: Arc<Sources>, graph: Arc<Graph>) -> Inventory {
        let mut all = Names::new(sources.files.clone());
        let bases = variable_files::bases(files, &request);
        let layers = Layers::new(files, &bases, &graph, request.given.as_deref(), &mut all);
        let Names { files, ids } = all;
        let mut problems = sources.problems.clone();
        problems.extend(variable_files::problems(&files, sources.files.len()));
        Inventory { request, sources, graph, files, file_ids: ids, layers: Arc::new(layers), problems }
    }

    /// All files that are read: sources, then variable files, in order of [`FileId`].
    pub fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.iter()
    }

    /// The files of the sources, in the order in which Ansible reads them.
    pub fn source_files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.sources.files.iter()
    }

    /// A file by its id.
    pub fn file(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    pub fn file_id(&self, path: &str) -> Option<FileId> {
        self.file_ids.get(path).copied()
    }

    /// In the order of creation.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = (HostId, &Host)> {
        self.graph.hosts.iter().enumerate().map(|(index, host)| (HostId(index as u32), host))
    }

    /// In the order of creation: `all`, `ungrouped`, then the others.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (GroupId, &Group)> {
        self.graph.groups.iter().enumerate().map(|(index, group)| (GroupId(index as u32), group))
    }

    pub fn host(&self, id: HostId) -> &Host {
        self.graph.host(id)
    }

    pub fn group(&self, id: GroupId) -> &Group {
        self.graph.group(id)
    }

    pub fn host_named(&self, name: &str) -> Option<HostId> {
        self.graph.host_named(name)
    }

    pub fn group_named(&self, name: &str) -> Option<GroupId> {
        self.graph.group_named(name)
    }

    /// The groups of a host, ancestors included, without `all`, lowest precedence first.
    pub fn groups_of(&self, host: HostId) -> &[GroupId] {
        &self.graph.profile_groups[self.profile(host).0 as usize]
    }

    /// Whether `group` is `ancestor` or lies below it.
    pub fn is_within(&self, group: GroupId, ancestor: GroupId) -> bool {
        self.graph.is_within(group, ancestor)
    }

    /// The hosts of a group and its descendants: own hosts first, then level by level.
    pub fn members(&self, group: GroupId) -> Vec<HostId> {
        self.graph.members(group)
    }

    /// The effective value of a variable on a host, without magic variables.
    pub fn variable(&self, host: HostId, name: &str) -> Option<Variable> {
        self.layers.variable(self, host, name, true)
    }

    /// The effective value of a variable from the host's groups alone: what is set for this host only is left out.
    pub fn group_variable(&self, host: HostId, name: &str) -> Option<Variable> {
        self.layers.variable(self, host, name, false)
    }

    /// What gives a variable its value on a host: the winner of [`Self::variable`] alone, for much less.
    pub fn winner(&self, host: HostId, name: &str) -> Option<Layer> {
        self.layers.winner(self, host, name, true)
    }

    /// The winner of [`Self::group_variable`] alone.
    pub fn group_winner(&self, host: HostId, name: &str) -> Option<Layer> {
        self.layers.winner(self, host, name, false)
    }

    /// Whether the variable is set for this host itself (inventory or `host_vars`), not only by its groups.
    pub fn has_own_variable(&self, host: HostId, name: &str) -> bool {
        self.layers.is_own(self, host, name)
    }

    /// The hosts that set the variable for themselves ([`Self::has_own_variable`]), in order.
    pub fn hosts_with_own_variable(&self, name: &str) -> Vec<HostId> {
        self.layers.owners(self, name)
    }

    /// The names of all variables that the inventory sets for any group or host, sorted.
    pub fn set_variables(&self) -> &[Arc<str>] {
        self.layers.all_names(self)
    }

    /// Whether the inventory sets the variable for any group or host; what is encrypted as a whole is not looked into.
    pub fn sets(&self, name: &str) -> bool {
        self.set_variables().binary_search_by(|known| (**known).cmp(name)).is_ok()
    }

    /// Every line that sets the variable for any group or host, by file and line; whether it wins anywhere is not asked.
    pub fn definitions(&self, name: &str) -> Vec<Definition> {
        self.layers.definitions(self, name)
    }

    /// The groups for which something sets the variable, each once.
    pub fn groups_with_variable(&self, name: &str) -> &[GroupId] {
        self.layers.groups_setting(self, name)
    }

    /// Whether the sources set the variable several times for one host or group.
    pub fn has_repeated_variable(&self, name: &str) -> bool {
        self.layers.is_repeated(self, name)
    }

    /// The names of all variables of a host, sorted.
    pub fn variable_names(&self, host: HostId) -> Vec<Arc<str>> {
        self.layers.names(self, host)
    }

    /// Hosts with equal profiles belong to the same groups: what is evaluated for one holds for all that set no variable of their own that was read.
    pub fn profile(&self, host: HostId) -> ProfileId {
        self.graph.profiles[host.0 as usize]
    }

    /// The directories beside whose `group_vars` and `host_vars` the sources stand, in order.
    pub fn variable_bases(&self, files: &Files) -> Vec<String> {
        variable_files::bases(files, &self.request).into_iter().filter(|base| !base.of_playbook).map(|base| base.path).collect()
    }

    /// What of `group_vars` in `base` is not read: it is for no group, or something else comes first.
    pub fn unread_group_vars(&self, files: &Files, base: &str) -> Vec<UnreadVariables> {
        variable_files::unread(files, &format!("{base}/group_vars"), |name| self.group_named(name).is_some())
    }

    /// The same of `host_vars` and hosts.
    pub fn unread_host_vars(&self, files: &Files, base: &str) -> Vec<UnreadVariables> {
        variable_files::unread(files, &format!("{base}/host_vars"), |name| self.host_named(name).is_some())
    }

    /// Whether any source was read to its end.
    pub fn any_parsed(&self) -> bool {
        self.sources.any_parsed
    }

    pub(crate) fn trusts_all(&self) -> bool {
        self.sources.trusts_all
    }

    pub(crate) fn layers(&self) -> &Layers {
        &self.layers
    }

    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}
