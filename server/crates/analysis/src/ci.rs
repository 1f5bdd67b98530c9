//! Test files of Kubespray's own CI (`tests/files/*.yml`): a layout, named or spelt out, and variables that reach every host.
//!
//! Such a file stands for an inventory that only exists while the CI runs. The role `packet-ci` makes its hosts: from `mode` by a table that is taken
//! from the checkout around the file when it is there and from the pack otherwise, or from `cluster_layout`. The variables come with `-e @file`
//! (`tests/scripts/testcases_run.sh`). Tests of Vagrant and Terraform have layouts of their own (`vagrant_*`, `tf-*`) and are left alone.

use std::sync::Arc;

use hostwise_inventory::{Files, Given, GivenGroup, GivenHost, HostId, SourceFile};
use hostwise_kubespray::Version;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{Entry, Kind, Node};

use crate::Settings;
use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of, parent};
use crate::release::{Release, Source};

/// The first release whose tests say `cluster_layout`, name hosts after their image, and leave `k8s_cluster` to the playbooks.
const NAMED_BY_IMAGE: Version = Version { major: 2, minor: 28, patch: 0 };
/// The first release whose tests make virtual machines with random names.
const NAMED_AT_RANDOM: Version = Version { major: 2, minor: 27, patch: 0 };

/// What a test file says of its hosts.
#[derive(Debug)]
pub(crate) struct CiTest {
    pub(crate) release: Release,
    pub(crate) layout: LayoutName,
    /// The groups of each host; `None` when the mode is not known or `cluster_layout` is no list.
    instances: Option<Vec<Instance>>,
    cloud_image: Option<String>,
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
    let (layout, instances) = match (layout, mode) {
        (Some(layout), _) => (LayoutName::Explicit(layout.key.range()), Some(explicit(layout.value))),
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
            let instances = match &name {
                LayoutName::Mode(mode, range) | LayoutName::Implied(mode, range) => by_mode(files, &release, mode, *range),
                LayoutName::Explicit(_) => None,
            };
            (name, instances)
        }
    };
    Some(CiTest { release, layout, instances, cloud_image })
}

/// The inventory that a test file stands for.
pub(crate) fn given(files: &Files, path: &str, settings: &Settings) -> Option<Arc<Given>> {
    let file = files.file(path)?;
    let test = read(files, file, settings)?;
    Some(Arc::new(test.given(file.path())))
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
        self.instances.as_ref().map(Vec::len)
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

    fn given(&self, path: &Arc<str>) -> Given {
        let instances = self.instances.as_deref().unwrap_or_default();
        let mut groups: Vec<GivenGroup> = Vec::new();
        let mut define = |name: &str, range: TextRange, parent: Option<&str>| {
            if !groups.iter().any(|group| &*group.name == name) {
                groups.push(GivenGroup { name: name.into(), range, parent: parent.map(Arc::from) });
            }
        };
        if self.release.version < NAMED_BY_IMAGE && !instances.is_empty() {
            let range = self.layout.range();
            define("k8s_cluster", range, None);
            ["kube_control_plane", "kube_node", "calico_rr"].into_iter().for_each(|child| define(child, range, Some("k8s_cluster")));
        }
        instances.iter().flat_map(|instance| &instance.groups).for_each(|(group, range)| define(group, *range, None));
        let host =
            |(index, instance): (usize, &Instance)| GivenHost { name: self.host_name(index, instance), groups: instance.groups.clone() };
        let hosts = instances.iter().enumerate().map(host).collect();
        Given { path: Arc::clone(path), groups, hosts }
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
fn is_spelt_out(layout: Option<Entry<'_>>) -> bool {
    layout.is_some_and(|layout| layout.value.items().any(|item| item.get("node_groups").is_some()))
}

fn explicit(layout: Node<'_>) -> Vec<Instance> {
    let instance = |item: Node<'_>| Instance {
        name: item.get("name").map(|name| name.value.text().into_owned()),
        groups: item.get("node_groups").map(|groups| names(groups.value)).unwrap_or_default(),
    };
    layout.items().map(instance).collect()
}

fn names(list: Node<'_>) -> Vec<(Arc<str>, TextRange)> {
    list.items().map(|item| (Arc::from(item.text()), item.range())).filter(|(name, _): &(Arc<str>, _)| !name.is_empty()).collect()
}

/// The hosts of a mode, all at `range`.
fn by_mode(files: &Files, release: &Release, mode: &str, range: TextRange) -> Option<Vec<Instance>> {
    let here = |groups: Vec<Arc<str>>| Instance { name: None, groups: groups.into_iter().map(|group| (group, range)).collect() };
    let scenario = variables(files, release, "vars").and_then(|root| root.get("scenarios")?.value.get(mode));
    if let Some(scenario) = scenario {
        let groups = |item: Node<'_>| names(item.get("node_groups").map_or(item, |groups| groups.value));
        let names = scenario.value.items().map(|item| groups(item).into_iter().map(|(name, _)| name).collect());
        return Some(names.map(here).collect());
    }
    let layout = release.pack.layouts.get(mode)?;
    Some(layout.hosts.iter().map(|groups| here(groups.iter().map(|group| group.as_str().into()).collect())).collect())
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
pub(crate) fn instance(cluster: &Cluster, name: &str) -> Option<HostId> {
    let given = cluster.request.given.as_ref()?;
    let index = name.strip_prefix("instance-")?.parse::<usize>().ok()?.checked_sub(1)?;
    cluster.inventory.host_named(&given.hosts.get(index)?.name)
}
