//! Contract: the immutable state that every question is asked of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hostwise_inventory::Files;

use crate::Diagnostic;

/// What users may set (`hostwise.*` in an editor, `hostwise.toml`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A Kubespray release (`2.31.0`), or the absolute path of a checkout.
    pub kubespray: Option<String>,
    /// Inventories named by the user: absolute paths, each one inventory.
    pub inventories: Vec<Arc<str>>,
    pub inlay_hints: bool,
    /// Severity per rule; `None` switches a rule off.
    pub rules: BTreeMap<String, Option<crate::Severity>>,
    /// Globs of paths that are not analysed.
    pub ignored: Vec<String>,
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
pub struct Workspace {}

impl Workspace {
    /// `open` are the paths that an editor has open: a file that looks like an inventory counts as one then, even alone.
    pub fn new(_files: Files, _open: BTreeSet<Arc<str>>, _settings: Settings) -> Self {
        Self {}
    }
    /// The workspace after a change: what the change does not touch is carried over.
    pub fn change(&self, _files: Files, _open: BTreeSet<Arc<str>>, _settings: Settings) -> Self {
        Self {}
    }
    pub fn files(&self) -> &Files {
        unimplemented!()
    }
    /// The findings of every file that has any, by path; per file in document order.
    pub fn diagnostics(&self, _token: &Token) -> Result<BTreeMap<Arc<str>, Arc<[Diagnostic]>>, Cancelled> {
        unimplemented!()
    }
    /// Number of hosts over all inventories, and the Kubespray release in use with its source, for status displays.
    pub fn n_hosts(&self) -> usize {
        unimplemented!()
    }
}
