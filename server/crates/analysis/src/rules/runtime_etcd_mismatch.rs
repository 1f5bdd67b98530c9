//! `runtime-etcd-mismatch`: the kind of etcd and the container engine do not go together on an etcd host.

use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::{HOSTS, Remedy};

pub(super) const RULE: Rule =
    Rule { id: "runtime-etcd-mismatch", severity: Severity::Error, tag: None, page: include_str!("runtime-etcd-mismatch.md"), check };

const NAMES: [&str; 2] = ["etcd_deployment_type", "container_manager"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let manager = |host| cluster.value_for_people(host, "container_manager");
    findings.report_where(
        &RULE,
        "'etcd' in group_names and etcd_deployment_type == 'docker' and container_manager in ['containerd', 'crio']",
        &NAMES,
        |host| format!("etcd cannot start on {HOSTS}: etcd_deployment_type docker needs container_manager docker, it is {}", manager(host)),
        Some(&Remedy::offered([("etcd_deployment_type", Value::String("host".into()))])),
    );
    findings.report_where(
        &RULE,
        "'etcd' in group_names and 'k8s_cluster' not in group_names and etcd_deployment_type == 'host' and container_manager == 'docker' \
         and not deploy_container_engine",
        &["container_manager", "etcd_deployment_type"],
        |_| format!("etcdctl cannot be taken out of its image on {HOSTS}: container_manager is docker, and no engine comes onto an etcd-only host"),
        None,
    );
}
