//! The knowledge of one release, and the packs bundled with this build.

use std::fmt;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::Version;

/// The knowledge of one release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    pub version: Version,
    pub groups: IndexMap<String, GroupKnowledge>,
    pub layouts: IndexMap<String, Layout>,
    /// Container manager -> the tool that lists images with it.
    pub image_tools: IndexMap<String, String>,
    /// The variables that conditions read, with their defaults.
    pub defaults: IndexMap<String, Default>,
    /// Conditions that several components share (YAML anchors in the file).
    #[serde(default, rename = "conditions")]
    _conditions: serde::de::IgnoredAny,
    pub components: IndexMap<String, Component>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupKnowledge {
    /// One line: what membership does.
    pub purpose: String,
    /// Whether Kubespray stops without it.
    #[serde(default)]
    pub required: bool,
    /// Filled at run time from the hosts of these groups and their descendants.
    #[serde(default)]
    pub filled_from: Vec<String>,
    /// Names of this group in older inventories.
    #[serde(default)]
    pub legacy_names: Vec<String>,
}

/// A layout of Kubespray's own tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    pub purpose: String,
    /// The groups of each host.
    pub hosts: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// One line.
    pub purpose: String,
    /// Programs that it puts on the host.
    #[serde(default)]
    pub commands: Vec<String>,
    /// systemd services that it runs.
    #[serde(default)]
    pub services: Vec<String>,
    /// Installed when all hold.
    pub needs: Vec<Need>,
}

/// One condition of a component, with words for both answers. `{name}` in words stands for the value of a variable.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// An Ansible expression.
    pub when: String,
    /// What is said when it holds; may be empty.
    pub yes: String,
    /// What is said when it does not.
    pub no: String,
}

/// The default of a variable.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Default {
    Null,
    Bool(bool),
    Int(i64),
    /// A template or a plain text.
    Text(String),
    List(Vec<Default>),
}

impl fmt::Display for Default {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Default::Null => write!(f, "null"),
            Default::Bool(value) => write!(f, "{value}"),
            Default::Int(value) => write!(f, "{value}"),
            Default::Text(text) if text.is_empty() => write!(f, "''"),
            Default::Text(text) => write!(f, "{text}"),
            Default::List(items) => {
                write!(f, "[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
                }
                write!(f, "]")
            }
        }
    }
}

/// The packs bundled with this build, oldest first.
#[derive(Debug)]
pub struct Packs {
    packs: Vec<Arc<Pack>>,
}

const SOURCES: &[&str] = &[include_str!("../packs/2.31.yaml")];

impl Packs {
    /// Read at the first call.
    ///
    /// # Panics
    /// When a bundled pack is malformed, which a test excludes.
    pub fn bundled() -> &'static Packs {
        static PACKS: OnceLock<Packs> = OnceLock::new();
        PACKS.get_or_init(|| {
            let read = |source: &&str| Arc::new(serde_yaml::from_str::<Pack>(source).expect("bundled packs are well-formed"));
            Packs { packs: SOURCES.iter().map(read).collect() }
        })
    }

    pub fn newest(&self) -> &Arc<Pack> {
        &self.packs[self.packs.len() - 1]
    }

    /// The nearest pack at or below `version`, else the oldest.
    pub fn nearest(&self, version: Version) -> &Arc<Pack> {
        self.packs.iter().rev().find(|pack| pack.version <= version).unwrap_or(&self.packs[0])
    }

    /// All packs, oldest first.
    pub fn all(&self) -> &[Arc<Pack>] {
        &self.packs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_are_sorted_and_the_nearest_is_at_or_below() {
        let packs = Packs::bundled();
        assert!(packs.all().is_sorted_by_key(|pack| pack.version));
        let newest = packs.newest().version;
        assert_eq!(packs.nearest(Version { minor: newest.minor + 1, ..newest }).version, newest);
        assert_eq!(packs.nearest(Version { major: 1, minor: 0, patch: 0 }).version, packs.all()[0].version);
    }

    #[test]
    fn a_pack_speaks_of_what_it_knows() {
        for pack in Packs::bundled().all() {
            let known = |group: &String| pack.groups.contains_key(group);
            assert!(pack.groups.values().flat_map(|group| &group.filled_from).all(known), "{}", pack.version);
            assert!(pack.layouts.values().flat_map(|layout| &layout.hosts).flatten().all(known), "{}", pack.version);
            for tool in pack.image_tools.values() {
                assert!(pack.components.contains_key(tool), "{tool}");
            }
            for (name, component) in &pack.components {
                assert!(!component.needs.is_empty() && !component.purpose.is_empty(), "{name}");
                for need in &component.needs {
                    let words = format!("{} {}", need.yes, need.no);
                    let mut placeholders = words.split('{').skip(1).filter_map(|rest| rest.split('}').next());
                    assert!(placeholders.all(|variable| pack.defaults.contains_key(variable)), "{name}: {words}");
                }
            }
        }
    }
}
