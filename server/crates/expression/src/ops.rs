//! Python's operators over resolved values.

use std::cmp::Ordering;

use crate::ast::{Arithmetic, Comparison};
use crate::logic::{Eval, Junction, Logic, Stop};
use crate::machine::first_failure;
use crate::value::join_reasons;
use crate::{Reason, Value, filters, python};

/// Longest text or list that an operator or filter makes.
pub(crate) const MAX_LENGTH: usize = 1 << 20;

/// `bool(value)`.
pub(crate) fn truth(value: &Value) -> Eval<Logic> {
    Ok(match value {
        Value::Undefined(_) | Value::Error(_) => return Err(Stop(value.clone())),
        Value::Unknown(reasons) => Logic::Unknown(reasons.clone()),
        Value::Null => Logic::False,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value != 0).into(),
        Value::Float(value) => (*value != 0.0).into(),
        Value::String(text) | Value::Template(text) => (!text.is_empty()).into(),
        Value::List(items) | Value::Tuple(items) => (!items.is_empty()).into(),
        Value::Map(entries) => (!entries.is_empty()).into(),
        Value::HostVars | Value::Host(_) => Logic::True,
    })
}

/// `left == right` for values without templates in them.
pub(crate) fn equal(left: &Value, right: &Value) -> Eval<Logic> {
    Ok(match (left, right) {
        (Value::Undefined(_) | Value::Error(_), _) => return Err(Stop(left.clone())),
        (_, Value::Undefined(_) | Value::Error(_)) => return Err(Stop(right.clone())),
        (Value::Unknown(reasons), Value::Unknown(more)) => Logic::Unknown(join_reasons(reasons.clone(), more)),
        (Value::Unknown(reasons), _) | (_, Value::Unknown(reasons)) => Logic::Unknown(reasons.clone()),
        (Value::List(one), Value::List(other)) | (Value::Tuple(one), Value::Tuple(other)) => {
            let truth = if one.len() == other.len() {
                all_equal(one.iter().zip(other.iter()).map(|(one, other)| (one, Some(other))))?
            } else {
                Logic::False
            };
            unless_touched(truth, left, right)?
        }
        (Value::Map(one), Value::Map(other)) => {
            let truth =
                if one.len() == other.len() { all_equal(one.iter().map(|(key, value)| (value, other.get(key))))? } else { Logic::False };
            unless_touched(truth, left, right)?
        }
        (Value::List(_) | Value::Tuple(_) | Value::Map(_), _) | (_, Value::List(_) | Value::Tuple(_) | Value::Map(_)) => {
            unless_touched(Logic::False, left, right)?
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => (left.compare(right) == Some(Ordering::Equal)).into(),
            _ => (left == right).into(),
        },
    })
}

/// Whether all pairs are equal, looking no further than the first that is not. A value without a partner is not equal.
fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value, Option<&'v Value>)>) -> Eval<Logic> {
    let mut junction = Junction::new(Logic::False);
    for (left, right) in pairs {
        if let Some(decided) = junction.add(right.map_or(Ok(Logic::False), |right| equal(left, right)))? {
            return Ok(decided);
        }
    }
    Ok(junction.finish())
}

/// A container that came from a variable evaluates all its templates before it is compared, a literal does not: with a failure inside either,
/// a comparison that did not come to it is not certain.
fn unless_touched(truth: Logic, left: &Value, right: &Value) -> Eval<Logic> {
    if first_failure(left).or_else(|| first_failure(right)).is_some() {
        return Err(Stop::unsupported("comparison with an undefined part"));
    }
    Ok(truth)
}

/// One step of a comparison, except `in`, for values without templates in them.
pub(crate) fn compare(operator: Comparison, left: &Value, right: &Value) -> Eval<Logic> {
    match operator {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => equal(left, right).map(|equal| !equal),
        _ => {
            if let Some(reasons) = unknown(&[left, right]) {
                return Ok(Logic::Unknown(reasons));
            }
            let ordering = order(left, right)?;
            Ok(ordering.is_some_and(|ordering| holds(operator, ordering)).into())
        }
    }
}

fn holds(operator: Comparison, ordering: Ordering) -> bool {
    match operator {
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
        Comparison::Equal | Comparison::NotEqual | Comparison::In | Comparison::NotIn => false,
    }
}

/// How Python orders two values; `None` when a NaN is among them, an error when they have no order.
pub(crate) fn order(left: &Value, right: &Value) -> Eval<Option<Ordering>> {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Ok(left.compare(right));
    }
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(Some(left.chars().cmp(right.chars()))),
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            for (left, right) in left.iter().zip(right.iter()) {
                match equal(left, right)? {
                    Logic::True => {}
                    Logic::False => return order(left, right),
                    Logic::Unknown(reasons) => return Err(Stop::unknown(reasons)),
                }
            }
            Ok(Some(left.len().cmp(&right.len())))
        }
        _ => {
            if let Some(reasons) = unknown(&[left, right]) {
                return Err(Stop::unknown(reasons));
            }
            if let Some(failure) = [left, right].into_iter().find(|value| value.is_failure()) {
                return Err(Stop(failure.clone()));
            }
            Err(Stop::error(format!("no order between {} and {}", python::type_name(left), python::type_name(right))))
        }
    }
}

/// The reasons of those operands that are unknown as a whole; `None` when none is.
pub(crate) fn unknown(operands: &[&Value]) -> Option<Vec<Reason>> {
    let mut reasons = None;
    for operand in operands {
        if let Value::Unknown(own) = operand {
            reasons = Some(join_reasons(reasons.unwrap_or_default(), own));
        }
    }
    reasons
}

/// Whether Python would take the value as a key.
pub(crate) fn is_hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) => false,
        Value::Tuple(items) => items.iter().all(is_hashable),
        _ => true,
    }
}

/// `left operator right` for values whose top level is resolved.
pub(crate) fn arithmetic(operator: Arithmetic, left: &Value, right: &Value) -> Eval {
    if let (Arithmetic::Remainder, Value::String(template)) = (operator, left) {
        return match right {
            Value::Tuple(arguments) => filters::percent_format(template, arguments),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => {
                filters::percent_format(template, std::slice::from_ref(right))
            }
            _ => Err(Stop::unsupported("% on text")),
        };
    }
    // Text takes anything for `%`.
    if let (Arithmetic::Remainder, Value::Unknown(_)) = (operator, left) {
        return Ok(left.clone());
    }
    if let Some(failure) = [left, right].into_iter().find(|value| value.is_failure()) {
        return Err(Stop(failure.clone()));
    }
    if let Some(reasons) = unknown(&[left, right]) {
        return Ok(Value::Unknown(reasons));
    }
    match (operator, left, right) {
        (Arithmetic::Concatenate, _, _) => bounded_text(python::text(left) + &python::text(right)),
        (Arithmetic::Add, Value::String(left), Value::String(right)) => bounded_text(format!("{left}{right}")),
        (Arithmetic::Add, Value::List(left), Value::List(right)) => {
            bounded(left.len() + right.len())?;
            Ok(Value::list(left.iter().chain(right.iter()).cloned().collect()))
        }
        (Arithmetic::Add, Value::Tuple(left), Value::Tuple(right)) => {
            bounded(left.len() + right.len())?;
            Ok(Value::tuple(left.iter().chain(right.iter()).cloned().collect()))
        }
        (Arithmetic::Multiply, Value::Tuple(_), _) | (Arithmetic::Multiply, _, Value::Tuple(_)) => Err(Stop::unsupported("* on a tuple")),
        (Arithmetic::Multiply, Value::String(text), times) | (Arithmetic::Multiply, times, Value::String(text)) => {
            let times = repetitions(times, text.len())?;
            Ok(text.repeat(times).into())
        }
        (Arithmetic::Multiply, Value::List(items), times) | (Arithmetic::Multiply, times, Value::List(items)) => {
            let times = repetitions(times, items.len())?;
            Ok(Value::list(std::iter::repeat_n(items.iter().cloned(), times).flatten().collect()))
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => numbers(operator, left, right),
            // An error, but up to 2.18 the word `NotImplemented` when the text comes from a lookup or is tagged `!unsafe`.
            (left, None)
                if matches!(right, Value::String(_))
                    && (operator == Arithmetic::Remainder || operator == Arithmetic::Add && left.is_some()) =>
            {
                Err(Stop::unsupported("text behind + or %"))
            }
            _ => {
                let (left, right) = (python::type_name(left), python::type_name(right));
                Err(Stop::error(format!("unsupported operand types for {operator:?}: {left} and {right}")))
            }
        },
    }
}

/// `-value`.
pub(crate) fn negate(value: &Value) -> Eval {
    match value {
        Value::Unknown(_) => Ok(value.clone()),
        Value::Undefined(_) | Value::Error(_) => Err(Stop(value.clone())),
        _ => match number(value) {
            Some(Number::Int(value)) => Ok(Value::Int(-value)),
            Some(Number::Float(value)) => Ok(Value::Float(-value)),
            None => Err(Stop::error(format!("no negative of {}", python::type_name(value)))),
        },
    }
}

pub(crate) fn bounded_text(text: String) -> Eval {
    bounded(text.len())?;
    Ok(text.into())
}

pub(crate) fn bounded(length: usize) -> Eval<()> {
    if length > MAX_LENGTH { Err(Stop::limit("length")) } else { Ok(()) }
}

fn repetitions(times: &Value, length: usize) -> Eval<usize> {
    let Some(Number::Int(times)) = number(times) else {
        return Err(Stop::error(format!("cannot repeat {} times", python::type_name(times))));
    };
    let Ok(times) = usize::try_from(times) else { return Ok(0) };
    bounded(times.saturating_mul(length))?;
    Ok(if length == 0 { 0 } else { times })
}

/// A number of Python's: booleans are integers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

pub(crate) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Bool(value) => Some(Number::Int((*value).into())),
        Value::Int(value) => Some(Number::Int(*value)),
        Value::Float(value) => Some(Number::Float(*value)),
        _ => None,
    }
}

impl Number {
    pub(crate) fn as_float(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }

    fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
            _ => self.as_float().partial_cmp(&other.as_float()),
        }
    }
}

fn numbers(operator: Arithmetic, left: Number, right: Number) -> Eval {
    let by_zero = || Stop::error("division by zero");
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => {
            let result = match operator {
                Arithmetic::Add => left.checked_add(right),
                Arithmetic::Subtract => left.checked_sub(right),
                Arithmetic::Multiply => left.checked_mul(right),
                Arithmetic::Divide if right == 0 => return Err(by_zero()),
                Arithmetic::Divide => return Ok(Value::Float(left as f64 / right as f64)),
                Arithmetic::FloorDivide | Arithmetic::Remainder if right == 0 => return Err(by_zero()),
                Arithmetic::FloorDivide => left.checked_div_euclid(right).map(|_| floor_divide(left, right)),
                Arithmetic::Remainder => left.checked_rem(right).map(|_| left - right * floor_divide(left, right)),
                Arithmetic::Power if right < 0 && left == 0 => return Err(by_zero()),
                Arithmetic::Power if right < 0 => return Ok(Value::Float((left as f64).powf(right as f64))),
                Arithmetic::Power => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
                Arithmetic::Concatenate => None,
            };
            result.map(Value::Int).ok_or_else(|| Stop::limit("integer"))
        }
        _ => {
            let (left, right) = (left.as_float(), right.as_float());
            Ok(Value::Float(match operator {
                Arithmetic::Add => left + right,
                Arithmetic::Subtract => left - right,
                Arithmetic::Multiply => left * right,
                Arithmetic::Divide | Arithmetic::FloorDivide | Arithmetic::Remainder if right == 0.0 => return Err(by_zero()),
                Arithmetic::Divide => left / right,
                Arithmetic::FloorDivide => (left / right).floor(),
                Arithmetic::Remainder => left - right * (left / right).floor(),
                Arithmetic::Power => left.powf(right),
                Arithmetic::Concatenate => return Err(Stop::unsupported("~")),
            }))
        }
    }
}

/// Division rounded towards negative infinity, as in Python. `right` is not zero and the quotient fits.
fn floor_divide(left: i128, right: i128) -> i128 {
    let quotient = left / right;
    if left % right != 0 && (left < 0) != (right < 0) { quotient - 1 } else { quotient }
}

/// The part of a text or list that `[start:stop:step]` names.
pub(crate) fn slice(value: &Value, start: Option<i128>, stop: Option<i128>, step: Option<i128>) -> Eval {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Stop::error("slice step cannot be zero"));
    }
    match value {
        Value::String(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(indices(chars.len(), start, stop, step).filter_map(|index| chars.get(index)).collect::<String>().into())
        }
        Value::List(items) => {
            let picked = indices(items.len(), start, stop, step).filter_map(|index| items.get(index));
            Ok(Value::list(picked.cloned().collect()))
        }
        Value::Tuple(items) => {
            let picked = indices(items.len(), start, stop, step).filter_map(|index| items.get(index));
            Ok(Value::tuple(picked.cloned().collect()))
        }
        other => Err(Stop::error(format!("{} cannot be sliced", python::type_name(other)))),
    }
}

/// Python's `range(*slice.indices(length))`.
fn indices(length: usize, start: Option<i128>, stop: Option<i128>, step: i128) -> impl Iterator<Item = usize> {
    let length = i128::try_from(length).unwrap_or(i128::MAX);
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |index: i128| (if index < 0 { index.saturating_add(length) } else { index }).clamp(lowest, highest);
    let start = start.map_or(if step > 0 { lowest } else { highest }, bound);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, bound);
    let steps = std::iter::successors(Some(start), move |index| index.checked_add(step));
    steps.take_while(move |&index| if step > 0 { index < stop } else { index > stop }).filter_map(|index| usize::try_from(index).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_rounds_down_as_in_python() {
        let int = |operator, left, right| arithmetic(operator, &Value::Int(left), &Value::Int(right));
        assert_eq!(int(Arithmetic::FloorDivide, -7, 2), Ok(Value::Int(-4)));
        assert_eq!(int(Arithmetic::Remainder, -7, 2), Ok(Value::Int(1)));
        assert_eq!(int(Arithmetic::Remainder, 7, -2), Ok(Value::Int(-1)));
        assert_eq!(int(Arithmetic::Divide, 6, 2), Ok(Value::Float(3.0)));
        assert!(int(Arithmetic::Divide, 6, 0).is_err());
    }

    #[test]
    fn slices_follow_python() {
        let text = Value::text("abcdef");
        let cases = [
            ((None, Some(-1), None), "abcde"),
            ((Some(-3), None, None), "def"),
            ((None, None, Some(-1)), "fedcba"),
            ((Some(4), Some(1), Some(-2)), "ec"),
            ((Some(10), None, None), ""),
        ];
        for ((start, stop, step), expected) in cases {
            assert_eq!(slice(&text, start, stop, step), Ok(Value::text(expected)));
        }
    }

    #[test]
    fn a_huge_repetition_is_a_limit() {
        let result = arithmetic(Arithmetic::Multiply, &Value::text("ab"), &Value::Int(1 << 60));
        assert_eq!(result, Err(Stop::limit("length")));
    }
}
