//! Watching the disk ourselves: only one of three editors reports changes from outside, and another says that it does and does not.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::Sender;
use hostwise_inventory::{Entry, Files};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::main_loop::Event;

/// More directories are not watched: systems limit how many can be.
const MAX_DIRECTORIES: usize = 4096;

/// Watches the directories of known files; changes arrive as [`Event::DiskChanged`].
pub(crate) struct Watcher {
    /// `None` when the system offers none.
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<Arc<str>>,
}

impl Watcher {
    pub(crate) fn new(events: Sender<Event>) -> Self {
        let report = move |event: notify::Result<notify::Event>| {
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                // The loop lives as long as the process.
                let _ = events.send(Event::DiskChanged(event.paths));
            }
        };
        let watcher = notify::recommended_watcher(report).inspect_err(|error| tracing::warn!("files are not watched: {error}")).ok();
        Self { watcher, watched: BTreeSet::new() }
    }

    /// Watches the directories that hold the files of a workspace.
    pub(crate) fn watch_all(&mut self, files: &Files) {
        let Some(watcher) = &mut self.watcher else { return };
        let of_files = files.iter().filter(|(_, entry)| matches!(entry, Entry::File(_)));
        let directories: BTreeSet<&str> = of_files.filter_map(|(path, _)| path.rsplit_once('/')).map(|(parent, _)| parent).collect();
        for directory in directories {
            if self.watched.len() < MAX_DIRECTORIES && !self.watched.contains(directory) {
                match watcher.watch(Path::new(directory), RecursiveMode::NonRecursive) {
                    Ok(()) => {
                        self.watched.insert(directory.into());
                    }
                    Err(error) => tracing::warn!("{directory} is not watched: {error}"),
                }
            }
        }
    }
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watcher").field("watched", &self.watched.len()).finish_non_exhaustive()
    }
}
