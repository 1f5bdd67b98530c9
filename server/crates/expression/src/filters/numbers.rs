//! Filters that make numbers and booleans.

use crate::arguments::Bound;
use crate::logic::{Eval, Stop};
use crate::machine::Machine;
use crate::ops::{Number, number};
use crate::{Dialect, Value, python};

/// `to_bool` of Ansible: what is not one of the known words is false; up to 2.18 `None` stays `None`.
pub(super) fn bool(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    Ok(Value::Bool(match bound.required(0)? {
        Value::Null if machine.dialect == Dialect::SafeEval => return Ok(Value::Null),
        Value::Bool(value) => *value,
        Value::Int(value) => *value == 1,
        Value::Float(value) => *value == 1.0,
        Value::String(text) => matches!(&*text.to_lowercase(), "yes" | "on" | "true" | "1"),
        value if machine.dialect == Dialect::Native => machine.settled(value.clone()).map(|_| false)?,
        _ => false,
    }))
}

/// Jinja's `int`: whatever cannot be read is the default.
pub(super) fn int(_: &mut Machine<'_>, bound: &Bound) -> Eval {
    let default = bound.get(1).cloned().unwrap_or(Value::Int(0));
    let base = bound.integer(2)?.unwrap_or(10);
    Ok(match bound.required(0)? {
        Value::Bool(value) => Value::Int((*value).into()),
        Value::Int(value) => Value::Int(*value),
        Value::Float(value) => truncated(*value).unwrap_or(default),
        Value::String(text) => read_integer(text, base)?.or_else(|| read_float(text).and_then(truncated)).unwrap_or(default),
        _ => default,
    })
}

fn truncated(value: f64) -> Option<Value> {
    let fits = value.is_finite() && value.abs() < 1e30;
    fits.then(|| Value::Int(value.trunc() as i128))
}

/// Python's `int(text, base)`; `None` when Python refuses.
fn read_integer(text: &str, base: i128) -> Eval<Option<Value>> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefix = match base {
        16 => ["0x", "0X"],
        8 => ["0o", "0O"],
        2 => ["0b", "0B"],
        10 => ["", ""],
        _ => return Err(Stop::unsupported("filter int with this base")),
    };
    let digits = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(digits);
    let is_spaced = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if is_spaced || digits.starts_with(['+', '-']) {
        return Ok(None);
    }
    let plain = digits.replace('_', "");
    if plain.len() > 30 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Stop::limit("integer"));
    }
    let radix = u32::try_from(base).unwrap_or(10);
    Ok(i128::from_str_radix(&plain, radix).ok().map(|value| Value::Int(sign * value)))
}

/// Python's `float(text)`; `None` when Python refuses.
fn read_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let is_number = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if !is_number && !matches!(plain.as_str(), "inf" | "infinity" | "nan") {
        return None;
    }
    text.replace('_', "").parse().ok()
}

pub(super) fn float(_: &mut Machine<'_>, bound: &Bound) -> Eval {
    let default = bound.get(1).cloned().unwrap_or(Value::Float(0.0));
    let value = bound.required(0)?;
    Ok(match (number(value), value) {
        (Some(number), _) => Value::Float(number.as_float()),
        (None, Value::String(text)) => read_float(text).map_or(default, Value::Float),
        _ => default,
    })
}

pub(super) fn abs(bound: &Bound) -> Eval {
    let value = bound.required(0)?;
    match number(value) {
        Some(Number::Int(value)) => Ok(Value::Int(value.abs())),
        Some(Number::Float(value)) => Ok(Value::Float(value.abs())),
        None => Err(Stop::error(format!("bad operand type for abs(): {}", python::type_name(value)))),
    }
}

pub(super) fn round(bound: &Bound) -> Eval {
    let precision = bound.integer(1)?.unwrap_or(0);
    let value = bound.required(0)?;
    let Some(number) = number(value) else { return Err(Stop::error(format!("cannot round {}", python::type_name(value)))) };
    let Ok(digits) = usize::try_from(precision) else { return Err(Stop::unsupported("round with negative precision")) };
    if digits > 15 {
        return Err(Stop::unsupported("round with high precision"));
    }
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    match (bound.text_or(2, "common")?, number) {
        ("common", Number::Int(value)) => Ok(Value::Int(value)),
        ("common", Number::Float(value)) => format!("{value:.digits$}").parse().map(Value::Float).map_err(|_| Stop::unsupported("round")),
        ("ceil", number) => Ok(Value::Float((number.as_float() * scale).ceil() / scale)),
        ("floor", number) => Ok(Value::Float((number.as_float() * scale).floor() / scale)),
        _ => Err(Stop::error("method must be common, ceil or floor")),
    }
}
