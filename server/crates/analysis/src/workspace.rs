//! The immutable state that every question is asked of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use globset::GlobMatcher;
use hostwise_inventory::{Files, Request};

use crate::checkout::Checkouts;
use crate::cluster::Cluster;
use crate::committed::Committed;
use crate::plays::library::Library;
use crate::{Diagnostic, InlayHintKinds, Rule, Severity, diagnostics, discovery};

/// What users may set (`hostwise.*` in an editor, `hostwise.toml`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A Kubespray release (`2.31.0`), or the absolute path of a checkout.
    pub kubespray: Option<String>,
    /// Inventories named by the user: absolute paths, each one inventory.
    pub inventories: Vec<Arc<str>>,
    /// Sources that are one inventory together, as several `-i` give them: absolute paths.
    pub sources: Vec<Arc<str>>,
    /// The directories in which inventories are discovered besides those that are named: absolute paths; everywhere when `None`.
    pub discover_in: Option<Vec<Arc<str>>>,
    pub inlay_hints: InlayHintKinds,
    pub code_lens: bool,
    /// Severity per rule; `None` switches a rule off.
    pub rules: BTreeMap<String, Option<Severity>>,
    pub environment: Environment,
    pub ignores: Vec<PathIgnore>,
}

/// What Ansible takes from its environment. Absolute paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The configuration that counts instead of any `ansible.cfg` (`ANSIBLE_CONFIG`).
    pub config: Option<Arc<str>>,
    /// Where collections are installed, in order (`ANSIBLE_COLLECTIONS_PATH`, or Ansible's defaults).
    pub collections: Vec<Arc<str>>,
}

/// Files in which findings are not shown.
#[derive(Clone, Debug)]
pub struct PathIgnore {
    /// Against absolute paths.
    pub paths: GlobMatcher,
    /// The ids of the rules; all when empty.
    pub rules: Vec<String>,
}

impl PartialEq for PathIgnore {
    fn eq(&self, other: &Self) -> bool {
        self.paths.glob() == other.paths.glob() && self.rules == other.rules
    }
}

impl Eq for PathIgnore {}

impl Settings {
    /// The severity of a finding of `rule` whose own is `usual`; none when the rule is off.
    pub(crate) fn severity(&self, rule: &Rule, usual: Severity) -> Option<Severity> {
        self.rules.get(rule.id).copied().unwrap_or(Some(usual))
    }

    /// Whether findings of a rule in a file are ignored as a whole.
    pub(crate) fn is_ignored(&self, path: &str, rule: &str) -> bool {
        let is_meant = |ignore: &PathIgnore| ignore.rules.is_empty() || ignore.rules.iter().any(|id| id == rule);
        self.ignores.iter().any(|ignore| is_meant(ignore) && ignore.paths.is_match(path))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kubespray: None,
            inventories: Vec::new(),
            sources: Vec::new(),
            discover_in: None,
            inlay_hints: InlayHintKinds::default(),
            code_lens: true,
            rules: BTreeMap::new(),
            environment: Environment::default(),
            ignores: Vec::new(),
        }
    }
}

/// A computation was overtaken by an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// Makes long computations stop when the workspace has moved on.
#[derive(Clone, Debug)]
pub struct Token {
    revision: u64,
    current: Arc<AtomicU64>,
}

impl Token {
    /// A token for the revision that `current` has now.
    pub fn new(current: &Arc<AtomicU64>) -> Self {
        Self { revision: current.load(Ordering::SeqCst), current: Arc::clone(current) }
    }

    /// A token that never says stop.
    pub fn never() -> Self {
        Self::new(&Arc::default())
    }

    /// Whether work for this revision is still wanted.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.current.load(Ordering::Relaxed) == self.revision { Ok(()) } else { Err(Cancelled) }
    }
}

/// A snapshot of all files, settings and what was derived from them. Cheap to share behind an `Arc`.
#[derive(Debug, Default)]
pub struct Workspace {
    inputs: Inputs,
    built: OnceLock<Built>,
    diagnostics: OnceLock<Diagnostics>,
    /// Held by the one who computes the findings: others wait for them instead of computing them, too.
    diagnosing: Mutex<()>,
    library: OnceLock<Arc<Library>>,
    before: Option<Before>,
    committed: Arc<Committed>,
}

/// What is derived from the inputs of a workspace.
#[derive(Clone, Debug)]
struct Built {
    checkouts: Arc<Checkouts>,
    clusters: Vec<Arc<Cluster>>,
}

/// Findings by path, per file in document order.
pub type Diagnostics = BTreeMap<Arc<str>, Arc<[Diagnostic]>>;

#[derive(Clone, Debug, Default)]
struct Inputs {
    files: Files,
    open: BTreeSet<Arc<str>>,
    settings: Settings,
}

/// The last state whose inventories were built: what a change leaves alone is taken from here.
#[derive(Clone, Debug)]
struct Before {
    inputs: Inputs,
    built: Built,
    library: Option<Arc<Library>>,
}

impl Workspace {
    /// `open` are the paths that an editor has open: a file that looks like an inventory counts as one then, even alone.
    pub fn new(files: Files, open: BTreeSet<Arc<str>>, settings: Settings) -> Self {
        Self { inputs: Inputs { files, open, settings }, ..Self::default() }
    }

    /// The workspace after a change: what the change does not touch is carried over.
    pub fn change(&self, files: Files, open: BTreeSet<Arc<str>>, settings: Settings) -> Self {
        let before = match self.built.get() {
            Some(built) => Some(Before { inputs: self.inputs.clone(), built: built.clone(), library: self.library.get().cloned() }),
            None => self.before.clone(),
        };
        let committed = Arc::clone(&self.committed);
        Self { inputs: Inputs { files, open, settings }, before, committed, ..Self::default() }
    }

    /// The workspace with what the last commit has of its inventories: the sources and the variable files beside them, at their paths.
    pub fn change_committed(&self, committed: Files) -> Self {
        Self { committed: Arc::new(Committed::new(committed)), ..self.change_files(self.inputs.files.clone()) }
    }

    /// The workspace with other files.
    pub fn change_files(&self, files: Files) -> Self {
        self.change(files, self.inputs.open.clone(), self.inputs.settings.clone())
    }

    pub fn files(&self) -> &Files {
        &self.inputs.files
    }

    pub fn settings(&self) -> &Settings {
        &self.inputs.settings
    }

    /// The findings of every file that has any, computed at the first question.
    pub fn diagnostics(&self, token: &Token) -> Result<&Diagnostics, Cancelled> {
        if let Some(known) = self.diagnostics.get() {
            return Ok(known);
        }
        let _turn = self.diagnosing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.diagnostics.get() {
            return Ok(known);
        }
        let found = diagnostics::of_workspace(self, token)?;
        Ok(self.diagnostics.get_or_init(|| found))
    }

    /// What an inventory was in the last commit.
    pub(crate) fn committed(&self, cluster: &Cluster) -> Option<Arc<Cluster>> {
        self.committed.cluster(cluster)
    }

    /// Number of hosts over all inventories.
    pub fn n_hosts(&self) -> usize {
        self.clusters().iter().map(|cluster| cluster.inventory.hosts().count()).sum()
    }

    /// Number of inventories.
    pub fn n_inventories(&self) -> usize {
        self.clusters().len()
    }

    /// The inventories of the workspace, built at the first question.
    pub(crate) fn clusters(&self) -> &[Arc<Cluster>] {
        &self.built().clusters
    }

    /// The inventory sources of the workspace, without reading the inventories.
    pub fn sources(&self) -> Vec<Arc<str>> {
        let Inputs { files, open, settings } = &self.inputs;
        let of_requests = |requests: Vec<Request>| requests.into_iter().flat_map(|request| request.sources).collect();
        match self.built.get() {
            Some(built) => of_requests(built.clusters.iter().map(|cluster| cluster.request.clone()).collect()),
            None => of_requests(discovery::discover(files, open, settings, &BTreeSet::new())),
        }
    }

    fn built(&self) -> &Built {
        self.built.get_or_init(|| self.build())
    }

    /// The playbooks of the workspace, taken apart at the first question.
    pub(crate) fn library(&self) -> &Library {
        self.library.get_or_init(|| {
            let before = self.before.as_ref().and_then(|before| before.library.as_deref());
            Arc::new(Library::new(&self.inputs.files, before))
        })
    }

    /// The inventories that read the file at `path`, in the order of [`Self::clusters`].
    pub(crate) fn clusters_of<'w>(&'w self, path: &'w str) -> impl Iterator<Item = &'w Arc<Cluster>> {
        self.clusters().iter().filter(move |cluster| cluster.concerns(path))
    }

    /// Whether an edit of the file at `path` can change the findings of the one at `other`: an inventory reads both, or one is a playbook.
    pub fn may_change_findings(&self, path: &str, other: &str) -> bool {
        let is_free = |path: &str| !self.clusters().iter().any(|cluster| cluster.concerns(path));
        is_free(path) || is_free(other) || self.clusters_of(path).any(|cluster| cluster.concerns(other))
    }

    /// Whether an inventory reads the file at `path`.
    pub(crate) fn is_of_inventory(&self, path: &str) -> bool {
        self.clusters().iter().any(|cluster| cluster.inventory.file_id(path).is_some())
    }

    fn build(&self) -> Built {
        let Inputs { files, open, settings } = &self.inputs;
        let Some(before) = &self.before else {
            let requests = discovery::discover(files, open, settings, &BTreeSet::new());
            let checkouts = Arc::new(Checkouts::read(files));
            let load = |request| Arc::new(Cluster::load(files, request, settings, &checkouts, None));
            return Built { clusters: requests.into_iter().map(load).collect(), checkouts };
        };
        let known = &before.built.clusters;
        let changes = before.inputs.files.differences(files);
        let same_settings = before.inputs.settings == *settings;
        let same_paths = changes.iter().all(|&(path, both_are_files)| both_are_files && !discovery::matters(path));
        let same_discovery = same_settings && before.inputs.open == *open && same_paths;
        let requests = if same_discovery {
            known.iter().map(|cluster| cluster.request.clone()).collect()
        } else {
            let sources = known.iter().flat_map(|cluster| cluster.request.sources.iter().cloned()).collect();
            discovery::discover(files, open, settings, &sources)
        };
        let known_checkouts = &before.built.checkouts;
        let may_differ =
            |&(path, is_edit): &(&str, bool)| if is_edit { known_checkouts.read_text_of(path) } else { known_checkouts.concerns(path) };
        let same_checkouts = !changes.iter().any(may_differ);
        let checkouts = if same_checkouts { Arc::clone(&before.built.checkouts) } else { Arc::new(Checkouts::read(files)) };
        let is_kept = |cluster: &Cluster| same_settings && same_checkouts && !changes.iter().any(|&(path, _)| cluster.is_fed_by(path));
        let load = |request| {
            let previous = known.iter().find(|cluster| cluster.request == request);
            match previous {
                Some(cluster) if is_kept(cluster) => Arc::clone(cluster),
                _ => Arc::new(Cluster::load(files, request, settings, &checkouts, previous.map(|cluster| &**cluster))),
            }
        };
        let clusters = requests.into_iter().map(load).collect();
        Built { checkouts, clusters }
    }
}

#[cfg(test)]
mod tests {
    use hostwise_inventory::{Content, Entry, SourceFile};

    use super::*;

    fn put(files: &mut Files, path: &str, text: &str) {
        files.insert(path, Entry::File(Arc::new(SourceFile::new(path, Content::Text(text.into()), false))));
    }

    fn two_inventories() -> Files {
        let mut files = Files::default();
        for name in ["a", "b"] {
            put(&mut files, &format!("/w/{name}/hosts.yaml"), "etcd: {hosts: {h: }}\n");
            put(&mut files, &format!("/w/{name}/group_vars/all.yml"), "x: 1\n");
        }
        files
    }

    #[test]
    fn an_edit_rebuilds_only_the_inventory_it_concerns() {
        let workspace = Workspace::new(two_inventories(), BTreeSet::new(), Settings::default());
        let before: Vec<_> = workspace.clusters().to_vec();
        assert_eq!(before.len(), 2);
        let mut files = workspace.files().clone();
        put(&mut files, "/w/b/group_vars/all.yml", "x: 2\n");
        let after = workspace.change(files, BTreeSet::new(), Settings::default());
        assert!(Arc::ptr_eq(&after.clusters()[0], &before[0]));
        assert!(!Arc::ptr_eq(&after.clusters()[1], &before[1]));
    }

    #[test]
    fn an_inventory_stays_one_while_its_text_is_in_pieces() {
        let mut files = two_inventories();
        put(&mut files, "/w/a/cluster.yaml", "etcd: {hosts: {h: }}\n");
        let workspace = Workspace::new(files, BTreeSet::new(), Settings::default());
        assert_eq!(workspace.clusters().len(), 3);
        let mut files = workspace.files().clone();
        put(&mut files, "/w/a/cluster.yaml", "etcd: x\n");
        let after = workspace.change(files, BTreeSet::new(), Settings::default());
        assert_eq!(after.clusters().len(), 3);
    }
}
