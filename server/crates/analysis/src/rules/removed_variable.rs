//! `removed-variable`: a variable that the release does not read any more.

use hostwise_inventory::Layer;
use hostwise_kubespray::Packs;
use hostwise_syntax::Value;

use super::offline_unused::is_helper;
use super::{Findings, Rule, Tag};
use crate::cluster::Cluster;
use crate::occurrences::{self, Role, Thing};
use crate::{Fix, Severity, Workspace};

pub(super) const RULE: Rule = Rule {
    id: "removed-variable",
    severity: Severity::Warning,
    tag: Some(Tag::Unnecessary),
    page: include_str!("removed-variable.md"),
    check,
};

/// Where a playbook stops when the variable is there: the name, the releases from a minor one on, up to before another, and on which hosts.
const STOPS: [(&str, u32, u32, &str); 7] = [
    ("calcio_ipam_autoallocateblocks", 0, u32::MAX, "kube_network_plugin == 'calico'"),
    ("etcd_kubeadm_enabled", 28, 29, "true"),
    ("eviction_hard_control_plane", 32, u32::MAX, "true"),
    ("ipip", 0, u32::MAX, "kube_network_plugin == 'calico'"),
    ("ipip_mode", 0, u32::MAX, "kube_network_plugin == 'calico'"),
    ("kubelet_static_pod_path", 31, u32::MAX, "true"),
    ("matallb_auto_assign", 0, u32::MAX, "metallb_enabled"),
];

/// What nothing reads and every copy of the sample sets: nobody put it there.
const LEFT_OVER: [&str; 2] = ["default_kubelet_config_dir", "kube_ovn_vlan_name"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    let oldest = release.oldest();
    for name in cluster.inventory.set_variables() {
        let stops = STOPS.iter().any(|(stop, since, before, condition)| {
            let is_meant = *stop == &**name && cluster.is_since(*since) && !cluster.is_since(*before);
            is_meant && !cluster.where_true(condition).is_empty()
        });
        // A release that stops at a name still reads it: what is set instead, later ones know.
        let later = || if stops { Packs::bundled().removed(name, Packs::bundled().development()) } else { None };
        // The release itself may still show it, and the copy of the user may still read it.
        let known = release.pack.variable(name);
        let is_used = || !release.declared(name).is_empty() || is_read(findings.workspace(), cluster, name);
        if !stops && let Some(variable) = known {
            let is_dead = variable.sample.is_some()
                && !LEFT_OVER.contains(&&**name)
                && !variable.is_read()
                && !variable.set_by_tasks
                && !is_helper(name);
            if is_dead && !is_used() {
                dead(findings, name);
            }
            continue;
        }
        let Some(removed) = release.pack.removed(name).or_else(later) else { continue };
        if !stops && is_used() {
            continue;
        }
        let last = removed.last.map(|last| format!(" (last: {}.{})", last.major, last.minor)).unwrap_or_default();
        let instead = removed.instead.map(|instead| format!(": set {instead} instead")).unwrap_or_default();
        // Where nothing says which release it is, an older one may still read it.
        let is_certain = oldest == release.version || Packs::bundled().removed(name, oldest).is_some();
        // A test of Kubespray's CI that upgrades a cluster sets what only the older of two releases reads.
        let is_test = cluster.request.given.is_some();
        for definition in cluster.inventory.definitions(name) {
            let layer = &definition.layer;
            let (severity, message) = match (stops, is_nothing(&layer.value)) {
                _ if !is_certain => (Severity::Information, format!("Kubespray does not read {name} any more{last}{instead}")),
                (true, _) => (Severity::Error, format!("Kubespray {} stops at {name}, which it removed{instead}", release.version)),
                (false, true) => (Severity::Hint, format!("{name} is not read by Kubespray {}{last}{instead}", release.version)),
                (false, false) => (RULE.severity, format!("{name} is not read by Kubespray {}{last}{instead}", release.version)),
            };
            let severity = if is_test { severity.min(Severity::Information) } else { severity };
            let renamed = removed.renamed.then_some(removed.instead).flatten().and_then(|new| renamed(cluster, layer, name, new));
            let change = cluster.delete(layer);
            let delete = change.map(|change| Fix { title: format!("Delete {name}"), is_safe: false, change });
            findings.report(findings.at(&RULE, layer.key, message).severity(severity).on(definition.host).fix(renamed).fix(delete));
        }
    }
}

/// The new name for the same value, when nothing sets that yet.
fn renamed(cluster: &Cluster, layer: &Layer, name: &str, new: &str) -> Option<Fix> {
    let change = cluster.rename_key(layer, new).filter(|_| !cluster.inventory.sets(new))?;
    Some(Fix { title: format!("Rename {name} to {new}"), is_safe: false, change })
}

/// What the sample of the release still shows, and the release does not read.
fn dead(findings: &mut Findings<'_>, name: &str) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for definition in cluster.inventory.definitions(name).into_iter().filter(|definition| !is_nothing(&definition.layer.value)) {
        let layer = &definition.layer;
        let message = format!("nothing in Kubespray {} reads {name}, although its sample shows it", release.version);
        let change = cluster.delete(layer);
        let fix = change.map(|change| Fix { title: format!("Delete {name}"), is_safe: false, change });
        findings.report(findings.at(&RULE, layer.key, message).severity(Severity::Hint).on(definition.host).fix(fix));
    }
}

/// Whether nothing is lost when it is not read.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Whether a template of the inventory or a play of the workspace reads the variable.
pub(super) fn is_read(workspace: &Workspace, cluster: &Cluster, name: &str) -> bool {
    let sites = occurrences::sites(workspace, cluster, &[Thing::Variable(name.into())]);
    // Conditions of plays are no templates: there the word is enough.
    let in_plays = || {
        occurrences::files(workspace, cluster)
            .filter(|file| cluster.inventory.file_id(file.path()).is_none())
            .any(|file| file.text().contains(name))
    };
    sites.iter().any(|site| site.occurrence.role != Role::Definition) || in_plays()
}
