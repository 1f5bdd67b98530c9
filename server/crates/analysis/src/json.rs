//! Values as JSON, for output that programs read.

use hostwise_expression::Value;
use serde_json::{Map, Number, Value as Json};

/// The value as JSON: templates as written, null for what is not known, keys as text, integers beyond 64 bits as text.
pub(crate) fn from_value(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => i64::try_from(*value).map_or_else(|_| Json::String(value.to_string()), Json::from),
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::String(text) | Value::Template(text) => Json::String(text.to_string()),
        Value::List(items) => Json::Array(items.iter().map(from_value).collect()),
        Value::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key_text(key), from_value(value))).collect::<Map<_, _>>()),
        _ => Json::Null,
    }
}

fn key_text(key: &Value) -> String {
    match from_value(key) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// A value as YAML writes it in a line.
pub fn value_in_line(value: &Json) -> String {
    match value {
        Json::String(text) if text.is_empty() => "''".to_owned(),
        Json::String(text) => text.trim_end().replace('\n', "\u{21b5} "),
        Json::Array(items) => format!("[{}]", items.iter().map(value_in_line).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}: {}", value_in_line(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
