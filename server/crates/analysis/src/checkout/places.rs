//! Where the Kubespray of an inventory may stand, the nearest claim first.
//!
//! 1. around the inventory: a directory above it;
//! 2. a submodule of the repository that holds the inventory (`.gitmodules`);
//! 3. beside it: a directory of the same repository, the closest first (without a repository: below the parent of the inventory's directory);
//! 4. where the nearest `ansible.cfg` looks for roles and collections;
//! 5. where collections are installed.

use std::sync::Arc;

use hostwise_inventory::{Entry, Files};

use crate::Settings;
use crate::ansible_cfg;
use crate::discovery::{is_below, join, parent};

/// A claim: its kind in the order above, and how far away it is.
pub(super) type Rank = (usize, usize, usize);

/// How deep below the repository a copy is looked for.
const MAX_DEPTH: usize = 3;

pub(super) struct Places {
    home: Arc<str>,
    repository: Arc<str>,
    submodules: Vec<Arc<str>>,
    configured: Vec<Arc<str>>,
    installed: Vec<Arc<str>>,
}

impl Places {
    pub(super) fn of(files: &Files, source: &str, settings: &Settings) -> Places {
        let home: &str = if matches!(files.get(source), Some(Entry::Directory)) { source } else { parent(source) };
        let is_repository =
            |directory: &&str| [".git", ".gitmodules"].iter().any(|name| files.get(&format!("{directory}/{name}")).is_some());
        let repository = above(home).find(is_repository).unwrap_or_else(|| parent(home));
        let gitmodules = files.file(&format!("{repository}/.gitmodules")).map_or("", |file| file.text());
        let config = match &settings.environment.config {
            Some(path) => files.file(path),
            None => above(home).find_map(|directory| files.file(&format!("{directory}/ansible.cfg"))),
        };
        let mut configured: Vec<Arc<str>> = Vec::new();
        if let Some(config) = config {
            configured.extend(ansible_cfg::paths(config, &["roles_path"], ':').iter().map(|path| parent(path).into()));
            let collections = ansible_cfg::paths(config, &["collections_path", "collections_paths"], ':');
            configured.extend(collections.iter().map(|path| collection(path)));
        }
        let beside =
            above(home).take_while(|directory| is_below(directory, repository)).map(|directory| format!("{directory}/collections"));
        let installed = beside.map(|path| collection(&path)).chain(settings.environment.collections.iter().map(|path| collection(path)));
        Places {
            home: home.into(),
            repository: repository.into(),
            submodules: submodule_paths(gitmodules).map(|path| join(repository, path)).collect(),
            configured,
            installed: installed.collect(),
        }
    }

    /// The claim of the checkout at `root`; `None` when it has nothing to do with the inventory.
    pub(super) fn rank(&self, root: &str) -> Option<Rank> {
        let position = |paths: &[Arc<str>]| paths.iter().position(|path| &**path == root);
        if is_below(&self.home, root) {
            return Some((1, depth(&self.home) - depth(root), 0));
        }
        if let Some(index) = position(&self.submodules) {
            return Some((2, index, 0));
        }
        if is_below(root, &self.repository) && !self.repository.is_empty() && depth(root) - depth(&self.repository) <= MAX_DEPTH {
            let common = above(&self.home).find(|directory| is_below(root, directory)).unwrap_or_default();
            return Some((3, depth(&self.home) - depth(common), depth(root) - depth(common)));
        }
        position(&self.configured).map(|index| (4, index, 0)).or_else(|| position(&self.installed).map(|index| (5, index, 0)))
    }
}

/// The directories that files name as places of Kubespray for an inventory source, whether or not it is there: submodules, `ansible.cfg`,
/// installed collections. `files` must hold `.git`, `.gitmodules` and `ansible.cfg` of the directories above the source.
pub fn named_places(files: &Files, source: &str, settings: &Settings) -> Vec<Arc<str>> {
    let places = Places::of(files, source, settings);
    [places.submodules, places.configured, places.installed].concat()
}

/// The directories of the submodules that are Kubespray in the repository that holds an inventory source, whether or not they are there. `files` must
/// hold what [`named_places`] needs.
pub fn submodules(files: &Files, source: &str, settings: &Settings) -> Vec<Arc<str>> {
    Places::of(files, source, settings).submodules
}

/// The paths of the submodules that are Kubespray, by their URL.
fn submodule_paths(gitmodules: &str) -> impl Iterator<Item = &str> {
    gitmodules.split("[submodule").skip(1).filter_map(|section| {
        let value = |key: &str| {
            let mut assigned = section.lines().rev().filter_map(|line| line.split_once('='));
            assigned.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
        };
        let url = value("url")?.trim_end_matches('/');
        url.strip_suffix(".git").unwrap_or(url).ends_with("kubespray").then_some(value("path")?)
    })
}

fn collection(path: &str) -> Arc<str> {
    format!("{path}/ansible_collections/kubernetes_sigs/kubespray").into()
}

/// `directory` and those above it, without the root of the disk.
fn above(directory: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(directory), |directory| Some(parent(directory))).take_while(|directory| !directory.is_empty())
}

fn depth(path: &str) -> usize {
    path.matches('/').count()
}
