//! The disk: what of it is read, and how paths become text. Nothing is executed, links are followed without loops.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hostwise_inventory::{Content, Entry, Files, SourceFile};
use ignore::WalkBuilder;

use crate::play_files;

/// Larger files are not read.
pub(crate) const MAX_BYTES: u64 = 50_000_000;

/// A walk through a folder stops after so many entries.
const MAX_ENTRIES: usize = 300_000;

/// Directories in which nobody keeps an inventory, and which can be huge.
const SKIPPED: [&str; 10] = [".git", ".hg", ".svn", ".cache", ".tox", ".venv", "venv", "__pycache__", "node_modules", "target"];

/// A path as the layers below know it: absolute, `/` between names, none at the end.
pub(crate) fn path_text(path: &Path) -> Arc<str> {
    let mut names: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir | std::path::Component::RootDir => {}
            std::path::Component::ParentDir => {
                names.pop();
            }
            other => names.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    let text = names.join("/");
    if path.has_root() && !text.contains(':') { format!("/{text}").into() } else { text.into() }
}

/// Everything that belongs to the inventories at `paths`: of a file, itself and the variable files beside it; of a directory, all of it.
pub(crate) fn read_trees(paths: &[PathBuf]) -> Files {
    let mut files = Files::default();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut |_| ()).read(&mut files);
        } else {
            read_inventory(path, &mut files);
        }
        read_around(path, &mut files);
    }
    files
}

/// A single inventory file and the variable files beside it.
fn read_inventory(path: &Path, files: &mut Files) {
    if path.is_file() {
        read_into(path, files);
    }
    let Some(home) = path.parent() else { return };
    // Variable files above it are not read by Ansible, which is worth saying.
    let above = home.parent().filter(|above| above.ends_with("inventory") || above.ends_with("inventories"));
    for directory in [Some(home), above].into_iter().flatten().flat_map(variable_dirs_in) {
        walk(&directory, &mut |_| ()).read(files);
    }
    read_plays_in(home, files);
}

/// The playbooks in a directory, and the roles and lists of tasks that they find there.
pub(crate) fn read_plays_in(home: &Path, files: &mut Files) {
    let beside = fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in beside.filter(|path| path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")) {
        read_into(&path, files);
    }
    for directory in
        ["files", "playbooks", "roles", "scripts", "tasks"].into_iter().map(|name| home.join(name)).filter(|path| path.is_dir())
    {
        walk(&directory, &mut |_| ()).read(files);
    }
}

/// What a checkout says of its release, and of the hosts and variables of its tests.
const CHECKOUT: [&str; 6] = [
    "galaxy.yml",
    "tests/cloud_playbooks/roles/packet-ci/defaults/main.yml",
    "tests/cloud_playbooks/roles/packet-ci/vars/main.yml",
    "tests/common/_docker_hub_registry_mirror.yml",
    "tests/common/_kubespray_test_settings.yml",
    "tests/common_vars.yml",
];

/// What says which release a checkout is; the rest of it comes later ([`crate::checkouts`]).
pub(crate) fn read_identity(directory: &Path, files: &mut Files) {
    for path in CHECKOUT {
        read_into(&directory.join(path), files);
    }
}

/// What may stand around a path: settings beside it, a checkout that holds it.
pub(crate) fn read_around(path: &Path, files: &mut Files) {
    read_into(&path.with_file_name(crate::settings::FILE), files);
    for directory in path.ancestors().skip(1) {
        read_identity(directory, files);
    }
    // Older releases run their tests with the variables of the sample.
    if is_test(path)
        && let Some(root) = path.ancestors().nth(3)
    {
        walk(&root.join("inventory/sample"), &mut |_| ()).read(files);
    }
}

/// What a look at the disk found, not read yet.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Directories that hold what is wanted.
    pub(crate) holders: BTreeSet<PathBuf>,
    /// Files that belong to inventories.
    wanted: Vec<PathBuf>,
    /// Directories whose presence says something.
    wanted_directories: Vec<PathBuf>,
}

impl Walk {
    /// Reads what is wanted into `files`.
    pub(crate) fn read(&self, files: &mut Files) {
        for directory in &self.wanted_directories {
            files.insert(&path_text(directory), Entry::Directory);
        }
        for path in &self.wanted {
            read_into(path, files);
        }
    }

    fn extend(&mut self, other: Walk) {
        self.holders.extend(other.holders);
        self.wanted.extend(other.wanted);
        self.wanted_directories.extend(other.wanted_directories);
    }
}

/// Looks for the inventories below `directory` and what belongs to them. `enter` is told of each directory before it is listed.
pub(crate) fn walk(directory: &Path, enter: &mut dyn FnMut(&Path)) -> Walk {
    let mut builder = WalkBuilder::new(directory);
    builder.standard_filters(false).follow_links(true);
    let once = Once::below(directory);
    builder.filter_entry(move |entry| {
        let is_link = || entry.path_is_symlink() && entry.path().is_dir() && !is_in_variable_dir(entry.path());
        entry.depth() == 0 || !(is_skipped_name(entry.file_name()) || is_link() && once.is_elsewhere(entry.path()))
    });
    let (mut directories, mut others) = (Vec::new(), Vec::new());
    for entry in builder.build().take(MAX_ENTRIES).flatten() {
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            enter(entry.path());
            directories.push(entry.into_path());
        } else {
            others.push(entry.into_path());
        }
    }
    let homes: BTreeSet<&Path> = directories.iter().filter(|path| is_variable_dir(path)).filter_map(|path| path.parent()).collect();
    let configured: BTreeSet<&Path> = others.iter().filter(|path| path.ends_with("ansible.cfg")).filter_map(|path| path.parent()).collect();
    let of_plays = play_files::Homes::new(directory, &directories, &others);
    let is_wanted = |path: &PathBuf| {
        // An inventory that only `ansible.cfg` names may stand anywhere below it.
        let named = || configured.iter().any(|root| path.starts_with(root)) && has_inventory_name(path);
        let beside = || path.parent().is_some_and(|parent| homes.contains(parent)) && has_known_extension(path);
        is_marker(path) || is_below_variable_dir(path) || beside() || named() || of_plays.hold(path)
    };
    let wanted: Vec<PathBuf> = others.iter().filter(|path| is_wanted(path)).cloned().collect();
    let wanted_directories: Vec<PathBuf> = directories.iter().filter(|path| is_variable_dir(path) || is_wanted(path)).cloned().collect();
    let holders = wanted.iter().filter_map(|path| path.parent()).map(Path::to_owned).chain(wanted_directories.iter().cloned()).collect();
    Walk { holders, wanted, wanted_directories }
}

/// The directories of a walk by what they are on disk: one that links lead to as well is walked once, where it stands.
struct Once {
    /// As it is on disk.
    root: Option<PathBuf>,
    /// Directories outside the root that a link led to.
    outside: Mutex<BTreeSet<PathBuf>>,
}

impl Once {
    fn below(root: &Path) -> Self {
        Self { root: root.canonicalize().ok(), outside: Mutex::default() }
    }

    /// Whether the directory that the link at `path` leads to is walked without it, or was already.
    fn is_elsewhere(&self, path: &Path) -> bool {
        let (Ok(target), Some(root)) = (path.canonicalize(), &self.root) else { return false };
        if target.starts_with(root) {
            return !is_skipped(&target, root);
        }
        !self.outside.lock().unwrap_or_else(PoisonError::into_inner).insert(target)
    }
}

/// Looks for what belongs to a file or directory that is an inventory by being open or named: the variable files of its directory and, where there
/// are any, the inventories beside it; of a directory, also its own files. Of a variable file, the same around the directory that holds it.
pub(crate) fn walk_around(path: &Path, enter: &mut dyn FnMut(&Path)) -> Walk {
    let variable_dir = path.ancestors().skip(1).filter(|above| is_variable_dir(above)).last();
    let is_directory = path.is_dir();
    let home = if is_directory { Some(path) } else { variable_dir.unwrap_or(path).parent() };
    let Some(home) = home else { return Walk::default() };
    enter(home);
    let mut found = Walk { holders: BTreeSet::from([home.to_owned()]), ..Walk::default() };
    for directory in variable_dirs_in(home) {
        found.extend(walk(&directory, enter));
    }
    if is_directory || !found.wanted_directories.is_empty() {
        let beside = fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path());
        found.wanted.extend(beside.filter(|path| has_known_extension(path) && path.is_file()));
    }
    if path.is_file() && !found.wanted.iter().any(|wanted| wanted == path) {
        found.wanted.push(path.to_owned());
    }
    found
}

/// Whether a directory that appeared below `root` would not be walked.
pub(crate) fn is_skipped(path: &Path, root: &Path) -> bool {
    path.strip_prefix(root).is_ok_and(|below| below.iter().any(is_skipped_name))
}

/// Whether a path that appeared later belongs to the inventories in `files`.
pub(crate) fn is_wanted(path: &Path, files: &Files) -> bool {
    let beside = |name: &str| files.get(&path_text(&path.with_file_name(name))).is_some();
    is_marker(path)
        || is_below_variable_dir(path)
        || (has_known_extension(path) && (beside("group_vars") || beside("host_vars")))
        || play_files::is_wanted(path, files)
}

fn variable_dirs_in(home: &Path) -> impl Iterator<Item = PathBuf> {
    ["group_vars", "host_vars"].into_iter().map(|name| home.join(name)).filter(|path| path.is_dir())
}

fn is_skipped_name(name: &OsStr) -> bool {
    SKIPPED.iter().any(|skipped| name == *skipped)
}

pub(crate) fn is_variable_dir(path: &Path) -> bool {
    path.ends_with("group_vars") || path.ends_with("host_vars")
}

/// Whether the path is a directory of variable files or lies in one: those are looked up by name, be they links or not.
fn is_in_variable_dir(path: &Path) -> bool {
    path.ancestors().any(is_variable_dir)
}

fn is_below_variable_dir(path: &Path) -> bool {
    path.ancestors().skip(1).any(is_variable_dir)
}

/// Files that say something about a folder as a whole.
fn is_marker(path: &Path) -> bool {
    matches!(name_of(path), "ansible.cfg" | "galaxy.yml" | "hostwise.toml")
        || CHECKOUT.iter().any(|known| path.ends_with(known))
        || is_test(path)
}

/// A test of Kubespray's CI.
fn is_test(path: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.ends_with("tests/files")) && has_known_extension(path)
}

fn has_inventory_name(path: &Path) -> bool {
    name_of(path).starts_with("hosts") || name_of(path).starts_with("inventory")
}

fn has_known_extension(path: &Path) -> bool {
    match name_of(path).rsplit_once('.') {
        None | Some(("", _)) => true,
        Some((_, extension)) => matches!(extension, "yml" | "yaml" | "json" | "ini" | "toml"),
    }
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether the file at `path` has an executable bit.
pub(crate) fn is_executable_path(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| is_executable(&metadata))
}

/// Puts the file at `path` into `files`, or takes it out when it is not there.
pub(crate) fn read_into(path: &Path, files: &mut Files) {
    let text = path_text(path);
    match read(path) {
        Some(file) => files.insert(&text, Entry::File(Arc::new(file))),
        None if files.get(&text).is_some() => files.remove(&text),
        None => {}
    }
}

/// A file with its text, or with the reason why there is none; `None` when there is no file.
pub(crate) fn read(path: &Path) -> Option<SourceFile> {
    let metadata = fs::metadata(path).ok()?;
    if metadata.is_dir() {
        return None;
    }
    Some(SourceFile::new(path_text(path), content(path, &metadata), is_executable(&metadata)))
}

fn content(path: &Path, metadata: &fs::Metadata) -> Content {
    let unavailable = |reason: String| Content::Unavailable(reason.into());
    if !metadata.is_file() {
        return unavailable("this is no ordinary file: it is not read".to_owned());
    }
    if metadata.len() >= MAX_BYTES {
        return unavailable(format!("this file of {} MB is too large: files up to 50 MB are read", metadata.len() / 1_000_000));
    }
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes));
    if let Err(error) = read {
        return unavailable(format!("this file cannot be read: {error}"));
    }
    if bytes.contains(&0) {
        return unavailable("this file is binary: it is not read".to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.into()),
        Err(error) => unavailable(format!("this file is not UTF-8 (byte {}): it is not read", error.utf8_error().valid_up_to())),
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary directory");
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, content).expect("a file");
        }
        folder
    }

    fn names(files: &Files, root: &Path) -> Vec<String> {
        let root = path_text(root);
        let of_files = files.iter().filter(|(_, entry)| matches!(entry, Entry::File(_)));
        of_files.map(|(path, _)| path[root.len() + 1..].to_owned()).collect()
    }

    #[test]
    fn a_walk_finds_inventories_and_leaves_the_rest() {
        let folder = folder(&[
            ("ansible.cfg", b"[defaults]\n"),
            ("inv/hosts.yaml", b"all:\n"),
            ("inv/notes.md", b"no\n"),
            ("inv/group_vars/all/a.yml", b"a: 1\n"),
            ("inv/group_vars/web", b"b: 1\n"),
            ("src/main.yml", b"x: 1\n"),
            ("node_modules/group_vars/all.yml", b"x: 1\n"),
        ]);
        let mut files = Files::default();
        walk(folder.path(), &mut |_| ()).read(&mut files);
        assert_eq!(names(&files, folder.path()), ["ansible.cfg", "inv/group_vars/all/a.yml", "inv/group_vars/web", "inv/hosts.yaml"]);
    }

    #[test]
    fn around_a_file_its_neighbours_count_only_beside_variables() {
        let folder = folder(&[
            ("home/notes.yml", b"a: 1\n"),
            ("home/large-and-private", b"x\n"),
            ("inv/hosts.yaml", b"all:\n"),
            ("inv/more.ini", b"[web]\n"),
            ("inv/group_vars/all.yml", b"a: 1\n"),
        ]);
        let around = |path: &str| {
            let mut files = Files::default();
            walk_around(&folder.path().join(path), &mut |_| ()).read(&mut files);
            names(&files, folder.path())
        };
        assert_eq!(around("home/notes.yml"), ["home/notes.yml"]);
        for path in ["inv/hosts.yaml", "inv/group_vars/all.yml", "inv"] {
            assert_eq!(around(path), ["inv/group_vars/all.yml", "inv/hosts.yaml", "inv/more.ini"], "{path}");
        }
    }

    #[test]
    fn what_is_no_text_has_a_reason() {
        let folder = folder(&[("binary", b"a\0b"), ("latin", b"a: \xe9"), ("text", b"a: 1")]);
        let reason = |name: &str| match read(&folder.path().join(name)).expect("it is there").content() {
            Content::Text(text) => text.to_string(),
            Content::Unavailable(reason) => reason.to_string(),
        };
        assert_eq!(reason("binary"), "this file is binary: it is not read");
        assert_eq!(reason("latin"), "this file is not UTF-8 (byte 3): it is not read");
        assert_eq!(reason("text"), "a: 1");
        let large = fs::File::create(folder.path().join("large")).expect("a file");
        large.set_len(MAX_BYTES).expect("a sparse file");
        assert_eq!(reason("large"), "this file of 50 MB is too large: files up to 50 MB are read");
    }

    #[cfg(unix)]
    #[test]
    fn what_links_lead_to_is_found_once() {
        let link = |target: &Path, at: PathBuf| std::os::unix::fs::symlink(target, at).expect("a link");
        let elsewhere = folder(&[("hosts.yaml", b"all:\n"), ("group_vars/all.yml", b"a: 1\n")]);
        let folder = folder(&[
            ("inventory/hosts.yaml", b"all:\n"),
            ("common/all.yml", b"a: 1\n"),
            ("inventory/host_vars/a.yml", b"a: 1\n"),
            ("more/x", b""),
        ]);
        link(Path::new("../common"), folder.path().join("inventory/group_vars"));
        link(Path::new("../inventory"), folder.path().join("more/inventory"));
        link(elsewhere.path(), folder.path().join("more/elsewhere"));
        link(elsewhere.path(), folder.path().join("more/elsewhere-again"));
        let mut files = Files::default();
        walk(folder.path(), &mut |_| ()).read(&mut files);
        let mut found = names(&files, folder.path());
        let outside = found.iter().filter(|path| path.starts_with("more/elsewhere")).count();
        found.retain(|path| !path.starts_with("more/elsewhere"));
        assert_eq!(found, ["inventory/group_vars/all.yml", "inventory/host_vars/a.yml", "inventory/hosts.yaml"]);
        assert_eq!(outside, 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let folder = folder(&[("inv/hosts.yaml", b"all:\n"), ("inv/group_vars/all.yml", b"a: 1\n")]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("inv/loop")).expect("a link");
        let mut files = Files::default();
        walk(folder.path(), &mut |_| ()).read(&mut files);
        assert_eq!(names(&files, folder.path()), ["inv/group_vars/all.yml", "inv/hosts.yaml"]);
    }
}
