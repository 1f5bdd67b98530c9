//! `immutable-after-deploy`: a setting that a running cluster keeps, changed since the last commit.

use hostwise_expression::Value;
use hostwise_inventory::HostId;

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;

pub(super) const RULE: Rule =
    Rule { id: "immutable-after-deploy", severity: Severity::Warning, tag: None, page: include_str!("immutable-after-deploy.md"), check };

/// What cannot be changed on a running cluster by running Kubespray again.
const KEPT: [&str; 11] = [
    "kube_pods_subnet",
    "kube_service_addresses",
    "kube_pods_subnet_ipv6",
    "kube_service_addresses_ipv6",
    "kube_network_node_prefix",
    "kube_network_plugin",
    "cluster_name",
    "dns_domain",
    "etcd_deployment_type",
    "calico_datastore",
    "container_manager",
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(committed) = findings.workspace().committed(cluster) else { return };
    // The first control plane speaks for the cluster.
    let first = |cluster: &Cluster| -> Option<HostId> {
        cluster.inventory.members(cluster.inventory.group_named("kube_control_plane")?).first().copied()
    };
    let (Some(before), Some(now)) = (first(&committed), first(cluster)) else { return };
    for name in KEPT {
        let (old, new) = (committed.value(before, name), cluster.value(now, name));
        let is_known = |value: &Value| matches!(value, Value::String(_) | Value::Int(_));
        if !is_known(&old) || !is_known(&new) || old.to_string() == new.to_string() {
            continue;
        }
        // Without a line it went back to the default: the finding stands at the host then.
        let place = cluster.winner(now, name).map(|winner| winner.key).or_else(|| cluster.membership_place(now, "kube_control_plane"));
        let Some(place) = place else { continue };
        let message = format!("{name} was {old} in the last commit and is now {new}: a cluster that runs already cannot take that");
        findings.report(findings.at(&RULE, place, message));
    }
}
