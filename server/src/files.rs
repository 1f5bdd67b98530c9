//! The disk: what of it is read, and how paths become text. Nothing is executed, links are followed without loops.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostwise_inventory::{Content, Entry, Files, SourceFile};
use ignore::WalkBuilder;

/// Larger files are not read.
const MAX_BYTES: u64 = 50_000_000;

/// A scan of a folder stops after so many entries.
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
            scan(path, &mut files);
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
    for beside in ["group_vars", "host_vars"] {
        let directory = path.with_file_name(beside);
        if directory.is_dir() {
            scan(&directory, files);
        }
    }
}

/// What says which release a checkout is.
pub(crate) fn read_checkout(directory: &Path, files: &mut Files) {
    read_into(&directory.join("galaxy.yml"), files);
}

/// What may stand around a path: settings beside it, a checkout that holds it.
pub(crate) fn read_around(path: &Path, files: &mut Files) {
    read_into(&path.with_file_name(crate::settings::FILE), files);
    for directory in path.ancestors().skip(1) {
        read_checkout(directory, files);
    }
}

/// Reads the inventories below `directory` and what belongs to them; returns how many entries were looked at.
pub(crate) fn scan(directory: &Path, files: &mut Files) -> usize {
    let mut walk = WalkBuilder::new(directory);
    walk.standard_filters(false).follow_links(true);
    walk.filter_entry(|entry| entry.depth() == 0 || !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped));
    let entries: Vec<PathBuf> = walk.build().take(MAX_ENTRIES).flatten().map(ignore::DirEntry::into_path).collect();
    let variable_dirs: BTreeSet<&Path> =
        entries.iter().map(PathBuf::as_path).filter(|path| is_variable_dir(path) && path.is_dir()).collect();
    let homes: BTreeSet<&Path> = variable_dirs.iter().filter_map(|path| path.parent()).collect();
    let configured: BTreeSet<&Path> =
        entries.iter().filter(|path| path.ends_with("ansible.cfg")).filter_map(|path| path.parent()).collect();
    for path in &entries {
        // An inventory that only `ansible.cfg` names may stand anywhere below it.
        let named = || configured.iter().any(|root| path.starts_with(root)) && has_inventory_name(path);
        let beside = || path.parent().is_some_and(|parent| homes.contains(parent)) && has_known_extension(path);
        if is_marker(path) || is_below_variable_dir(path) || beside() || named() {
            if path.is_dir() {
                files.insert(&path_text(path), Entry::Directory);
            } else {
                read_into(path, files);
            }
        }
    }
    entries.len()
}

/// Whether a path that appeared later belongs to the inventories in `files`.
pub(crate) fn is_wanted(path: &Path, files: &Files) -> bool {
    let beside = |name: &str| files.get(&path_text(&path.with_file_name(name))).is_some();
    is_marker(path) || is_below_variable_dir(path) || (has_known_extension(path) && (beside("group_vars") || beside("host_vars")))
}

/// What belongs to a file that stands alone: the inventories in its directory, or in the one whose variables it holds.
pub(crate) fn read_beside(path: &Path, files: &mut Files) {
    let variable_dir = path.ancestors().skip(1).filter(|above| is_variable_dir(above)).last();
    let Some(home) = variable_dir.unwrap_or(path).parent() else { return };
    let beside = fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in beside.filter(|path| has_known_extension(path) && path.is_file()) {
        read_into(&path, files);
    }
    read_inventory(path.ancestors().find(|above| above.parent() == Some(home)).unwrap_or(path), files);
    read_around(path, files);
}

fn is_variable_dir(path: &Path) -> bool {
    path.ends_with("group_vars") || path.ends_with("host_vars")
}

fn is_below_variable_dir(path: &Path) -> bool {
    path.ancestors().skip(1).any(is_variable_dir)
}

/// Files that say something about a folder as a whole.
fn is_marker(path: &Path) -> bool {
    matches!(name_of(path), "ansible.cfg" | "galaxy.yml" | "hostwise.toml")
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
    fn a_scan_reads_inventories_and_leaves_the_rest() {
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
        scan(folder.path(), &mut files);
        assert_eq!(names(&files, folder.path()), ["ansible.cfg", "inv/group_vars/all/a.yml", "inv/group_vars/web", "inv/hosts.yaml"]);
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
    fn a_loop_of_links_ends() {
        let folder = folder(&[("inv/hosts.yaml", b"all:\n"), ("inv/group_vars/all.yml", b"a: 1\n")]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("inv/loop")).expect("a link");
        let mut files = Files::default();
        scan(folder.path(), &mut files);
        assert_eq!(names(&files, folder.path()), ["inv/group_vars/all.yml", "inv/hosts.yaml"]);
    }
}
