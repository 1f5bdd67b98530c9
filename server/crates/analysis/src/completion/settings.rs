//! In `hostwise.toml`: keys, sections and values, by the JSON schema of the settings, which the edge knows.

use hostwise_inventory::SourceFile;
use hostwise_kubespray::Packs;
use hostwise_syntax::TextRange;
use serde_json::Value;

use super::place::is_word;
use super::{Completion, CompletionKind, Completions, Found, best};
use crate::{RULES, Severity};

/// What can be written at byte `offset` of a file with settings. `schema` is the JSON schema of all that it may hold, without references.
pub fn settings_completions(file: &SourceFile, offset: usize, schema: &Value) -> Option<Completions> {
    let text = file.text();
    let offset = offset.min(text.len());
    let line_start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line_start..offset];
    if before.contains('#') {
        return None;
    }
    let section = section(&text[..line_start]);
    let (typed, items) = match (before.trim_start().strip_prefix('['), before.split_once('=')) {
        (Some(header), _) => (header.trim_start_matches('['), headers(schema, header.starts_with('['))),
        (None, Some((key, value))) => {
            let value = value.trim_start();
            let typed = value.rsplit(['"', '[', ',', ' ']).next().unwrap_or_default();
            (typed, values(schema, section, key.trim(), value.contains('"')))
        }
        (None, None) => (before.trim_start(), keys(schema, section, text)),
    };
    Some(best(Found { word: word(text, offset, typed), typed: typed.to_owned(), items }))
}

/// The name of the section at the end of a text; empty before the first.
fn section(text: &str) -> &str {
    let header = text.lines().rev().map(str::trim).find(|line| line.starts_with('['));
    header.map_or("", |header| header.trim_matches(['[', ']', ' ']))
}

/// What the schema says of the entries of a section.
fn properties<'s>(schema: &'s Value, section: &str) -> Option<&'s serde_json::Map<String, Value>> {
    let at = match section {
        "" => schema,
        section => {
            let at = schema.get("properties")?.get(section)?;
            at.get("items").filter(|items| items.is_object()).unwrap_or(at)
        }
    };
    at.get("properties")?.as_object()
}

fn headers(schema: &Value, is_list: bool) -> Vec<Completion> {
    let end = if is_list { "]]" } else { "]" };
    let sections =
        properties(schema, "").into_iter().flatten().filter(|(_, schema)| is_section(schema) && is_list == (schema["type"] == "array"));
    sections.map(|(name, schema)| setting(name, schema).text(format!("{name}{end}"))).collect()
}

/// Whether it is written as a section, or as several.
fn is_section(schema: &Value) -> bool {
    schema["type"] == "object" || schema["items"]["type"] == "object"
}

/// The keys of a section that the text does not have yet; at the top also the sections.
fn keys(schema: &Value, section: &str, text: &str) -> Vec<Completion> {
    if section == "rules" {
        return rules().into_iter().map(|rule| Completion { text: format!("{} = ", rule.label), ..rule }).collect();
    }
    let top = || text.lines().take_while(|line| !line.trim_start().starts_with('[')).filter_map(|line| line.split_once('='));
    let is_set = |name: &str| section.is_empty() && top().any(|(key, _)| key.trim() == name);
    let known = properties(schema, section).into_iter().flatten().filter(|(name, _)| !is_set(name));
    let item = |(name, schema): (&String, &Value)| match (is_section(schema), &schema["type"]) {
        (true, kind) => {
            let (open, close) = if kind == "array" { ("[[", "]]") } else { ("[", "]") };
            setting(name, schema).text(format!("{open}{name}{close}\n"))
        }
        (false, kind) => {
            let value = match kind.as_str() {
                Some("boolean") if schema["default"] == true => "${1|false,true|}",
                Some("boolean") => "${1|true,false|}",
                Some("array") => "[\"$1\"]",
                Some("string") => "\"$1\"",
                _ => "$1",
            };
            setting(name, schema).text(format!("{name} = ")).snippet(format!("{name} = {value}"))
        }
    };
    known.map(item).collect()
}

fn setting(name: &str, schema: &Value) -> Completion {
    let words = schema["description"].as_str().unwrap_or_default();
    Completion::new(name, CompletionKind::Setting, 1).detail(words.replace('\n', " "))
}

fn values(schema: &Value, section: &str, key: &str, is_quoted: bool) -> Vec<Completion> {
    let quoted = |name: &str| if is_quoted { name.to_owned() } else { format!("\"{name}\"") };
    let value = |name: String| Completion::new(name.as_str(), CompletionKind::Value, 1).text(quoted(&name));
    match (section, key) {
        ("rules", _) => severities().map(|name| value(name.to_owned())).collect(),
        ("ignore", "rules") => rules().into_iter().map(|rule| Completion { text: quoted(&rule.label), ..rule }).collect(),
        ("", "kubespray") => {
            let versions: Vec<_> = Packs::bundled().versions().collect();
            // The newest first.
            let ranked = versions.into_iter().rev().zip(1..=u8::MAX);
            ranked.map(|(version, rank)| Completion { rank, ..value(version.to_string()) }).collect()
        }
        _ => match properties(schema, section).and_then(|known| known.get(key)) {
            Some(known) if known["type"] == "boolean" => {
                ["true", "false"].map(|name| Completion::new(name, CompletionKind::Value, 1)).to_vec()
            }
            Some(known) => {
                let choices = known["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
                choices.map(|choice| value(choice.to_owned())).collect()
            }
            None => Vec::new(),
        },
    }
}

pub(super) fn rules() -> Vec<Completion> {
    RULES.iter().map(|rule| Completion::new(rule.id, CompletionKind::Rule, 1).detail(rule.summary())).collect()
}

fn severities() -> impl Iterator<Item = &'static str> {
    std::iter::once("off").chain([Severity::Hint, Severity::Information, Severity::Warning, Severity::Error].map(Severity::name))
}

/// The word at the cursor, of which `typed` stands before it.
pub(super) fn word(text: &str, offset: usize, typed: &str) -> TextRange {
    let rest = &text[offset..];
    let behind = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
    TextRange::new(offset - typed.len(), offset + behind)
}
