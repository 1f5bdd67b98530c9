//! Values of expressions.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::python;

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
    /// It is there, and whoever gives the variables does not keep it: what it is.
    NotKept(Arc<str>),
    /// Evaluation was stopped: recursion, fuel.
    Limit(Arc<str>),
}

/// A value with Ansible's types; lists and maps may hold unknown parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing has this name: the name, or the path, that was asked for.
    Undefined(Arc<str>),
    /// At least one reason.
    Unknown(Vec<Reason>),
    /// Ansible would stop here: its message, roughly.
    Error(Arc<str>),
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    String(Arc<str>),
    /// A string that is a template and not yet evaluated (as scopes give them).
    Template(Arc<str>),
    List(Arc<Vec<Value>>),
    /// One of Python's tuples, while an evaluation runs: results have lists instead.
    Tuple(Arc<Vec<Value>>),
    Map(Arc<IndexMap<Value, Value>>),
    /// The magic variable `hostvars`: its hosts are asked from the scope one by one.
    HostVars,
    /// The variables of one host, `hostvars[name]`: asked from the scope one by one.
    Host(Arc<str>),
}

impl Value {
    /// A string that is not a template.
    pub fn text(text: &str) -> Value {
        Value::String(text.into())
    }

    /// A string as Ansible reads it from an inventory: a template when it holds an opening of Jinja.
    pub fn from_source(text: &Arc<str>) -> Value {
        if is_template(text) { Value::Template(Arc::clone(text)) } else { Value::String(Arc::clone(text)) }
    }

    /// Why the value or a part of it is not known; empty when all of it is.
    pub fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        self.collect_reasons(&mut reasons);
        reasons
    }

    /// What a mapping has under a text.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let Value::Map(entries) = self else { return None };
        entries.get(&Value::text(name))
    }

    pub(crate) fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    pub(crate) fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(Arc::new(items))
    }

    pub(crate) fn map(entries: IndexMap<Value, Value>) -> Value {
        Value::Map(Arc::new(entries))
    }

    pub(crate) fn unsupported(what: &str) -> Value {
        Value::Unknown(vec![Reason::Unsupported(what.into())])
    }

    pub(crate) fn limit(what: &str) -> Value {
        Value::Unknown(vec![Reason::Limit(what.into())])
    }

    /// Whether the value stands for a failure: an undefined name or an error.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Value::Undefined(_) | Value::Error(_))
    }

    fn collect_reasons(&self, reasons: &mut Vec<Reason>) {
        match self {
            Value::Unknown(own) => own.iter().for_each(|reason| push_reason(reasons, reason)),
            Value::List(items) | Value::Tuple(items) => items.iter().for_each(|item| item.collect_reasons(reasons)),
            Value::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.collect_reasons(reasons);
                value.collect_reasons(reasons);
            }),
            _ => {}
        }
    }
}

/// As Python's `str` writes it; what is not known in angle brackets.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python::text(self))
    }
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

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Value {
        Value::Int(i128::try_from(value).unwrap_or(i128::MAX))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text.into())
    }
}

/// Adds `reason` unless it is there.
pub(crate) fn push_reason(reasons: &mut Vec<Reason>, reason: &Reason) {
    if !reasons.contains(reason) {
        reasons.push(reason.clone());
    }
}

/// Both lists, each reason once.
pub(crate) fn join_reasons(mut reasons: Vec<Reason>, more: &[Reason]) -> Vec<Reason> {
    more.iter().for_each(|reason| push_reason(&mut reasons, reason));
    reasons
}

/// Whether Ansible would template the string.
pub(crate) fn is_template(text: &str) -> bool {
    (text.contains('{') && ["{{", "{%", "{#"].into_iter().any(|opening| text.contains(opening))) || text.starts_with("#jinja2:")
}
