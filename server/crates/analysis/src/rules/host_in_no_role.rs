//! `host-in-no-role`: hosts that no play of Kubespray does anything with.

use hostwise_inventory::{GroupId, HostId, MentionKind, ProfileId};
use rustc_hash::FxHashMap;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "host-in-no-role", severity: Severity::Warning, tag: None, page: include_str!("host-in-no-role.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    let is_kubesprays = |name: &str| {
        let mut known = release.pack.groups.iter();
        known.any(|(group, knowledge)| group == name || knowledge.legacy_names.iter().any(|old| old == name))
    };
    let control_plane = cluster.inventory.group_named("kube_control_plane");
    let has_control_plane = control_plane.is_some_and(|group| !cluster.inventory.members(group).is_empty());
    let mut seen: FxHashMap<ProfileId, Standing> = FxHashMap::default();
    for (id, host) in cluster.inventory.hosts() {
        let standing = *seen.entry(cluster.inventory.profile(id)).or_insert_with(|| {
            let groups = cluster.inventory.groups_of(id);
            let name = |group: &GroupId| &*cluster.inventory.group(*group).name;
            match groups.iter().find(|group| name(group) != "ungrouped") {
                _ if groups.iter().any(|group| is_kubesprays(name(group))) => Standing::HasPart,
                Some(group) => Standing::In(*group),
                None => Standing::Alone,
            }
        });
        if standing == Standing::HasPart || is_controller(cluster, id) {
            continue;
        }
        if let Standing::In(group) = standing {
            let name = &cluster.inventory.group(group).name;
            let message = format!("Kubespray does nothing with {HOSTS}: {name} is in none of its groups");
            let Some(place) = cluster.group_place(group) else { continue };
            findings.report(findings.at(&RULE, place, message).severity(Severity::Information).on([id]));
            continue;
        }
        let first = host.mentions.iter().find(|mention| matches!(mention.kind, MentionKind::HostOf(_)));
        let Some(mention) = first else { continue };
        let message = format!("nothing is installed on {HOSTS}: it is in no group of Kubespray");
        let add = cluster.add_to_group(id, mention.place, "kube_node").filter(|_| has_control_plane);
        let fix = add.map(|change| Fix { title: format!("Add {} to kube_node", host.name), is_safe: false, change });
        findings.report(findings.at(&RULE, mention.place, message).on([id]).fix(fix));
    }
}

/// How hosts in the same groups stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// In a group of Kubespray.
    HasPart,
    /// In this group, which is none of Kubespray's.
    In(GroupId),
    Alone,
}

/// The machine that runs Ansible, which is often listed to give it variables, and the one that it goes through.
fn is_controller(cluster: &Cluster, host: HostId) -> bool {
    let name = &*cluster.inventory.host(host).name;
    // A bastion outside its group is told by another rule.
    matches!(name, "localhost" | "127.0.0.1" | "::1" | "bastion") || cluster.holds(host, "ansible_connection == 'local'")
}
