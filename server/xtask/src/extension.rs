//! The settings in the manifest of the VS Code extension, from the server's schema and the list of rules.

use std::path::{Path, PathBuf};

use anyhow::Context;
use hostwise_analysis::RULES;
use serde_json::{Map, Value, json};

/// The part of `contributes.configuration` that is generated.
const TITLE: &str = "Inventories";

/// The manifest with its settings.
pub(crate) fn manifest(root: &Path) -> anyhow::Result<(PathBuf, String)> {
    let path = root.join("editors/vscode/package.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut manifest: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let sections = manifest["contributes"]["configuration"].as_array_mut().context("contributes.configuration")?;
    let section = sections.iter_mut().find(|section| section["title"] == TITLE).context("the section of generated settings")?;
    section["properties"] = properties(&hostwise::settings_schema())?;
    Ok((path, serde_json::to_string_pretty(&manifest)? + "\n"))
}

fn properties(schema: &Value) -> anyhow::Result<Value> {
    let mut properties = Map::new();
    for (order, (name, part)) in parts("", schema)?.into_iter().enumerate() {
        let mut property = Map::new();
        let words = part["description"].as_str().with_context(|| format!("{name} has no words"))?;
        property.insert("order".to_owned(), order.into());
        property.insert("scope".to_owned(), "window".into());
        property.insert("markdownDescription".to_owned(), words.replace('\n', " ").into());
        let kept =
            part.as_object().into_iter().flatten().filter(|(key, _)| !["description", "additionalProperties"].contains(&key.as_str()));
        property.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
        if name == "rules" {
            property.insert("properties".to_owned(), rules());
            property.insert("additionalProperties".to_owned(), false.into());
        }
        properties.insert(format!("hostwise.{name}"), Value::Object(property));
    }
    Ok(Value::Object(properties))
}

/// The settings by name; those of a group have its name before theirs.
fn parts<'s>(group: &str, schema: &'s Value) -> anyhow::Result<Vec<(String, &'s Value)>> {
    let mut parts = Vec::new();
    for (name, part) in schema["properties"].as_object().context("the properties of the schema")? {
        if part.get("properties").is_some() {
            parts.extend(self::parts(&format!("{name}."), part)?);
        } else {
            parts.push((format!("{group}{name}"), part));
        }
    }
    Ok(parts)
}

fn rules() -> Value {
    let rule = |rule: &hostwise_analysis::Rule| {
        let words = format!("{} (`{}`)", rule.summary(), rule.severity.name());
        (rule.id.to_owned(), json!({ "markdownDescription": words, "enum": ["off", "hint", "information", "warning", "error"] }))
    };
    Value::Object(RULES.iter().map(rule).collect())
}
