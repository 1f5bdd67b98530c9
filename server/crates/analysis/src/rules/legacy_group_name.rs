//! `legacy-group-name`: groups by their names of before 2.16.

use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId, Mention, MentionKind};

use super::{Findings, Rule, Tag};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::occurrences::{self, Thing};
use crate::release::Release;
use crate::{Change, FileEdit, Fix, Severity, rename};

pub(super) const RULE: Rule = Rule {
    id: "legacy-group-name",
    severity: Severity::Error,
    tag: Some(Tag::Deprecated),
    page: include_str!("legacy-group-name.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for (name, old) in release.pack.groups.iter().flat_map(|(name, group)| group.legacy_names.iter().map(move |old| (name, old))) {
        let Some(group) = cluster.inventory.group_named(old).filter(|_| old != "no-floating") else { continue };
        let Some(mention) = place(cluster, group) else { continue };
        let (severity, message, hosts) = judge(cluster, group, old, name);
        let path = cluster.inventory.file(mention.place.file).path();
        let renamed = rename(findings.workspace(), path, mention.place.range.start as usize, name).ok();
        let change = renamed.or_else(|| joined(findings, group, name));
        let fix = change.map(|change| Fix { title: format!("Rename {old} to {name}"), is_safe: true, change });
        findings.report(findings.at(&RULE, mention.place, message).severity(severity).on(hosts).fix(fix));
    }
}

/// The definition of a group, else where it is first named.
fn place(cluster: &Cluster, group: GroupId) -> Option<Mention> {
    let mentions = &cluster.inventory.group(group).mentions;
    mentions.iter().find(|mention| mention.kind == MentionKind::Definition).or(mentions.first()).copied()
}

/// What the old name costs on this release.
fn judge(cluster: &Cluster, group: GroupId, old: &str, name: &str) -> (Severity, String, Vec<HostId>) {
    let members = cluster.inventory.members(group);
    let version = cluster.kubespray.as_ref().map(|release| release.version.to_string()).unwrap_or_default();
    if is_undeclared(cluster, group) {
        let message = format!("Ansible refuses the whole file: nothing declares the group {old}, whose name is {name} today");
        return (Severity::Error, message, members);
    }
    // From 2.27 on the hosts of an old name get the new one in the same loop that fills k8s_cluster, and too late for it.
    let lost: Vec<HostId> = members.iter().copied().filter(|&host| !cluster.is_member(host, "k8s_cluster")).collect();
    if cluster.is_since(27) && name != "k8s_cluster" && !lost.is_empty() {
        let message = format!("{HOSTS} never join k8s_cluster on Kubespray {version}: they are only in the old group {old}");
        let message = if lost.len() == 1 { message.replace("join", "joins").replace("they are", "it is") } else { message };
        return (Severity::Error, message, lost);
    }
    let stands_alone: Vec<HostId> = members.iter().copied().filter(|&host| !is_in_files(cluster, host, name)).collect();
    if cluster.is_since(27) && name == "kube_control_plane" && stands_alone.len() > 1 {
        let message =
            format!("the first control plane may change with every run: the order of {HOSTS}, in the old group {old}, is not kept");
        return (Severity::Error, message, stands_alone);
    }
    (Severity::Hint, format!("{old} is the old name of {name}"), Vec::new())
}

/// The old name becomes the new one where a group has that already: an INI file may have several sections of one group.
fn joined(findings: &Findings<'_>, old: GroupId, name: &str) -> Option<Change> {
    let cluster = findings.cluster;
    let new = cluster.inventory.group_named(name)?;
    let mentions = &cluster.inventory.group(old).mentions;
    let in_ini = |mention: &Mention| {
        let file = cluster.inventory.file(mention.place.file);
        !file.is_yaml() && file.text().get(mention.place.range.span()) == Some(&cluster.inventory.group(old).name)
    };
    let thing = Thing::Group(Arc::clone(&cluster.inventory.group(old).name));
    let has_variables = !occurrences::variable_paths(findings.workspace(), cluster, &thing).is_empty();
    let is_apart = !cluster.inventory.is_within(old, new) && !cluster.inventory.is_within(new, old);
    if has_variables || !is_apart || !mentions.iter().all(in_ini) {
        return None;
    }
    let edit = |mention: &Mention| FileEdit {
        path: Arc::clone(cluster.inventory.file(mention.place.file).path()),
        range: mention.place.range,
        new_text: name.to_owned(),
    };
    Some(Change { edits: mentions.iter().map(edit).collect(), renames: Vec::new() })
}

/// Whether this rule tells that Ansible refuses the file for this name.
pub(super) fn tells_undeclared(cluster: &Cluster, name: &str) -> bool {
    let is_old = |release: &Release| release.pack.groups.values().any(|group| group.legacy_names.iter().any(|old| old == name));
    let group = cluster.inventory.group_named(name).filter(|_| name != "no-floating");
    cluster.kubespray.as_ref().is_some_and(is_old) && group.is_some_and(|group| is_undeclared(cluster, group))
}

/// An INI inventory names it as a child, and no header declares it.
fn is_undeclared(cluster: &Cluster, group: GroupId) -> bool {
    let group = cluster.inventory.group(group);
    let in_ini = |mention: &Mention| !cluster.inventory.file(mention.place.file).is_yaml();
    let mentions = &group.mentions;
    !mentions.is_empty()
        && mentions.iter().all(|mention| matches!(mention.kind, MentionKind::ChildOf(_)) && in_ini(mention))
        && group.hosts.is_empty()
        && group.children.is_empty()
}

/// Whether the files say that the host is in the group; a play may say so later.
fn is_in_files(cluster: &Cluster, host: HostId, group: &str) -> bool {
    cluster.membership_place(host, group).is_some()
}
