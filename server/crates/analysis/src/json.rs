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
