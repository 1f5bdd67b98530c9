//! `etcd-member-name-clash`: two members of etcd that would have one name.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_expression::Value;
use hostwise_inventory::HostId;

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "etcd-member-name-clash", severity: Severity::Error, tag: None, page: include_str!("etcd-member-name-clash.md"), check };

const NAME: &str = "etcd_member_name";

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(etcd) = cluster.inventory.group_named("etcd").filter(|_| cluster.kubespray.is_some()) else { return };
    let mut by_name: BTreeMap<Arc<str>, Vec<HostId>> = BTreeMap::new();
    for (index, host) in cluster.inventory.members(etcd).into_iter().enumerate() {
        let name = match cluster.winner(host, NAME).map(|_| cluster.value(host, NAME)) {
            Some(Value::String(name)) => name,
            // A name that is not known may be any.
            Some(_) => continue,
            None => format!("etcd{}", index + 1).into(),
        };
        by_name.entry(name).or_default().push(host);
    }
    for (name, hosts) in by_name.into_iter().filter(|(_, hosts)| hosts.len() > 1) {
        // The line that gives the name to one of them; without any line the names are made from the position, and all differ.
        let Some(winner) = hosts.iter().find_map(|&host| cluster.winner(host, NAME)) else { continue };
        let by_position = hosts.iter().copied().find(|&host| cluster.winner(host, NAME).is_none());
        let why = by_position.map(|host| format!(" ({} by its position)", cluster.inventory.host(host).name)).unwrap_or_default();
        let message = format!("{} would all be called {name}{why}: members of etcd need names of their own", cluster.names_of(&hosts));
        findings.report(findings.at(&RULE, winner.key, message).on(hosts));
    }
}
