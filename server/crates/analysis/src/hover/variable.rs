//! A variable: its effective value, where this line holds, what beats it, and the default.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_expression::Evaluator;
use hostwise_inventory::{HostId, Layer, SourceFile};
use hostwise_syntax::TextRange;

use crate::at::list_of;
use crate::cluster::Cluster;
use crate::components::for_people;
use crate::discovery::name_of;
use crate::scope::{DIALECT, HostScope};

/// The hover on the key at `key` of `file`, which sets the variable `name`.
pub(super) fn markdown(cluster: &Cluster, file: &SourceFile, name: &str, key: TextRange) -> Option<String> {
    let id = cluster.inventory.file_id(file.path())?;
    let is_here = |layer: &Layer| layer.key.file == id && layer.key.range == key;
    let mut values: BTreeMap<String, Vec<HostId>> = BTreeMap::new();
    let mut beaten: BTreeMap<String, Vec<HostId>> = BTreeMap::new();
    for (host, _) in cluster.inventory.hosts() {
        let Some(variable) = cluster.inventory.variable(host, name) else { continue };
        if is_here(&variable.winner) {
            let scope = HostScope { cluster, host, without_own: false };
            let value = Evaluator::new(&scope, DIALECT).variable(name).result;
            values.entry(for_people(&value)).or_default().push(host);
        } else if variable.overridden.iter().any(is_here) {
            beaten.entry(place(cluster, &variable.winner)).or_default().push(host);
        }
    }
    let mut lines = vec![format!("**{name}**")];
    for (value, hosts) in &values {
        lines.extend([String::new(), format!("`{value}` on {}", hosts_of(cluster, hosts))]);
    }
    for (winner, hosts) in &beaten {
        lines.extend([String::new(), format!("Beaten by {winner} on {}", hosts_of(cluster, hosts))]);
    }
    if values.is_empty() && beaten.is_empty() {
        lines.extend([String::new(), "Reaches no host".to_owned()]);
    }
    if let Some(release) = &cluster.kubespray
        && let Some(default) = default_of(cluster, name)
    {
        lines.extend([String::new(), format!("Default in Kubespray {}: `{default}`", release.version)]);
    }
    Some(lines.join("\n"))
}

fn default_of(cluster: &Cluster, name: &str) -> Option<String> {
    cluster.kubespray.as_ref()?.pack.default(name).map(|default| default.to_string())
}

fn place(cluster: &Cluster, layer: &Layer) -> String {
    let (path, line) = cluster.path_and_line(layer.key);
    format!("{}:{line}", name_of(&path))
}

fn hosts_of(cluster: &Cluster, hosts: &[HostId]) -> String {
    let all = cluster.inventory.hosts().count();
    match hosts.len() {
        n if n == all && n > 1 => format!("all {n} hosts"),
        _ => {
            let names: Vec<&Arc<str>> = hosts.iter().map(|&host| &cluster.inventory.host(host).name).collect();
            list_of(names.into_iter())
        }
    }
}
