//! Values as Ansible's loader makes them from YAML, JSON, TOML and INI text.

mod timestamp;

use std::collections::HashMap;
use std::sync::Arc;

/// A value with Ansible's types (YAML 1.1 as PyYAML resolves it, or Python literals in INI).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer that does not fit `i64`: its decimal digits, with `-` when negative.
    BigInt(Arc<str>),
    Float(f64),
    String(Arc<str>),
    /// A date or time, as Ansible prints it (ISO 8601).
    Timestamp(Arc<str>),
    /// A string under `!unsafe` (or a Python byte string): never templated.
    Unsafe(Arc<str>),
    /// The ciphertext under `!vault`: never decrypted here.
    Vault(Arc<str>),
    /// Text that Ansible's reader refuses, and with it the whole file: a number without digits, an unknown tag.
    Invalid(Arc<str>),
    List(Arc<[Value]>),
    /// Entries in document order, keys unique as Python compares them.
    Map(Arc<[(Value, Value)]>),
}

impl Value {
    /// What Python compares keys of a dictionary by: `1`, `1.0` and `true` are the same key. None for what equals nothing.
    fn identity(&self) -> Option<Key> {
        if let Some(number) = self.as_number() {
            // Both zeros are one key.
            return (!number.is_nan()).then(|| Key::Number((number + 0.0).to_bits()));
        }
        let text = |kind, text: &Arc<str>| Some(Key::Text(kind, Arc::clone(text)));
        match self {
            Value::Null => Some(Key::Null),
            Value::BigInt(digits) => text(Text::Digits, digits),
            Value::String(string) => text(Text::String, string),
            Value::Timestamp(iso) => text(Text::Timestamp, iso),
            Value::Unsafe(string) => text(Text::Unsafe, string),
            Value::Vault(string) => text(Text::Vault, string),
            Value::Invalid(source) => text(Text::Invalid, source),
            Value::List(items) => Some(Key::List(items.iter().map(Self::identity).collect::<Option<_>>()?)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<f64> {
        match self {
            Value::Bool(value) => Some(f64::from(u8::from(*value))),
            Value::Int(value) => Some(*value as f64),
            Value::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The text when this is a plain string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// A key of a mapping as Python compares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Null,
    /// The bits of the number.
    Number(u64),
    Text(Text, Arc<str>),
    /// A tuple.
    List(Vec<Key>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Text {
    Digits,
    String,
    Timestamp,
    Unsafe,
    Vault,
    Invalid,
}

/// The entries of a mapping while it is made. The last value of a key wins, the place is that of the first.
#[derive(Default)]
pub(crate) struct Entries {
    list: Vec<(Value, Value)>,
    /// Going through all entries for each would take long where there are many.
    places: HashMap<Key, usize>,
}

impl Entries {
    pub(crate) fn put(&mut self, key: Value, value: Value) {
        let next = self.list.len();
        match key.identity().map_or(next, |identity| *self.places.entry(identity).or_insert(next)) {
            known if known < next => self.list[known].1 = value,
            _ => self.list.push((key, value)),
        }
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = (Value, Value)> {
        self.list.into_iter()
    }
}

/// A plain scalar by PyYAML's YAML 1.1 patterns; an error where PyYAML refuses the whole file.
pub(crate) fn resolve(text: &str) -> Result<Value, &'static str> {
    Ok(other_than_text(text)?.unwrap_or_else(|| Value::String(text.into())))
}

/// What a plain scalar is by those patterns; `None` when it is a text.
pub(crate) fn other_than_text(text: &str) -> Result<Option<Value>, &'static str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Some(Value::Null)),
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Ok(Some(Value::Bool(true))),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Ok(Some(Value::Bool(false))),
        "<<" | "=" => Err("this sign cannot be a value: quote it"),
        _ if matches!(text.as_bytes()[0], b'0'..=b'9' | b'-' | b'+' | b'.') => number(text),
        _ => Ok(None),
    }
}

/// A scalar under an explicit tag, as PyYAML's constructors read it; `None` where they refuse.
pub(crate) fn resolve_as(tag: &str, text: &str) -> Option<Value> {
    let resolved = resolve(text).ok()?;
    match (tag, resolved) {
        ("!!null", _) => Some(Value::Null),
        ("!!bool", Value::String(_)) => resolve(&text.to_lowercase()).ok().filter(|value| matches!(value, Value::Bool(_))),
        ("!!bool", value @ Value::Bool(_))
        | ("!!int", value @ (Value::Int(_) | Value::BigInt(_)))
        | ("!!float", value @ Value::Float(_)) => Some(value),
        ("!!float", _) => text.replace('_', "").parse().ok().map(Value::Float),
        _ => None,
    }
}

fn number(text: &str) -> Result<Option<Value>, &'static str> {
    let (negative, digits) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let signed = digits.len() < text.len();
    if let Some(value) = integer(digits, negative)? {
        return Ok(Some(value));
    }
    if let Some(value) = float(digits, negative, signed) {
        return Ok(Some(value));
    }
    match timestamp::iso(text) {
        Ok(iso) => Ok(iso.map(|iso| Value::Timestamp(iso.into()))),
        Err(timestamp::Impossible) => Err("there is no such date or time"),
    }
}

fn integer(digits: &str, negative: bool) -> Result<Option<Value>, &'static str> {
    let all = |text: &str, radix: u32| text.chars().all(|c| c == '_' || c.is_digit(radix));
    let radix = |text: &str, radix| {
        let text = text.replace('_', "");
        if text.is_empty() { Err("a number without digits") } else { Ok(Some(big(&text, radix, negative))) }
    };
    if let Some(binary) = digits.strip_prefix("0b").filter(|text| !text.is_empty() && all(text, 2)) {
        return radix(binary, 2);
    }
    if let Some(hex) = digits.strip_prefix("0x").filter(|text| !text.is_empty() && all(text, 16)) {
        return radix(hex, 16);
    }
    if let Some(octal) = digits.strip_prefix('0') {
        return Ok(if octal.is_empty() {
            Some(Value::Int(0))
        } else if all(octal, 8) {
            Some(big(&format!("0{}", octal.replace('_', "")), 8, negative))
        } else {
            None
        });
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    if all(digits, 10) {
        return Ok(Some(big(&digits.replace('_', ""), 10, negative)));
    }
    let mut parts = digits.split(':');
    let head = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() || !all(head, 10) || !rest.iter().all(|part| is_sexagesimal(part)) {
        return Ok(None);
    }
    let mut value: Option<i64> = head.replace('_', "").parse().ok();
    for part in rest {
        value = value.and_then(|value| value.checked_mul(60)?.checked_add(part.parse().ok()?));
    }
    Ok(value.map(|value| Value::Int(if negative { -value } else { value })))
}

/// `[0-5]?[0-9]`
fn is_sexagesimal(part: &str) -> bool {
    matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
}

/// An integer from digits of any length in a radix.
pub(crate) fn big(digits: &str, radix: u32, negative: bool) -> Value {
    if let Ok(value) = i128::from_str_radix(digits, radix) {
        let value = if negative { -value } else { value };
        return i64::try_from(value).map_or_else(|_| Value::BigInt(value.to_string().into()), Value::Int);
    }
    let decimal = to_decimal(digits, radix);
    Value::BigInt(if negative { format!("-{decimal}") } else { decimal }.into())
}

/// Schoolbook conversion; numbers of this size are rare.
fn to_decimal(digits: &str, radix: u32) -> String {
    let mut decimal: Vec<u32> = vec![0];
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        let mut carry = digit;
        for place in &mut decimal {
            let value = *place * radix + carry;
            (*place, carry) = (value % 10, value / 10);
        }
        while carry > 0 {
            decimal.push(carry % 10);
            carry /= 10;
        }
    }
    decimal.iter().rev().filter_map(|&digit| char::from_digit(digit, 10)).collect()
}

/// A dot is required and an exponent needs its sign; a number that starts with the dot has none.
fn float(digits: &str, negative: bool, signed: bool) -> Option<Value> {
    let sign = if negative { -1.0 } else { 1.0 };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(Value::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if !signed => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let (whole, fraction) = digits.split_once('.')?;
    let (fraction, exponent) = match fraction.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (fraction, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let exponent_fits = exponent.is_none_or(|text| {
        let digits = text.strip_prefix(['+', '-']);
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    });
    if !all_digits(fraction) || !exponent_fits {
        return None;
    }
    let clean = |text: &str| text.replace('_', "");
    if whole.is_empty() {
        let starts_with_digit = fraction.starts_with(|c: char| c.is_ascii_digit());
        return (!signed && starts_with_digit).then(|| parsed(&format!("0.{}", clean(fraction)), exponent, sign))?;
    }
    if !whole.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if all_digits(whole) {
        return parsed(&format!("{}.{}0", clean(whole), clean(fraction)), exponent, sign);
    }
    let mut parts = whole.split(':');
    let head = parts.next().filter(|head| all_digits(head))?;
    let rest: Vec<&str> = parts.collect();
    if exponent.is_some() || !rest.iter().all(|part| is_sexagesimal(part)) {
        return None;
    }
    let mut value: f64 = clean(head).parse().ok()?;
    for (index, part) in rest.iter().enumerate() {
        let last = index + 1 == rest.len();
        let part = if last { format!("{part}.{}0", clean(fraction)) } else { (*part).to_owned() };
        value = value * 60.0 + part.parse::<f64>().ok()?;
    }
    Some(Value::Float(sign * value))
}

fn parsed(number: &str, exponent: Option<&str>, sign: f64) -> Option<Value> {
    let text = exponent.map_or_else(|| number.to_owned(), |exponent| format!("{number}e{exponent}"));
    Some(Value::Float(sign * text.parse::<f64>().ok()?))
}
