//! `apiserver-lb`: the ways to reach the API server contradict each other, or all lead to one host.

use std::sync::Arc;

use hostwise_expression::Value;
use hostwise_inventory::{HostId, Layer};
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::{HOSTS, Remedy};
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "apiserver-lb", severity: Severity::Warning, tag: None, page: include_str!("apiserver-lb.md"), check };

const EXTERNAL: &str = "loadbalancer_apiserver";
const LOCAL: &str = "loadbalancer_apiserver_localhost";

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(group) = cluster.inventory.group_named("kube_control_plane").filter(|_| cluster.kubespray.is_some()) else { return };
    // The tests of Kubespray leave out on purpose what they do not test.
    if cluster.request.given.is_some() {
        return;
    }
    let masters = cluster.inventory.members(group);
    local(findings, &masters);
    external(findings, &masters);
    kube_vip(findings);
}

/// The proxy on each node: switched off without anything instead, or on beside a load balancer.
fn local(findings: &mut Findings<'_>, masters: &[HostId]) {
    let cluster = findings.cluster;
    for situation in cluster.situations(LOCAL).iter() {
        let (Value::Bool(on), Some(winner)) = (&situation.value, &situation.winner) else { continue };
        let host = situation.hosts.example;
        let external = cluster.winner(host, EXTERNAL);
        let nodes = || situation.hosts.all(cluster).into_iter().filter(|&host| cluster.is_member(host, "k8s_cluster"));
        match (on, external, masters) {
            (true, Some(external), _) if is_mapping(cluster, host) => {
                let hosts: Vec<HostId> = nodes().collect();
                if !hosts.is_empty() {
                    let message = format!("{LOCAL} is on for {HOSTS}, and {EXTERNAL} is set: one excludes the other");
                    let related = findings.related(external.key, format!("{EXTERNAL} is set here"));
                    let fix = Remedy::offered([(LOCAL, syntax::Value::Bool(false))]).on(cluster, host, &[]);
                    findings.report(findings.at(&RULE, winner.key, message).on(hosts).because([related]).fix(fix));
                }
            }
            (false, None, [first, _, ..]) if cluster.value(host, "kube_vip_enabled") == Value::Bool(false) => {
                let workers: Vec<HostId> = nodes().filter(|&host| !cluster.is_member(host, "kube_control_plane")).collect();
                if !workers.is_empty() {
                    let first = &cluster.inventory.host(*first).name;
                    let message = format!("no load balancer and no local proxy: {HOSTS} would use the API server of {first} alone");
                    findings.report(findings.at(&RULE, winner.key, message).on(workers));
                }
            }
            _ => {}
        }
    }
}

fn is_mapping(cluster: &Cluster, host: HostId) -> bool {
    matches!(cluster.value(host, EXTERNAL), Value::Map(entries) if !entries.is_empty())
}

/// A load balancer whose address is a control plane's own, or whose name nobody resolves.
fn external(findings: &mut Findings<'_>, masters: &[HostId]) {
    let cluster = findings.cluster;
    for situation in cluster.situations(EXTERNAL).iter() {
        let (Some(winner), Some(address)) = (&situation.winner, text_field(&situation.value, "address")) else { continue };
        let host = situation.hosts.example;
        let port = situation.value.field("port").cloned().unwrap_or_else(|| cluster.value(host, "kube_apiserver_port"));
        let own = masters.iter().copied().find(|&master| addresses(cluster, master).contains(&address));
        if let Some(master) = own.filter(|_| masters.len() > 1)
            && is_same_number(&port, &cluster.value(master, "kube_apiserver_port"))
        {
            let name = &cluster.inventory.host(master).name;
            let message =
                format!("{EXTERNAL} {address}:{port} is the API server of {name} itself: a load balancer there needs another port");
            findings.report(findings.at(&RULE, winner.key, message).on([master]));
        }
        unresolved_name(findings, host, winner, &address);
    }
}

/// 2.29 no longer writes the name into `/etc/hosts`, and 2.30 made the address its default.
fn unresolved_name(findings: &mut Findings<'_>, host: HostId, external: &Layer, address: &str) {
    const NAME: &str = "apiserver_loadbalancer_domain_name";
    let cluster = findings.cluster;
    let is_affected = cluster.kubespray.as_ref().is_some_and(|release| (release.version.major, release.version.minor) == (2, 29));
    if is_affected && cluster.winner(host, NAME).is_none() {
        let message = format!("on 2.29 no file resolves the name of the load balancer any more: set {NAME} to {address}");
        let set = cluster.set_beside(external, NAME, &syntax::Value::String(address.into()));
        let fix = set.map(|change| Fix { title: format!("Set {NAME} to {address}"), is_safe: false, change });
        findings.report(findings.at(&RULE, external.key, message).fix(fix));
    }
}

/// An address that kube-vip serves and nobody uses.
fn kube_vip(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for alike in cluster.where_true("'kube_control_plane' in group_names and kube_vip_enabled and kube_vip_controlplane_enabled") {
        let host = alike.example;
        let (Value::String(address), Some(winner)) = (cluster.value(host, "kube_vip_address"), cluster.winner(host, "kube_vip_address"))
        else {
            continue;
        };
        let used = match cluster.winner(host, EXTERNAL) {
            None => None,
            Some(_) => match text_field(&cluster.value(host, EXTERNAL), "address") {
                Some(used) if used != address => Some(used),
                _ => continue,
            },
        };
        let message = match &used {
            None => format!("kube-vip serves {address}, and no node uses it: {EXTERNAL} is not set"),
            Some(used) => format!("kube-vip serves {address}, and the nodes use {used}: {EXTERNAL}.address should be the same"),
        };
        let fix = if used.is_none() { use_address(cluster, host, &winner, &address) } else { None };
        let finding = findings.at(&RULE, winner.key, message).on(alike.all(cluster));
        findings.report(finding.because(findings.values(host, &[EXTERNAL])).fix(fix));
    }
}

/// The address as that of the load balancer.
fn use_address(cluster: &Cluster, host: HostId, winner: &Layer, address: &Arc<str>) -> Option<Fix> {
    let Value::Int(port) = cluster.value(host, "kube_apiserver_port") else { return None };
    let port = i64::try_from(port).ok()?;
    let key = |name: &str| syntax::Value::String(name.into());
    let value = [(key("address"), syntax::Value::String(Arc::clone(address))), (key("port"), syntax::Value::Int(port))];
    let change = cluster.set_beside(winner, EXTERNAL, &syntax::Value::Map(value.into()))?;
    Some(Fix { title: format!("Set {EXTERNAL} to {address}"), is_safe: false, change })
}

/// The addresses that the inventory gives a host.
fn addresses(cluster: &Cluster, host: HostId) -> Vec<Arc<str>> {
    let value = |name: &&str| match cluster.winner(host, name).map(|_| cluster.value(host, name)) {
        Some(Value::String(address)) => Some(address),
        _ => None,
    };
    ["ip", "access_ip", "ansible_host"].iter().filter_map(value).collect()
}

fn text_field(value: &Value, name: &str) -> Option<Arc<str>> {
    match value.field(name)? {
        Value::String(text) if !text.is_empty() => Some(Arc::clone(text)),
        _ => None,
    }
}

/// Ports are written as numbers and as texts.
fn is_same_number(a: &Value, b: &Value) -> bool {
    let known = |value: &Value| matches!(value, Value::Int(_) | Value::String(_));
    known(a) && known(b) && a.to_string() == b.to_string()
}
