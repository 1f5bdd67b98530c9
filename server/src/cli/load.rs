//! What the commands read from disk before they ask anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use hostwise_analysis::{Settings, Workspace};
use hostwise_inventory::Files;

use crate::{checkouts, files, history, settings};

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

    /// Reads a playbook with what it may reach: the roles and lists of tasks beside it and above it. Its absolute path; an error when it cannot be read.
    pub(super) fn read_playbook(&mut self, playbook: &Path) -> anyhow::Result<Arc<str>> {
        let absolute = Path::new(&self.working_directory).join(playbook);
        std::fs::metadata(&absolute).with_context(|| format!("cannot read {}", playbook.display()))?;
        files::read_into(&absolute, &mut self.files);
        for home in absolute.ancestors().skip(1).take(2) {
            files::read_plays_in(home, &mut self.files);
        }
        files::read_around(&absolute, &mut self.files);
        Ok(files::path_text(&absolute))
    }

    /// A path of the command line as it is known here.
    pub(super) fn path(&self, given: &Path) -> Arc<str> {
        files::path_text(&Path::new(&self.working_directory).join(given))
    }

    /// The path as people see it: relative to the working directory when below it.
    pub(super) fn relative(&self, path: &str) -> String {
        let below = path.strip_prefix(&self.working_directory).and_then(|rest| rest.strip_prefix('/'));
        below.unwrap_or(path).to_owned()
    }

    /// The workspace over what was read, with the settings of its `hostwise.toml`: a file is an inventory by being named, in a directory inventories
    /// are discovered; what the settings name counts where a directory is given. `kubespray` is a release or the path of a checkout and wins over the
    /// settings.
    pub(super) fn workspace(&mut self, kubespray: Option<&str>) -> anyhow::Result<Workspace> {
        let (inventories, directories) = self.paths.iter().cloned().partition(|path| self.files.file(path).is_some());
        self.workspace_of(Settings { inventories, discover_in: Some(directories), ..Settings::default() }, kubespray)
    }

    /// The workspace with one inventory, of which all paths are sources.
    pub(super) fn one_inventory(&mut self, kubespray: Option<&str>) -> anyhow::Result<Workspace> {
        self.workspace_of(Settings { sources: self.paths.clone(), discover_in: Some(Vec::new()), ..Settings::default() }, kubespray)
    }

    fn workspace_of(&mut self, asked: Settings, kubespray: Option<&str>) -> anyhow::Result<Workspace> {
        let kubespray = kubespray.map(|asked| self.kubespray(asked)).transpose()?;
        let (mut settings, wrong) = settings::settings(&serde_json::Value::Null, &self.files, None);
        if !wrong.is_empty() {
            bail!("{}", wrong.join("\n"));
        }
        settings.kubespray = kubespray.or(settings.kubespray);
        settings.environment = checkouts::environment();
        if asked.discover_in.as_ref().is_some_and(Vec::is_empty) {
            (settings.inventories, settings.sources) = (Vec::new(), asked.sources);
        }
        settings.inventories.extend(asked.inventories);
        settings.discover_in = asked.discover_in;
        let workspace = Workspace::new(self.files.clone(), Default::default(), settings.clone());
        let found = checkouts::read(&workspace, &mut |_| ()).files;
        found.iter().for_each(|(path, entry)| self.files.insert(path, entry.clone()));
        let workspace = Workspace::new(self.files.clone(), Default::default(), settings);
        if workspace.n_inventories() == 0 {
            let paths: Vec<String> = self.paths.iter().map(|path| self.relative(path)).collect();
            bail!("no inventory found in {}: name its file, or put group_vars beside it", paths.join(", "));
        }
        let commit = history::last_commit(workspace.sources(), &history::Key::default());
        Ok(commit.map(|commit| workspace.change_committed(commit.files)).unwrap_or(workspace))
    }

    /// A release stays, a directory becomes absolute; an error for what is neither.
    fn kubespray(&self, asked: &str) -> anyhow::Result<String> {
        if asked.parse::<hostwise_kubespray::Version>().is_ok() {
            return Ok(asked.to_owned());
        }
        let directory = Path::new(&self.working_directory).join(asked);
        if !checkouts::is_checkout(&directory) {
            bail!("--kubespray {asked}: neither a release like 2.31.0 nor a checkout of Kubespray");
        }
        Ok(files::path_text(&directory).to_string())
    }
}
