//! `legacy-group-name`: groups by their names of before 2.16.

use hostwise_inventory::{GroupId, HostId, Mention, MentionKind};

use super::{Findings, Rule, Tag};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::{Fix, Severity, rename};

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
        let fix = rename(findings.workspace, path, mention.place.range.start as usize, name).ok();
        let fix = fix.map(|change| Fix { title: format!("Rename {old} to {name}"), is_safe: true, change });
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
