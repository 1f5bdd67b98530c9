//! What Kubespray does with an inventory, per release: groups, layouts, variables, components. Data in `packs/`, read by one loader.
//!
//! Conditions are texts in Ansible's expression language; this crate does not evaluate them.

mod default;
mod docs;
mod facts;
mod pack;
mod packs;
mod ranges;
mod variables;
mod version;

/// The bundled texts, as `build.rs` has made them.
mod sources {
    include!(concat!(env!("OUT_DIR"), "/sources.rs"));
}

pub use default::Default;
pub use docs::{DocPage, page};
pub use facts::{Changes, Facts, Kind};
pub use pack::{Check, Component, Download, DownloadForm, GroupKnowledge, KubeVersions, Layout, Need, Pack};
pub use packs::Packs;
pub use variables::{Form, Removed, Variable};
pub use version::Version;
