//! Ansible's Jinja in three values: true, false, or unknown because of something with a name.
//!
//! Parsed by minijinja's parser, evaluated here, lazily over a [`Scope`]. Inventories, files and Kubespray are unknown to this crate.
//! Unknown is never guessed, and every evaluation says what it read.
//!
//! The way of an expression: `source` evens out backslashes, `parse` makes a tree of `ast`, `machine` evaluates it with what
//! `expressions`, `access`, `templates`, `filters`, `checks`, `methods` and `functions` know.

mod access;
mod arguments;
mod ast;
mod checks;
mod conditions;
mod expressions;
mod filters;
mod functions;
mod kept;
mod literal;
mod logic;
mod machine;
mod methods;
mod ops;
mod parse;
mod plugins;
mod python;
mod set;
mod source;
mod templates;
mod value;
mod version;

use std::cell::RefCell;
use std::sync::Arc;

use logic::{Logic, Stop};
use machine::{Machine, Trace};

pub use value::{Reason, Value};

/// Where names get their values: a host's variables, in practice.
pub trait Scope {
    /// What `name` is, before templating; `None` when it is not defined.
    ///
    /// For the name `hostvars` a scope that knows other hosts gives [`Value::HostVars`].
    fn lookup(&self, name: &str) -> Option<Value>;

    /// Whether what `name` is has no template and no failure in it, which then nobody looks for: large values are looked up for every host.
    fn is_plain(&self, _name: &str) -> bool {
        false
    }

    /// The variables of another host, for `hostvars[name]`; `None` when there is no such host.
    fn host(&self, _name: &str) -> Option<Box<dyn Scope + '_>> {
        None
    }

    /// What a lookup gives that the scope can answer without reading anything outside, such as `inventory_hostnames`; `None` for all others.
    fn query(&self, _lookup: &str, _terms: &[Value]) -> Option<Vec<Value>> {
        None
    }

    /// The names of all variables, for `query('varnames', ...)`; `None` when they are not known.
    fn names(&self) -> Option<Vec<Arc<str>>> {
        None
    }
}

/// Which Ansible's result types are followed where they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// ansible-core up to 2.18: text that looks like a literal is read again as one.
    SafeEval,
    /// ansible-core 2.19 and later: native types.
    #[default]
    Native,
}

/// The truth of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    True,
    False,
    /// Not known here, and why: at least one reason.
    Unknown(Vec<Reason>),
    /// Ansible would stop: an undefined variable, a wrong type.
    Error(Arc<str>),
}

/// The outcome of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<T> {
    pub result: T,
    /// The names that were read from the scope, directly or through other variables, in the order of first reading.
    pub read: Vec<Arc<str>>,
    /// What was read from other hosts through `hostvars`: host and name, in the order of first reading.
    pub read_elsewhere: Vec<(Arc<str>, Arc<str>)>,
}

/// Evaluates against one scope and remembers what it resolved.
pub struct Evaluator<'s> {
    machine: RefCell<Machine<'s>>,
}

impl<'s> Evaluator<'s> {
    pub fn new(scope: &'s dyn Scope, dialect: Dialect) -> Self {
        Self { machine: RefCell::new(Machine::new(scope, dialect)) }
    }

    /// The truth of a bare expression, as in `when:`.
    pub fn condition(&self, expression: &str) -> Outcome<Truth> {
        let (result, trace) = self.machine.borrow_mut().run(|machine| machine.condition(expression));
        outcome(
            match result {
                Ok(Logic::True) => Truth::True,
                Ok(Logic::False) => Truth::False,
                Ok(Logic::Unknown(reasons)) | Err(Stop(Value::Unknown(reasons))) => Truth::Unknown(reasons),
                Err(Stop(stop)) => Truth::Error(message(&stop)),
            },
            trace,
        )
    }

    /// The value of a variable with all templates in it resolved.
    ///
    /// [`Value::Undefined`] when the scope does not know it. A part of a list or map that Ansible would fail on is an error or undefined in its
    /// place: Ansible fails when it comes to use that part.
    pub fn variable(&self, name: &str) -> Outcome<Value> {
        let name: Arc<str> = name.into();
        let (result, trace) = self.machine.borrow_mut().run(|machine| {
            if !machine.is_set(&name) {
                return Value::Undefined(Arc::clone(&name));
            }
            let value = machine.variable(&name);
            finished(machine.resolve(value))
        });
        outcome(result, trace)
    }

    /// The value of a text that may hold `{{ }}` and `{% %}`.
    pub fn template(&self, text: &str) -> Outcome<Value> {
        let (result, trace) = self.machine.borrow_mut().run(|machine| {
            let value = machine.force(Value::from_source(&text.into()));
            finished(machine.resolve(value))
        });
        outcome(result, trace)
    }
}

/// A result as Ansible hands it out: what is undefined is an error of the template, tuples are lists.
fn finished(value: Value) -> Value {
    if let Value::Undefined(_) = value { Value::Error(message(&value)) } else { machine::with_lists(value) }
}

fn message(stop: &Value) -> Arc<str> {
    match stop {
        Value::Undefined(name) => format!("'{name}' is undefined").into(),
        Value::Error(message) => Arc::clone(message),
        other => other.to_string().into(),
    }
}

fn outcome<T>(result: T, trace: Trace) -> Outcome<T> {
    let (mut read, mut read_elsewhere) = (Vec::new(), Vec::new());
    for (host, name) in trace.reads {
        match host {
            None => read.push(name),
            Some(host) => read_elsewhere.push((host, name)),
        }
    }
    Outcome { result, read, read_elsewhere }
}
