//! `unknown-group-near-miss`: a group that is nearly one of Kubespray's, and a group of Kubespray that stands where a host should.

use hostwise_inventory::{GroupId, HostId, MentionKind};
use hostwise_syntax::edit::Edit;
use hostwise_syntax::ini::{Section, SectionKind};

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::layout::Role;
use crate::nearest::nearest;
use crate::{Change, Fix, Severity, rename};

pub(super) const RULE: Rule =
    Rule { id: "unknown-group-near-miss", severity: Severity::Warning, tag: None, page: include_str!("unknown-group-near-miss.md"), check };

/// The groups that can be meant. A group that is nearly `bastion` is not: its hosts lose nothing.
const MEANT: [&str; 5] = ["kube_control_plane", "kube_node", "etcd", "k8s_cluster", "calico_rr"];

/// Names that people write, too far from the right one to be slips of the keyboard.
const ALIASES: [(&str, &str); 9] = [
    ("control_plane", "kube_control_plane"),
    ("controlplane", "kube_control_plane"),
    ("kube_control", "kube_control_plane"),
    ("kube_controller", "kube_control_plane"),
    ("kube_master", "kube_control_plane"),
    ("kube_masters", "kube_control_plane"),
    ("kube_worker", "kube_node"),
    ("kube_workers", "kube_node"),
    ("kube_cluster", "k8s_cluster"),
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    let is_known = |name: &str| {
        let of_pack = |(group, knowledge): (&String, &hostwise_kubespray::GroupKnowledge)| {
            group == name || knowledge.legacy_names.iter().any(|old| old == name)
        };
        matches!(name, "all" | "ungrouped") || release.pack.groups.iter().any(of_pack)
    };
    for (id, group) in cluster.inventory.groups().filter(|(_, group)| !is_known(&group.name)) {
        let Some(meant) = meant(&group.name) else { continue };
        let hosts = without_role(cluster, id, meant);
        let Some(place) = cluster.group_place(id).filter(|_| !hosts.is_empty()) else { continue };
        let path = cluster.inventory.file(place.file).path();
        let fix = rename(findings.workspace(), path, place.range.start as usize, meant).ok();
        let fix = fix.map(|change| Fix { title: format!("Rename {} to {meant}", group.name), is_safe: false, change });
        let message = format!("Kubespray knows no group {}, {meant} is meant: {HOSTS} will not be in it", group.name);
        findings.report(findings.at(&RULE, place, message).on(hosts).fix(fix));
    }
    for (id, host) in cluster.inventory.hosts().filter(|(_, host)| MEANT.contains(&&*host.name)) {
        for mention in &host.mentions {
            let MentionKind::HostOf(owner) = mention.kind else { continue };
            if !is_meant_as_child(cluster, id, owner) {
                continue;
            }
            let owner = &cluster.inventory.group(owner).name;
            let message = format!("{} is a group and stands here as a host of {owner}: it is meant as a child", host.name);
            let file = cluster.inventory.file(mention.place.file);
            let section =
                file.ini().sections.iter().find(|section| section.lines.iter().any(|line| line.range.contains(mention.place.range)));
            let fix = section.filter(|_| !file.is_yaml()).and_then(|section| children(file.text(), section));
            let fix = fix.map(|edit| Fix {
                title: format!("Make it [{owner}:children]"),
                is_safe: false,
                change: Change::of_file(file.path(), [edit]),
            });
            findings.report(findings.at(&RULE, mention.place, message).on([id]).fix(fix));
        }
    }
}

/// Whether a host of the name of a group is none: the group is there beside it, and no machine is named for it.
fn is_meant_as_child(cluster: &Cluster, host: HostId, owner: GroupId) -> bool {
    let name = &cluster.inventory.host(host).name;
    let group = cluster.inventory.group_named(name);
    let is_namesake = group == Some(owner);
    group.is_some() && !is_namesake && !cluster.inventory.has_own_variable(host, "ansible_host")
}

/// The group that is meant by one that Kubespray does not know.
fn meant(name: &str) -> Option<&'static str> {
    let plain = name.to_ascii_lowercase().replace('-', "_");
    if let Some((_, meant)) = ALIASES.iter().find(|(alias, _)| *alias == plain) {
        return Some(meant);
    }
    // Groups with numbers are many of one kind, not slips.
    let is_numbered = plain.ends_with(|last: char| last.is_ascii_digit());
    if is_numbered || plain.len() < 4 { None } else { nearest(name, MEANT) }
}

/// The hosts of the group that miss what the meant group would give them. With that group in use elsewhere, hosts that are nodes anyway are no slip: the
/// group is one of the user's own.
fn without_role(cluster: &Cluster, group: GroupId, meant: &str) -> Vec<HostId> {
    let is_used = cluster.inventory.group_named(meant).is_some_and(|meant| !cluster.inventory.members(meant).is_empty());
    let misses = |host: &HostId| {
        let role = Role::of(cluster, *host);
        !cluster.is_member(*host, meant) && !(is_used && (role.in_cluster() || role.etcd && meant != "kube_control_plane"))
    };
    cluster.inventory.members(group).into_iter().filter(misses).collect()
}

/// The header as one of children, when nothing else stands in the section.
fn children(text: &str, section: &Section) -> Option<Edit> {
    let is_group = |line: &hostwise_syntax::ini::Line| line.name.is_some_and(|name| MEANT.contains(&&text[name.span()]));
    let all = section.lines.iter().all(|line| is_group(line) && line.assignments.is_empty());
    let name = section.name.filter(|_| all && section.kind == SectionKind::Hosts)?;
    Some(Edit { range: section.header, new_text: format!("[{}:children]", &text[name.span()]) })
}
