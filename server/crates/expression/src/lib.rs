//! Ansible's Jinja in three values: true, false, or unknown because of something with a name.
//!
//! Parsed by minijinja's parser, evaluated here, lazily over a [`Scope`]. Inventories, files and Kubespray are unknown to this crate.
//! Unknown is never guessed, and every evaluation says what it read.

mod value;

use std::sync::Arc;

pub use value::{Reason, Value};

/// Where names get their values: a host's variables, in practice.
pub trait Scope {
    /// What `name` is, before templating; `None` when it is not defined.
    fn lookup(&self, name: &str) -> Option<Value>;
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

/// Evaluates against one scope and remembers what it resolved.
pub struct Evaluator<'s> {
    scope: &'s dyn Scope,
    #[expect(dead_code)]
    dialect: Dialect,
}

/// The outcome of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<T> {
    pub result: T,
    /// The names that were read from the scope, directly or through other variables, in the order of first reading.
    pub read: Vec<Arc<str>>,
}

impl<'s> Evaluator<'s> {
    pub fn new(scope: &'s dyn Scope, dialect: Dialect) -> Self {
        Self { scope, dialect }
    }
    /// The truth of a bare expression, as in `when:`.
    pub fn condition(&self, _expression: &str) -> Outcome<Truth> {
        let _ = self.scope;
        unimplemented!()
    }
    /// The value of a variable with all templates in it resolved.
    pub fn variable(&self, _name: &str) -> Outcome<Value> {
        unimplemented!()
    }
    /// The value of a text that may hold `{{ }}` and `{% %}`.
    pub fn template(&self, _text: &str) -> Outcome<Value> {
        unimplemented!()
    }
}
