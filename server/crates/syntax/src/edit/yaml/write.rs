//! Values and names as YAML text that reads back as the same.

use crate::Value;
use crate::value::resolve;
use crate::yaml::{Kind, Node};

/// Deeper collections are not written.
const DEPTH: usize = 100;

/// libyaml refuses longer keys.
const MAX_KEY: usize = 1_000;

/// What surrounds a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Block,
    Flow,
    /// A flow collection whose keys are all in double quotes: what is put into it stays JSON.
    Json,
}

/// A value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// On the line of its key; empty for null.
    Inline(String),
    /// On the lines below its key, and what stands on the key's line before them (a tag, `|`).
    Below { header: String, lines: Vec<String> },
}

/// How texts of several lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Multiline {
    Literal,
    /// Comments that follow would become part of a literal.
    Quoted,
}

/// A value in block style, nested collections `step` columns deeper. None for what has no text.
pub(super) fn block(value: &Value, step: usize, multiline: Multiline) -> Option<Written> {
    block_within(value, step, multiline, DEPTH)
}

fn block_within(value: &Value, step: usize, multiline: Multiline, depth: usize) -> Option<Written> {
    let depth = depth.checked_sub(1)?;
    let below = |lines| Some(Written::Below { header: String::new(), lines });
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            let mut lines = Vec::new();
            for (name, value) in entries.iter() {
                let name = scalar(name, Style::Block).filter(|name| name.len() <= MAX_KEY)?;
                lines.extend(entry_lines(&name, block_within(value, step, multiline, depth)?, step));
            }
            below(lines)
        }
        Value::List(items) if !items.is_empty() => {
            let mut lines = Vec::new();
            for item in items.iter() {
                lines.extend(item_lines(block_within(item, step, multiline, depth)?));
            }
            below(lines)
        }
        Value::Vault(text) if multiline == Multiline::Literal => {
            let lines = text.lines().map(str::to_owned).collect();
            Some(Written::Below { header: "!vault |".to_owned(), lines })
        }
        Value::String(text) if multiline == Multiline::Literal && literal_header(text).is_some() => {
            let header = literal_header(text)?.to_owned();
            Some(Written::Below { header, lines: text.lines().map(str::to_owned).collect() })
        }
        Value::Null => Some(Written::Inline(String::new())),
        other => flow_within(other, Style::Block, depth).map(Written::Inline),
    }
}

/// The lines of an entry whose key is written as `key`.
pub(super) fn entry_lines(key: &str, value: Written, step: usize) -> Vec<String> {
    match value {
        Written::Inline(text) if text.is_empty() => vec![format!("{key}:")],
        Written::Inline(text) => vec![format!("{key}: {text}")],
        Written::Below { header, lines } => {
            let blank = if header.is_empty() { "" } else { " " };
            std::iter::once(format!("{key}:{blank}{header}")).chain(lines.iter().map(|line| indented(line, step))).collect()
        }
    }
}

/// The lines of an item.
pub(super) fn item_lines(value: Written) -> Vec<String> {
    match value {
        Written::Inline(text) if text.is_empty() => vec!["- null".to_owned()],
        Written::Inline(text) => vec![format!("- {text}")],
        Written::Below { header, lines } if header.is_empty() => {
            let line = |(index, line): (usize, &String)| if index == 0 { format!("- {line}") } else { indented(line, 2) };
            lines.iter().enumerate().map(line).collect()
        }
        Written::Below { header, lines } => {
            std::iter::once(format!("- {header}")).chain(lines.iter().map(|line| indented(line, 2))).collect()
        }
    }
}

/// A line further right; an empty one stays empty.
pub(super) fn indented(line: &str, columns: usize) -> String {
    if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(columns)) }
}

/// A value on one line inside brackets.
pub(super) fn flow(value: &Value, style: Style) -> Option<String> {
    flow_within(value, style, DEPTH)
}

fn flow_within(value: &Value, style: Style, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let inner = if style == Style::Json { Style::Json } else { Style::Flow };
    match value {
        Value::List(items) => {
            let items = items.iter().map(|item| flow_within(item, inner, depth)).collect::<Option<Vec<_>>>()?;
            Some(format!("[{}]", items.join(", ")))
        }
        Value::Map(entries) => {
            let entry = |(name, value): &(Value, Value)| {
                let name = match (inner, name) {
                    (Style::Json, Value::String(_)) | (Style::Flow, _) => scalar(name, inner),
                    _ => None,
                };
                Some(format!("{}: {}", name.filter(|name| name.len() <= MAX_KEY)?, flow_within(value, inner, depth)?))
            };
            let entries = entries.iter().map(entry).collect::<Option<Vec<_>>>()?;
            Some(format!("{{{}}}", entries.join(", ")))
        }
        other => scalar(other, style),
    }
}

fn scalar(value: &Value, style: Style) -> Option<String> {
    let text = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(digits) => digits.to_string(),
        Value::Float(value) => float(*value, style)?,
        Value::String(text) => return Some(string(text, style, None)),
        Value::Timestamp(_) | Value::Unsafe(_) | Value::Vault(_) if style == Style::Json => return None,
        Value::Timestamp(text) => text.to_string(),
        Value::Unsafe(text) => format!("!unsafe {}", single_quoted(text).unwrap_or_else(|| double_quoted(text))),
        Value::Vault(text) => format!("!vault {}", double_quoted(text)),
        Value::Invalid(_) | Value::List(_) | Value::Map(_) => return None,
    };
    Some(text)
}

fn float(value: f64, style: Style) -> Option<String> {
    if !value.is_finite() && style == Style::Json {
        return None;
    }
    if value.is_nan() {
        return Some(".nan".to_owned());
    }
    if value.is_infinite() {
        return Some(if value < 0.0 { "-.inf" } else { ".inf" }.to_owned());
    }
    let text = value.to_string();
    Some(if text.contains('.') { text } else { format!("{text}.0") })
}

/// A name as a key: in the quotes that its predecessor had, if any. None when it is too long for a key.
pub(super) fn key(name: &str, style: Style, quotes: Option<Kind>) -> Option<String> {
    Some(string(name, style, quotes)).filter(|name| name.len() <= MAX_KEY)
}

/// A text as a scalar on one line: plain where it reads back as this text, else in quotes; in the quotes of what was there before, if any.
pub(super) fn string(text: &str, style: Style, quotes: Option<Kind>) -> String {
    match quotes {
        _ if style == Style::Json => double_quoted(text),
        Some(Kind::DoubleQuoted) => double_quoted(text),
        Some(Kind::SingleQuoted) => single_quoted(text).unwrap_or_else(|| double_quoted(text)),
        _ if is_plain(text, style) => text.to_owned(),
        _ if text.contains(['"', '\\']) && !text.contains('\'') => single_quoted(text).unwrap_or_else(|| double_quoted(text)),
        _ => double_quoted(text),
    }
}

/// Whether a text without quotes is read as this text.
fn is_plain(text: &str, style: Style) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let is_string = resolve(text).is_ok_and(|value| matches!(value, Value::String(_)));
    // Other readers of YAML take these for numbers.
    let looks_like_number = text.parse::<f64>().is_ok() || text.starts_with("0o");
    let is_indicator = "-?:,[]{}#&*!|>'\"%@`=".contains(first) || text.starts_with("...");
    let ends = text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.trim() != text;
    let in_flow = style != Style::Block && text.contains([',', '[', ']', '{', '}', '?']);
    is_string && !looks_like_number && !is_indicator && !ends && !in_flow && text.chars().all(is_printable)
}

/// Whether libyaml lets a character stand in a text on one line.
fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..) && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn single_quoted(text: &str) -> Option<String> {
    text.chars().all(is_printable).then(|| format!("'{}'", text.replace('\'', "''")))
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            character if is_printable(character) => out.push(character),
            character => out.push_str(&format!("\\u{:04X}", u32::from(character))),
        }
    }
    out.push('"');
    out
}

/// `|` or `|-` when a text of several lines can stand below it as it is.
fn literal_header(text: &str) -> Option<&'static str> {
    let (body, header) = match text.strip_suffix('\n') {
        Some(body) => (body, "|"),
        None => (text, "|-"),
    };
    let fits = body.contains('\n') && !body.starts_with([' ', '\t', '\n']) && !body.ends_with('\n');
    let is_blank = |line: &str| !line.is_empty() && line.trim().is_empty();
    let is_sound = body.chars().all(|character| matches!(character, '\n' | '\t') || is_printable(character));
    (fits && is_sound && !body.split('\n').any(is_blank)).then_some(header)
}

/// A node of the tree on one line inside brackets, its scalars spelled as they are where they may be.
pub(super) fn node_in_flow(node: Node<'_>) -> Option<String> {
    node_within(node, DEPTH)
}

fn node_within(node: Node<'_>, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let tag = node.tag().map(|tag| format!("{tag} ")).unwrap_or_default();
    let source = node.source();
    let is_line = !source.contains(['\n', '\r']);
    let text = match node.kind() {
        Kind::Absent => return Some(format!("{tag}null")).filter(|_| tag.is_empty()),
        Kind::Plain if is_line && !source.contains([',', '[', ']', '{', '}', '?']) && !source.ends_with(':') => source.to_owned(),
        Kind::SingleQuoted | Kind::DoubleQuoted if is_line => source.to_owned(),
        Kind::Alias => return None,
        Kind::BlockMapping | Kind::FlowMapping => {
            let entry = |entry: crate::yaml::Entry<'_>| {
                let key = node_within(entry.key, depth).filter(|key| key.len() <= MAX_KEY)?;
                Some(format!("{key}: {}", node_within(entry.value, depth)?))
            };
            format!("{{{}}}", node.entries().map(entry).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Kind::BlockSequence | Kind::FlowSequence => {
            let items = node.items().map(|item| node_within(item, depth)).collect::<Option<Vec<_>>>()?;
            format!("[{}]", items.join(", "))
        }
        _ => string(&node.text(), Style::Flow, Some(Kind::DoubleQuoted)),
    };
    Some(format!("{tag}{text}"))
}
