//! `control-plane-vars-misplaced`: a file named after the control plane that every node reads.

use super::{Findings, Rule};
use crate::Severity;
use crate::discovery::{name_of, parent};

pub(super) const RULE: Rule = Rule {
    id: "control-plane-vars-misplaced",
    severity: Severity::Information,
    tag: None,
    page: include_str!("control-plane-vars-misplaced.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(nodes) = cluster.inventory.group_named("k8s_cluster").filter(|_| cluster.kubespray.is_some()) else { return };
    let others: Vec<_> =
        cluster.inventory.members(nodes).into_iter().filter(|&host| !cluster.is_member(host, "kube_control_plane")).collect();
    for file in cluster.inventory.files() {
        let is_it = matches!(name_of(file.path()), "kube_control_plane.yml" | "kube_control_plane.yaml")
            && parent(file.path()).ends_with("/group_vars/k8s_cluster");
        let first = file.yaml().root().filter(|_| is_it && !file.is_encrypted()).and_then(|root| root.entries().next());
        if let Some(entry) = first.filter(|entry| entry.colon.is_some() && !others.is_empty()) {
            let message = format!("this file lies in group_vars/k8s_cluster, so it also reaches {}", cluster.names_of(&others));
            findings.report(crate::findings::Finding::in_file(&RULE, file.path(), entry.key.range(), message));
        }
    }
}
