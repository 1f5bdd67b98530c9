//! `variable-not-visible-on-etcd-host`: what is set for `k8s_cluster` does not reach dedicated etcd hosts, where it is read as well.

use hostwise_expression::Value;
use hostwise_inventory::{HostId, Layer};

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::layout::Role;
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule {
    id: "variable-not-visible-on-etcd-host",
    severity: Severity::Warning,
    tag: None,
    page: include_str!("variable-not-visible-on-etcd-host.md"),
    check,
};

/// Certificates for the nodes are made on the first etcd host, with its values (role `etcd`, `gen_certs_script.yml`).
const NODE_CERTIFICATES: &str = "(kube_network_plugin in ['calico', 'flannel', 'cilium'] or cilium_deploy_additionally) \
     and (kube_network_plugin != 'calico' or calico_datastore == 'etcd')";

/// What every host reads that Kubespray downloads to, beside the settings of etcd itself.
const READ_EVERYWHERE: [&str; 17] = [
    "additional_no_proxy",
    "bin_dir",
    "dl_k8s_io_url",
    "download_cache_dir",
    "download_force_cache",
    "download_run_once",
    "etcd_download_url",
    "github_url",
    "http_proxy",
    "https_proxy",
    "https_proxy_cert_file",
    "local_release_dir",
    "no_proxy",
    "ntp_enabled",
    "ntp_servers",
    "resolvconf_mode",
    "upstream_dns_servers",
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(etcd) = cluster.inventory.group_named("etcd").filter(|_| cluster.kubespray.is_some()) else { return };
    let members = cluster.inventory.members(etcd);
    let dedicated: Vec<HostId> = members.iter().copied().filter(|&host| Role::of(cluster, host).is_etcd_only()).collect();
    // A test of Kubespray's CI gives its variables to every host.
    let Some(&example) = dedicated.first().filter(|_| !cluster.holds(dedicated[0], "etcd_deployment_type == 'kubeadm'")) else { return };
    if members.first() == dedicated.first()
        && !cluster.holds(example, NODE_CERTIFICATES)
        && cluster.holds(example, "cert_management == 'script'")
    {
        certificates(findings, &dedicated, example);
    }
    if cluster.holds(example, "etcd_deployment_type == 'docker'") {
        compare(findings, "container_manager", Severity::Error, &dedicated);
    }
    // The etcd hosts have the default of the release.
    if cluster.kubespray.as_ref().is_some_and(|release| !release.is_guessed()) {
        compare(findings, "kube_version", Severity::Error, &dedicated);
    }
    let of_etcd = cluster.inventory.set_variables().iter().filter(|name| name.starts_with("etcd_") && is_read_by_etcd(cluster, name));
    let names: Vec<String> = of_etcd.map(|name| name.to_string()).chain(READ_EVERYWHERE.map(str::to_owned)).collect();
    for name in names {
        compare(findings, &name, Severity::Warning, &dedicated);
    }
}

fn is_read_by_etcd(cluster: &Cluster, name: &str) -> bool {
    let variable = cluster.kubespray.as_ref().and_then(|release| release.pack.variable(name));
    variable
        .is_some_and(|variable| variable.roles.iter().any(|role| role == "etcd" || role == "etcd_defaults" || role == "etcdctl_etcdutl"))
}

/// The nodes need certificates that the first etcd host will not make.
fn certificates(findings: &mut Findings<'_>, dedicated: &[HostId], example: HostId) {
    let cluster = findings.cluster;
    let names = ["kube_network_plugin", "calico_datastore", "cilium_deploy_additionally"];
    for hosts in cluster.where_true(&format!("'k8s_cluster' in group_names and {NODE_CERTIFICATES}")) {
        for name in names {
            let (here, there) = (cluster.value(hosts.example, name), cluster.value(example, name));
            if let Some(winner) = cluster.winner(hosts.example, name).filter(|_| here != there && there.reasons().is_empty()) {
                let there = cluster.value_for_people(example, name);
                let message = format!(
                    "the certificates of the nodes are not made: {name} is {here} on the cluster and {there} on etcd hosts {HOSTS}"
                );
                report(findings, name, &winner, message, Severity::Error, dedicated);
                break;
            }
        }
    }
}

/// A variable that is set for `k8s_cluster`, and that no line gives to the etcd hosts.
fn compare(findings: &mut Findings<'_>, name: &str, severity: Severity, dedicated: &[HostId]) {
    let cluster = findings.cluster;
    if !cluster.inventory.sets(name) {
        return;
    }
    let lacking: Vec<HostId> = dedicated.iter().copied().filter(|&host| cluster.winner(host, name).is_none()).collect();
    let Some(&example) = lacking.first() else { return };
    let there = cluster.value(example, name);
    let there = there.reasons().is_empty().then_some(there).filter(|value| !matches!(value, Value::Undefined(_) | Value::Error(_)));
    let told = |situation: &crate::values::Situation| {
        let winner = situation.winner.as_ref()?;
        let group = winner.group.map(|group| &*cluster.inventory.group(group).name)?;
        let is_set = situation.value.reasons().is_empty() && !is_nothing(&situation.value);
        let differs = match (&there, name) {
            (Some(there), "kube_version") => minor(there)? != minor(&situation.value)?,
            (Some(there), _) => *there != situation.value,
            (None, _) => true,
        };
        (matches!(group, "k8s_cluster" | "k8s-cluster") && is_set && differs).then(|| winner.clone())
    };
    let Some(winner) = cluster.situations(name).iter().find_map(told) else { return };
    let message = match &there {
        Some(there) if !is_nothing(there) => {
            let here = cluster.inventory.file(winner.place.file).text().get(winner.place.range.span()).unwrap_or_default();
            format!("{name} is {here} on the cluster and {there} on etcd hosts {HOSTS}: k8s_cluster does not reach them")
        }
        _ => format!("{name} is not visible on etcd hosts {HOSTS}: they are not in k8s_cluster"),
    };
    report(findings, name, &winner, message, severity, &lacking);
}

fn report(findings: &mut Findings<'_>, name: &str, winner: &Layer, message: String, severity: Severity, dedicated: &[HostId]) {
    let cluster = findings.cluster;
    let change = cluster.move_to_all(findings.workspace().files(), winner);
    let fix = change.map(|change| Fix { title: format!("Move {name} to group_vars/all"), is_safe: true, change });
    findings.report(findings.at(&RULE, winner.key, message).severity(severity).on(dedicated.iter().copied()).fix(fix));
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}

/// `1.33` of `1.33.5`.
fn minor(version: &Value) -> Option<String> {
    let Value::String(version) = version else { return None };
    let parts: Vec<&str> = version.trim_start_matches('v').split('.').take(2).collect();
    Some(parts.join("."))
}
