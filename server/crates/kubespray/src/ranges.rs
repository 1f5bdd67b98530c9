//! Entries that are for some releases only.
//!
//! In the hand-written files any entry of a list or map may be a map with `since` (this release and later) or `before` (releases older than this):
//! outside its range it is left out, inside it these keys are. A map `{value: x}` that is left stands for `x`, and `{one_of: [...]}` for the one
//! alternative that is left.

use serde_json::Value;

use crate::Version;

/// What of `value` is for `release`; `None` when nothing is.
pub(crate) fn select(value: &Value, release: Version) -> Option<Value> {
    match value {
        Value::Object(entries) => {
            let bound = |key: &str| entries.get(key).and_then(Value::as_str).and_then(|text| text.parse::<Version>().ok());
            let within = bound("since").is_none_or(|since| since <= release) && bound("before").is_none_or(|before| release < before);
            if !within {
                return None;
            }
            let kept = entries.iter().filter(|(key, _)| !matches!(key.as_str(), "since" | "before"));
            let kept: serde_json::Map<String, Value> =
                kept.filter_map(|(key, value)| Some((key.clone(), select(value, release)?))).collect();
            match (kept.len(), kept.get("value"), kept.get("one_of")) {
                (1, Some(value), _) => Some(value.clone()),
                (1, _, Some(Value::Array(alternatives))) => alternatives.first().cloned(),
                _ => Some(Value::Object(kept)),
            }
        }
        Value::Array(items) => Some(Value::Array(items.iter().filter_map(|item| select(item, release)).collect())),
        scalar => Some(scalar.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_are_for_their_releases() {
        let value = json!({
            "a": {"since": "2.28.0", "value": 1},
            "b": {"before": "2.28.0", "words": "old"},
            "c": ["x", {"value": "y", "since": "2.27.0", "before": "2.29.0"}],
            "d": {"one_of": [{"value": "low", "before": "2.28.0"}, {"value": "high", "since": "2.28.0"}]},
        });
        let at = |release: &str| select(&value, release.parse().expect("a release")).expect("it has no range of its own");
        assert_eq!(at("2.24.0"), json!({"b": {"words": "old"}, "c": ["x"], "d": "low"}));
        assert_eq!(at("2.28.1"), json!({"a": 1, "c": ["x", "y"], "d": "high"}));
        assert_eq!(at("2.32.0"), json!({"a": 1, "c": ["x"], "d": "high"}));
    }
}
