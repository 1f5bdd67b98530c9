//! What the last commit has of the inventories: read from the repository's objects through libgit2. No program is run, no filter, no hook.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{DescribeOptions, FileMode, ObjectType, Oid, Repository, RepositoryOpenFlags, Tree, TreeEntry};
use hostwise_inventory::{Content, Entry, Files, SourceFile};

use crate::files::{MAX_BYTES, path_text};

/// So many files of one commit are read at most.
const MAX_FILES: usize = 20_000;

/// The last commits of the repositories that hold some inventories, and the files of those inventories in them.
#[derive(Debug)]
pub(crate) struct LastCommit {
    pub(crate) key: Key,
    pub(crate) files: Files,
}

/// What was asked for, and the commit of each repository by its root: with an equal key the files are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    sources: Vec<Arc<str>>,
    commits: BTreeMap<PathBuf, Oid>,
}

impl Key {
    /// The directories in which a new commit shows.
    pub(crate) fn git_directories(&self) -> impl Iterator<Item = PathBuf> {
        self.commits.keys().map(|root| root.join(".git")).filter(|directory| directory.is_dir())
    }
}

/// What `git describe --tags` says of the work tree at `root`: `v2.30.0`, or `v2.30.0-57-g46dbdd3` so many commits later. `None` for a directory that
/// is not itself the root of one, and where no tag of a release is reached, as in a shallow clone.
pub(crate) fn described(root: &Path) -> Option<String> {
    let repository = Repository::open_ext(root, RepositoryOpenFlags::NO_SEARCH, &[] as &[&Path]).ok()?;
    repository.workdir()?;
    let mut options = DescribeOptions::new();
    let described = repository.describe(options.describe_tags().pattern("v[0-9]*")).ok()?;
    described.format(None).ok()
}

/// The commit, in hexadecimal, that the last commit of the repository around `path` records for the submodule there. `None` for what is no submodule.
pub(crate) fn recorded(path: &Path) -> Option<String> {
    let repository = Repository::open_ext(path.parent()?, RepositoryOpenFlags::empty(), &[] as &[&Path]).ok()?;
    let relative = path.strip_prefix(repository.workdir()?).ok()?;
    let entry = repository.head().ok()?.peel_to_tree().ok()?.get_path(relative).ok()?;
    (entry.kind() == Some(ObjectType::Commit)).then(|| entry.id().to_string())
}

/// Whether a change at this path may come with a new commit.
pub(crate) fn is_of_git(path: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.ends_with(".git"))
}

/// The repositories of some inventory sources, not read further than to their last commit.
struct Repositories {
    by_root: BTreeMap<PathBuf, (Repository, Oid)>,
}

/// Reads the last commit for these inventory sources: each source, and the variable files beside it, at the paths they have on disk. What lies
/// in no repository is left out. `None` when there is nothing, or what is known by this key.
pub(crate) fn last_commit(sources: Vec<Arc<str>>, known: &Key) -> Option<LastCommit> {
    let mut repositories = Repositories { by_root: BTreeMap::new() };
    let mut wanted: Vec<(PathBuf, PathBuf)> = Vec::new();
    for source in &sources {
        let path = Path::new(&**source);
        let home = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        if let Some(root) = repositories.holding(home) {
            wanted.push((root.clone(), path.to_owned()));
            wanted.extend(["group_vars", "host_vars"].map(|name| (root.clone(), home.join(name))));
        }
    }
    let commits = repositories.by_root.iter().map(|(root, (_, commit))| (root.clone(), *commit)).collect();
    let key = Key { sources, commits };
    let is_outside = known.commits.is_empty() && key.commits.is_empty();
    if *known == key || is_outside {
        return None;
    }
    wanted.sort_unstable();
    wanted.dedup();
    let mut reading = Reading { files: Files::default(), n_files: 0 };
    for (root, path) in wanted {
        if let Some((repository, commit)) = repositories.by_root.get(&root) {
            // What the commit does not have, or has in a broken form, is not there to compare with.
            let _ = reading.read(repository, *commit, &root, &path);
        }
    }
    Some(LastCommit { key, files: reading.files })
}

impl Repositories {
    /// The root of the work tree that holds a directory; none outside a repository, in one without a commit, and in one of another owner.
    fn holding(&mut self, directory: &Path) -> Option<PathBuf> {
        if let Some(root) = self.by_root.keys().find(|root| directory.starts_with(root) && !directory.join(".git").exists()) {
            return Some(root.clone());
        }
        let repository = Repository::open_ext(directory, RepositoryOpenFlags::empty(), &[] as &[&Path]).ok()?;
        let root = repository.workdir()?.to_owned();
        let commit = repository.head().ok()?.peel_to_commit().ok()?.id();
        if !directory.starts_with(&root) {
            return None;
        }
        self.by_root.insert(root.clone(), (repository, commit));
        Some(root)
    }
}

/// Files of commits, while they are read.
struct Reading {
    files: Files,
    n_files: usize,
}

impl Reading {
    /// A file of a commit, or everything below a directory of it.
    fn read(&mut self, repository: &Repository, commit: Oid, root: &Path, path: &Path) -> Result<(), git2::Error> {
        let tree = repository.find_commit(commit)?.tree()?;
        let Some(relative) = path.strip_prefix(root).ok().filter(|relative| !relative.as_os_str().is_empty()) else {
            return self.read_tree(repository, &tree, root);
        };
        let entry = tree.get_path(relative)?;
        self.read_entry(repository, &entry, path)
    }

    fn read_entry(&mut self, repository: &Repository, entry: &TreeEntry<'_>, path: &Path) -> Result<(), git2::Error> {
        // A link is a blob, too: its text is a path, not an inventory.
        let is_link = entry.filemode() == i32::from(FileMode::Link);
        match entry.kind() {
            Some(ObjectType::Tree) => self.read_tree(repository, &repository.find_tree(entry.id())?, path),
            Some(ObjectType::Blob) if !is_link => self.read_blob(repository, entry.id(), path),
            _ => Ok(()),
        }
    }

    fn read_tree(&mut self, repository: &Repository, tree: &Tree<'_>, at: &Path) -> Result<(), git2::Error> {
        self.files.insert(&path_text(at), Entry::Directory);
        for entry in tree {
            if let Ok(name) = entry.name() {
                self.read_entry(repository, &entry, &at.join(name))?;
            }
        }
        Ok(())
    }

    fn read_blob(&mut self, repository: &Repository, id: Oid, path: &Path) -> Result<(), git2::Error> {
        let (size, _) = repository.odb()?.read_header(id)?;
        if size as u64 > MAX_BYTES || self.n_files >= MAX_FILES {
            return Ok(());
        }
        self.n_files += 1;
        let blob = repository.find_blob(id)?;
        if let Ok(text) = std::str::from_utf8(blob.content()) {
            let path = path_text(path);
            let file = SourceFile::new(Arc::clone(&path), Content::Text(text.into()), false);
            self.files.insert(&path, Entry::File(Arc::new(file)));
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use git2::{IndexAddOption, Signature};

    use super::*;

    fn commit(repository: &Repository) {
        let mut index = repository.index().expect("an index");
        index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("files are added");
        let tree = repository.find_tree(index.write_tree().expect("a tree")).expect("the tree");
        let person = Signature::now("a", "a@example.org").expect("a signature");
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<_> = parent.iter().collect();
        repository.commit(Some("HEAD"), &person, &person, "x", &tree, &parents).expect("a commit");
    }

    #[test]
    fn the_last_commit_is_read_and_read_again_only_when_it_changed() {
        let directory = tempfile::tempdir().expect("a directory");
        let home = directory.path().canonicalize().expect("a path").join("inventory");
        std::fs::create_dir_all(home.join("group_vars")).expect("directories");
        let hosts = home.join("hosts.yaml");
        std::fs::write(&hosts, "all: {hosts: {a: }}\n").expect("a file");
        std::fs::write(home.join("group_vars/all.yml"), "x: 1\n").expect("a file");
        let sources = vec![path_text(&hosts)];
        assert!(last_commit(sources.clone(), &Key::default()).is_none());

        let repository = Repository::init(directory.path()).expect("a repository");
        commit(&repository);
        std::fs::write(&hosts, "all: {hosts: {b: }}\n").expect("a file");
        std::fs::remove_file(home.join("group_vars/all.yml")).expect("a file less");
        let first = last_commit(sources.clone(), &Key::default()).expect("a commit");
        assert_eq!(first.files.file(&sources[0]).map(|file| file.text()), Some("all: {hosts: {a: }}\n"));
        assert!(first.files.file(&path_text(&home.join("group_vars/all.yml"))).is_some());
        assert_eq!(first.key.git_directories().count(), 1);
        assert!(last_commit(sources.clone(), &first.key).is_none());

        commit(&repository);
        let second = last_commit(sources.clone(), &first.key).expect("another commit");
        assert_eq!(second.files.file(&sources[0]).map(|file| file.text()), Some("all: {hosts: {b: }}\n"));
    }

    #[test]
    fn a_work_tree_is_described_by_its_tags() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().canonicalize().expect("a path");
        std::fs::create_dir(root.join("inside")).expect("a directory");
        std::fs::write(root.join("inside/a"), "1").expect("a file");
        assert_eq!(described(&root), None);
        let repository = Repository::init(&root).expect("a repository");
        commit(&repository);
        assert_eq!(described(&root), None);
        let head = repository.head().and_then(|head| head.peel(ObjectType::Commit)).expect("a commit");
        repository.tag_lightweight("v2.30.0", &head, false).expect("a tag");
        repository.tag_lightweight("of-others", &head, false).expect("a tag");
        assert_eq!(described(&root).as_deref(), Some("v2.30.0"));
        // What lies in the repository of something else is no work tree.
        assert_eq!(described(&root.join("inside")), None);
        std::fs::write(root.join("inside/a"), "2").expect("a file");
        commit(&repository);
        assert!(described(&root).is_some_and(|described| described.starts_with("v2.30.0-1-g")), "{:?}", described(&root));
    }

    /// Commits that there is a submodule at `deps/ks`, which stands at this commit.
    pub(crate) fn commit_submodule(repository: &Repository, id: &str) {
        commit(repository);
        let id = Oid::from_str(id).expect("a commit");
        let person = Signature::now("a", "a@example.org").expect("a signature");
        let head = repository.head().and_then(|head| head.peel_to_commit()).expect("a commit");
        let mut deps = repository.treebuilder(None).expect("a builder");
        deps.insert("ks", id, FileMode::Commit.into()).expect("an entry");
        let mut builder = repository.treebuilder(Some(&head.tree().expect("a tree"))).expect("a builder");
        builder.insert("deps", deps.write().expect("a tree"), FileMode::Tree.into()).expect("an entry");
        let tree = builder.write().and_then(|tree| repository.find_tree(tree)).expect("a tree");
        repository.commit(Some("HEAD"), &person, &person, "x", &tree, &[&head]).expect("a commit");
    }

    #[test]
    fn the_commit_of_a_submodule_is_read_from_the_repository_around_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().canonicalize().expect("a path");
        std::fs::create_dir_all(root.join("deps/ks")).expect("directories");
        std::fs::write(root.join("a"), "1").expect("a file");
        assert_eq!(recorded(&root.join("deps/ks")), None);
        let id = "f4ccdb5e72395eaf9f3444056ebd1a6625ddb89a";
        commit_submodule(&Repository::init(&root).expect("a repository"), id);
        assert_eq!(recorded(&root.join("deps/ks")).as_deref(), Some(id));
        for other in ["a", "deps", ""] {
            assert_eq!(recorded(&root.join(other)), None, "{other}");
        }
    }
}
