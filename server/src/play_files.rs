//! Which files on disk may be playbooks, or belong to one: YAML where people keep playbooks, and the parts of roles.

use std::collections::BTreeSet;
use std::path::Path;

use hostwise_inventory::{Entry, Files};

use crate::files::{is_variable_dir, path_text};

/// Parts of a role that say what it does.
const PARTS: [&str; 5] = ["defaults", "handlers", "meta", "tasks", "vars"];

/// Directories in which people keep playbooks and lists of tasks, besides those that hold an `ansible.cfg`, roles or variables.
const NAMES: [&str; 4] = ["extra_playbooks", "playbooks", "plays", "tasks"];

/// What a folder holds that shows where its playbooks are.
pub(crate) struct Homes<'p> {
    root: &'p Path,
    /// Directories with an `ansible.cfg`, with roles or with variables.
    signed: BTreeSet<&'p Path>,
}

impl<'p> Homes<'p> {
    /// `root` is the folder itself; `directories` and `files` are all paths below it.
    pub(crate) fn new(root: &'p Path, directories: &'p [std::path::PathBuf], files: &'p [std::path::PathBuf]) -> Self {
        let by_directory = directories.iter().filter(|path| is_variable_dir(path) || path.ends_with("roles"));
        let by_file = files.iter().filter(|path| path.ends_with("ansible.cfg"));
        Self { root, signed: by_directory.chain(by_file).filter_map(|path| path.parent()).collect() }
    }

    /// Whether the file may be a playbook, or belong to one.
    pub(crate) fn hold(&self, path: &Path) -> bool {
        let is_home = |path: &Path| path == self.root || self.signed.contains(path);
        let in_home = || path.parent().is_some_and(is_home);
        is_yaml(path) && (has_place(path) || in_home())
            || is_script(path)
                && (is_of_role(path) || path.ancestors().skip(2).take(2).any(|above| is_home(above) || is_home_of_plays(above)))
    }
}

/// Whether a file that appeared later may be a playbook or belong to one, by its place or by what is known beside it.
pub(crate) fn is_wanted(path: &Path, files: &Files) -> bool {
    let in_home = || {
        let Some(parent) = path.parent().map(path_text) else { return false };
        let is_sign = |(name, entry): (&str, &Entry)| match entry {
            Entry::Directory => matches!(name, "group_vars" | "host_vars" | "roles"),
            Entry::File(_) => name == "ansible.cfg" || is_yaml(Path::new(name)),
        };
        files.names_in(&parent).any(is_sign)
    };
    is_yaml(path) && (has_place(path) || in_home()) || is_script(path) && files.get(&path_text(path)).is_some()
}

/// Whether the directories above a file say what it is: a part of a role, or a directory of playbooks.
fn has_place(path: &Path) -> bool {
    let mut above = path.ancestors().skip(1).filter_map(|above| above.file_name()?.to_str());
    let named = above.clone().next().is_some_and(|name| NAMES.contains(&name));
    named || (above.clone().any(|name| PARTS.contains(&name)) && above.any(|name| name == "roles"))
}

/// Whether the path is where playbooks and roles keep the scripts that they run.
fn is_script(path: &Path) -> bool {
    let is_home_of_scripts = |name: &std::ffi::OsStr| name == "files" || name == "scripts";
    path.extension().is_some_and(|extension| extension == "sh") && path.parent().and_then(Path::file_name).is_some_and(is_home_of_scripts)
}

fn is_of_role(path: &Path) -> bool {
    path.ancestors().any(|above| above.file_name().is_some_and(|name| name == "roles"))
}

fn is_home_of_plays(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| NAMES.contains(&name))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}
