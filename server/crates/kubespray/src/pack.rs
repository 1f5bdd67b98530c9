//! The knowledge of one release.

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::variables::{self, Removed, Variable};
use crate::{Default, Version, ranges, sources};

/// The knowledge of one release.
#[derive(Debug)]
pub struct Pack {
    pub version: Version,
    pub groups: IndexMap<String, GroupKnowledge>,
    pub layouts: IndexMap<String, Layout>,
    /// Container manager -> the tool that lists images with it.
    pub image_tools: IndexMap<String, String>,
    /// What holds for every download: an Ansible expression.
    pub download_when: String,
    /// What beside it holds for every download of an image: an Ansible expression.
    pub image_download_when: String,
    /// Where it holds, a host fetches what any host needs, whatever its own groups: an Ansible expression.
    pub download_for_all_when: String,
    pub components: IndexMap<String, Component>,
    pub kube_versions: KubeVersions,
    /// Combinations of values that it refuses, by a name of ours.
    pub checks: IndexMap<String, Check>,
    variables: IndexMap<String, Variable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupKnowledge {
    /// One line: what membership does.
    pub purpose: String,
    /// Whether Kubespray stops without it.
    #[serde(default)]
    pub required: bool,
    /// At run time it also gets the hosts of these groups and of their descendants, as they stand in the files.
    #[serde(default)]
    pub filled_from: Vec<String>,
    /// An Ansible expression: of these only the hosts on which it holds, and only from the play on that installs etcd.
    #[serde(default)]
    pub when: Option<String>,
    /// An inventory without the group is taken to mean these as its children, although the release stops at it.
    #[serde(default)]
    pub meant: Vec<String>,
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
    /// The members of a group by their places in `hosts`, from 1 on, where the group lists them in another order.
    #[serde(default)]
    pub order: IndexMap<String, Vec<usize>>,
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
    /// Pods that it runs: on this host, or from this host in the cluster.
    #[serde(default)]
    pub pods: Vec<String>,
    /// An Ansible expression: services and pods run only when it holds.
    #[serde(default)]
    pub runs_when: Option<String>,
    /// Installed when all hold.
    pub needs: Vec<Need>,
    /// What is fetched beforehand.
    #[serde(default)]
    pub downloads: Vec<Download>,
    /// Whether the role that installs it fetches it, too, whatever the groups of its downloads say.
    #[serde(default)]
    pub direct: bool,
    /// Whether it is decided before the play that installs etcd, which makes a group ([`GroupKnowledge::when`]) that may bring variables.
    #[serde(default)]
    pub before_etcd: bool,
}

/// An entry of Kubespray's table of downloads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// Its name in the table.
    pub item: String,
    #[serde(default, rename = "as")]
    pub form: DownloadForm,
    /// Hosts of these groups fetch it.
    pub groups: Vec<String>,
    /// An Ansible expression; always without one.
    #[serde(default)]
    pub when: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DownloadForm {
    #[default]
    File,
    Image,
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
    /// What is said instead of `no` in a list of many components.
    #[serde(default)]
    pub brief: Option<String>,
}

/// A combination of values at which Kubespray stops, or which breaks the cluster.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The group on whose hosts it is judged.
    pub on: String,
    /// An Ansible expression that holds where it is so.
    pub fails: String,
    /// One line: what is wrong; `{name}` stands for the value of a variable.
    pub says: String,
    /// The variables that may be changed, the likeliest first.
    pub change: Vec<String>,
    /// Whether `ignore_assert_errors` switches it off.
    #[serde(default)]
    pub asserted: bool,
}

/// The Kubernetes versions that a release can download, written as the release wants them (`v1.28.6` up to 2.27, then `1.32.5`).
#[derive(Debug)]
pub struct KubeVersions {
    /// Newest first.
    pub known: Vec<String>,
    /// What is installed when nothing else is said.
    pub default: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Components {
    image_tools: IndexMap<String, String>,
    download_when: String,
    image_download_when: String,
    download_for_all_when: String,
    /// Conditions that several components share (YAML anchors in the file).
    #[serde(rename = "conditions")]
    _conditions: serde::de::IgnoredAny,
    components: IndexMap<String, Component>,
}

impl Pack {
    /// The pack of a release that is bundled.
    pub(crate) fn of(version: Version) -> Pack {
        let variables = variables::of(version);
        let components: Components = read(sources::COMPONENTS, version);
        Pack {
            version,
            groups: read(sources::GROUPS, version),
            layouts: read(sources::LAYOUTS, version),
            image_tools: components.image_tools,
            download_when: components.download_when,
            image_download_when: components.image_download_when,
            download_for_all_when: components.download_for_all_when,
            components: components.components,
            checks: read(sources::CHECKS, version),
            kube_versions: KubeVersions::of(&variables),
            variables,
        }
    }

    /// A variable that the release's files speak of.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// All variables that the release's files speak of, sorted by name.
    pub fn variables(&self) -> impl ExactSizeIterator<Item = &Variable> {
        self.variables.values()
    }

    /// The default of a variable (or the value of a role variable), where it is kept.
    pub fn default(&self, name: &str) -> Option<&Default> {
        self.variables.get(name)?.default.as_ref()
    }

    /// What is known of a name that an earlier release read and this one does not.
    pub fn removed(&self, name: &str) -> Option<Removed> {
        variables::removed(name, self.version)
    }
}

impl KubeVersions {
    fn of(variables: &IndexMap<String, Variable>) -> KubeVersions {
        let table = variables.get("kubelet_checksums").and_then(|variable| variable.default.as_ref());
        let known: Vec<String> = match table {
            Some(Default::Map(by_architecture)) => by_architecture
                .iter()
                .filter(|(architectures, _)| architectures.split(' ').any(|architecture| architecture == "amd64"))
                .filter_map(|(_, versions)| if let Default::Text(versions) = versions { Some(versions) } else { None })
                .flat_map(|versions| versions.split(' ').map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        // A template takes the first version of the table.
        let default = match variables.get("kube_version").and_then(|variable| variable.default.as_ref()) {
            Some(Default::Text(text)) if !text.contains("{{") => text.clone(),
            _ => known.first().cloned().unwrap_or_default(),
        };
        KubeVersions { known, default }
    }
}

/// What of a bundled text is for a release.
fn read<T: DeserializeOwned>(text: &str, release: Version) -> T {
    let value = ranges::select(&variables::parsed(text), release).expect("a file has no range of its own");
    serde_json::from_value(value).expect("bundled packs are well-formed")
}
