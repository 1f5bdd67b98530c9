//! `strict-arp`: addresses that are announced by ARP, and a kube-proxy that answers for all of them.

use hostwise_inventory::HostId;
use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::Severity;
use crate::cluster::Cluster;
use crate::findings::{HOSTS, Remedy};

pub(super) const RULE: Rule = Rule { id: "strict-arp", severity: Severity::Error, tag: None, page: include_str!("strict-arp.md"), check };

/// Up to 2.31 the roles stop even where kube-proxy is left out.
const MODE: &str = "kube_proxy_mode == 'ipvs' and not kube_proxy_strict_arp";
const NAMES: [&str; 4] = ["kube_proxy_strict_arp", "metallb_enabled", "kube_vip_arp_enabled", "kube_vip_enabled"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let mode = if cluster.is_since(32) { format!("{MODE} and not kube_proxy_remove") } else { MODE.to_owned() };
    let remedy = Remedy::safe([("kube_proxy_strict_arp", Value::Bool(true))]);
    let group = cluster.inventory.group_named("kube_control_plane").filter(|_| cluster.kubespray.is_some());
    let members: Vec<HostId> = group.map(|group| cluster.inventory.members(group)).unwrap_or_default();
    // MetalLB is deployed from the first control plane, with its values.
    if let Some(&first) = members.first()
        && cluster.holds(first, &format!("metallb_enabled and {mode}"))
    {
        report(findings, cluster, "MetalLB", vec![first], &["kube_proxy_strict_arp", "metallb_enabled"], &remedy);
    }
    for hosts in
        cluster.where_true(&format!("'kube_control_plane' in group_names and kube_vip_enabled and kube_vip_arp_enabled and {mode}"))
    {
        let names = ["kube_proxy_strict_arp", "kube_vip_arp_enabled", "kube_vip_enabled"];
        report(findings, cluster, "kube-vip with ARP", hosts.all(cluster), &names, &remedy);
    }
}

fn report(findings: &mut Findings<'_>, cluster: &Cluster, who: &str, hosts: Vec<HostId>, names: &[&str], remedy: &Remedy) {
    let Some(&host) = hosts.first() else { return };
    let Some((_, place)) = findings.first_set(host, names) else { return };
    let mode = if cluster.winner(host, "kube_proxy_mode").is_some() { "is ipvs" } else { "is ipvs by default" };
    let message = format!("Kubespray stops at {HOSTS}: {who} needs kube_proxy_strict_arp while kube_proxy_mode {mode}");
    let related = findings.values(host, &[&NAMES[..], &["kube_proxy_mode"]].concat());
    findings.report(findings.at(&RULE, place, message).on(hosts).because(related).fix(remedy.on(cluster, host, names)));
}
