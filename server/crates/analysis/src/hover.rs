//! Hover: what is known of the host, group, variable or program under the cursor. Markdown with lists; tables come out raw in two of three editors.

mod ci_test;
mod component;
mod group;
mod host;
mod task;
mod variable;
mod words;

use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId, Place, SourceFile};
use hostwise_syntax::TextRange;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::discovery::{name_of, parent};
use crate::occurrences::{self, Occurrence, Role, Thing};

/// What is known of the thing under the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: TextRange,
    /// Markdown without tables.
    pub markdown: String,
}

/// The hover at byte `offset` of the file at `path`; `None` where there is nothing to say.
pub fn hover(workspace: &Workspace, path: &str, offset: usize) -> Option<Hover> {
    let file = workspace.files().file(path)?;
    if let Some(hover) = task::hover(workspace, path, offset) {
        return Some(hover);
    }
    occurrences::clusters(workspace, path).into_iter().find_map(|cluster| {
        if let Some(hover) = ci_test::hover(workspace, cluster, file, offset) {
            return Some(hover);
        }
        match occurrences::at(cluster, file, offset) {
            Some(occurrence) => named(cluster, file, occurrence).or_else(|| words::hover(cluster, file, offset)),
            None => words::hover(cluster, file, offset),
        }
    })
}

fn named(cluster: &Cluster, file: &SourceFile, occurrence: &Occurrence) -> Option<Hover> {
    let things = occurrences::meaning(cluster, file, occurrence);
    let markdown = match things.first()? {
        Thing::Group(name) => group::markdown(cluster, cluster.inventory.group_named(name)?),
        Thing::Variable(name) => {
            let id = cluster.inventory.file_id(file.path()).filter(|_| occurrence.role == Role::Definition);
            variable::markdown(cluster, name, id.map(|file| Place { file, range: occurrence.with_quotes(file_text(cluster, file)) }))?
        }
        Thing::Host(_) => {
            let hosts: Vec<HostId> = things.iter().filter_map(|thing| cluster.inventory.host_named(thing.name())).collect();
            host::markdown(cluster, &hosts)
        }
    };
    Some(Hover { range: occurrence.with_quotes(file.text()), markdown })
}

fn file_text(cluster: &Cluster, file: hostwise_inventory::FileId) -> &str {
    cluster.inventory.file(file).text()
}

/// What is known of a host.
pub(crate) fn of_host(cluster: &Cluster, host: HostId) -> String {
    host::markdown(cluster, &[host])
}

/// What is known of a variable wherever it is set; `None` when that is nothing.
pub(crate) fn of_variable(cluster: &Cluster, name: &str) -> Option<String> {
    variable::markdown(cluster, name, None)
}

/// What is known of a group.
pub(crate) fn of_group(cluster: &Cluster, group: GroupId) -> String {
    group::markdown(cluster, group)
}

/// The last line of every hover about Kubespray.
fn release_line(cluster: &Cluster) -> Option<String> {
    let release = cluster.kubespray.as_ref()?;
    let mut source = release.source.to_string();
    if let Some(path) = release.source.path() {
        source = source.replace(&**path, &short_path(cluster, path));
    }
    Some(format!("Kubespray {release} ({source})"))
}

/// A path as people read it in a hover: below the checkout, below the directory of the inventory, or its last two names.
fn short_path(cluster: &Cluster, path: &str) -> String {
    let checkout = cluster.kubespray.as_ref().and_then(|release| release.checkout.as_ref()).map(|checkout| &*checkout.root);
    let homes = cluster.request.sources.iter().map(|source| parent(source));
    let roots = checkout.into_iter().filter(|root| path.starts_with(&format!("{root}/roles/"))).chain(homes);
    let below = roots.filter(|root| !root.is_empty()).find_map(|root| path.strip_prefix(root)?.strip_prefix('/'));
    below.map_or_else(|| format!("{}/{}", name_of(parent(path)), name_of(path)), str::to_owned)
}

/// `group_vars/all.yml:3`
pub(crate) fn short_place(cluster: &Cluster, place: Place) -> String {
    let (path, line) = cluster.path_and_line(place);
    format!("{}:{line}", short_path(cluster, &path))
}

/// Names in one line: all of a few, else the first ones and how many more.
fn list_of<'n>(names: impl ExactSizeIterator<Item = &'n Arc<str>>) -> String {
    const SHOWN: usize = 8;
    let total = names.len();
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match total.saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Hosts in one line: all, a group, or names.
fn hosts_of(cluster: &Cluster, hosts: &[HostId]) -> String {
    /// Fewer hosts are named.
    const NAMED: usize = 3;
    let inventory = &cluster.inventory;
    if hosts.len() == inventory.hosts().len() && hosts.len() > 1 {
        return format!("all {} hosts", hosts.len());
    }
    if hosts.len() > NAMED
        && let Some(group) = exactly(cluster, hosts)
    {
        return format!("the {} hosts of `{}`", hosts.len(), inventory.group(group).name);
    }
    list_of(hosts.iter().map(|&host| &inventory.host(host).name))
}

/// The group whose members are these hosts and no others.
fn exactly(cluster: &Cluster, hosts: &[HostId]) -> Option<GroupId> {
    let mut wanted = hosts.to_vec();
    wanted.sort_unstable();
    let of_first = cluster.inventory.groups_of(*hosts.first()?);
    let is_same = |group: &GroupId| {
        let mut members = cluster.inventory.members(*group);
        members.sort_unstable();
        members == wanted
    };
    of_first.iter().copied().find(is_same)
}
