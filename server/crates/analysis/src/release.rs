//! Which Kubespray release an inventory is for, and how that is known.

use std::fmt;
use std::sync::Arc;

use hostwise_inventory::{Files, Request};
use hostwise_kubespray::{Pack, Packs, Version};

use crate::Settings;
use crate::discovery::parent;

/// The knowledge used for an inventory, and why this one.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) pack: Arc<Pack>,
    /// The release that was found or asked for; the pack is the nearest at or below it.
    pub(crate) version: Version,
    pub(crate) source: Source,
}

/// How a release is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Settings,
    /// The `galaxy.yml` at this path.
    Checkout(Arc<str>),
    /// Nothing said so: the newest pack.
    Newest,
}

impl Release {
    /// Settings first, then a checkout around the inventory or named in the settings, then the newest pack.
    pub(crate) fn of(files: &Files, request: &Request, settings: &Settings) -> Release {
        let (version, source) = asked_for(files, settings)
            .or_else(|| request.sources.iter().find_map(|source| checkout_around(files, source)))
            .unwrap_or((Packs::bundled().newest().version, Source::Newest));
        Release { pack: Arc::clone(Packs::bundled().nearest(version)), version, source }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        if self.pack.version != self.version {
            write!(f, ", by what is known of {}", self.pack.version)?;
        }
        Ok(())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Settings => write!(f, "settings"),
            Source::Checkout(path) => write!(f, "{path}"),
            Source::Newest => write!(f, "newest known release, no checkout found"),
        }
    }
}

fn asked_for(files: &Files, settings: &Settings) -> Option<(Version, Source)> {
    let asked = settings.kubespray.as_deref()?;
    match asked.parse() {
        Ok(version) => Some((version, Source::Settings)),
        Err(_) => checkout_at(files, asked.trim_end_matches('/')),
    }
}

/// The checkout that holds `path`: the nearest directory above it with Kubespray's `galaxy.yml`.
fn checkout_around(files: &Files, path: &str) -> Option<(Version, Source)> {
    let mut directory = parent(path);
    while !directory.is_empty() {
        if let Some(found) = checkout_at(files, directory) {
            return Some(found);
        }
        directory = parent(directory);
    }
    None
}

fn checkout_at(files: &Files, directory: &str) -> Option<(Version, Source)> {
    let file = files.file(&format!("{directory}/galaxy.yml"))?;
    let root = file.yaml().root()?;
    let text = |key| root.get(key).map(|entry| entry.value.text());
    let is_kubespray = text("namespace")? == "kubernetes_sigs" && text("name")? == "kubespray";
    let version = text("version")?.parse().ok()?;
    is_kubespray.then(|| (version, Source::Checkout(Arc::clone(file.path()))))
}
