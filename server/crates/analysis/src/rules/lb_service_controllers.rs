//! `lb-service-controllers`: two controllers that hand out addresses for services.

use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::Remedy;

pub(super) const RULE: Rule =
    Rule { id: "lb-service-controllers", severity: Severity::Warning, tag: None, page: include_str!("lb-service-controllers.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    // Both are deployed from the control planes.
    let both = "'kube_control_plane' in group_names and metallb_enabled and kube_vip_enabled and kube_vip_services_enabled";
    for alike in cluster.where_true(both) {
        let host = alike.example;
        let Some((name, place)) = findings.first_set(host, &["kube_vip_services_enabled", "metallb_enabled"]) else { continue };
        let message =
            format!("{name} is on, and so is {}: MetalLB and kube-vip would both answer for services of type LoadBalancer", other(name));
        let finding = findings.at(&RULE, place, message).on(alike.all(cluster));
        let fix = Remedy::offered([(name, Value::Bool(false))]).on(cluster, host, &[]);
        findings.report(finding.because(findings.values(host, &[other(name)])).fix(fix));
    }
}

fn other(name: &str) -> &'static str {
    if name == "metallb_enabled" { "kube_vip_services_enabled" } else { "metallb_enabled" }
}
