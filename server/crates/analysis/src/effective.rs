//! All variables of a host with the line that gave each, and what differs between two hosts.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_inventory::HostId;

use crate::cluster::Cluster;
use crate::{HostExplanation, VariableExplanation, Workspace, explain};

/// Everything that is known of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveVariables {
    pub host: HostExplanation,
    /// Those that the inventory sets, then the defaults of the release that it leaves alone; each part sorted by name.
    pub variables: Vec<VariableExplanation>,
    /// The number of those defaults, also when they were left out.
    pub n_defaults: usize,
}

/// Whether the defaults of the release are wanted that the inventory leaves alone: they are twenty times as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defaults {
    Included,
    LeftOut,
}

/// Two hosts of one inventory side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub left: HostExplanation,
    pub right: HostExplanation,
    /// Every variable that either has, sorted by name; the defaults of the release among them where they are wanted.
    pub variables: Vec<ComparedVariable>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ComparedVariable {
    pub name: Arc<str>,
    /// Whether the hosts have different values; `None` when one of them is not known here.
    pub differs: Option<bool>,
    pub left: Option<VariableExplanation>,
    pub right: Option<VariableExplanation>,
}

/// The variables of `host` in the first inventory that has it; of those that read the file at `path` when one is given.
pub fn effective_variables(workspace: &Workspace, path: Option<&str>, host: &str, wanted: Defaults) -> Option<EffectiveVariables> {
    let (cluster, host) = explain::find(workspace, path, host)?;
    let set = cluster.inventory.variable_names(host);
    let left_alone: Vec<Arc<str>> = defaults(cluster).filter(|name| set.binary_search(name).is_err()).collect();
    let shown = if wanted == Defaults::Included { &left_alone[..] } else { &[] };
    let variables = set.iter().chain(shown).filter_map(|name| explain::of_variable(cluster, host, name)).collect();
    Some(EffectiveVariables { host: explain::of_host(cluster, host), variables, n_defaults: left_alone.len() })
}

/// Compares two hosts of the same inventory, which is found as [`effective_variables`] does by the first of them.
pub fn compare_hosts(workspace: &Workspace, path: Option<&str>, left: &str, right: &str, wanted: Defaults) -> Option<Comparison> {
    let (cluster, left) = explain::find(workspace, path, left)?;
    let right = cluster.inventory.host_named(right)?;
    let names = |host: HostId| cluster.inventory.variable_names(host);
    let defaults = defaults(cluster).filter(|_| wanted == Defaults::Included);
    let names: BTreeSet<Arc<str>> = names(left).into_iter().chain(names(right)).chain(defaults).collect();
    let variables = names.into_iter().map(|name| {
        let (left, right) = (explain::of_variable(cluster, left, &name), explain::of_variable(cluster, right, &name));
        ComparedVariable { name, differs: differs(left.as_ref(), right.as_ref()), left, right }
    });
    Some(Comparison { variables: variables.collect(), left: explain::of_host(cluster, left), right: explain::of_host(cluster, right) })
}

fn differs(left: Option<&VariableExplanation>, right: Option<&VariableExplanation>) -> Option<bool> {
    match (left, right) {
        (Some(left), Some(right)) if left.known && right.known => Some(left.rendered != right.rendered),
        (Some(_), Some(_)) => None,
        (left, right) => Some(left.is_some() != right.is_some()),
    }
}

/// The names that the release has a default for, sorted.
fn defaults(cluster: &Cluster) -> impl Iterator<Item = Arc<str>> {
    let variables = cluster.kubespray.iter().flat_map(|release| release.pack.variables());
    variables.filter(|variable| variable.default.is_some() && !variable.shadowed).map(|variable| Arc::from(variable.name.as_str()))
}
