//! What the roles of a checkout say of variables: `defaults` and `vars`, composed as Ansible composes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use hostwise_expression::Value;
use hostwise_inventory::{Content, Entry, Files, SourceFile};
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::NodeId;
use indexmap::IndexMap;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::scope::from_inventory;

use super::SHARED_ROLES;

/// A variable in the defaults or vars of a role.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Path below `roles/`: `kubespray_defaults`, `network_plugin/calico`.
    pub(crate) role: Arc<str>,
    pub(crate) file: Arc<SourceFile>,
    pub(crate) key: TextRange,
    value: NodeId,
    read: OnceLock<Value>,
}

impl Declared {
    /// As written: templates are not evaluated.
    pub(crate) fn value(&self, name: &str) -> &Value {
        self.read.get_or_init(|| {
            let value = self.file.yaml().node(self.value).value();
            value.map_or_else(|error| Value::Error(error.message.into()), |value| from_inventory(&value, name))
        })
    }

    /// The bytes of the value.
    pub(crate) fn text(&self) -> &str {
        self.file.yaml().node(self.value).source()
    }

    /// One-based.
    pub(crate) fn line(&self) -> u32 {
        self.file.lines().line_of(self.key.start as usize) as u32 + 1
    }
}

type Names = FxHashMap<Arc<str>, Vec<Declared>>;

#[derive(Debug, Default)]
pub(super) struct Roles {
    defaults: Names,
    vars: Names,
    /// The roles with defaults or vars.
    named: BTreeSet<Arc<str>>,
    /// The role whose defaults all others share.
    shared: Option<Arc<str>>,
    /// What could not be read: path below the root, and why.
    problems: Vec<String>,
}

/// The directory of a role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Defaults,
    Vars,
}

/// A file of a role with its path below the part.
type NamedFile<'f> = (&'f str, &'f Arc<SourceFile>);

impl Roles {
    pub(super) fn read(files: &Files, root: &str) -> Roles {
        let base = format!("{root}/roles");
        let mut parts: BTreeMap<(&str, Part), Vec<NamedFile<'_>>> = BTreeMap::new();
        for (path, entry) in files.under(&base) {
            if let Entry::File(file) = entry
                && let Some((role, part, name)) = part_of(&path[base.len() + 1..])
            {
                parts.entry((role, part)).or_default().push((name, file));
            }
        }
        let mut read: Vec<(&str, Part, Vec<&Arc<SourceFile>>)> =
            parts.into_iter().map(|((role, part), files)| (role, part, loaded(files))).collect();
        // Parsing is what takes time; the order of what follows does not depend on it.
        read.par_iter().flat_map(|(_, _, files)| files).for_each(|file| {
            file.syntax_error();
        });
        let is_shared = |role: &&str| SHARED_ROLES.contains(role);
        let shared = read.iter().map(|(role, ..)| *role).find(is_shared).or_else(|| {
            read.iter().find_map(|(role, part, files)| {
                let sets = |name: &str| files.iter().filter_map(|file| file.yaml().root()).any(|root| root.get(name).is_some());
                (*part == Part::Defaults && sets("deploy_container_engine") && sets("kube_network_plugin")).then_some(*role)
            })
        });
        read.sort_by_key(|(role, part, _)| (Some(*role) != shared, *role, *part));
        let mut roles = Roles { shared: shared.map(Arc::from), ..Roles::default() };
        for (role, part, files) in &read {
            let role: Arc<str> = (*role).into();
            roles.named.insert(Arc::clone(&role));
            let mut names: IndexMap<Arc<str>, Declared> = IndexMap::new();
            for file in files {
                if let Some(problem) = roles_problem(file) {
                    roles.problems.push(format!("{}{problem}", &file.path()[root.len() + 1..]));
                }
                names.extend(declared(&role, file));
            }
            let all = if *part == Part::Defaults { &mut roles.defaults } else { &mut roles.vars };
            for (name, declared) in names {
                all.entry(name).or_default().push(declared);
            }
        }
        roles
    }

    pub(super) fn defaults(&self, name: &str) -> &[Declared] {
        self.defaults.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn vars(&self, name: &str) -> &[Declared] {
        self.vars.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a role has defaults or vars.
    pub(super) fn have(&self, role: &str) -> bool {
        self.named.contains(role)
    }

    /// In no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.defaults.keys()
    }

    pub(super) fn shared(&self) -> Option<&str> {
        self.shared.as_deref()
    }

    pub(super) fn is_shared(&self, role: &str) -> bool {
        self.shared.as_deref() == Some(role)
    }

    pub(super) fn problems(&self) -> impl Iterator<Item = &String> {
        self.problems.iter()
    }
}

/// Role, part, and the path in the part: `kubernetes/node/defaults/main.yml` is `main.yml` in the defaults of `kubernetes/node`.
fn part_of(path: &str) -> Option<(&str, Part, &str)> {
    let at = |name: &str, part| path.find(name).map(|at| (&path[..at], part, &path[at + name.len()..]));
    let (role, part, name) = at("/defaults/", Part::Defaults).or_else(|| at("/vars/", Part::Vars))?;
    (!role.split('/').any(|name| matches!(name, "molecule" | "tests"))).then_some((role, part, name))
}

/// The files that Ansible loads by itself: `main` with the first extension that is there, else all in the directory `main`; the last one wins.
fn loaded<'f>(files: Vec<NamedFile<'f>>) -> Vec<&'f Arc<SourceFile>> {
    let main = ["main.yml", "main.yaml", "main.json"].iter().find_map(|main| files.iter().find(|(name, _)| name == main));
    if let Some((_, file)) = main {
        return vec![file];
    }
    let is_read = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        !name.starts_with('.') && !name.ends_with('~') && matches!(extension, None | Some("yml" | "yaml" | "json"))
    };
    files.into_iter().filter(|(name, _)| name.starts_with("main/") && is_read(name)).map(|(_, file)| file).collect()
}

/// The root entries of a file. Where Ansible could not read the text, the entry it stumbles over is left out.
fn declared<'f>(role: &'f Arc<str>, file: &'f Arc<SourceFile>) -> impl Iterator<Item = (Arc<str>, Declared)> + 'f {
    let broken = file.syntax_error().map(|error| error.range.start as usize);
    let entries = file.yaml().root().into_iter().flat_map(|root| root.entries());
    let is_sound = move |range: TextRange| broken.is_none_or(|at| !range.touches(at));
    entries.filter(move |entry| entry.colon.is_some() && is_sound(entry.range())).map(move |entry| {
        let declared = Declared {
            role: Arc::clone(role),
            file: Arc::clone(file),
            key: entry.key.range(),
            value: entry.value.id(),
            read: OnceLock::new(),
        };
        (Arc::from(&*entry.key.text()), declared)
    })
}

fn roles_problem(file: &SourceFile) -> Option<String> {
    match file.content() {
        Content::Unavailable(reason) => Some(format!(": {reason}")),
        Content::Text(_) => {
            let error = file.syntax_error()?;
            Some(format!(":{}: {}", file.lines().line_of(error.range.start as usize) + 1, error.message))
        }
    }
}
