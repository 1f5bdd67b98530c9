//! What the commands read from disk before they ask anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use hostwise_analysis::{Settings, Workspace};
use hostwise_inventory::Files;

use crate::files;

/// The files behind the paths of a command line.
pub(super) struct Loaded {
    files: Files,
    /// Absolute, as given.
    paths: Vec<Arc<str>>,
    working_directory: String,
}

impl Loaded {
    /// Reads the inventories at `paths`. An error for a path that does not exist or cannot be read.
    pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Loaded> {
        let working_directory = std::env::current_dir().context("the working directory is gone")?;
        let absolute: Vec<PathBuf> = paths.iter().map(|path| working_directory.join(path)).collect();
        for (path, given) in absolute.iter().zip(paths) {
            std::fs::metadata(path).with_context(|| format!("cannot read {}", given.display()))?;
        }
        let paths: Vec<Arc<str>> = absolute.iter().map(|path| files::path_text(path)).collect();
        let files = files::read_trees(&absolute);
        Ok(Loaded { files, paths, working_directory: files::path_text(&working_directory).to_string() })
    }

    /// The path as people see it: relative to the working directory when below it.
    pub(super) fn relative(&self, path: &str) -> String {
        let below = path.strip_prefix(&self.working_directory).and_then(|rest| rest.strip_prefix('/'));
        below.unwrap_or(path).to_owned()
    }

    /// A `--kubespray` argument: a release stays, a directory becomes absolute.
    pub(super) fn kubespray(&mut self, asked: &str) -> String {
        if asked.parse::<hostwise_kubespray::Version>().is_ok() {
            return asked.to_owned();
        }
        let directory = Path::new(&self.working_directory).join(asked);
        files::read_checkout(&directory, &mut self.files);
        files::path_text(&directory).to_string()
    }
}

/// The workspace over what was read: a file is an inventory by being named, in a directory inventories are discovered.
pub(super) fn workspace(loaded: &Loaded, settings: Settings) -> anyhow::Result<Workspace> {
    let inventories = loaded.paths.iter().filter(|path| loaded.files.file(path).is_some()).cloned().collect();
    let workspace = Workspace::new(loaded.files.clone(), Default::default(), Settings { inventories, ..settings });
    if workspace.n_inventories() == 0 {
        let paths: Vec<String> = loaded.paths.iter().map(|path| loaded.relative(path)).collect();
        bail!("no inventory found in {}: name its file, or put group_vars beside it", paths.join(", "));
    }
    Ok(workspace)
}
