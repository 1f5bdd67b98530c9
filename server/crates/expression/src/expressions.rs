//! Evaluation of expressions.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::arguments::Arguments;
use crate::ast::{Application, Argument, Call, Choice, Comparison, Expr, Slice};
use crate::logic::{Eval, Junction, Logic, Stop};
use crate::machine::Machine;
use crate::value::{is_template, join_reasons};
use crate::{Dialect, Value, checks, filters, functions, methods, ops, python};

/// Filters that iterate over their input and do not look at what it is.
const ITERATING: [&str; 14] = [
    "list",
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "join",
    "sort",
    "length",
    "count",
    "first",
    "unique",
    "union",
    "difference",
];

impl Machine<'_> {
    /// The value of an expression; its top level is not a template.
    pub(crate) fn eval(&mut self, expr: &Expr) -> Eval {
        self.enter()?;
        let result = self.eval_node(expr);
        self.leave();
        result
    }

    /// The truth of an expression, looking through `and`, `or`, `not` and `if`: an unknown operand need not make the whole unknown.
    pub(crate) fn truth(&mut self, expr: &Expr) -> Eval<Logic> {
        self.enter()?;
        let result = match expr {
            Expr::Not(operand) => self.truth(operand).map(|truth| !truth),
            Expr::And(operands) => self.junction(operands, Logic::False),
            Expr::Or(operands) => self.junction(operands, Logic::True),
            Expr::Compare(left, steps) => self.compare(left, steps),
            Expr::If(choice) => self.truth_of_choice(choice),
            _ => self.eval_node(expr).and_then(|value| ops::truth(&value)),
        };
        self.leave();
        result
    }

    fn eval_node(&mut self, expr: &Expr) -> Eval {
        match expr {
            Expr::Const(Value::String(text)) if self.in_condition && is_template(text) => Ok(self.render(text, text)),
            Expr::Const(value) => Ok(value.clone()),
            Expr::Name(name) => match self.read(name) {
                Value::Undefined(_) if functions::exists(name) => Ok(Value::unsupported(name)),
                value => self.checked(value),
            },
            Expr::List(items) => Ok(Value::list(items.iter().map(|item| self.eval_part(item)).collect::<Eval<_>>()?)),
            Expr::Tuple(items) => Ok(Value::tuple(items.iter().map(|item| self.eval_part(item)).collect::<Eval<_>>()?)),
            Expr::Map(entries) => self.map(entries),
            Expr::Not(_) | Expr::Compare(..) => self.truth(expr).map(Logic::into_value),
            Expr::Test(test) => self.test(test),
            Expr::Negate(operand) => self.eval(operand).and_then(|value| ops::negate(&value)),
            Expr::And(operands) => self.operand_that_decides(operands, Logic::False),
            Expr::Or(operands) => self.operand_that_decides(operands, Logic::True),
            Expr::Arithmetic(operator, left, right) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                if *operator == crate::ast::Arithmetic::Concatenate {
                    let (left, right) = (self.settled(left)?, self.settled(right)?);
                    return ops::arithmetic(*operator, &left, &right);
                }
                ops::arithmetic(*operator, &left, &right)
            }
            Expr::If(choice) => self.choice(choice),
            Expr::Filter(filter) => self.filter(filter, None),
            Expr::Attribute(of, name) => {
                let from = self.eval(of)?;
                let value = self.attribute(&from, name)?;
                let value = self.force(value);
                self.found(of, value)
            }
            Expr::Item(of, key) => {
                let (from, key) = (self.eval(of)?, self.eval(key)?);
                let value = self.item(&from, &key)?;
                let value = self.force(value);
                self.found(of, value)
            }
            Expr::Slice(slice) => self.slice(slice),
            Expr::Call(call) => self.call(call),
        }
    }

    /// In ansible-core up to 2.18 reading a variable whose template fails stops the expression, unless it fails for an undefined name.
    fn checked(&self, value: Value) -> Eval {
        match value {
            Value::Error(_) if self.dialect == Dialect::SafeEval => Err(Stop(value)),
            value => Ok(value),
        }
    }

    /// Up to 2.18 Jinja evaluates constants when it compiles, and Ansible takes a template that cannot be compiled for text.
    fn found(&self, of: &Expr, value: Value) -> Eval {
        let is_constant = matches!(of, Expr::Const(_) | Expr::List(_) | Expr::Tuple(_) | Expr::Map(_));
        if is_constant && value.is_failure() && self.dialect == Dialect::SafeEval {
            return Err(Stop::unsupported("a part of a constant"));
        }
        Ok(value)
    }

    /// A part of a literal, or the input of a filter. Up to 2.18 a view of a mapping stays one in there, and is written as one.
    fn eval_part(&mut self, expr: &Expr) -> Eval {
        let value = self.eval(expr)?;
        match expr {
            Expr::Call(call) if self.dialect == Dialect::SafeEval => match &call.callee {
                Expr::Attribute(_, name) if matches!(&**name, "keys" | "values" | "items") => Ok(Value::unsupported("a view of a mapping")),
                _ => Ok(value),
            },
            _ => Ok(value),
        }
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) -> Eval {
        let mut map = IndexMap::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.eval(key)?;
            match &key {
                Value::Unknown(reasons) => return Err(Stop::unknown(reasons.clone())),
                Value::Undefined(_) | Value::Error(_) => return Err(Stop(key)),
                key if !ops::is_hashable(key) => return Err(Stop::error(format!("unhashable type: {}", python::type_name(key)))),
                _ => {}
            }
            let value = self.eval_part(value)?;
            map.insert(key, value);
        }
        Ok(Value::map(map))
    }

    /// `and` and `or` of truths; `decisive` is what decides for the whole.
    fn junction(&mut self, operands: &[Expr], decisive: Logic) -> Eval<Logic> {
        let mut junction = Junction::new(decisive);
        for operand in operands {
            let truth = self.truth(operand);
            if let Some(decided) = junction.add(truth)? {
                return Ok(decided);
            }
        }
        Ok(junction.finish())
    }

    /// `and` and `or` as values: Python gives the operand that decides, or the last.
    fn operand_that_decides(&mut self, operands: &[Expr], decisive: Logic) -> Eval {
        for (index, operand) in operands.iter().enumerate() {
            let value = self.eval(operand)?;
            if index + 1 == operands.len() {
                return Ok(value);
            }
            match ops::truth(&value)? {
                Logic::Unknown(reasons) => {
                    let rest = self.junction(&operands[index + 1..], decisive.clone());
                    return Ok(match rest {
                        Ok(truth) if truth == decisive && operands[index..].iter().all(is_boolean) => truth.into_value(),
                        Ok(Logic::Unknown(more)) => Value::Unknown(join_reasons(reasons, &more)),
                        _ => Value::Unknown(reasons),
                    });
                }
                truth if truth == decisive => return Ok(value),
                _ => {}
            }
        }
        Ok(Value::Null)
    }

    fn choice(&mut self, choice: &Choice) -> Eval {
        match self.truth(&choice.test)? {
            Logic::True => self.eval(&choice.then),
            Logic::False => self.otherwise(choice),
            Logic::Unknown(reasons) => {
                let then = self.eval(&choice.then);
                let otherwise = self.otherwise(choice);
                Ok(match (then, otherwise) {
                    (Ok(then), Ok(otherwise)) if then == otherwise && then.reasons().is_empty() => then,
                    _ => Value::Unknown(reasons),
                })
            }
        }
    }

    fn otherwise(&mut self, choice: &Choice) -> Eval {
        match &choice.otherwise {
            Some(otherwise) => self.eval(otherwise),
            None => Ok(no_else()),
        }
    }

    /// Without `else` nothing is there, which Jinja takes for false.
    fn truth_of_choice(&mut self, choice: &Choice) -> Eval<Logic> {
        match self.truth(&choice.test)? {
            Logic::True => self.truth(&choice.then),
            Logic::False => choice.otherwise.as_ref().map_or(Ok(Logic::False), |otherwise| self.truth(otherwise)),
            Logic::Unknown(_) => self.choice(choice).and_then(|value| ops::truth(&value)),
        }
    }

    fn compare(&mut self, left: &Expr, steps: &[(Comparison, Expr)]) -> Eval<Logic> {
        let left = self.eval(left)?;
        let mut left = self.resolve(left);
        let mut junction = Junction::new(Logic::False);
        for (operator, right) in steps {
            let right = self.eval(right);
            let truth = right.as_ref().map_err(Stop::clone).and_then(|right| self.compare_values(*operator, &left, right));
            if let Some(decided) = junction.add(truth)? {
                return Ok(decided);
            }
            left = self.resolve(right?);
        }
        Ok(junction.finish())
    }

    fn compare_values(&mut self, operator: Comparison, left: &Value, right: &Value) -> Eval<Logic> {
        match operator {
            Comparison::In => self.contains(right, left),
            Comparison::NotIn => self.contains(right, left).map(|truth| !truth),
            _ => {
                let right = self.resolve(right.clone());
                ops::compare(operator, left, &right)
            }
        }
    }

    fn slice(&mut self, slice: &Slice) -> Eval {
        let of = self.eval(&slice.of)?;
        let mut bounds = [None, None, None];
        for (bound, expr) in bounds.iter_mut().zip([&slice.start, &slice.stop, &slice.step]) {
            let Some(expr) = expr else { continue };
            *bound = match self.eval(expr)? {
                Value::Null => None,
                Value::Int(index) => Some(index),
                Value::Bool(index) => Some(index.into()),
                value @ (Value::Undefined(_) | Value::Error(_) | Value::Unknown(_)) => return Err(Stop(value)),
                value => return Err(Stop::error(format!("a slice with {}", python::type_name(&value)))),
            };
        }
        match of {
            Value::Undefined(_) | Value::Error(_) | Value::Unknown(_) => Ok(of),
            of => match ops::slice(&of, bounds[0], bounds[1], bounds[2]) {
                Err(Stop(stop)) => self.found(&slice.of, stop).and_then(|stop| Err(Stop(stop))),
                result => result,
            },
        }
    }

    fn call(&mut self, call: &Call) -> Eval {
        match &call.callee {
            Expr::Name(name) => {
                let arguments = self.arguments(&call.arguments)?;
                functions::call(self, name, arguments)
            }
            Expr::Attribute(of, name) => {
                let of = self.eval(of)?;
                let arguments = self.arguments(&call.arguments)?;
                let result = methods::call(self, &of, name, arguments);
                self.caught(result)
            }
            _ => Err(Stop::unsupported("call")),
        }
    }

    /// The result of a filter. `block` is the input of a filter block.
    pub(crate) fn filter(&mut self, filter: &Application, block: Option<Value>) -> Eval {
        let input = match (&filter.input, block) {
            (Some(Expr::Filter(inner)), block @ Some(_)) => self.filter(inner, block)?,
            (Some(input), _) if ITERATING.contains(&&*filter.name) => self.eval(input)?,
            (Some(input), _) => self.eval_part(input)?,
            (None, block) => block.unwrap_or(Value::Null),
        };
        let arguments = self.arguments(&filter.arguments)?;
        let result = filters::apply(self, &filter.name, input, arguments);
        self.caught(result)
    }

    fn test(&mut self, test: &Application) -> Eval {
        let input = match &test.input {
            Some(input) => self.eval(input)?,
            None => Value::Null,
        };
        let arguments = self.arguments(&test.arguments)?;
        let result = checks::apply(self, &test.name, input, arguments);
        self.caught(result.map(Logic::into_value))
    }

    fn arguments(&mut self, arguments: &[Argument]) -> Eval<Arguments> {
        let mut result = Arguments::default();
        for argument in arguments {
            match argument {
                Argument::Positional(value) => result.positional.push(self.eval(value)?),
                Argument::Named(name, value) => result.named.push((Arc::clone(name), self.eval(value)?)),
                Argument::Spread(values) => match self.eval(values)? {
                    Value::List(items) | Value::Tuple(items) => result.positional.extend(items.iter().cloned()),
                    _ => return Err(Stop::unsupported("*arguments")),
                },
                Argument::SpreadNamed(values) => match self.eval(values)? {
                    Value::Map(entries) => {
                        result.named.extend(entries.iter().map(|(key, value)| (python::text(key).into(), value.clone())))
                    }
                    _ => return Err(Stop::unsupported("**arguments")),
                },
            }
        }
        Ok(result)
    }

    /// From 2.19 on the failure of a filter or call is a value, which `default` may replace; before it stops the expression.
    pub(crate) fn caught(&self, result: Eval) -> Eval {
        match result {
            Err(Stop(value)) if self.dialect == Dialect::Native || matches!(value, Value::Unknown(_)) => Ok(value),
            Ok(Value::Error(message)) if self.dialect == Dialect::SafeEval => Err(Stop(Value::Error(message))),
            result => result,
        }
    }

    /// An argument of what looks at all of it. A mapping with a failure in it may still do: iterating over it gives the keys only.
    pub(crate) fn settled_argument(&mut self, value: Value) -> Eval {
        let is_map = matches!(value, Value::Map(_));
        match self.settled(value) {
            Err(Stop(stop)) if is_map && stop.is_failure() => Err(Stop::unsupported("a mapping with an undefined part")),
            result => result,
        }
    }

    /// The value with all templates resolved; stops at a failure or an unknown in it.
    pub(crate) fn settled(&mut self, value: Value) -> Eval {
        let value = self.resolve(value);
        if let Some(failure) = crate::machine::first_failure(&value) {
            // Up to 2.18 an undefined item of a list may go by unnoticed.
            let is_inside = self.dialect == Dialect::SafeEval && !value.is_failure();
            return Err(if is_inside { Stop::unsupported("a list with an undefined item") } else { Stop(failure) });
        }
        let reasons = value.reasons();
        if reasons.is_empty() { Ok(value) } else { Err(Stop::unknown(reasons)) }
    }
}

/// The value of an inline `if` without `else` whose test is false.
pub(crate) fn no_else() -> Value {
    Value::Undefined("an inline if without else".into())
}

/// Whether the expression can only give true or false.
pub(crate) fn is_boolean(expr: &Expr) -> bool {
    match expr {
        Expr::Const(Value::Bool(_)) | Expr::Not(_) | Expr::Compare(..) | Expr::Test(_) => true,
        Expr::And(operands) | Expr::Or(operands) => operands.iter().all(is_boolean),
        _ => false,
    }
}
