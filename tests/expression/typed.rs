//! The oracle's typed JSON as values, and when two values are the same.

use std::sync::Arc;

use hostwise_expression::{Reason, Value};
use serde_json::Value as Json;

/// A value as `oracle.py` encodes it; texts with templates in them become templates.
pub(crate) fn decode(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.to_string().parse().map_or(Value::Null, Value::Int),
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(decode).collect())),
        Json::Object(object) => match object.iter().next() {
            Some((tag, Json::String(text))) if tag == "s" => Value::from_source(&text.as_str().into()),
            Some((tag, Json::String(text))) if tag == "i" => text.parse().map_or(Value::Null, Value::Int),
            Some((tag, Json::String(text))) if tag == "f" => text.parse().map_or(Value::Null, Value::Float),
            Some((tag, Json::Array(entries))) if tag == "m" => {
                Value::Map(Arc::new(entries.iter().map(|entry| (decode(&entry[0]), decode(&entry[1]))).collect()))
            }
            _ => Value::Unknown(vec![Reason::Unsupported(json.to_string().into())]),
        },
    }
}

/// Whether both are the same value of the same type; lists in any order when `unordered`.
pub(crate) fn is_same(ours: &Value, theirs: &Value, unordered: bool) -> bool {
    match (ours, theirs) {
        (Value::List(ours), Value::List(theirs)) => {
            let in_order =
                |ours: &[Value], theirs: &[Value]| ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs, unordered));
            ours.len() == theirs.len() && (in_order(ours, theirs) || unordered && in_order(&sorted(ours), &sorted(theirs)))
        }
        (Value::Map(ours), Value::Map(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs.iter())
                    .all(|(ours, theirs)| is_same(ours.0, theirs.0, unordered) && is_same(ours.1, theirs.1, unordered))
        }
        (Value::Float(ours), Value::Float(theirs)) => ours == theirs || ours.is_nan() && theirs.is_nan(),
        (Value::String(ours) | Value::Template(ours), Value::String(theirs) | Value::Template(theirs)) if unordered => {
            sorted_chars(ours) == sorted_chars(theirs)
        }
        (Value::String(ours) | Value::Template(ours), Value::String(theirs) | Value::Template(theirs)) => ours == theirs,
        _ => ours == theirs,
    }
}

fn sorted(items: &[Value]) -> Vec<Value> {
    let mut items = items.to_vec();
    items.sort_by_key(ToString::to_string);
    items
}

fn sorted_chars(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars
}
