//! `api-address-not-in-cert`: the public address of a control plane, which the API certificate does not name.

use std::net::IpAddr;

use hostwise_expression::Value;
use hostwise_inventory::{HostId, Place};
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule {
    id: "api-address-not-in-cert",
    severity: Severity::Information,
    tag: None,
    page: include_str!("api-address-not-in-cert.md"),
    check,
};

/// What else goes into the certificate (Kubespray `roles/kubernetes/control-plane/tasks/kubeadm-setup.yml`), and what adds to it.
const OTHERS: [&str; 4] = ["access_ip", "apiserver_loadbalancer_domain_name", "kube_vip_address", "kube_override_hostname"];

const NAMES: &str = "supplementary_addresses_in_ssl_keys";

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(group) = cluster.inventory.group_named("kube_control_plane").filter(|_| cluster.kubespray.is_some()) else { return };
    for host in cluster.inventory.members(group) {
        let Some(place) = cluster.winner(host, "ansible_host").map(|winner| winner.place) else { continue };
        let (Some(used), Some(ip)) = (address(cluster, host, "ansible_host"), address(cluster, host, "ip")) else { continue };
        if is_private(used) || !is_private(ip) || is_named(cluster, host, used) {
            continue;
        }
        let name = &cluster.inventory.host(host).name;
        let message = format!(
            "{used}, the ansible_host of {name}, is not among the names of the API certificate, unless the machine's default route has it"
        );
        let fix = name_it(findings, host, place, used);
        findings.report(findings.at(&RULE, place, message).on([host]).because(findings.values(host, &["ip"])).fix(fix));
    }
}

/// The address in the list of further names, which is made when there is none.
fn name_it(findings: &Findings<'_>, host: HostId, place: Place, used: IpAddr) -> Option<Fix> {
    let cluster = findings.cluster;
    let address = syntax::Value::String(used.to_string().into());
    let change = match cluster.winner(host, NAMES) {
        Some(layer) => {
            let syntax::Value::List(known) = &layer.value else { return None };
            cluster.change_value(&layer, &syntax::Value::List(known.iter().cloned().chain([address]).collect()))
        }
        None => cluster.set_for_all(findings.workspace().files(), place, NAMES, &syntax::Value::List([address].into())),
    };
    Some(Fix { title: format!("Add {used} to {NAMES}"), is_safe: false, change: change? })
}

fn address(cluster: &Cluster, host: HostId, name: &str) -> Option<IpAddr> {
    match cluster.value(host, name) {
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local(),
    }
}

/// Whether the certificate names the address, or may.
fn is_named(cluster: &Cluster, host: HostId, wanted: IpAddr) -> bool {
    let wanted = wanted.to_string();
    let is_or_may_be = |value: &Value| match value {
        Value::String(text) => **text == *wanted,
        Value::Unknown(_) | Value::Template(_) => true,
        _ => false,
    };
    let is_set = |name: &&&str| cluster.winner(host, name).is_some();
    let in_list = || match cluster.value(host, NAMES) {
        Value::List(items) => items.iter().any(|item| is_or_may_be(item) || !item.reasons().is_empty()),
        Value::Unknown(_) => cluster.winner(host, NAMES).is_some(),
        other => is_or_may_be(&other),
    };
    let in_balancer = || match cluster.winner(host, "loadbalancer_apiserver").map(|_| cluster.value(host, "loadbalancer_apiserver")) {
        Some(Value::Unknown(_)) => true,
        Some(balancer) => balancer.field("address").is_some_and(is_or_may_be),
        None => false,
    };
    OTHERS.iter().filter(is_set).any(|name| is_or_may_be(&cluster.value(host, name))) || in_list() || in_balancer()
}
