//! Contract: the knowledge of one release.

use std::sync::Arc;

use indexmap::IndexMap;

/// A Kubespray release, `2.31.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

/// All bundled packs.
pub struct Packs {}

/// The knowledge of one release.
#[derive(Debug)]
pub struct Pack {
    pub version: Version,
    pub groups: IndexMap<String, GroupKnowledge>,
    pub layouts: IndexMap<String, Layout>,
    /// Variables that conditions read: name -> default, an Ansible template or literal in YAML.
    pub defaults: IndexMap<String, Default>,
    /// Container manager -> the tool that lists images with it.
    pub image_tools: IndexMap<String, String>,
    pub components: IndexMap<String, Component>,
}

/// The default of a variable.
#[derive(Debug)]
pub enum Default {
    /// Known, and not defined unless someone sets it.
    Undefined,
    Null,
    Bool(bool),
    Int(i64),
    /// A template or a plain text.
    Text(String),
    List(Vec<Default>),
}

impl std::fmt::Display for Default {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}

impl std::str::FromStr for Version {
    type Err = String;
    fn from_str(_text: &str) -> Result<Self, String> {
        unimplemented!()
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}

#[derive(Debug)]
pub struct GroupKnowledge {
    /// One line: what membership does.
    pub purpose: String,
    /// The short role word for a host of this group: `control plane`, `worker`, `etcd`.
    pub role: Option<String>,
    /// Filled at run time from the hosts of these groups (with descendants).
    pub filled_from: Vec<String>,
    /// Groups whose names mean this group in older inventories.
    pub legacy_names: Vec<String>,
}

/// A CI layout, and what a real inventory of this shape is called.
#[derive(Debug)]
pub struct Layout {
    pub purpose: String,
    pub hosts: Vec<LayoutHost>,
}

/// The groups of one host of a layout.
#[derive(Debug)]
pub struct LayoutHost {
    pub groups: Vec<String>,
}

#[derive(Debug)]
pub struct Component {
    /// `nerdctl`
    pub name: String,
    /// One line.
    pub purpose: String,
    /// Programs it puts on the host.
    pub commands: Vec<String>,
    /// systemd services it runs.
    pub services: Vec<String>,
    /// Installed when all hold.
    pub needs: Vec<Need>,
}

/// One condition of a component, with words for both answers.
#[derive(Debug)]
pub struct Need {
    /// An Ansible expression.
    pub when: String,
    /// What is said when it holds; `{name}` stands for the value of a variable.
    pub yes: String,
    /// What is said when it does not.
    pub no: String,
}

impl Packs {
    /// The packs bundled with this build.
    pub fn bundled() -> &'static Packs {
        unimplemented!()
    }
    pub fn newest(&self) -> &Arc<Pack> {
        unimplemented!()
    }
    /// The nearest pack at or below `version`, else the oldest.
    pub fn nearest(&self, _version: Version) -> &Arc<Pack> {
        unimplemented!()
    }
}
