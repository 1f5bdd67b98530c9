//! `etcd-kubeadm-outside-control-plane`: etcd hosts that kubeadm will not make etcd members.

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::HOSTS;

pub(super) const RULE: Rule = Rule {
    id: "etcd-kubeadm-outside-control-plane",
    severity: Severity::Error,
    tag: None,
    page: include_str!("etcd-kubeadm-outside-control-plane.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let outside = "'etcd' in group_names and 'kube_control_plane' not in group_names and etcd_deployment_type == 'kubeadm'";
    for hosts in cluster.where_true(outside) {
        let Some((_, place)) = findings.first_set(hosts.example, &["etcd_deployment_type"]) else { continue };
        let message =
            format!("etcd will not run on {HOSTS}: with etcd_deployment_type kubeadm it runs on the hosts of kube_control_plane only");
        // A node has what it needs without etcd. An etcd-only host fails: the image of etcd is to be pulled, and there is no engine.
        let is_node = cluster.is_member(hosts.example, "k8s_cluster");
        let severity = if is_node { Severity::Information } else { RULE.severity };
        findings.report(findings.at(&RULE, place, message).severity(severity).on(hosts.all(cluster)));
    }
}
