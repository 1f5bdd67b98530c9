//! What an evaluation knows while it runs: the scopes, what they gave so far, what was read, and how much may still be done.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::Statement;
use crate::expressions::no_else;
use crate::logic::{Eval, Stop};
use crate::parse::{self, Rejected};
use crate::{Dialect, Scope, Value};

/// Steps of one evaluation: nodes visited, elements looped over. A variable of Kubespray takes a few thousand, and a loop over ten thousand
/// hosts some twenty for each.
const FUEL: usize = 500_000;
/// Deepest nesting of expressions and variables together.
const MAX_DEPTH: usize = 200;

/// A name that was read, and on which other host.
pub(crate) type Read = (Option<Arc<str>>, Arc<str>);

/// The names read, each once, in the order of first reading.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) reads: Vec<Read>,
    seen: FxHashSet<Read>,
}

impl Trace {
    fn add(&mut self, read: Read) -> bool {
        let is_new = self.seen.insert(read.clone());
        if is_new {
            self.reads.push(read);
        }
        is_new
    }

    fn merge(&mut self, other: &Trace) {
        for read in &other.reads {
            self.add(read.clone());
        }
    }
}

/// A result that was paid for, and what it read.
#[derive(Clone)]
struct Memo {
    value: Value,
    trace: Rc<Trace>,
}

/// The variables of one host.
struct Frame<'s> {
    scope: ScopeOf<'s>,
    /// The name of the host; `None` for the one the evaluator was made for.
    host: Option<Arc<str>>,
    variables: FxHashMap<Arc<str>, Memo>,
    templates: FxHashMap<Arc<str>, Memo>,
    /// The templates being evaluated, the outermost first.
    in_progress: Vec<Arc<str>>,
}

enum ScopeOf<'s> {
    Own(&'s dyn Scope),
    OfHost(Box<dyn Scope + 's>),
}

impl Frame<'_> {
    fn new(scope: ScopeOf<'_>, host: Option<Arc<str>>) -> Frame<'_> {
        Frame { scope, host, variables: FxHashMap::default(), templates: FxHashMap::default(), in_progress: Vec::new() }
    }

    fn scope(&self) -> &dyn Scope {
        match &self.scope {
            ScopeOf::Own(scope) => *scope,
            ScopeOf::OfHost(scope) => scope.as_ref(),
        }
    }
}

pub(crate) struct Machine<'s> {
    pub(crate) dialect: Dialect,
    own: &'s dyn Scope,
    /// The first is the evaluator's own scope.
    frames: Vec<Frame<'s>>,
    /// The frames of other hosts by name.
    frame_of_host: FxHashMap<Arc<str>, usize>,
    current: usize,
    /// The innermost last.
    traces: Vec<Trace>,
    /// The variables of loops and assignments, the innermost last.
    pub(crate) locals: Vec<FxHashMap<Arc<str>, Value>>,
    /// Texts that ansible-core up to 2.18 does not read again as literals: what `string` and `to_json` give.
    plain_texts: Vec<Arc<str>>,
    /// In conditions Ansible templates string constants too.
    pub(crate) in_condition: bool,
    depth: usize,
    /// How often the depth was refused: what was evaluated meanwhile holds at that depth only.
    n_too_deep: usize,
    fuel: usize,
}

impl<'s> Machine<'s> {
    pub(crate) fn new(own: &'s dyn Scope, dialect: Dialect) -> Self {
        let frames = vec![Frame::new(ScopeOf::Own(own), None)];
        Machine {
            dialect,
            own,
            frames,
            frame_of_host: FxHashMap::default(),
            current: 0,
            traces: Vec::new(),
            locals: Vec::new(),
            plain_texts: Vec::new(),
            in_condition: false,
            depth: 0,
            n_too_deep: 0,
            fuel: FUEL,
        }
    }

    /// Runs one evaluation with full fuel, and gives what it read.
    pub(crate) fn run<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> (T, Trace) {
        self.fuel = FUEL;
        self.traces.push(Trace::default());
        let result = evaluate(self);
        (result, self.traces.pop().unwrap_or_default())
    }

    /// The value of a name: a local one, or a variable.
    pub(crate) fn read(&mut self, name: &Arc<str>) -> Value {
        let local = self.locals.iter().rev().find_map(|locals| locals.get(name));
        local.cloned().unwrap_or_else(|| self.variable(name))
    }

    /// The value of a variable: templated at its top level; templates inside are left for when they are needed.
    pub(crate) fn variable(&mut self, name: &Arc<str>) -> Value {
        let read = (self.frame().host.clone(), Arc::clone(name));
        let is_new = self.traces.last_mut().is_none_or(|trace| trace.add(read));
        if let Some(memo) = self.frame().variables.get(name).cloned() {
            if is_new {
                self.merge(&memo.trace);
            }
            return memo.value;
        }
        let Some(raw) = self.frame().scope().lookup(name) else { return Value::Undefined(Arc::clone(name)) };
        let n_too_deep = self.n_too_deep;
        self.traces.push(Trace::default());
        let value = match raw {
            Value::Template(text) => match self.render(&text, name) {
                // Jinja's own kind of undefined, which is neither defined nor an error: only its text is sure to be empty.
                value if value == no_else() => Value::unsupported("an inline if without else"),
                value => value,
            },
            raw if self.dialect == Dialect::SafeEval && !self.frame().scope().is_plain(name) => self.eager(raw),
            raw => raw,
        };
        let trace = Rc::new(self.traces.pop().unwrap_or_default());
        self.merge(&trace);
        if self.fuel > 0 && self.n_too_deep == n_too_deep {
            self.frame_mut().variables.insert(Arc::clone(name), Memo { value: value.clone(), trace });
        }
        value
    }

    /// The variable as the scope has it, when it is a scalar that needs no templating.
    pub(crate) fn plain_scalar(&self, name: &str) -> Option<Value> {
        let is_scalar = |value: &Value| matches!(value, Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Unknown(_));
        self.frame().scope().lookup(name).filter(is_scalar)
    }

    /// Remembers that a text is to stay text.
    pub(crate) fn keep_as_text(&mut self, value: &Value) {
        if let Value::String(text) = value {
            self.plain_texts.push(Arc::clone(text));
        }
    }

    pub(crate) fn is_kept_as_text(&self, text: &Arc<str>) -> bool {
        self.plain_texts.iter().any(|kept| Arc::ptr_eq(kept, text))
    }

    /// Whether the variable is there, whatever its value.
    pub(crate) fn is_set(&mut self, name: &Arc<str>) -> bool {
        let read = (self.frame().host.clone(), Arc::clone(name));
        if let Some(trace) = self.traces.last_mut() {
            trace.add(read);
        }
        self.frame().scope().lookup(name).is_some()
    }

    /// The names of all variables of the scope, when it knows them.
    pub(crate) fn variable_names(&self) -> Option<Vec<Arc<str>>> {
        self.frame().scope().names()
    }

    /// What the scope answers to a lookup.
    pub(crate) fn query(&self, lookup: &str, terms: &[Value]) -> Option<Vec<Value>> {
        self.frame().scope().query(lookup, terms)
    }

    /// Whether the scope knows a host.
    pub(crate) fn has_host(&mut self, host: &str) -> bool {
        self.frame_of(host).is_some()
    }

    /// `hostvars[host][name]`, with all templates in it resolved on that host.
    pub(crate) fn variable_of(&mut self, host: &Arc<str>, name: &Arc<str>) -> Value {
        self.on_host(host, |machine| {
            let value = machine.variable(name);
            machine.resolve(value)
        })
    }

    /// Whether the variable is there on a host, whatever its value.
    pub(crate) fn is_set_on(&mut self, host: &Arc<str>, name: &Arc<str>) -> bool {
        self.on_host(host, |machine| Value::Bool(machine.is_set(name))) == Value::Bool(true)
    }

    /// The value with its own template evaluated; templates inside are left.
    pub(crate) fn force(&mut self, value: Value) -> Value {
        match value {
            Value::Template(text) => self.render(&text, &text),
            value => value,
        }
    }

    /// The value with all templates in it evaluated; failures stay where they are.
    pub(crate) fn resolve(&mut self, value: Value) -> Value {
        if !has_template(&value) {
            return value;
        }
        if self.enter().is_err() {
            return Value::limit("depth");
        }
        let value = match value {
            Value::Template(text) => {
                let value = self.render(&text, &text);
                self.resolve(value)
            }
            Value::List(items) => Value::list(items.iter().map(|item| self.resolve(item.clone())).collect()),
            Value::Tuple(items) => Value::tuple(items.iter().map(|item| self.resolve(item.clone())).collect()),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (self.resolve(key.clone()), self.resolve(value.clone())));
                Value::map(entries.collect::<IndexMap<_, _>>())
            }
            value => value,
        };
        self.leave();
        value
    }

    /// The value of a text with templates in it. `label` names it when it refers to itself.
    pub(crate) fn render(&mut self, text: &Arc<str>, label: &Arc<str>) -> Value {
        if let Some(memo) = self.frame().templates.get(text).cloned() {
            self.merge(&memo.trace);
            return memo.value;
        }
        if self.frame().in_progress.contains(text) {
            return Value::limit(label);
        }
        if self.enter().is_err() {
            return Value::limit("depth");
        }
        let n_too_deep = self.n_too_deep;
        self.traces.push(Trace::default());
        self.frame_mut().in_progress.push(Arc::clone(text));
        let locals = std::mem::take(&mut self.locals);
        let in_condition = std::mem::replace(&mut self.in_condition, false);
        let value = match parse::template(text) {
            Ok(statements) => self.run_template(text, &statements),
            Err(rejected) => rejected_value(&rejected),
        };
        self.in_condition = in_condition;
        self.locals = locals;
        self.frame_mut().in_progress.pop();
        self.leave();
        let trace = Rc::new(self.traces.pop().unwrap_or_default());
        self.merge(&trace);
        if self.fuel > 0 && self.n_too_deep == n_too_deep {
            self.frame_mut().templates.insert(Arc::clone(text), Memo { value: value.clone(), trace });
        }
        value
    }

    /// One level deeper. Balanced by [`leave`](Machine::leave) when it succeeds.
    pub(crate) fn enter(&mut self) -> Eval<()> {
        if self.depth >= MAX_DEPTH {
            self.n_too_deep += 1;
            return Err(Stop::limit("depth"));
        }
        self.spend(1)?;
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Pays for work.
    pub(crate) fn spend(&mut self, steps: usize) -> Eval<()> {
        if self.fuel <= steps {
            self.fuel = 0;
            return Err(Stop::limit("fuel"));
        }
        self.fuel -= steps;
        Ok(())
    }

    /// ansible-core up to 2.18 templates a variable as a whole, and any failure in it is the variable's.
    fn eager(&mut self, value: Value) -> Value {
        let value = self.resolve(value);
        first_failure(&value).unwrap_or(value)
    }

    fn run_template(&mut self, text: &Arc<str>, statements: &[Statement]) -> Value {
        self.template_result(text, statements).unwrap_or_else(|Stop(value)| value)
    }

    fn on_host(&mut self, host: &Arc<str>, evaluate: impl FnOnce(&mut Self) -> Value) -> Value {
        let Some(frame) = self.frame_of(host) else { return Value::Undefined(format!("hostvars['{host}']").into()) };
        let back = std::mem::replace(&mut self.current, frame);
        let value = evaluate(self);
        self.current = back;
        value
    }

    fn frame_of(&mut self, host: &str) -> Option<usize> {
        if let Some(known) = self.frame_of_host.get(host) {
            return Some(*known);
        }
        let scope = self.own.host(host)?;
        let name: Arc<str> = host.into();
        self.frames.push(Frame::new(ScopeOf::OfHost(scope), Some(Arc::clone(&name))));
        self.frame_of_host.insert(name, self.frames.len() - 1);
        Some(self.frames.len() - 1)
    }

    fn frame(&self) -> &Frame<'s> {
        &self.frames[self.current]
    }

    fn frame_mut(&mut self) -> &mut Frame<'s> {
        &mut self.frames[self.current]
    }

    fn merge(&mut self, other: &Trace) {
        if let Some(trace) = self.traces.last_mut() {
            trace.merge(other);
        }
    }
}

/// What stands for a text that could not be parsed.
pub(crate) fn rejected_value(rejected: &Rejected) -> Value {
    match rejected {
        Rejected::Syntax(message) => Value::Error(format!("syntax error: {message}").into()),
        Rejected::Unsupported(what) => Value::unsupported(what),
        Rejected::TooLarge => Value::limit("length of the expression"),
    }
}

/// The first undefined or error in the value, if any.
pub(crate) fn first_failure(value: &Value) -> Option<Value> {
    match value {
        Value::Undefined(_) | Value::Error(_) => Some(value.clone()),
        Value::List(items) | Value::Tuple(items) => items.iter().find_map(first_failure),
        Value::Map(entries) => entries.iter().find_map(|(key, value)| first_failure(key).or_else(|| first_failure(value))),
        _ => None,
    }
}

fn has_template(value: &Value) -> bool {
    match value {
        Value::Template(_) => true,
        Value::List(items) | Value::Tuple(items) => items.iter().any(has_template),
        Value::Map(entries) => entries.iter().any(|(key, value)| has_template(key) || has_template(value)),
        _ => false,
    }
}

/// The value with lists for tuples.
pub(crate) fn with_lists(value: Value) -> Value {
    if !has_tuple(&value) {
        return value;
    }
    match value {
        Value::List(items) | Value::Tuple(items) => Value::list(items.iter().cloned().map(with_lists).collect()),
        Value::Map(entries) => {
            Value::map(entries.iter().map(|(key, value)| (with_lists(key.clone()), with_lists(value.clone()))).collect())
        }
        value => value,
    }
}

fn has_tuple(value: &Value) -> bool {
    match value {
        Value::Tuple(_) => true,
        Value::List(items) => items.iter().any(has_tuple),
        Value::Map(entries) => entries.iter().any(|(key, value)| has_tuple(key) || has_tuple(value)),
        _ => false,
    }
}
