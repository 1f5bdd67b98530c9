//! Copies of Kubespray on disk: where they are looked for, and what of them is read. Which one counts is decided by the analysis.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostwise_analysis::{
    CHECKOUT_TAG, Environment, RECORDED_COMMIT, SHARED_ROLES, Settings, Workspace, checkout_problems, is_identity, named_places, submodules,
};
use hostwise_inventory::{Content, Entry, Files, SourceFile};
use rayon::prelude::*;

use crate::files::{self, path_text};
use crate::history;

/// Of more copies than this the rest is not read.
const MAX_CHECKOUTS: usize = 8;

/// Of a directory with more entries the rest is not looked at.
const MAX_ENTRIES: usize = 2_000;

/// Roles do not nest deeper.
const MAX_DEPTH: usize = 8;

/// Files whose presence tells releases apart.
const FINGERPRINT: [&str; 5] =
    ["galaxy.yml", "MANIFEST.json", "legacy_groups.yml", "playbooks/legacy_groups.yml", "playbooks/boilerplate.yml"];

/// Directories of a role that say nothing about variables.
const PASSED_OVER: [&str; 6] = ["files", "handlers", "library", "molecule", "templates", "tests"];

/// What Ansible takes from the environment of this process.
pub(crate) fn environment() -> Environment {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let in_home = |path: &str| match path.strip_prefix("~/") {
        Some(rest) => home.as_ref().map(|home| home.join(rest)),
        None => Some(PathBuf::from(path)),
    };
    let collections = ["ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_COLLECTIONS_PATHS"].into_iter().find_map(|name| std::env::var(name).ok());
    let collections = collections.unwrap_or_else(|| "~/.ansible/collections:/usr/share/ansible/collections".to_owned());
    let absolute = collections.split(':').filter_map(in_home).filter(|path| path.is_absolute());
    let config = std::env::var("ANSIBLE_CONFIG").ok().and_then(|path| in_home(&path)).filter(|path| path.is_absolute() && path.is_file());
    Environment { config: config.map(|path| path_text(&path)), collections: absolute.map(|path| path_text(&path)).collect() }
}

/// What was read of the copies of Kubespray that may count for the inventories of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: Files,
    /// Their directories.
    pub(crate) roots: Vec<Arc<str>>,
    /// What of them could not be read, a line each.
    pub(crate) problems: Vec<String>,
}

/// Reads the copies of Kubespray that may count. `enter` is told of each directory whose changes matter before it is listed.
pub(crate) fn read(workspace: &Workspace, enter: &mut dyn FnMut(&Path)) -> Found {
    let mut found = Files::default();
    let mut roots: Vec<PathBuf> = workspace.settings().kubespray.iter().filter(|asked| asked.starts_with('/')).map(PathBuf::from).collect();
    let homes: BTreeSet<PathBuf> = workspace.sources().iter().map(|source| home(Path::new(&**source))).collect();
    let mut seen = BTreeSet::new();
    for home in &homes {
        roots.extend(around(home, workspace.settings(), &mut found, &mut seen, enter));
    }
    // Copies inside the folders of the workspace that the look for inventories came by.
    let identities = workspace.files().iter().filter_map(|(path, entry)| match entry {
        Entry::File(file) if matches!(path.rsplit('/').next(), Some("galaxy.yml" | "MANIFEST.json")) && is_identity(file) => {
            Path::new(&**path).parent()
        }
        _ => None,
    });
    roots.extend(identities.map(Path::to_owned));
    let mut known = BTreeSet::new();
    roots.retain(|root| is_checkout(root) && known.insert(path_text(root)));
    roots.truncate(MAX_CHECKOUTS);
    for root in &roots {
        read_checkout(root, &mut found, enter);
        // It may have been moved away meanwhile.
        if !is_checkout(root) {
            found.remove(&path_text(root));
        }
    }
    for home in &homes {
        for root in submodules(&found, &path_text(&home.join("hosts")), workspace.settings()) {
            let directory = Path::new(&*root);
            if !is_checkout(directory)
                && let Some(commit) = history::recorded(directory)
            {
                enter(directory);
                insert_text(&mut found, format!("{root}/{RECORDED_COMMIT}"), commit);
                known.insert(root);
            }
        }
    }
    let problems = checkout_problems(&found);
    Found { files: found, roots: known.into_iter().collect(), problems }
}

/// Whether a directory holds Kubespray, as far as its names say.
pub(crate) fn is_checkout(directory: &Path) -> bool {
    SHARED_ROLES.iter().any(|role| directory.join("roles").join(role).is_dir())
        || ["galaxy.yml", "MANIFEST.json"].iter().any(|name| files::read(&directory.join(name)).is_some_and(|file| is_identity(&file)))
}

/// Whether a change at this name may bring or move a checkout.
pub(crate) fn is_signpost(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    matches!(name, ".gitmodules" | "ansible.cfg" | "galaxy.yml" | "MANIFEST.json" | "roles") || SHARED_ROLES.contains(&name)
}

fn home(source: &Path) -> PathBuf {
    if source.is_dir() { source.to_owned() } else { source.parent().unwrap_or(source).to_owned() }
}

/// Directories that may hold the Kubespray of the inventories in `home`. What points to them is put into `files`; what is in `seen` was looked at.
fn around(home: &Path, settings: &Settings, files: &mut Files, seen: &mut BTreeSet<PathBuf>, enter: &mut dyn FnMut(&Path)) -> Vec<PathBuf> {
    for directory in home.ancestors() {
        let git = directory.join(".git");
        if git.exists() {
            files.insert(&path_text(&git), Entry::Directory);
        }
        files::read_into(&directory.join(".gitmodules"), files);
        files::read_into(&directory.join("ansible.cfg"), files);
    }
    if let Some(config) = &settings.environment.config {
        files::read_into(Path::new(&**config), files);
    }
    let is_repository = |directory: &&Path| directory.join(".git").exists() || directory.join(".gitmodules").exists();
    let repository = home.ancestors().find(is_repository);
    let top = repository.or(home.parent()).unwrap_or(home);
    let mut places: Vec<PathBuf> = home.ancestors().map(Path::to_owned).collect();
    for directory in home.ancestors().take_while(|directory| directory.starts_with(top)) {
        if !seen.insert(directory.to_owned()) {
            continue;
        }
        if repository.is_some() || directory == home {
            enter(directory);
        }
        let beside = directories_in(directory);
        if repository.is_some() {
            places.extend(beside.iter().flat_map(|directory| directories_in(directory)));
        }
        places.extend(beside);
    }
    let source = path_text(&home.join("hosts"));
    places.extend(named_places(files, &source, settings).iter().map(|path| PathBuf::from(&**path)));
    places
}

fn directories_in(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().take(MAX_ENTRIES);
    let is_directory = |path: &PathBuf| {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        !is_hidden && !files::is_skipped(path, directory) && path.is_dir()
    };
    let mut directories: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_directory).collect();
    directories.sort_unstable();
    directories
}

/// The parts of a checkout that say which release it is and what its variables are.
fn read_checkout(root: &Path, files: &mut Files, enter: &mut dyn FnMut(&Path)) {
    enter(root);
    let mut wanted: Vec<PathBuf> = FINGERPRINT.iter().map(|path| root.join(path)).collect();
    wanted.push(root.join("roles/container-engine/tasks/main.yml"));
    let mut open = vec![(root.join("roles"), 0)];
    while let Some((directory, depth)) = open.pop() {
        let part = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_inside = directory
            .ancestors()
            .take(depth)
            .any(|above| above.ends_with("defaults") || above.ends_with("vars") || above.ends_with("meta"));
        if PASSED_OVER.contains(&part) || part == "tasks" {
            continue;
        }
        enter(&directory);
        files.insert(&path_text(&directory), Entry::Directory);
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten().take(MAX_ENTRIES) {
            // Links to directories are not followed: they may lead in circles.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth < MAX_DEPTH {
                    open.push((entry.path(), depth + 1));
                }
            } else if is_inside {
                wanted.push(entry.path());
            }
        }
    }
    if let Some(described) = history::described(root) {
        insert_text(files, format!("{}/{CHECKOUT_TAG}", path_text(root)), described);
    }
    let read: Vec<_> = wanted.par_iter().filter_map(|path| files::read(path)).collect();
    for file in read {
        let path = Arc::clone(file.path());
        files.insert(&path, Entry::File(Arc::new(file)));
    }
}

/// Puts in a file that is not on disk.
fn insert_text(files: &mut Files, path: String, text: String) {
    let file = SourceFile::new(path.as_str(), Content::Text(text.into()), false);
    files.insert(&path, Entry::File(Arc::new(file)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::commit_submodule;

    #[test]
    fn a_submodule_counts_by_its_commit_until_it_is_checked_out() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().canonicalize().expect("a path");
        let submodule = root.join("deps/ks");
        fs::create_dir_all(&submodule).expect("directories");
        let modules = "[submodule \"ks\"]\n\tpath = deps/ks\n\turl = https://github.com/kubernetes-sigs/kubespray.git\n";
        fs::write(root.join(".gitmodules"), modules).expect("a file");
        fs::write(root.join("hosts.yaml"), "kube_node: {hosts: {a: }}\n").expect("a file");
        commit_submodule(&git2::Repository::init(&root).expect("a repository"), "f4ccdb5e72395eaf9f3444056ebd1a6625ddb89a");
        let mut files = Files::default();
        files::read_into(&root.join("hosts.yaml"), &mut files);
        let open = BTreeSet::from([path_text(&root.join("hosts.yaml"))]);
        let workspace = Workspace::new(files, open, Settings::default());
        let recorded = path_text(&submodule.join(RECORDED_COMMIT));

        let found = read(&workspace, &mut |_| ());
        assert_eq!(found.roots, [path_text(&submodule)]);
        assert_eq!(found.files.file(&recorded).map(|file| file.text()), Some("f4ccdb5e72395eaf9f3444056ebd1a6625ddb89a"));
        assert_eq!(found.problems, [format!("{}: a submodule that is not checked out", submodule.display())]);

        fs::write(submodule.join("galaxy.yml"), "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.30.0\n").expect("a file");
        let found = read(&workspace, &mut |_| ());
        assert_eq!(found.roots, [path_text(&submodule)]);
        assert!(found.files.file(&recorded).is_none());
    }
}
