//! Test files of Kubespray's own CI (`tests/files/*.yml`): a layout, named or spelt out, and variables that reach every host.
//!
//! Such a file stands for an inventory that only exists while the CI runs. The role `packet-ci` makes its hosts: from `mode` by a table that is taken
//! from the checkout around the file when it is there and from the pack otherwise, or from `cluster_layout`. The variables come with `-e @file`, after
//! those of files that all tests share (`tests/scripts/testcases_run.sh`); up to 2.27 the inventory stands beside the `group_vars` of the sample. Tests of
//! Vagrant and Terraform have layouts of their own (`vagrant_*`, `tf-*`) and are left alone.

use std::sync::Arc;

use hostwise_inventory::{Entry, Files, Given, GivenGroup, HostId, SourceFile};
use hostwise_kubespray::Version;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{self, Kind, Node};
use indexmap::IndexMap;

use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of, parent};
use crate::release::{Release, Source};
use crate::{Settings, Workspace};

/// The first release whose tests say `cluster_layout`, name hosts after their image, and leave `k8s_cluster` to the playbooks.
const NAMED_BY_IMAGE: Version = Version { major: 2, minor: 28, patch: 0 };
/// The first release whose tests make virtual machines with random names.
const NAMED_AT_RANDOM: Version = Version { major: 2, minor: 27, patch: 0 };

/// Files with variables for all tests, each below the next (`.gitlab-ci.yml`).
const SHARED_UNTIL_2_26: [&str; 2] = ["tests/common/_kubespray_test_settings.yml", "tests/common/_docker_hub_registry_mirror.yml"];
const SHARED: [&str; 1] = ["tests/common_vars.yml"];

/// What a test file says of its hosts.
#[derive(Debug)]
pub(crate) struct CiTest {
    pub(crate) release: Release,
    pub(crate) layout: LayoutName,
    /// `None` when the mode is not known.
    hosts: Option<Hosts>,
    cloud_image: Option<String>,
}

/// The hosts of a layout.
#[derive(Debug)]
struct Hosts {
    instances: Vec<Instance>,
    /// Of groups that list their hosts in another order: the places of the hosts, from 1.
    order: IndexMap<String, Vec<usize>>,
}

/// How the layout is chosen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LayoutName {
    /// `mode`, at its value.
    Mode(String, TextRange),
    /// Nothing is said: the mode that the CI takes, at the name of the image.
    Implied(String, TextRange),
    /// `cluster_layout`, at its key.
    Explicit(TextRange),
}

impl LayoutName {
    /// The bytes that decide.
    pub(crate) fn range(&self) -> TextRange {
        match self {
            LayoutName::Mode(_, range) | LayoutName::Implied(_, range) | LayoutName::Explicit(range) => *range,
        }
    }
}

#[derive(Debug)]
struct Instance {
    name: Option<String>,
    groups: Vec<(Arc<str>, TextRange)>,
}

/// A mode that `mode:` may name, and what it makes, in a line; empty when nothing is known but the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiMode {
    pub name: String,
    pub purpose: String,
}

/// What the file says, if it is a test file: by its place, or by what stands in it.
pub(crate) fn read(files: &Files, file: &SourceFile, settings: &Settings) -> Option<CiTest> {
    let path = file.path();
    if !path.ends_with(".yml") && !path.ends_with(".yaml") || is_variable_file(path) || !is_name_of_test(path) {
        return None;
    }
    let root = file.yaml().root().filter(|root| root.is_mapping())?;
    let [mode, layout, image] = ["mode", "cluster_layout", "cloud_image"].map(|key| root.get(key));
    if layout.is_some_and(|layout| !layout.value.is_sequence()) {
        return None;
    }
    let may_be_test = is_spelt_out(layout) || mode.is_some() || is_by_place(path) && image.is_some();
    if !may_be_test {
        return None;
    }
    let release = release_of(files, path, settings);
    if !is_by_place(path) && !is_spelt_out(layout) {
        let names_mode = mode.is_some_and(|mode| release.pack.layouts.contains_key(&*mode.value.text()));
        let sets_known = root.entries().any(|entry| release.pack.variable(&entry.key.text()).is_some());
        if !(image.is_some() || names_mode && sets_known) {
            return None;
        }
    }
    let cloud_image = image.map(|entry| entry.value.text().into_owned());
    let (layout, hosts) = match (layout, mode) {
        (Some(layout), _) => (LayoutName::Explicit(layout.key.range()), Some(explicit(layout))),
        (None, mode) => {
            let named = mode.filter(|mode| !matches!(mode.value.kind(), Kind::Absent) && !mode.value.source().contains("{{"));
            let name = match (named, mode) {
                (Some(mode), _) => LayoutName::Mode(mode.value.text().into_owned(), mode.value.range()),
                // It is being typed, or made by a template.
                (None, Some(_)) => return None,
                (None, None) => {
                    let place = image.map_or(TextRange::empty(0), |image| image.key.range());
                    LayoutName::Implied(implied_mode(files, &release), place)
                }
            };
            let hosts = match &name {
                LayoutName::Mode(mode, range) | LayoutName::Implied(mode, range) => by_mode(files, &release, mode, *range),
                LayoutName::Explicit(_) => None,
            };
            (name, hosts)
        }
    };
    Some(CiTest { release, layout, hosts, cloud_image })
}

/// The inventory that a test file stands for.
pub(crate) fn given(files: &Files, path: &str, settings: &Settings) -> Option<Arc<Given>> {
    let file = files.file(path)?;
    let test = read(files, file, settings)?;
    Some(Arc::new(test.given(files, file.path())))
}

/// Whether the file is a test, or would be one once its mode is typed: it stands among the tests, or names an image.
pub(crate) fn may_become_test(file: &SourceFile) -> bool {
    let path = file.path();
    let names_image = || file.yaml().root().is_some_and(|root| root.get("cloud_image").is_some());
    is_name_of_test(path) && !is_variable_file(path) && (is_by_place(path) || names_image())
}

/// The modes that the release of the file at `path` knows, in the order of the pack, then of the checkout.
pub fn ci_modes(files: &Files, path: &str, settings: &Settings) -> Vec<CiMode> {
    modes(files, &release_of(files, path, settings))
}

pub(crate) fn modes(files: &Files, release: &Release) -> Vec<CiMode> {
    let of_pack = release.pack.layouts.iter().map(|(name, layout)| CiMode { name: name.clone(), purpose: layout.purpose.clone() });
    let mut modes: Vec<CiMode> = of_pack.collect();
    // `scenarios` since 2.27; before, the modes are only counted.
    let tables = variables(files, release, "vars").into_iter().flat_map(|root| ["scenarios", "_vm_count_dict"].map(|key| root.get(key)));
    let names = tables.flatten().flat_map(|table| table.value.entries()).map(|entry| entry.key.text().into_owned());
    for name in names {
        if !modes.iter().any(|mode| mode.name == name) {
            modes.push(CiMode { name, purpose: String::new() });
        }
    }
    modes
}

impl CiTest {
    /// How many hosts there are; `None` while the layout is not known.
    pub(crate) fn n_hosts(&self) -> Option<usize> {
        self.hosts.as_ref().map(|hosts| hosts.instances.len())
    }

    /// The name of the host at `index` (from 0) in its release.
    fn host_name(&self, index: usize, instance: &Instance) -> Arc<str> {
        if let Some(name) = &instance.name {
            return name.as_str().into();
        }
        let version = self.release.version;
        match &self.cloud_image {
            _ if version < NAMED_AT_RANDOM => format!("instance-{}", index + 1).into(),
            _ if version < NAMED_BY_IMAGE => format!("test-vm-{}", index + 1).into(),
            Some(image) => format!("{image}-{index}").into(),
            None => format!("instance-{}", index + 1).into(),
        }
    }

    /// The names of the hosts in the order of the layout.
    pub(crate) fn host_names(&self) -> Vec<Arc<str>> {
        let instances = self.hosts.iter().flat_map(|hosts| &hosts.instances).enumerate();
        instances.map(|(index, instance)| self.host_name(index, instance)).collect()
    }

    fn given(&self, files: &Files, path: &Arc<str>) -> Given {
        let root = match &self.release.source {
            Source::Checkout(galaxy) => Some(parent(galaxy)),
            _ => None,
        };
        let at = |below: &str| root.map(|root| Arc::from(format!("{root}/{below}"))).filter(|path: &Arc<str>| files.get(path).is_some());
        let shared: &[&str] = if self.release.version < NAMED_AT_RANDOM { &SHARED_UNTIL_2_26 } else { &SHARED };
        let home = at("inventory/sample").filter(|_| self.release.version < NAMED_BY_IMAGE);
        let home = home.filter(|home| matches!(files.get(home), Some(Entry::Directory)));
        Given { path: Arc::clone(path), groups: self.groups(), extra: shared.iter().filter_map(|shared| at(shared)).collect(), home }
    }

    /// The groups with their hosts, in the order in which the CI writes them.
    fn groups(&self) -> Vec<GivenGroup> {
        let Some(Hosts { instances, order }) = &self.hosts else { return Vec::new() };
        let names = self.host_names();
        let (version, range) = (self.release.version, self.layout.range());
        let group = |name: &str, range, parent: Option<&str>| GivenGroup {
            name: name.into(),
            range,
            parent: parent.map(Arc::from),
            members: Vec::new(),
        };
        let mut groups: IndexMap<Arc<str>, GivenGroup> = IndexMap::new();
        if version < NAMED_AT_RANDOM && !instances.is_empty() {
            // A template that lists all hosts first.
            let all = GivenGroup { members: names.iter().map(|name| (Arc::clone(name), range)).collect(), ..group("all", range, None) };
            let cluster = ["kube_control_plane", "kube_node", "calico_rr"].map(|name| group(name, range, Some("k8s_cluster")));
            let known = [all, group("k8s_cluster", range, None)].into_iter().chain(cluster);
            groups.extend(known.map(|group| (Arc::clone(&group.name), group)));
        }
        for (name, instance) in names.iter().zip(instances) {
            for (of, range) in &instance.groups {
                let entry = groups.entry(Arc::clone(of)).or_insert_with(|| group(of, *range, None));
                entry.members.push((Arc::clone(name), *range));
            }
            let in_cluster = instance.groups.iter().find(|(of, _)| matches!(&**of, "kube_control_plane" | "kube_node" | "calico_rr"));
            if let Some((_, range)) = in_cluster.filter(|_| (NAMED_AT_RANDOM..NAMED_BY_IMAGE).contains(&version)) {
                let entry = groups.entry("k8s_cluster".into()).or_insert_with(|| group("k8s_cluster", *range, None));
                entry.members.push((Arc::clone(name), *range));
            }
        }
        for (name, order) in order {
            if let Some(group) = groups.get_mut(&**name) {
                let place = |(host, _): &(Arc<str>, TextRange)| {
                    order.iter().position(|at| at.checked_sub(1).and_then(|at| names.get(at)) == Some(host)).unwrap_or(usize::MAX)
                };
                group.members.sort_by_key(place);
            }
        }
        if version >= NAMED_AT_RANDOM {
            // Written by a filter that sorts groups, and the hosts in them.
            groups.sort_unstable_keys();
            groups.values_mut().for_each(|group| group.members.sort());
        }
        groups.into_values().collect()
    }
}

fn release_of(files: &Files, path: &str, settings: &Settings) -> Release {
    Release::above(files, path, settings)
}

/// Whether a file at `path` is where Kubespray keeps its tests.
pub(crate) fn is_by_place(path: &str) -> bool {
    parent(path).ends_with("/tests/files")
}

fn is_name_of_test(path: &str) -> bool {
    !["vagrant_", "tf-"].iter().any(|start| name_of(path).starts_with(start))
}

/// Whether a `cluster_layout` lists groups as only Kubespray's tests do.
fn is_spelt_out(layout: Option<yaml::Entry<'_>>) -> bool {
    layout.is_some_and(|layout| layout.value.items().any(|item| item.get("node_groups").is_some()))
}

fn explicit(layout: yaml::Entry<'_>) -> Hosts {
    let instance = |item: Node<'_>| Instance {
        name: item.get("name").map(|name| name.value.text().into_owned()),
        groups: match item.get("node_groups") {
            Some(groups) => names(groups.value),
            None => vec![("all".into(), layout.key.range())],
        },
    };
    Hosts { instances: layout.value.items().map(instance).collect(), order: IndexMap::new() }
}

fn names(list: Node<'_>) -> Vec<(Arc<str>, TextRange)> {
    list.items().map(|item| (Arc::from(item.text()), item.range())).filter(|(name, _): &(Arc<str>, _)| !name.is_empty()).collect()
}

/// The hosts of a mode, all at `range`, and the groups that list them in an order of their own.
fn by_mode(files: &Files, release: &Release, mode: &str, range: TextRange) -> Option<Hosts> {
    let here = |groups: Vec<Arc<str>>| Instance { name: None, groups: groups.into_iter().map(|group| (group, range)).collect() };
    let scenario = variables(files, release, "vars").and_then(|root| root.get("scenarios")?.value.get(mode));
    if let Some(scenario) = scenario {
        let groups = |item: Node<'_>| names(item.get("node_groups").map_or(item, |groups| groups.value));
        let names = scenario.value.items().map(|item| groups(item).into_iter().map(|(name, _)| name).collect());
        return Some(Hosts { instances: names.map(here).collect(), order: IndexMap::new() });
    }
    let layout = release.pack.layouts.get(mode)?;
    let instances = layout.hosts.iter().map(|groups| here(groups.iter().map(|group| group.as_str().into()).collect()));
    Some(Hosts { instances: instances.collect(), order: layout.order.clone() })
}

/// The mode of a file that names none.
fn implied_mode(files: &Files, release: &Release) -> String {
    let said = variables(files, release, "defaults").and_then(|root| root.get("mode")).map(|mode| mode.value.text().into_owned());
    said.unwrap_or_else(|| if release.version < NAMED_BY_IMAGE { "all-in-one" } else { "default" }.to_owned())
}

/// The variables of the role `packet-ci` in the checkout around the file: `vars` or `defaults`.
fn variables<'f>(files: &'f Files, release: &Release, kind: &str) -> Option<Node<'f>> {
    let Source::Checkout(galaxy) = &release.source else { return None };
    files.file(&format!("{}/tests/cloud_playbooks/roles/packet-ci/{kind}/main.yml", parent(galaxy)))?.yaml().root()
}

/// The host of a test that `instance-3` means where hosts have other names: releases up to 2.26 number them so, from 1.
pub(crate) fn instance(workspace: &Workspace, cluster: &Cluster, name: &str) -> Option<HostId> {
    let given = cluster.request.given.as_ref()?;
    let index = name.strip_prefix("instance-")?.parse::<usize>().ok()?.checked_sub(1)?;
    let test = read(workspace.files(), workspace.files().file(&given.path)?, workspace.settings())?;
    cluster.inventory.host_named(test.host_names().get(index)?)
}
