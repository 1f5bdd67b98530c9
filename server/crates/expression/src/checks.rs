//! Jinja's tests: what stands behind `is`.

use crate::arguments::{Arguments, Bound, Parameters, iterate, known_truth, text};
use crate::ast::Comparison;
use crate::filters::{Flags, is_match};
use crate::logic::{Eval, Junction, Logic, Stop};
use crate::machine::{Machine, first_failure};
use crate::set::Set;
use crate::{Dialect, Reason, Value, ops, python, version};

/// A test by what it needs to know of its arguments.
enum Check {
    /// What its input is, not all that is in it.
    Shape(fn(&Value) -> bool),
    /// All arguments, to the last element. The first parameter is the input.
    Whole(Parameters, fn(&Bound) -> Eval<bool>),
    /// A comparison with its argument.
    Compare(Comparison),
    Defined(bool),
    Truthy(bool),
    Same,
    /// All items, or any: what decides for all of them.
    Every(Logic),
    /// Membership of the input in the argument, or the other way round.
    In,
    Contains,
    /// A filter, or a test, of that name.
    IsFilter,
    IsTest,
    /// The outcome of a task, as it is registered: whether it failed, or did not.
    Failed(bool),
    /// Something else of the outcome of a task.
    OfResult,
}

/// `input is name(arguments)`.
pub(crate) fn apply(machine: &mut Machine<'_>, name: &str, input: Value, mut arguments: Arguments) -> Eval<Logic> {
    let Some(check) = find(name) else {
        return Ok(Logic::Unknown(vec![Reason::Unsupported(format!("test {name}").into())]));
    };
    let input = machine.force(input);
    if let Check::Defined(wanted) = check {
        return is_defined(&input).map(|defined| if wanted { defined } else { !defined });
    }
    if let (Value::Undefined(_), Dialect::SafeEval) = (&input, machine.dialect) {
        return of_undefined(name, &check, input);
    }
    if let Some(failure) = std::iter::once(&input).chain(arguments.values()).find(|value| value.is_failure()) {
        return Err(Stop(failure.clone()));
    }
    match check {
        Check::Shape(holds) => match &input {
            Value::Unknown(reasons) => Ok(Logic::Unknown(reasons.clone())),
            input => Ok(holds(input).into()),
        },
        Check::Whole(parameters, holds) => {
            arguments.positional.insert(0, input);
            let truth =
                arguments.try_map(|value| machine.settled_argument(value)).and_then(|arguments| holds(&arguments.bind(parameters)?));
            match truth {
                Ok(truth) => Ok(truth.into()),
                Err(Stop(Value::Unknown(reasons))) => Ok(Logic::Unknown(reasons)),
                Err(stop) => Err(stop),
            }
        }
        Check::Truthy(wanted) => {
            arguments.positional.insert(0, input);
            let truth = truthy(&arguments.bind(&["value", "convert_bool"])?)?;
            Ok(if wanted { truth } else { !truth })
        }
        Check::Same => same(&input, &only(arguments)?),
        Check::Every(decisive) => {
            if let Value::Unknown(reasons) = &input {
                return Ok(Logic::Unknown(reasons.clone()));
            }
            every(machine, iterate(&input)?, decisive)
        }
        Check::Compare(operator) => {
            let (left, right) = (machine.resolve(input), only(arguments)?);
            let right = machine.resolve(right);
            // From 2.19 on what goes into a test is templated to the last part.
            let failure = first_failure(&left).or_else(|| first_failure(&right)).filter(|_| machine.dialect == Dialect::Native);
            failure.map_or_else(|| ops::compare(operator, &left, &right), |failure| Err(Stop(failure)))
        }
        Check::In => {
            let (item, container) = (machine.resolve(input), only(arguments)?);
            machine.contains(&container, &item)
        }
        Check::Contains => {
            let item = only(arguments)?;
            let item = machine.resolve(item);
            machine.contains(&input, &item)
        }
        Check::IsFilter => named(&input, crate::filters::exists),
        Check::IsTest => named(&input, exists),
        Check::Failed(wanted) if matches!(input, Value::Map(_)) => {
            let failed = machine.attribute(&input, &"failed".into())?;
            let truth = if matches!(failed, Value::Undefined(_)) { Logic::False } else { ops::truth(&failed)? };
            Ok(if wanted { truth } else { !truth })
        }
        Check::Failed(_) | Check::OfResult => Ok(Logic::Unknown(match &input {
            Value::Unknown(reasons) => reasons.clone(),
            _ => vec![Reason::Unsupported(format!("test {name}").into())],
        })),
        Check::Defined(_) => is_defined(&input),
    }
}

/// Whether hostwise evaluates the test.
pub(crate) fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// What is encrypted or looked up has a value; whether a fact is there, nobody knows.
fn is_defined(value: &Value) -> Eval<Logic> {
    match value {
        Value::Undefined(_) => Ok(Logic::False),
        Value::Error(_) => Err(Stop(value.clone())),
        Value::Unknown(reasons) if reasons.iter().all(|reason| matches!(reason, Reason::Vaulted(_) | Reason::Lookup(_))) => Ok(Logic::True),
        Value::Unknown(reasons) => Ok(Logic::Unknown(reasons.clone())),
        _ => Ok(Logic::True),
    }
}

/// Up to 2.18 an undefined value has no type: tests of types are false, all others fail.
fn of_undefined(name: &str, check: &Check, input: Value) -> Eval<Logic> {
    match check {
        Check::Shape(_) if matches!(name, "iterable" | "callable") => Err(Stop::unsupported(&format!("test {name} of an undefined value"))),
        Check::Shape(_) => Ok(Logic::False),
        _ if name == "sameas" => Ok(Logic::False),
        _ => Err(Stop(input)),
    }
}

fn only(mut arguments: Arguments) -> Eval {
    match (arguments.positional.pop(), arguments.positional.is_empty() && arguments.named.is_empty()) {
        (Some(argument), true) => Ok(argument),
        _ => Err(Stop::error("the test takes one argument")),
    }
}

/// Only what is found is certain: Ansible may know a plugin that is not known here.
fn named(input: &Value, exists: impl Fn(&str) -> bool) -> Eval<Logic> {
    match input {
        Value::String(name) if exists(name) => Ok(Logic::True),
        _ => Ok(Logic::Unknown(vec![Reason::Unsupported("the list of plugins".into())])),
    }
}

fn find(name: &str) -> Option<Check> {
    use Check::{Compare, Contains, Defined, Every, Failed, In, IsFilter, IsTest, OfResult, Same, Shape, Truthy, Whole};
    Some(match name {
        "defined" => Defined(true),
        "undefined" => Defined(false),
        "none" => Shape(|value| *value == Value::Null),
        "true" => Shape(|value| *value == Value::Bool(true)),
        "false" => Shape(|value| *value == Value::Bool(false)),
        "boolean" => Shape(|value| matches!(value, Value::Bool(_))),
        "integer" => Shape(|value| matches!(value, Value::Int(_))),
        "float" => Shape(|value| matches!(value, Value::Float(_))),
        "number" => Shape(|value| ops::number(value).is_some()),
        "string" => Shape(|value| matches!(value, Value::String(_))),
        "mapping" => Shape(|value| matches!(value, Value::Map(_) | Value::HostVars | Value::Host(_))),
        "iterable" => Shape(|value| {
            matches!(value, Value::Map(_) | Value::List(_) | Value::Tuple(_) | Value::String(_) | Value::HostVars | Value::Host(_))
        }),
        "sequence" => Shape(|value| {
            matches!(value, Value::Map(_) | Value::List(_) | Value::Tuple(_) | Value::String(_) | Value::HostVars | Value::Host(_))
        }),
        "callable" => Shape(|_| false),
        "truthy" => Truthy(true),
        "falsy" => Truthy(false),
        "sameas" => Same,
        "odd" => Whole(&["value"], |bound| remains(bound.required(0)?, &Value::Int(2), 1)),
        "even" => Whole(&["value"], |bound| remains(bound.required(0)?, &Value::Int(2), 0)),
        "divisibleby" => Whole(&["value", "num"], |bound| remains(bound.required(0)?, bound.required(1)?, 0)),
        "lower" => Whole(&["value"], |bound| cased(bound, char::is_uppercase)),
        "upper" => Whole(&["value"], |bound| cased(bound, char::is_lowercase)),
        "match" => Whole(&["value", "pattern", "ignorecase", "multiline"], |bound| matches_pattern(bound, true)),
        "search" => Whole(&["value", "pattern", "ignorecase", "multiline"], |bound| matches_pattern(bound, false)),
        "regex" => Whole(&["value", "pattern", "ignorecase", "multiline", "match_type"], |bound| match bound.text_or(4, "search")? {
            "search" => matches_pattern(bound, false),
            "match" => matches_pattern(bound, true),
            _ => Err(Stop::unsupported("match_type")),
        }),
        "version" | "version_compare" => Whole(&["value", "version", "operator", "strict", "version_type"], is_version),
        "subset" | "issubset" => Whole(&["a", "b"], |bound| is_subset(bound.required(0)?, bound.required(1)?)),
        "superset" | "issuperset" => Whole(&["a", "b"], |bound| is_subset(bound.required(1)?, bound.required(0)?)),
        "all" => Every(Logic::False),
        "any" => Every(Logic::True),
        "eq" | "equalto" | "==" => Compare(Comparison::Equal),
        "ne" | "!=" => Compare(Comparison::NotEqual),
        "lt" | "lessthan" | "<" => Compare(Comparison::Less),
        "le" | "<=" => Compare(Comparison::LessOrEqual),
        "gt" | "greaterthan" | ">" => Compare(Comparison::Greater),
        "ge" | ">=" => Compare(Comparison::GreaterOrEqual),
        "in" => In,
        "contains" => Contains,
        "filter" => IsFilter,
        "test" => IsTest,
        "failed" | "failure" => Failed(true),
        "succeeded" | "success" | "successful" => Failed(false),
        "changed" | "change" | "skipped" | "skip" | "finished" | "started" | "reachable" | "unreachable" | "timedout" => OfResult,
        _ => return None,
    })
}

/// `all` and `any`, which look no further than the item that decides.
fn every(machine: &mut Machine<'_>, items: Vec<Value>, decisive: Logic) -> Eval<Logic> {
    let mut junction = Junction::new(decisive);
    for item in items {
        let item = machine.force(item);
        if let Some(decided) = junction.add(ops::truth(&item))? {
            return Ok(decided);
        }
    }
    Ok(junction.finish())
}

/// Python's truth, or with `convert_bool` what Ansible takes for a boolean.
fn truthy(bound: &Bound) -> Eval<Logic> {
    let value = bound.required(0)?;
    if bound.flag(1, false)?
        && let Value::String(text) = value
    {
        match text.trim().to_lowercase().as_str() {
            "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => return Ok(Logic::True),
            "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => return Ok(Logic::False),
            _ => {}
        }
    }
    ops::truth(value)
}

/// Python's identity, which is certain for its singletons only.
fn same(left: &Value, right: &Value) -> Eval<Logic> {
    let is_singleton = |value: &Value| matches!(value, Value::Null | Value::Bool(_));
    if let Some(reasons) = ops::unknown(&[left, right]) {
        return Ok(Logic::Unknown(reasons));
    }
    if is_singleton(left) || is_singleton(right) { Ok((left == right).into()) } else { Err(Stop::unsupported("test sameas")) }
}

/// Whether the remainder of a division is `expected`.
fn remains(value: &Value, divisor: &Value, expected: i128) -> Eval<bool> {
    let remainder = ops::arithmetic(crate::ast::Arithmetic::Remainder, value, divisor)?;
    Ok(ops::equal(&remainder, &Value::Int(expected))? == Logic::True)
}

/// `str.islower` or `str.isupper`: some letter, and none of the other case.
fn cased(bound: &Bound, other_case: fn(char) -> bool) -> Eval<bool> {
    let value = python::text(bound.required(0)?);
    let has_letter = value.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    Ok(has_letter && !value.chars().any(other_case))
}

fn matches_pattern(bound: &Bound, from_start: bool) -> Eval<bool> {
    let flags = Flags { ignore_case: bound.flag(2, false)?, multi_line: bound.flag(3, false)? };
    is_match(bound.text_or(1, "")?, flags, &python::text(bound.required(0)?), from_start)
}

fn is_version(bound: &Bound) -> Eval<bool> {
    let (value, other) = (bound.required(0)?, bound.required(1)?);
    if !known_truth(value)? {
        return Err(Stop::error("Input version value cannot be empty"));
    }
    if !known_truth(other)? {
        return Err(Stop::error("Version parameter to compare against cannot be empty"));
    }
    let (left, right) = (python::text(value), python::text(other));
    let operator = bound.text_or(2, "eq")?;
    let given = |index| bound.get(index).filter(|value| **value != Value::Null);
    match (given(3), given(4)) {
        (None, None) => version::compare_loose(&left, operator, &right),
        (None, Some(kind)) => match &**text(kind)? {
            "loose" => version::compare_loose(&left, operator, &right),
            "semver" | "semantic" => version::compare_semantic(&left, operator, &right),
            "strict" | "pep440" => Err(Stop::unsupported("test version with this version_type")),
            other => Err(Stop::error(format!("Invalid version type ({other})"))),
        },
        (Some(strict), None) if !known_truth(strict)? => version::compare_loose(&left, operator, &right),
        (Some(_), None) => Err(Stop::unsupported("test version with strict")),
        (Some(_), Some(_)) => Err(Stop::error("Cannot specify both 'strict' and 'version_type'")),
    }
}

fn is_subset(part: &Value, whole: &Value) -> Eval<bool> {
    let (part, whole) = (iterate(part)?, iterate(whole)?);
    if !part.iter().chain(&whole).all(ops::is_hashable) {
        return Err(Stop::error("unhashable type"));
    }
    let whole = Set::of(&Value::list(whole))?;
    for item in part {
        if !whole.has(&item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
