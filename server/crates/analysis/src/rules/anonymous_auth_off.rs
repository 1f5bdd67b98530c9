//! `anonymous-auth-off`: without anonymous requests no node can join.

use hostwise_expression::Value;
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::{HOSTS, Remedy};

pub(super) const RULE: Rule =
    Rule { id: "anonymous-auth-off", severity: Severity::Error, tag: None, page: include_str!("anonymous-auth-off.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(nodes) = cluster.inventory.group_named("k8s_cluster").filter(|_| cluster.kubespray.is_some()) else { return };
    if cluster.inventory.members(nodes).len() < 2 {
        return;
    }
    for situation in cluster.situations("kube_api_anonymous_auth").iter() {
        let is_off = match &situation.value {
            Value::Bool(on) => !on,
            Value::String(text) => text.eq_ignore_ascii_case("false"),
            _ => false,
        };
        let Some(winner) = situation.winner.as_ref().filter(|_| is_off) else { continue };
        let masters: Vec<_> =
            situation.hosts.all(cluster).into_iter().filter(|&host| cluster.is_member(host, "kube_control_plane")).collect();
        if !masters.is_empty() {
            let message =
                format!("kube_api_anonymous_auth is off on {HOSTS}: kubeadm join reads cluster-info without a name, so no node can join");
            let on = syntax::Value::Bool(true);
            let remedy = Remedy::offered([("kube_api_anonymous_auth", on.clone()), ("remove_anonymous_access", on)]);
            let is_known = cluster.kubespray.as_ref().is_some_and(|release| release.pack.variable("remove_anonymous_access").is_some());
            let fix = remedy.on(cluster, situation.hosts.example, &["kube_api_anonymous_auth"]).filter(|_| is_known);
            findings.report(findings.at(&RULE, winner.key, message).on(masters).fix(fix));
        }
    }
}
