//! Scopes for tests.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use hostwise_expression::{Reason, Scope, Value};
use indexmap::IndexMap;

/// Variables by name, and other hosts.
#[derive(Default)]
pub(crate) struct Variables {
    pub(crate) values: IndexMap<Arc<str>, Value>,
    pub(crate) hosts: IndexMap<Arc<str>, Variables>,
}

impl Variables {
    pub(crate) fn new<const N: usize>(values: [(&str, Value); N]) -> Variables {
        Variables { values: values.into_iter().map(|(name, value)| (name.into(), value)).collect(), hosts: IndexMap::new() }
    }
}

impl Scope for Variables {
    fn lookup(&self, name: &str) -> Option<Value> {
        if name == "hostvars" { Some(Value::HostVars) } else { self.values.get(name).cloned() }
    }

    fn host(&self, name: &str) -> Option<Box<dyn Scope + '_>> {
        Some(Box::new(Borrowed(self.hosts.get(name)?)))
    }

    fn query(&self, lookup: &str, terms: &[Value]) -> Option<Vec<Value>> {
        (lookup == "echo").then(|| terms.to_vec())
    }

    fn names(&self) -> Option<Vec<Arc<str>>> {
        Some(self.values.keys().cloned().collect())
    }
}

struct Borrowed<'v>(&'v Variables);

impl Scope for Borrowed<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.0.lookup(name)
    }
}

pub(crate) fn fact(name: &str) -> Value {
    Value::Unknown(vec![Reason::Fact(name.into())])
}

pub(crate) fn list<const N: usize>(items: [&str; N]) -> Value {
    Value::List(Arc::new(items.into_iter().map(Value::text).collect()))
}

pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Arc::new(entries.into_iter().map(|(key, value)| (Value::text(key), value)).collect()))
}
