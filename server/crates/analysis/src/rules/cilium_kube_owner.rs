//! `cilium-kube-owner`: Cilium cannot write where the user `kube` owns the directories.

use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "cilium-kube-owner", severity: Severity::Error, tag: None, page: include_str!("cilium-kube-owner.md"), check };

const NAMES: [&str; 3] = ["kube_owner", "kube_network_plugin", "cilium_deploy_additionally"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    // Up to 2.27 Cilium ran privileged. Up to 2.31 nothing checks the owner, and values for its chart may make it privileged again.
    if !cluster.is_since(28) || (!cluster.is_since(32) && !cluster.inventory.definitions("cilium_extra_values").is_empty()) {
        return;
    }
    let condition =
        "(kube_network_plugin == 'cilium' or cilium_deploy_additionally) and kube_owner != 'root' and 'k8s_cluster' in group_names";
    for hosts in cluster.where_true(condition) {
        let Some((name, place)) = findings.first_set(hosts.example, &NAMES) else { continue };
        let owner = cluster.value_for_people(hosts.example, "kube_owner");
        let message = format!("cilium cannot install its programs on {HOSTS}: kube_owner is {owner} and must be root");
        let root = Value::String("root".into());
        let change = match cluster.winner(hosts.example, name) {
            Some(winner) if name == "kube_owner" => cluster.change_value(&winner, &root),
            Some(winner) => cluster.set_beside(&winner, "kube_owner", &root),
            None => None,
        };
        let fix = change.map(|change| Fix { title: "Set kube_owner to root".to_owned(), is_safe: true, change });
        let finding = findings.at(&RULE, place, message).on(hosts.all(cluster)).because(findings.values(hosts.example, &NAMES)).fix(fix);
        findings.report(finding);
    }
}
