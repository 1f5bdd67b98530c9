//! `cilium-kube-owner`: Cilium cannot write where the user `kube` owns the directories.

use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::{HOSTS, Remedy};

pub(super) const RULE: Rule =
    Rule { id: "cilium-kube-owner", severity: Severity::Error, tag: None, page: include_str!("cilium-kube-owner.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    // Up to 2.27 Cilium ran privileged. Up to 2.31 nothing checks the owner, and values for its chart may make it privileged again.
    if !cluster.is_since(28) || (!cluster.is_since(32) && cluster.inventory.sets("cilium_extra_values")) {
        return;
    }
    findings.report_where(
        &RULE,
        "(kube_network_plugin == 'cilium' or cilium_deploy_additionally) and kube_owner != 'root' and 'k8s_cluster' in group_names",
        &["kube_owner", "kube_network_plugin", "cilium_deploy_additionally"],
        |host| {
            let owner = cluster.value_for_people(host, "kube_owner");
            format!("cilium cannot install its programs on {HOSTS}: kube_owner is {owner} and must be root")
        },
        Some(&Remedy::safe([("kube_owner", Value::String("root".into()))])),
    );
}
