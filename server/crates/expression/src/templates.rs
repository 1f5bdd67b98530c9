//! Evaluation of templates: statements, and what their output becomes.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use crate::ast::{Expr, For, If, Statement, Target};
use crate::expressions::no_else;
use crate::logic::{Eval, Logic, Stop};
use crate::machine::{Machine, with_lists};
use crate::{Dialect, Value, arguments, literal, python};

/// What a template gave so far, piece by piece.
type Output = Vec<Value>;

impl Machine<'_> {
    /// The value of a whole template.
    pub(crate) fn template_result(&mut self, text: &str, statements: &[Statement]) -> Eval {
        self.locals.push(FxHashMap::default());
        let mut output = Output::new();
        let run = self.statements(statements, &mut output);
        self.locals.pop();
        run?;
        match self.dialect {
            Dialect::Native => self.native(text, output),
            Dialect::SafeEval => self.safe_eval(text, output),
        }
    }

    /// 2.19: one piece is the value itself, no piece is `None`, several are joined as text.
    fn native(&mut self, text: &str, output: Output) -> Eval {
        let mut pieces: Vec<Value> = output.into_iter().filter(|piece| *piece != Value::Null).collect();
        let result = match pieces.len() {
            0 => return Ok(Value::Null),
            1 => pieces.remove(0),
            _ => self.joined(pieces)?,
        };
        Ok(with_newlines(text, result))
    }

    /// Up to 2.18: always text, read again as a literal when it looks like a list, a mapping or a boolean; but the lone name of a variable that
    /// is a scalar keeps it.
    fn safe_eval(&mut self, text: &str, output: Output) -> Eval {
        if let Some(name) = lone_name(text)
            && let Some(value) = self.plain_scalar(name)
            && !(is_literal(name) && matches!(value, Value::Unknown(_)))
        {
            return Ok(value);
        }
        if let [Value::String(only)] = output.as_slice()
            && self.is_kept_as_text(only)
        {
            return Ok(with_newlines(text, Value::String(Arc::clone(only))));
        }
        let pieces = output.into_iter().map(|piece| if piece == Value::Null { Value::text("") } else { piece }).collect();
        let joined = self.joined(pieces)?;
        let Value::String(rendered) = &joined else { return Ok(joined) };
        if rendered.starts_with(['{', '[']) || matches!(&**rendered, "True" | "False") {
            match literal::read(rendered) {
                Ok(value) => return Ok(value),
                Err(literal::NotLiteral::Doubtful) => return Ok(Value::unsupported("a literal")),
                Err(literal::NotLiteral::Certain) => {}
            }
        }
        Ok(with_newlines(text, joined))
    }

    /// The pieces as one text.
    fn joined(&mut self, pieces: Vec<Value>) -> Eval {
        let (mut text, mut reasons) = (String::new(), Vec::new());
        for piece in pieces.into_iter().filter(|piece| *piece != no_else()) {
            match self.settled(piece) {
                Ok(piece) if self.dialect == Dialect::Native => text.push_str(&python::text(&with_lists(piece))),
                Ok(piece) => text.push_str(&python::text(&piece)),
                Err(Stop(Value::Unknown(more))) => reasons = crate::value::join_reasons(reasons, &more),
                Err(stop) if reasons.is_empty() => return Err(stop),
                Err(_) => {}
            }
            self.spend(text.len() / 1024)?;
            crate::ops::bounded(text.len())?;
        }
        Ok(if reasons.is_empty() { text.into() } else { Value::Unknown(reasons) })
    }

    fn statements(&mut self, statements: &[Statement], output: &mut Output) -> Eval<()> {
        statements.iter().try_for_each(|statement| self.statement(statement, output))
    }

    fn statement(&mut self, statement: &Statement, output: &mut Output) -> Eval<()> {
        self.enter()?;
        let result = self.statement_inside(statement, output);
        self.leave();
        result
    }

    fn statement_inside(&mut self, statement: &Statement, output: &mut Output) -> Eval<()> {
        match statement {
            Statement::Text(text) => output.push(Value::String(Arc::clone(text))),
            Statement::Emit(expr) => {
                let value = self.eval(expr)?;
                if value.is_failure() {
                    return self.emit_failure(value, output);
                }
                output.push(value);
            }
            Statement::For(tree) => self.for_loop(tree, output)?,
            Statement::If(tree) => self.if_block(tree, output)?,
            Statement::Set(target, expr) => {
                let value = self.eval(expr)?;
                self.assign(target, value)?;
            }
            Statement::SetBlock(target, filter, body) => {
                let mut value = self.block(body)?;
                if let Some(Expr::Filter(filter)) = filter {
                    value = self.filter(filter, Some(value))?;
                }
                self.assign(target, value)?;
            }
            Statement::With(assignments, body) => {
                let values = assignments.iter().map(|(target, expr)| Ok((target, self.eval(expr)?))).collect::<Eval<Vec<_>>>()?;
                self.locals.push(FxHashMap::default());
                let assigned = values.into_iter().try_for_each(|(target, value)| self.assign(target, value));
                let result = assigned.and_then(|()| self.statements(body, output));
                self.locals.pop();
                result?;
            }
            Statement::FilterBlock(filter, body) => {
                let text = self.block(body)?;
                let Expr::Filter(filter) = filter else { return Err(Stop::unsupported("filter")) };
                output.push(self.filter(filter, Some(text))?);
            }
            Statement::Unsupported(what) => return Err(Stop::unsupported(what)),
        }
        Ok(())
    }

    /// An inline `if` without `else` writes nothing, but from 2.19 on it is no value either; every other failure stops the template.
    fn emit_failure(&mut self, failure: Value, output: &mut Output) -> Eval<()> {
        match self.dialect {
            _ if failure != no_else() => return Err(Stop(failure)),
            Dialect::Native => output.push(failure),
            Dialect::SafeEval => output.push(Value::text("")),
        }
        Ok(())
    }

    /// The output of a body as text.
    fn block(&mut self, body: &[Statement]) -> Eval {
        let mut output = Output::new();
        self.locals.push(FxHashMap::default());
        let result = self.statements(body, &mut output);
        self.locals.pop();
        result?;
        self.joined(output.into_iter().filter(|piece| *piece != Value::Null).collect())
    }

    fn for_loop(&mut self, tree: &For, output: &mut Output) -> Eval<()> {
        let over = self.eval(&tree.over)?;
        let mut items = arguments::iterate(&over)?;
        if let Some(filter) = &tree.filter {
            items = self.filtered(&tree.target, filter, items)?;
        }
        if items.is_empty() {
            return self.statements(&tree.otherwise, output);
        }
        let name: Arc<str> = "loop".into();
        let mut variable = LoopVariable::new(items);
        for index in 0..variable.items.len() {
            self.spend(1)?;
            let item = self.force(variable.items[index].clone());
            self.locals.push(FxHashMap::default());
            let assigned = self.assign(&tree.target, item);
            self.set_local(&name, variable.at(index));
            let result = assigned.and_then(|()| self.statements(&tree.body, output));
            self.locals.pop();
            result?;
        }
        Ok(())
    }

    fn filtered(&mut self, target: &Target, filter: &Expr, items: Vec<Value>) -> Eval<Vec<Value>> {
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let forced = self.force(item.clone());
            self.locals.push(FxHashMap::default());
            let truth = self.assign(target, forced).and_then(|()| self.truth(filter));
            self.locals.pop();
            match truth? {
                Logic::True => kept.push(item),
                Logic::False => {}
                Logic::Unknown(reasons) => return Err(Stop::unknown(reasons)),
            }
        }
        Ok(kept)
    }

    /// When the test is unknown both branches run; what they agree on is kept.
    fn if_block(&mut self, tree: &If, output: &mut Output) -> Eval<()> {
        match self.truth(&tree.test)? {
            Logic::True => self.statements(&tree.then, output),
            Logic::False => self.statements(&tree.otherwise, output),
            Logic::Unknown(reasons) => {
                let before = self.locals.clone();
                let mut then_output = Output::new();
                let then = self.statements(&tree.then, &mut then_output);
                let after_then = std::mem::replace(&mut self.locals, before);
                let mut otherwise_output = Output::new();
                let otherwise = self.statements(&tree.otherwise, &mut otherwise_output);
                let is_same = then.is_ok() && otherwise.is_ok() && then_output == otherwise_output;
                if !is_same || self.locals != after_then || then_output.iter().any(|piece| !piece.reasons().is_empty()) {
                    return Err(Stop::unknown(reasons));
                }
                output.extend(then_output);
                Ok(())
            }
        }
    }

    fn assign(&mut self, target: &Target, value: Value) -> Eval<()> {
        match target {
            Target::Name(name) => {
                self.set_local(name, value);
                Ok(())
            }
            Target::Several(targets) => {
                let items = arguments::iterate(&value)?;
                if items.len() != targets.len() {
                    return Err(Stop::error(format!("{} values for {} names", items.len(), targets.len())));
                }
                for (target, item) in targets.iter().zip(items) {
                    let item = self.force(item);
                    self.assign(target, item)?;
                }
                Ok(())
            }
        }
    }

    fn set_local(&mut self, name: &Arc<str>, value: Value) {
        if let Some(locals) = self.locals.last_mut() {
            locals.insert(Arc::clone(name), value);
        }
    }
}

/// The name in a template that is nothing but a name.
fn lone_name(template: &str) -> Option<&str> {
    let inside = template.strip_suffix('\n').unwrap_or(template).strip_prefix("{{")?.strip_suffix("}}")?.trim();
    inside.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(inside)
}

/// Whether Jinja reads it as a value. Ansible asks for a variable of that name all the same, but a run brings none.
fn is_literal(name: &str) -> bool {
    matches!(name, "true" | "false" | "none" | "True" | "False" | "None") || name.starts_with(|c: char| c.is_ascii_digit())
}

/// Jinja's `loop`, without what needs calling: made once, and changed from item to item.
struct LoopVariable {
    items: Vec<Value>,
    entries: Arc<IndexMap<Value, Value>>,
}

impl LoopVariable {
    /// The entries that change, in the order of [`LoopVariable::at`].
    const CHANGING: [&str; 8] = ["index", "index0", "revindex", "revindex0", "first", "last", "previtem", "nextitem"];

    fn new(items: Vec<Value>) -> LoopVariable {
        let constant = [
            ("length", Value::from(items.len())),
            ("depth", Value::Int(1)),
            ("depth0", Value::Int(0)),
            ("cycle", Value::unsupported("loop.cycle")),
            ("changed", Value::unsupported("loop.changed")),
        ];
        let changing = Self::CHANGING.into_iter().map(|name| (name, Value::Null));
        let entries = changing.chain(constant).map(|(name, value)| (Value::text(name), value));
        LoopVariable { entries: Arc::new(entries.collect()), items }
    }

    fn at(&mut self, index: usize) -> Value {
        let length = self.items.len();
        let neighbour = |index: Option<usize>| {
            let item = index.and_then(|index| self.items.get(index)).cloned();
            item.unwrap_or_else(|| Value::Undefined("there is no such item of the loop".into()))
        };
        let values = [
            Value::from(index + 1),
            Value::from(index),
            Value::from(length - index),
            Value::from(length - index - 1),
            Value::Bool(index == 0),
            Value::Bool(index + 1 == length),
            neighbour(index.checked_sub(1)),
            neighbour(Some(index + 1)),
        ];
        let entries = Arc::make_mut(&mut self.entries);
        entries.values_mut().zip(values).for_each(|(entry, value)| *entry = value);
        Value::Map(Arc::clone(&self.entries))
    }
}

/// Jinja drops newlines at the end of a template; Ansible puts back as many as the result lacks.
fn with_newlines(template: &str, result: Value) -> Value {
    let Value::String(text) = &result else { return result };
    let count = |text: &str| text.len() - text.trim_end_matches('\n').len();
    let missing = count(template).saturating_sub(count(text));
    if missing == 0 { result } else { format!("{text}{}", "\n".repeat(missing)).into() }
}
