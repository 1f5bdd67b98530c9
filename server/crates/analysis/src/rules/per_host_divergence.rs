//! `per-host-divergence`: a setting of the whole cluster that is not the same on all its hosts.

use hostwise_expression::Value;
use hostwise_inventory::{HostId, Layer};

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "per-host-divergence", severity: Severity::Warning, tag: None, page: include_str!("per-host-divergence.md"), check };

/// Settings that belong to the cluster, not to a host, and the groups whose hosts read them.
const OF_THE_CLUSTER: [(&str, &[&str]); 9] = [
    ("etcd_deployment_type", &["k8s_cluster", "etcd"]),
    ("kube_network_plugin", &["k8s_cluster"]),
    ("kube_service_addresses", &["k8s_cluster"]),
    ("kube_pods_subnet", &["k8s_cluster"]),
    ("cluster_name", &["k8s_cluster"]),
    ("dns_domain", &["k8s_cluster"]),
    ("calico_datastore", &["k8s_cluster"]),
    ("container_manager", &["k8s_cluster"]),
    ("kube_apiserver_port", &["k8s_cluster"]),
];

/// A value, a line that gives it, and the hosts that have it.
struct Camp {
    value: Value,
    winner: Option<Layer>,
    hosts: Vec<HostId>,
}

fn check(findings: &mut Findings<'_>) {
    if findings.cluster.kubespray.is_none() {
        return;
    }
    for (name, groups) in OF_THE_CLUSTER {
        let Some(mut camps) = camps(findings.cluster, name, groups) else { continue };
        if camps.len() < 2 {
            continue;
        }
        // The smaller camp is the odd one out, unless no line made it so.
        camps.sort_by_key(|camp| (camp.winner.is_none(), camp.hosts.len(), camp.hosts.first().copied()));
        let [odd, .., usual] = &camps[..] else { continue };
        let Some(winner) = &odd.winner else { continue };
        let cluster = findings.cluster;
        let message = format!("{name} is {} on {HOSTS} and {} on {}", odd.value, usual.value, cluster.names_of(&usual.hosts));
        let others = camps.iter().skip(1).filter_map(|camp| {
            let line = camp.winner.as_ref()?.key;
            Some(findings.related(line, format!("{name} is {}", camp.value)))
        });
        let others: Vec<_> = others.collect();
        // With another line for the others, moving this one changes nothing for them.
        let is_only = camps.iter().skip(1).all(|camp| camp.winner.is_none());
        let change = if is_only { cluster.move_to_all(findings.workspace().files(), winner) } else { None };
        let fix = change.map(|change| Fix { title: format!("Move {name} to group_vars/all"), is_safe: false, change });
        findings.report(findings.at(&RULE, winner.key, message).on(odd.hosts.iter().copied()).because(others).fix(fix));
    }
}

/// Who has which value; `None` when any of them is not known.
fn camps(cluster: &Cluster, name: &str, groups: &[&str]) -> Option<Vec<Camp>> {
    let situations = cluster.situations(name);
    // Set nowhere, it is the same everywhere, or Kubespray's own affair.
    if situations.iter().all(|situation| situation.winner.is_none()) {
        return None;
    }
    let mut camps: Vec<Camp> = Vec::new();
    for situation in situations.iter() {
        let is_reader = |host: &HostId| groups.iter().any(|group| cluster.is_member(*host, group));
        let hosts: Vec<HostId> = situation.hosts.all(cluster).into_iter().filter(is_reader).collect();
        if hosts.is_empty() {
            continue;
        }
        if !matches!(situation.value, Value::String(_) | Value::Int(_)) {
            return None;
        }
        match camps.iter_mut().find(|camp| camp.value == situation.value) {
            Some(camp) => {
                camp.hosts.extend(hosts);
                camp.hosts.sort_unstable();
                if camp.winner.is_none() {
                    camp.winner.clone_from(&situation.winner);
                }
            }
            None => camps.push(Camp { value: situation.value.clone(), winner: situation.winner.clone(), hosts }),
        }
    }
    Some(camps)
}
