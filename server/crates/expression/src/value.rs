//! Values of expressions.

use std::sync::Arc;

use indexmap::IndexMap;

/// Why something is not known: a name people recognise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A fact of the remote host: `ansible_facts.architecture`.
    Fact(Arc<str>),
    /// An encrypted value: the name of its variable when there is one.
    Vaulted(Arc<str>),
    /// A lookup that reads outside (`env`, `file`, `password`): its name.
    Lookup(Arc<str>),
    /// A filter, test, function or syntax that hostwise does not evaluate: its name.
    Unsupported(Arc<str>),
    /// Set while Ansible runs (registered, set_fact).
    Runtime(Arc<str>),
    /// Evaluation was stopped: recursion, fuel.
    Limit(Arc<str>),
}

/// A value with Ansible's types; lists and maps may hold unknown parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Undefined(Arc<str>),
    Unknown(Vec<Reason>),
    Error(Arc<str>),
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    String(Arc<str>),
    /// A string that is a template and not yet evaluated (as scopes give them).
    Template(Arc<str>),
    List(Arc<Vec<Value>>),
    Map(Arc<IndexMap<Value, Value>>),
}

impl Eq for Value {}

impl std::hash::Hash for Value {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Value::Bool(value) => i128::from(*value).hash(state),
            Value::Int(value) => value.hash(state),
            Value::String(text) | Value::Template(text) => text.hash(state),
            other => std::mem::discriminant(other).hash(state),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}
