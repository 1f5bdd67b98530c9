//! `etcd-kubeadm-outside-control-plane`: etcd hosts that kubeadm will not make etcd members.

use hostwise_inventory::{HostId, Mention, MentionKind};
use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::findings::{HOSTS, Remedy};
use crate::{Fix, Severity};

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
        let fixes = fixes(findings, hosts.example, &hosts.all(cluster));
        findings.report(findings.at(&RULE, place, message).severity(severity).on(hosts.all(cluster)).fix(fixes));
    }
}

/// The group as a parent of the control plane, when its other hosts have a part without it or are named nowhere else; or etcd as before.
fn fixes(findings: &Findings<'_>, host: HostId, outside: &[HostId]) -> Vec<Fix> {
    let cluster = findings.cluster;
    let etcd = cluster.inventory.group_named("etcd");
    let is_named_there = |mention: &Mention| matches!(mention.kind, MentionKind::HostOf(group) if Some(group) == etcd);
    let is_free =
        |&host: &HostId| cluster.is_member(host, "k8s_cluster") || cluster.inventory.host(host).mentions.iter().all(is_named_there);
    // The type must hold for the hosts that run etcd then.
    let is_shared = cluster.where_true("'kube_control_plane' in group_names and etcd_deployment_type != 'kubeadm'").is_empty();
    let members =
        etcd.filter(|_| is_shared && outside.iter().all(is_free)).and_then(|etcd| cluster.change_members(etcd, "kube_control_plane"));
    let members = members.map(|change| Fix { title: "Make kube_control_plane the child of etcd".to_owned(), is_safe: false, change });
    let kind = Remedy::offered([("etcd_deployment_type", Value::String("host".into()))]).on(cluster, host, &[]);
    members.into_iter().chain(kind).collect()
}
