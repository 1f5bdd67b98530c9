//! What names mean on a host: the scope in which Kubespray's conditions are evaluated.

use std::sync::Arc;

use hostwise_expression::{Dialect, Reason, Scope, Value};
use hostwise_inventory::HostId;
use hostwise_kubespray::{Default, Kind};
use hostwise_syntax as syntax;
use indexmap::IndexMap;

use crate::cluster::Cluster;
use crate::magic;

/// Every release of Kubespray up to 2.32 runs on ansible-core below 2.19 (`meta/runtime.yml`).
pub(crate) const DIALECT: Dialect = Dialect::SafeEval;

/// The variables of one host: magic ones, what the release sets over the inventory, the inventory's, the release's defaults. A name that the release
/// knows and gives no default is undefined; every other one is unknown: it may be a fact, be registered, or come with `-e`.
#[derive(Clone, Copy)]
pub(crate) struct HostScope<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(crate) host: HostId,
    /// Leave out what is set for this host alone: the result then holds for every host of the same groups that sets none of the names read.
    pub(crate) without_own: bool,
}

impl Scope for HostScope<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(value) = magic::variable(self.cluster, self.host, name) {
            return Some(value);
        }
        let inventory = &self.cluster.inventory;
        let release = self.cluster.kubespray.as_ref();
        if let Some(shadowing) = release.and_then(|release| release.shadowing_value(name)) {
            return Some(shadowing);
        }
        let winner = if self.without_own { inventory.group_winner(self.host, name) } else { inventory.winner(self.host, name) };
        if let Some(winner) = winner {
            return Some(from_inventory(&winner.value, name));
        }
        if let Some(default) = release.and_then(|release| release.default(name)) {
            return Some(default);
        }
        if release.is_some_and(|release| release.leaves_undefined(name)) {
            return None;
        }
        let reason = if name.starts_with("ansible_") { Reason::Fact(name.into()) } else { Reason::Runtime(name.into()) };
        Some(Value::Unknown(vec![reason]))
    }

    fn is_plain(&self, name: &str) -> bool {
        magic::is_plain(name)
    }

    fn host(&self, name: &str) -> Option<Box<dyn Scope + '_>> {
        let host = self.cluster.inventory.host_named(name)?;
        Some(Box::new(HostScope { cluster: self.cluster, host, without_own: false }))
    }

    fn query(&self, lookup: &str, terms: &[Value]) -> Option<Vec<Value>> {
        magic::query(self.cluster, lookup, terms)
    }
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

/// A default of a pack as an expression sees it.
pub(crate) fn from_pack(default: &Default, kind: Kind) -> Value {
    match default {
        Default::Map(by_architecture) if kind == Kind::Checksums => checksums(by_architecture),
        other => from_default(other),
    }
}

fn from_default(default: &Default) -> Value {
    match default {
        Default::Null => Value::Null,
        Default::Bool(value) => Value::Bool(*value),
        Default::Int(value) => Value::Int((*value).into()),
        Default::Float(value) => Value::Float(*value),
        Default::Text(text) => Value::from_source(&text.as_str().into()),
        Default::List(items) => Value::List(Arc::new(items.iter().map(from_default).collect())),
        Default::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (Value::text(key), from_default(value)));
            Value::Map(Arc::new(entries.collect::<IndexMap<_, _>>()))
        }
    }
}

/// A table of checksums: its keys are known, the sums are not kept.
fn checksums(by_architecture: &IndexMap<String, Default>) -> Value {
    let sum = || Value::Unknown(vec![Reason::NotKept("a checksum".into())]);
    let versions = |text: &Default| -> IndexMap<Value, Value> {
        let Default::Text(text) = text else { return IndexMap::new() };
        text.split_whitespace().map(|version| (Value::text(version), sum())).collect()
    };
    let entries: IndexMap<Value, Value> = match by_architecture.get("") {
        Some(versions_alone) => versions(versions_alone),
        None => by_architecture
            .iter()
            .flat_map(|(architectures, text)| architectures.split_whitespace().map(move |architecture| (architecture, text)))
            .map(|(architecture, text)| (Value::text(architecture), Value::Map(Arc::new(versions(text)))))
            .collect(),
    };
    Value::Map(Arc::new(entries))
}
