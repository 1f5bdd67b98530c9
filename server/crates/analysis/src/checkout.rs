//! The user's own Kubespray, a checkout or an installed collection: which release it is, and what its roles say.
//!
//! Read from files that somebody put into [`Files`]; nothing of it is executed. What cannot be read is named and left out.

mod places;
mod roles;
mod version;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use hostwise_inventory::{Files, SourceFile};
use hostwise_kubespray::{Packs, Version};

use crate::Settings;
use crate::discovery::{is_below, name_of, parent};

pub use places::{named_places, submodules};
pub(crate) use roles::Declared;
use roles::Roles;
pub(crate) use version::{WINDOWS, Window};

/// The roles whose defaults all others share, in the spellings of new and old releases.
pub const SHARED_ROLES: [&str; 2] = ["kubespray_defaults", "kubespray-defaults"];

/// Below a checkout, a file that is not on disk: what `git describe --tags` says of it.
pub const CHECKOUT_TAG: &str = ".git/describe";

/// Below a directory, a file that is not on disk: the commit, in hexadecimal, that the repository around it records for a submodule that is not checked
/// out.
pub const RECORDED_COMMIT: &str = ".git/recorded";

/// Files that say which release a directory holds.
const IDENTITIES: [&str; 2] = ["MANIFEST.json", "galaxy.yml"];

/// A copy of Kubespray on disk.
#[derive(Debug)]
pub(crate) struct Checkout {
    pub(crate) root: Arc<str>,
    /// The release, and the path of what says so.
    pub(crate) version: Option<(Version, Arc<str>)>,
    /// A submodule that is not checked out: nothing is known of it but the release.
    pub(crate) is_recorded: bool,
    roles: Roles,
    problems: OnceLock<Vec<String>>,
}

impl Checkout {
    fn read(files: &Files, root: Arc<str>) -> Checkout {
        let roles = Roles::read(files, &root);
        let recorded = recorded(files, &root);
        let is_recorded = recorded.is_some();
        let version = recorded.map(|version| (version, Arc::clone(&root))).or_else(|| version::of(files, &root, &roles));
        Checkout { root, version, is_recorded, roles, problems: OnceLock::new() }
    }

    /// What the roles say of a variable in their defaults: the role that all others share first, then by role.
    pub(crate) fn defaults(&self, name: &str) -> &[Declared] {
        self.roles.defaults(name)
    }

    /// The value of the shared role's `vars`, which beat the inventory on every host.
    pub(crate) fn shadowing(&self, name: &str) -> Option<&Declared> {
        self.roles.vars(name).first().filter(|declared| self.is_shared(declared))
    }

    /// The names of all defaults, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.roles.names()
    }

    /// Whether the role it stands in is the one whose defaults all others share.
    pub(crate) fn is_shared(&self, declared: &Declared) -> bool {
        self.roles.is_shared(&declared.role)
    }

    /// What could not be read, a line each.
    pub(crate) fn problems(&self) -> &[String] {
        self.problems.get_or_init(|| self.find_problems())
    }

    fn find_problems(&self) -> Vec<String> {
        if self.is_recorded {
            return vec![format!("{}: a submodule that is not checked out", self.root)];
        }
        let mut problems = Vec::new();
        if self.version.is_none() {
            problems.push(format!("{}: nothing says which release this is", self.root));
        }
        match self.roles.shared() {
            None => problems.push(format!("{}: no role {}", self.root, SHARED_ROLES[0])),
            Some(role) if !SHARED_ROLES.contains(&role) => {
                problems.push(format!("{}: no role {}: {role} is taken for it", self.root, SHARED_ROLES[0]));
            }
            Some(_) => {}
        }
        let missing = self.missing_roles();
        if let [first, others @ ..] = &missing[..] {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more roles", others.len()) };
            problems.push(format!("{}: no defaults or vars of {first}{more}", self.root));
        }
        problems.extend(self.roles.problems().map(|problem| format!("{}/{problem}", self.root)));
        problems
    }

    /// The roles that give variables of this release their values and are not here, sorted; none where the release is not known as it was tagged,
    /// or hardly anything is here.
    fn missing_roles(&self) -> Vec<&'static str> {
        let Some((version, _)) = self.version.as_ref().filter(|_| self.roles.shared().is_some()) else { return Vec::new() };
        let packs = Packs::bundled();
        let pack = packs.nearest(*version);
        if pack.version != *version || *version == packs.development() {
            return Vec::new();
        }
        let giving: BTreeSet<&str> = pack.variables().flat_map(|variable| &variable.from).map(String::as_str).collect();
        giving.into_iter().filter(|role| !SHARED_ROLES.contains(role) && !self.roles.have(role)).collect()
    }
}

/// All copies of Kubespray among the files of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Checkouts {
    /// By root.
    all: Vec<Arc<Checkout>>,
}

impl Checkouts {
    pub(crate) fn read(files: &Files) -> Checkouts {
        let mut roots: BTreeSet<Arc<str>> = BTreeSet::new();
        for (path, _) in files.iter() {
            if SHARED_ROLES.contains(&name_of(path)) && name_of(parent(path)) == "roles" {
                roots.insert(parent(parent(path)).into());
            } else if IDENTITIES.contains(&name_of(path)) && files.file(path).is_some_and(|file| is_identity(file)) {
                roots.insert(parent(path).into());
            } else if let Some(root) = recorded_root(path).filter(|root| recorded(files, root).is_some()) {
                roots.insert(root.into());
            }
        }
        Checkouts { all: roots.into_iter().map(|root| Arc::new(Checkout::read(files, root))).collect() }
    }

    /// Whether a change at `path` may change what [`Self::read`] gives, or which checkout counts for an inventory.
    pub(crate) fn concerns(&self, path: &str) -> bool {
        let is_signpost = IDENTITIES.contains(&name_of(path)) || matches!(name_of(path), ".git" | ".gitmodules" | "ansible.cfg");
        is_signpost
            || path.contains("/roles/kubespray")
            || recorded_root(path).is_some()
            || self.all.iter().any(|checkout| is_below(path, &checkout.root))
    }

    /// Whether another text in the file at `path` may do so: of a role only its defaults, its `vars` and its `meta` are read.
    pub(crate) fn read_text_of(&self, path: &str) -> bool {
        let is_part = || ["/defaults/", "/vars/", "/meta/"].iter().any(|part| path.contains(part));
        self.concerns(path)
            && (!self.all.iter().any(|checkout| is_below(path, &checkout.root))
                || is_part()
                || !path.ends_with(".yml")
                || IDENTITIES.contains(&name_of(path)))
    }

    pub(crate) fn at(&self, root: &str) -> Option<&Arc<Checkout>> {
        self.all.iter().find(|checkout| &*checkout.root == root)
    }

    /// The checkout that counts for an inventory source: the first in the order of [`places`].
    pub(crate) fn around(&self, files: &Files, source: &str, settings: &Settings) -> Option<&Arc<Checkout>> {
        if self.all.is_empty() {
            return None;
        }
        let places = places::Places::of(files, source, settings);
        let ranked = self.all.iter().filter_map(|checkout| Some((places.rank(&checkout.root)?, checkout)));
        ranked.min_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, checkout)| checkout)
    }
}

/// The directory of the submodule that a file is about that is not on disk.
fn recorded_root(path: &str) -> Option<&str> {
    path.strip_suffix(RECORDED_COMMIT)?.strip_suffix('/')
}

/// The release of the submodule at `root` that is not checked out, when the commit recorded for it is that of a release.
fn recorded(files: &Files, root: &str) -> Option<Version> {
    Packs::bundled().tagged(files.file(&format!("{root}/{RECORDED_COMMIT}"))?.text())
}

/// What the nearest `galaxy.yml` or `MANIFEST.json` of Kubespray above `path` says, and its path.
pub(crate) fn version_above(files: &Files, path: &str) -> Option<(Version, Arc<str>)> {
    let above =
        std::iter::successors(Some(parent(path)), |directory| Some(parent(directory))).take_while(|directory| !directory.is_empty());
    let mut identities = above.flat_map(|directory| IDENTITIES.map(|name| files.file(&format!("{directory}/{name}"))));
    identities.find_map(|file| Some((version::identity(file?)??, Arc::clone(file?.path()))))
}

/// What could not be read of the copies of Kubespray among `files`, a line each.
pub fn checkout_problems(files: &Files) -> Vec<String> {
    Checkouts::read(files).all.iter().flat_map(|checkout| checkout.problems().to_vec()).collect()
}

/// Whether the file is a `galaxy.yml` or a `MANIFEST.json` of Kubespray.
pub fn is_identity(file: &SourceFile) -> bool {
    version::identity(file).is_some()
}
