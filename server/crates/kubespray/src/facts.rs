//! The generated part of the knowledge: what a release's roles and sample say of each variable, and the changes from release to release.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{Default, Version};

/// What kind of value a variable takes, by its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Bool,
    Int,
    Float,
    Text,
    List,
    Map,
    /// Known checksums: architectures, each with the versions that can be downloaded. The sums themselves are not kept.
    Checksums,
    /// Nothing says so.
    Any,
}

/// What the files of a release say of a variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A literal or a template; `None` when no role gives one, or when it is `computed`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub default: Option<Default>,
    /// The roles that give a default, or the value of a role variable; the one whose value stands in `default` first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Values of roles that differ from `default`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub differs: IndexMap<String, Default>,
    /// A role variable: it beats what an inventory says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shadowed: bool,
    /// There is a value, too large or too dependent on the host to be kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub computed: bool,
    /// A task sets it while Ansible runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_by_tasks: bool,
    /// The file of the sample inventory that has it, below `group_vars`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// The roles that read it, sorted; `playbooks` for plays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// A default of `null` is a default.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Default>, D::Error> {
    Default::deserialize(deserializer).map(Some)
}

/// What a release changes of the variables of the release before it (`packs/variables/*.yaml`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    pub release: Version,
    /// New or changed, by name.
    pub variables: IndexMap<String, Facts>,
    /// No file of the release speaks of these any more.
    #[serde(default)]
    pub gone: Vec<String>,
}

impl Changes {
    /// What leads from the variables `before` to those of `release`.
    pub fn between(release: Version, before: &IndexMap<String, Facts>, after: &IndexMap<String, Facts>) -> Changes {
        let changed = after.iter().filter(|(name, facts)| before.get(*name) != Some(facts));
        Changes {
            release,
            variables: changed.map(|(name, facts)| (name.clone(), facts.clone())).collect(),
            gone: before.keys().filter(|name| !after.contains_key(*name)).cloned().collect(),
        }
    }

    /// Makes of the variables of the release before those of this release.
    pub fn apply(&self, variables: &mut IndexMap<String, Facts>) {
        for name in &self.gone {
            variables.shift_remove(name);
        }
        variables.extend(self.variables.iter().map(|(name, facts)| (name.clone(), facts.clone())));
        variables.sort_unstable_keys();
    }
}
