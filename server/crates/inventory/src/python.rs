//! What of Python's own conversions decides about an inventory.

use std::fmt::Write as _;

use hostwise_syntax::Value;

use crate::json;

/// Python's `int(text)`: white space around, a sign, underscores between digits; `None` where it raises.
pub(crate) fn int(text: &str) -> Option<Value> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let well_placed = !digits.is_empty() && !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    if !well_placed || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return None;
    }
    let digits = digits.replace('_', "");
    let significant = digits.trim_start_matches('0');
    let signed = format!("{}{}", if negative { "-" } else { "" }, if significant.is_empty() { "0" } else { significant });
    Some(signed.parse().map_or_else(|_| Value::BigInt(signed.as_str().into()), Value::Int))
}

/// Python's `int(value)` as a priority: numbers too large for 64 bits count as the largest; `None` where it raises.
pub(crate) fn priority(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Int(value) => Some(*value),
        Value::BigInt(digits) => Some(if digits.starts_with('-') { i64::MIN } else { i64::MAX }),
        Value::Float(value) => value.is_finite().then_some(value.trunc() as i64),
        Value::String(text) | Value::Unsafe(text) => int(text).and_then(|value| priority(&value)),
        _ => None,
    }
}

/// Whether Python takes a value for true.
pub(crate) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Invalid(_) => false,
        Value::Bool(value) => *value,
        Value::Int(value) => *value != 0,
        Value::BigInt(_) | Value::Timestamp(_) | Value::Vault(_) => true,
        Value::Float(value) => *value != 0.0,
        Value::String(text) | Value::Unsafe(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
    }
}

/// Python's `str(value)`.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) | Value::Unsafe(text) | Value::Vault(text) | Value::Invalid(text) => text.to_string(),
        Value::Timestamp(text) => text.replace('T', " "),
        other => repr(other),
    }
}

/// Python's `repr(value)`.
fn repr(value: &Value) -> String {
    let joined = |items: Vec<String>| items.join(", ");
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(digits) => digits.to_string(),
        Value::Float(value) if value.is_nan() => "nan".to_owned(),
        Value::Float(value) if value.is_infinite() => if *value > 0.0 { "inf" } else { "-inf" }.to_owned(),
        Value::Float(value) => json::float(*value),
        Value::String(text) | Value::Unsafe(text) | Value::Invalid(text) => quoted(text),
        Value::Vault(text) => format!("EncryptedString(ciphertext={})", quoted(text)),
        Value::Timestamp(text) => date(text),
        Value::List(items) => format!("[{}]", joined(items.iter().map(repr).collect())),
        Value::Map(entries) => {
            format!("{{{}}}", joined(entries.iter().map(|(key, value)| format!("{}: {}", repr(key), repr(value))).collect()))
        }
    }
}

/// The call that makes a date, from its ISO form.
fn date(iso: &str) -> String {
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    let numbers = |text: &str, separator: char| text.split(separator).map(number).collect::<Vec<_>>();
    let listed = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let Some((day, time)) = iso.split_once('T') else { return format!("datetime.date({})", listed(&numbers(iso, '-'))) };
    let (time, zone) = match time.find(['+', '-']) {
        Some(at) => (&time[..at], Some(&time[at..])),
        None => (time, None),
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = numbers(day, '-');
    parts.extend(numbers(clock, ':'));
    match number(fraction) {
        0 if parts.last() == Some(&0) => parts.truncate(5),
        0 => {}
        fraction => parts.push(fraction),
    }
    let zone = zone.map_or(String::new(), |zone| {
        let clock = numbers(&zone[1..], ':');
        let seconds = clock.first().unwrap_or(&0) * 3600 + clock.get(1).unwrap_or(&0) * 60;
        match (seconds, zone.starts_with('-')) {
            (0, _) => ", tzinfo=datetime.timezone.utc".to_owned(),
            (seconds, true) => format!(", tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds={}))", 86_400 - seconds),
            (seconds, false) => format!(", tzinfo=datetime.timezone(datetime.timedelta(seconds={seconds}))"),
        }
    });
    format!("datetime.datetime({}{zone})", listed(&parts))
}

/// A string literal: single quotes unless only those are inside.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if c < ' ' || ('\u{7f}'..='\u{a0}').contains(&c) || c == '\u{ad}' => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `ansible-inventory --graph --vars` of ansible-core 2.19 shows.
    #[test]
    fn values_are_shown_as_python_shows_them() {
        let date = |text: &str| Value::Timestamp(text.into());
        let list = |items: Vec<Value>| Value::List(items.into());
        for (value, expected) in [
            (date("2001-12-14"), "2001-12-14"),
            (date("2001-12-14T21:59:43.100000-05:30"), "2001-12-14 21:59:43.100000-05:30"),
            (list(vec![date("2001-12-14")]), "[datetime.date(2001, 12, 14)]"),
            (list(vec![date("2001-12-14T21:59:00")]), "[datetime.datetime(2001, 12, 14, 21, 59)]"),
            (
                list(vec![date("2001-12-14T21:59:43.100000+00:00")]),
                "[datetime.datetime(2001, 12, 14, 21, 59, 43, 100000, tzinfo=datetime.timezone.utc)]",
            ),
            (
                list(vec![date("2001-12-14T00:00:00-05:30")]),
                "[datetime.datetime(2001, 12, 14, 0, 0, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=66600)))]",
            ),
            (list(vec![Value::Vault("abc".into())]), "[EncryptedString(ciphertext='abc')]"),
            (list(vec![Value::Unsafe("it's".into()), Value::Null, Value::Float(1e300)]), "[\"it's\", None, 1e+300]"),
        ] {
            assert_eq!(text(&value), expected);
        }
    }

    /// Checked against Python 3.11.
    #[test]
    fn priorities_are_pythons_int() {
        for (value, expected) in [
            (Value::String("5".into()), Some(5)),
            (Value::Float(2.9), Some(2)),
            (Value::Bool(true), Some(1)),
            (Value::String("1_0".into()), Some(10)),
            (Value::String(" 7 ".into()), Some(7)),
            (Value::String("-0".into()), Some(0)),
            (Value::String("1.5".into()), None),
            (Value::String("0x1F".into()), None),
            (Value::String("".into()), None),
            (Value::Null, None),
        ] {
            assert_eq!(priority(&value), expected, "{value:?}");
        }
    }
}
