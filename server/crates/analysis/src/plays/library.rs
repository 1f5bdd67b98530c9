//! The playbooks of a workspace and everything they may reach, each file taken apart once as long as it stays the same.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_inventory::{Entry, Files, SourceFile};
use rustc_hash::FxHashMap;

use super::installs::Installs;
use super::model::{Content, PlayFile};
use super::parse;
use super::script::{self, Script};
use crate::discovery::{is_variable_file, name_of, parent};

/// Files and what is known of them.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) files: Files,
    /// The roots of checkouts of Kubespray.
    checkouts: Vec<Arc<str>>,
    known: Mutex<Known>,
    scripts: OnceLock<Vec<Arc<Script>>>,
    installs: OnceLock<Installs>,
    /// What an earlier library had, where it still holds.
    earlier: Vec<Arc<Script>>,
}

/// What was made of files, by path; of another text than now for those that were not asked for since.
type Known = FxHashMap<Arc<str>, (Arc<SourceFile>, Option<Arc<PlayFile>>)>;

impl Library {
    /// The library over `files`; what stayed the same since `previous` is taken over.
    pub(crate) fn new(files: &Files, previous: Option<&Library>) -> Library {
        let known = previous.map(|previous| {
            let known = previous.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.iter().filter(|(path, _)| files.file(path).is_some()).map(|(path, value)| (Arc::clone(path), value.clone())).collect()
        });
        let before: &[Arc<Script>] = previous.map_or(&[], |previous| previous.scripts.get().unwrap_or(&previous.earlier));
        let checkouts = checkouts(files);
        let are_all_edits = previous.is_some_and(|previous| {
            previous.checkouts == checkouts && previous.files.differences(files).iter().all(|&(_, both_are_files)| both_are_files)
        });
        let is_same = |source: &Arc<SourceFile>| files.file(source.path()).is_some_and(|file| Arc::ptr_eq(file, source));
        let holds = |script: &&Arc<Script>| are_all_edits && script.sources.values().all(is_same);
        let earlier = before.iter().filter(holds).cloned().collect();
        Library {
            files: files.clone(),
            checkouts,
            known: Mutex::new(known.unwrap_or_default()),
            scripts: OnceLock::new(),
            installs: OnceLock::new(),
            earlier,
        }
    }

    /// The file at `path`, taken apart; `None` when it is not there or holds nothing that counts here.
    pub(crate) fn file(&self, path: &str) -> Option<Arc<PlayFile>> {
        self.taken_apart(self.files.file(path)?)
    }

    /// The same of a file that is here.
    pub(crate) fn taken_apart(&self, source: &Arc<SourceFile>) -> Option<Arc<PlayFile>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(source.path()).cloned();
        let before = match known {
            Some((known, file)) if Arc::ptr_eq(&known, source) => return file,
            known => known.and_then(|(_, file)| file),
        };
        let file = parse::parse(source, before.as_deref()).map(Arc::new);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(Arc::clone(source.path()), (Arc::clone(source), file.clone()));
        file
    }

    /// What each playbook does that no other imports, by path.
    pub(crate) fn scripts(&self) -> &[Arc<Script>] {
        self.scripts.get_or_init(|| {
            let of = |path: &Arc<str>| {
                let is_it = |script: &&Arc<Script>| script.path == *path;
                let earlier = self.earlier.iter().find(is_it).cloned();
                earlier.unwrap_or_else(|| Arc::new(script::build(self, path)))
            };
            self.roots().iter().map(of).collect()
        })
    }

    /// The playbooks of the workspace, by path.
    pub(crate) fn playbooks(&self) -> Vec<Arc<PlayFile>> {
        let candidates = self.files.iter().filter_map(|(path, entry)| match entry {
            Entry::File(file) if may_be_playbook(path) && starts_with_item(file.text()) => self.file(path),
            _ => None,
        });
        candidates.filter(|file| matches!(file.content, Content::Playbook(_))).collect()
    }

    /// Every file with tasks that is here, reached or not.
    pub(crate) fn task_files(&self) -> Vec<Arc<PlayFile>> {
        let is_task_file =
            |path: &str| ["/tasks/", "/handlers/"].iter().any(|directory| path.contains(directory)) && !is_variable_file(path);
        let of_roles = self.files.iter().filter_map(|(path, entry)| match entry {
            Entry::File(file) if is_task_file(path) && starts_with_item(file.text()) => self.file(path),
            _ => None,
        });
        self.playbooks().into_iter().chain(of_roles).collect()
    }

    /// What the playbooks bring themselves.
    pub(crate) fn installs(&self) -> &Installs {
        self.installs.get_or_init(|| Installs::of(self))
    }

    fn roots(&self) -> BTreeSet<Arc<str>> {
        let playbooks = self.playbooks();
        let mut roots: BTreeSet<Arc<str>> = playbooks.iter().map(|file| Arc::clone(file.path())).collect();
        for file in &playbooks {
            let Content::Playbook(plays) = &file.content else { continue };
            let imports = plays.iter().filter_map(|play| play.import.as_ref());
            for imported in imports.filter_map(|import| self.playbook(&import.text, parent(file.path()))) {
                // A playbook that imports itself would leave no root.
                if imported != *file.path() {
                    roots.remove(&imported);
                }
            }
        }
        roots
    }

    /// The path of the playbook that an import names from the directory `base`: a file, or a playbook of Kubespray's collection.
    pub(crate) fn playbook(&self, name: &str, base: &str) -> Option<Arc<str>> {
        let beside = crate::discovery::join(base, name);
        if self.files.file(&beside).is_some() {
            return Some(beside);
        }
        let of_collection = name.strip_prefix("kubernetes_sigs.kubespray.")?;
        let paths = self.checkouts.iter().map(|root| format!("{root}/playbooks/{of_collection}.yml"));
        paths.into_iter().find_map(|path| self.files.file(&path)).map(|file| Arc::clone(file.path()))
    }

    /// The directory of the role that is used from `bases`: beside other roles, below `roles` of a directory or of one above it, or in a checkout.
    pub(crate) fn role(&self, name: &str, bases: &[&str]) -> Option<String> {
        let name = name.strip_prefix("kubernetes_sigs.kubespray.").unwrap_or(name);
        let is_there = |path: &String| matches!(self.files.get(path), Some(Entry::Directory));
        for base in bases {
            let beside = Some(format!("{base}/{name}"))
                .filter(is_there)
                .filter(|path| base.ends_with("/roles") || path.contains("/roles/") || is_there(&format!("{path}/tasks")));
            let mut above = Some(*base).filter(|base| !base.is_empty());
            let found = beside.or_else(|| {
                std::iter::from_fn(|| {
                    let here = above?;
                    above = Some(parent(here)).filter(|next| !next.is_empty());
                    Some(format!("{here}/roles/{name}"))
                })
                .find(is_there)
            });
            if found.is_some() {
                return found;
            }
        }
        self.checkouts.iter().map(|root| format!("{root}/roles/{name}")).find(is_there)
    }

    /// Whether the file is one of Kubespray's own: what it installs is known from the pack.
    pub(crate) fn is_kubesprays(&self, path: &str) -> bool {
        self.checkouts.iter().any(|root| {
            let below = path.strip_prefix(&**root).and_then(|rest| rest.strip_prefix('/'));
            below.is_some_and(|below| match below.split_once('/') {
                Some(("roles", role)) => KUBESPRAYS_ROLES.contains(&role.split('/').next().unwrap_or_default()),
                Some((directory, _)) => KUBESPRAYS_DIRECTORIES.contains(&directory),
                None => KUBESPRAYS_PLAYBOOKS.contains(&below),
            })
        })
    }
}

/// Directories with playbooks that releases 2.22 to 2.32 have.
const KUBESPRAYS_DIRECTORIES: [&str; 6] = ["contrib", "extra_playbooks", "playbooks", "scripts", "test-infra", "tests"];

/// The playbooks at the root of these releases.
const KUBESPRAYS_PLAYBOOKS: [&str; 12] = [
    "ansible_version.yml",
    "cluster.yml",
    "facts.yml",
    "legacy_groups.yml",
    "mitogen.yml",
    "recover-control-plane.yml",
    "remove-node.yml",
    "remove_node.yml",
    "reset.yml",
    "scale.yml",
    "upgrade-cluster.yml",
    "upgrade_cluster.yml",
];

/// The directories right below `roles` that releases 2.22 to 2.32 have.
const KUBESPRAYS_ROLES: [&str; 25] = [
    "adduser",
    "bastion-ssh-config",
    "bootstrap-os",
    "bootstrap_os",
    "container-engine",
    "download",
    "dynamic_groups",
    "etcd",
    "etcd_defaults",
    "etcdctl_etcdutl",
    "helm-apps",
    "kubernetes",
    "kubernetes-apps",
    "kubespray-defaults",
    "kubespray_defaults",
    "network_facts",
    "network_plugin",
    "recover_control_plane",
    "remove-node",
    "remove_node",
    "reset",
    "system_packages",
    "upgrade",
    "validate_inventory",
    "win_nodes",
];

fn checkouts(files: &Files) -> Vec<Arc<str>> {
    let is_kubespray = |file: &SourceFile| {
        let root = file.yaml().root();
        root.and_then(|root| root.get("name")).is_some_and(|name| name.value.text() == "kubespray")
    };
    let manifests = files.iter().filter(|(path, _)| name_of(path) == "galaxy.yml");
    manifests.filter_map(|(path, _)| files.file(path).filter(|file| is_kubespray(file)).map(|_| parent(path).into())).collect()
}

/// Files below a role are reached through it.
fn may_be_playbook(path: &str) -> bool {
    (path.ends_with(".yml") || path.ends_with(".yaml")) && !path.contains("/roles/") && !is_variable_file(path)
}

/// Whether the first line that says something begins a list.
fn starts_with_item(text: &str) -> bool {
    let says_something = |line: &&str| !line.is_empty() && !line.starts_with('#') && !line.starts_with("---") && !line.starts_with('%');
    text.lines().map(str::trim_end).find(says_something).is_some_and(|line| line.trim_start().starts_with('-'))
}
