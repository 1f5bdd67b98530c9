//! What Kubespray does with an inventory, per release: groups, layouts, variables, components. Data in `packs/`, read by one loader.
//!
//! Conditions are texts in Ansible's expression language; this crate does not evaluate them.

mod pack;
mod version;

pub use pack::{Component, Default, GroupKnowledge, Layout, Need, Pack, Packs};
pub use version::Version;
