//! Watching the disk ourselves: only one of three editors reports changes from outside, and another says that it does and does not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::Sender;
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tower_lsp::ls_types::MessageType;

use crate::client::Client;
use crate::main_loop::Event;

/// Beyond so many, only directories with inventories are watched: systems limit how many can be.
const MAX_DIRECTORIES: usize = 4096;

/// Watches directories, each without those below it; changes arrive as [`Event::DiskChanged`]. Clones watch for the same loop: whoever reads a
/// directory watches it before it is listed, so that no change falls between the two.
#[derive(Clone)]
pub(crate) struct Watcher {
    watched: Arc<Mutex<Watched>>,
    client: Client,
}

struct Watched {
    /// `None` when the system offers none.
    watcher: Option<RecommendedWatcher>,
    directories: BTreeSet<PathBuf>,
}

impl Watcher {
    pub(crate) fn new(events: Sender<Event>, client: Client) -> Self {
        let report = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            // The loop lives as long as the process.
            if event.need_rescan() {
                let _ = events.send(Event::DiskUnclear);
            } else if !matches!(event.kind, EventKind::Access(_)) {
                let _ = events.send(Event::DiskChanged(event.paths));
            }
        };
        let say = |error: &notify::Error| client.log(MessageType::WARNING, format!("files are not watched: {error}"));
        let watcher = notify::recommended_watcher(report).inspect_err(say).ok();
        Self { watched: Arc::new(Mutex::new(Watched { watcher, directories: BTreeSet::new() })), client }
    }

    /// Watches a directory in which something may appear, as long as there are not too many.
    pub(crate) fn watch_if_few(&self, directory: &Path) {
        self.watch_below(MAX_DIRECTORIES, directory);
    }

    /// Watches a directory from now on. One that is known is watched anew: it may have been replaced.
    pub(crate) fn watch(&self, directory: &Path) {
        self.watch_below(usize::MAX, directory);
    }

    fn watch_below(&self, limit: usize, directory: &Path) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let Watched { watcher: Some(watcher), directories } = &mut *watched else { return };
        if directories.len() >= limit {
            return;
        }
        match watcher.watch(directory, RecursiveMode::NonRecursive) {
            Ok(()) => {
                directories.insert(directory.to_owned());
            }
            // It has gone, or never was: the one above it says when it comes.
            Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
            Err(error) => self.client.log(MessageType::WARNING, format!("{} is not watched: {error}", directory.display())),
        }
    }
}
