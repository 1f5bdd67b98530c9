//! `calico-encapsulation`: Calico's ways to reach other nodes exclude each other.

use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::{HOSTS, Remedy};

pub(super) const RULE: Rule =
    Rule { id: "calico-encapsulation", severity: Severity::Error, tag: None, page: include_str!("calico-encapsulation.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let bird = || Value::String("bird".into());
    let value = |host, name| cluster.value_for_people(host, name);
    findings.report_where(
        &RULE,
        "kube_network_plugin == 'calico' and 'k8s_cluster' in group_names \
         and calico_ipip_mode in ['Always', 'CrossSubnet'] and calico_vxlan_mode in ['Always', 'CrossSubnet']",
        &["calico_ipip_mode", "calico_vxlan_mode"],
        |host| {
            let (ipip, vxlan) = (value(host, "calico_ipip_mode"), value(host, "calico_vxlan_mode"));
            let by_default = if cluster.winner(host, "calico_vxlan_mode").is_none() { "the default " } else { "" };
            format!("Kubespray stops: calico_ipip_mode {ipip} and {by_default}calico_vxlan_mode {vxlan} exclude each other on {HOSTS}")
        },
        Some(&Remedy::offered([("calico_vxlan_mode", Value::String("Never".into())), ("calico_network_backend", bird())])),
    );
    findings.report_where(
        &RULE,
        "kube_network_plugin == 'calico' and 'k8s_cluster' in group_names \
         and calico_ipip_mode in ['Always', 'CrossSubnet'] and calico_vxlan_mode == 'Never' and calico_network_backend == 'vxlan'",
        &["calico_network_backend", "calico_ipip_mode"],
        |host| {
            let ipip = value(host, "calico_ipip_mode");
            format!("pods of {HOSTS} cannot reach other nodes: calico_ipip_mode {ipip} needs calico_network_backend bird, it is vxlan")
        },
        Some(&Remedy::safe([("calico_network_backend", bird())])),
    );
}
