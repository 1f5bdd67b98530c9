//! What names mean on a host: the scope in which Kubespray's conditions are evaluated.

use std::sync::Arc;

use hostwise_expression::{Dialect, Reason, Scope, Value};
use hostwise_inventory::{GroupId, HostId};
use hostwise_syntax as syntax;
use indexmap::IndexMap;

use crate::cluster::Cluster;

/// Every release of Kubespray up to 2.32 runs on ansible-core below 2.19 (`meta/runtime.yml`).
pub(crate) const DIALECT: Dialect = Dialect::SafeEval;

/// The variables of one host: magic ones, what the release sets over the inventory, the inventory's, the release's defaults. Everything else is unknown, not undefined:
/// it may be a fact, be registered, or come with `-e`.
pub(crate) struct HostScope<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(crate) host: HostId,
    /// Leave out what is set for this host alone: the result then holds for every host of the same groups that sets none of the names read.
    pub(crate) without_own: bool,
}

impl Scope for HostScope<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let inventory = &self.cluster.inventory;
        let host = inventory.host(self.host);
        match name {
            "inventory_hostname" => return Some(Value::String(Arc::clone(&host.name))),
            "inventory_hostname_short" => return Some(Value::String(host.name.split('.').next().unwrap_or(&host.name).into())),
            "group_names" => return Some(group_names(self.cluster, inventory.groups_of(self.host))),
            "groups" => return Some(self.cluster.groups_value().clone()),
            "hostvars" => return Some(Value::HostVars),
            "ansible_facts" => return Some(Value::Unknown(vec![Reason::Fact(name.into())])),
            _ => {}
        }
        if let Some(shadowing) = self.cluster.kubespray.as_ref().and_then(|release| release.shadowing(name)) {
            return Some(shadowing.value(name).clone());
        }
        let variable = if self.without_own { inventory.group_variable(self.host, name) } else { inventory.variable(self.host, name) };
        if let Some(variable) = variable {
            return Some(from_inventory(&variable.winner.value, name));
        }
        if let Some(default) = self.cluster.kubespray.as_ref().and_then(|release| release.default(name)) {
            return Some(default);
        }
        let reason = if name.starts_with("ansible_") { Reason::Fact(name.into()) } else { Reason::Runtime(name.into()) };
        Some(Value::Unknown(vec![reason]))
    }

    fn host(&self, name: &str) -> Option<Box<dyn Scope + '_>> {
        let host = self.cluster.inventory.host_named(name)?;
        Some(Box::new(HostScope { cluster: self.cluster, host, without_own: false }))
    }
}

/// `group_names`: sorted, without `all`.
fn group_names(cluster: &Cluster, groups: &[GroupId]) -> Value {
    let mut names: Vec<&Arc<str>> =
        groups.iter().map(|&group| &cluster.inventory.group(group).name).filter(|name| &***name != "all").collect();
    names.sort_unstable();
    Value::List(Arc::new(names.into_iter().map(|name| Value::String(Arc::clone(name))).collect()))
}

/// A value of the inventory as an expression sees it. `name` is the variable it belongs to, for the reason of an unknown.
pub(crate) fn from_inventory(value: &syntax::Value, name: &str) -> Value {
    match value {
        syntax::Value::Null => Value::Null,
        syntax::Value::Bool(value) => Value::Bool(*value),
        syntax::Value::Int(value) => Value::Int((*value).into()),
        syntax::Value::BigInt(digits) => digits.parse().map_or_else(|_| Value::String(Arc::clone(digits)), Value::Int),
        syntax::Value::Float(value) => Value::Float(*value),
        syntax::Value::String(text) => Value::from_source(text),
        syntax::Value::Timestamp(_) => Value::Unknown(vec![Reason::Unsupported("a date".into())]),
        syntax::Value::Unsafe(text) => Value::String(Arc::clone(text)),
        syntax::Value::Vault(_) => Value::Unknown(vec![Reason::Vaulted(name.into())]),
        syntax::Value::Invalid(_) => Value::Unknown(vec![Reason::Unsupported(format!("the value of {name}").into())]),
        syntax::Value::List(items) => Value::List(Arc::new(items.iter().map(|item| from_inventory(item, name)).collect())),
        syntax::Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (from_inventory(key, name), from_inventory(value, name)));
            Value::Map(Arc::new(entries.collect::<IndexMap<_, _>>()))
        }
    }
}

pub(crate) fn from_pack(default: &hostwise_kubespray::Default) -> Value {
    match default {
        hostwise_kubespray::Default::Null => Value::Null,
        hostwise_kubespray::Default::Bool(value) => Value::Bool(*value),
        hostwise_kubespray::Default::Int(value) => Value::Int((*value).into()),
        hostwise_kubespray::Default::Text(text) => Value::from_source(&text.as_str().into()),
        hostwise_kubespray::Default::List(items) => Value::List(Arc::new(items.iter().map(from_pack).collect())),
    }
}
