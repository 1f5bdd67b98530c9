//! From nodes to values, as PyYAML's constructor and Ansible's loader do it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Entry, Kind, Node};
use crate::value::{self, Entries, Value};
use crate::{SyntaxError, TextRange};

/// Deeper values are refused: PyYAML gives up on deep nesting, too.
const DEPTH: usize = 200;

pub(super) fn value(node: Node<'_>) -> Result<Value, SyntaxError> {
    Constructor { budget: 1_000_000 }.value(node, DEPTH)
}

/// The text of a plain scalar that is a text, without a value made of it.
pub(super) fn plain_text(node: Node<'_>) -> Option<Cow<'_, str>> {
    let text = Some(node).filter(|node| node.kind() == Kind::Plain && node.tag().is_none())?.text();
    matches!(value::other_than_text(&text), Ok(None)).then_some(text)
}

struct Constructor {
    /// Nodes left, counted with every visit through an alias: a bomb of aliases ends here.
    budget: usize,
}

impl Constructor {
    fn value(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        self.budget = self.budget.checked_sub(1).ok_or_else(|| refused(node.range(), "too many values behind aliases"))?;
        let depth = depth.checked_sub(1).ok_or_else(|| refused(node.range(), "nested too deep"))?;
        match node.kind() {
            Kind::Alias => match node.target() {
                Some(target) if !target.range().contains(node.range()) => self.value(target, depth),
                Some(_) => Err(refused(node.range(), "this alias stands inside what it names")),
                None => Err(refused(node.range(), "no anchor has this name")),
            },
            Kind::BlockSequence | Kind::FlowSequence => self.sequence(node, depth),
            Kind::BlockMapping | Kind::FlowMapping => self.mapping(node, depth),
            _ => scalar(node),
        }
    }

    fn sequence(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        match tag(node).as_deref() {
            None | Some("!" | "!!seq") => self.list(node, depth),
            Some("!unsafe") => self.list(node, depth).map(marked),
            Some("!!omap" | "!!pairs") => {
                let pair = |item: Value| match item {
                    Value::Map(entries) if entries.len() == 1 => {
                        Ok(Value::List(entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()))
                    }
                    _ => Err(refused(node.range(), "every item must be a mapping with one entry")),
                };
                let Value::List(items) = self.list(node, depth)? else { return Err(refused(node.range(), "this is no list")) };
                Ok(Value::List(items.iter().cloned().map(pair).collect::<Result<_, _>>()?))
            }
            Some(tag) => Err(unfit(node, tag)),
        }
    }

    fn mapping(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        match tag(node).as_deref() {
            None | Some("!" | "!!map" | "!!python/dict") => self.map(node, depth),
            Some("!unsafe") => self.map(node, depth).map(marked),
            // Printed as a list; the order is undefined there.
            Some("!!set") => match self.map(node, depth)? {
                Value::Map(entries) => Ok(Value::List(entries.iter().map(|(key, _)| key.clone()).collect())),
                other => Ok(other),
            },
            Some(tag) => Err(unfit(node, tag)),
        }
    }

    fn list(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        let items = node.items().map(|item| self.value(item, depth)).collect::<Result<Vec<Value>, _>>()?;
        Ok(Value::List(items.into()))
    }

    /// Own entries beat merged ones wherever `<<` stands; of a list of maps the earlier wins.
    fn map(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        let mut own = Entries::default();
        let mut merged = Entries::default();
        for entry in node.entries() {
            if is_merge(&entry) {
                // What a mapping merges with itself is there.
                if entry.value.kind() == Kind::Alias && entry.value.target().is_some_and(|target| target.id() == node.id()) {
                    continue;
                }
                let maps = match self.value(entry.value, depth)? {
                    Value::Map(entries) => vec![entries],
                    Value::List(maps) if maps.iter().all(|map| matches!(map, Value::Map(_))) => {
                        maps.iter().filter_map(|map| if let Value::Map(map) = map { Some(Arc::clone(map)) } else { None }).collect()
                    }
                    _ => return Err(refused(entry.value.range(), "only a mapping can be merged")),
                };
                let mut these = Entries::default();
                for (key, value) in maps.iter().rev().flat_map(|map| map.iter()) {
                    these.put(key.clone(), value.clone());
                }
                these.into_iter().for_each(|(key, value)| merged.put(key, value));
            } else if entry.colon.is_some() || node.kind() == Kind::FlowMapping {
                let is_value_tag = entry.key.kind() == Kind::Plain && entry.key.source() == "=" && entry.key.tag().is_none();
                let key = if is_value_tag { Value::String("=".into()) } else { self.value(entry.key, depth)? };
                if matches!(key, Value::List(_) | Value::Map(_)) {
                    return Err(refused(entry.key.range(), "a list or a mapping cannot be a key"));
                }
                own.put(key, self.value(entry.value, depth)?);
            }
        }
        own.into_iter().for_each(|(key, value)| merged.put(key, value));
        Ok(Value::Map(merged.into_iter().collect()))
    }
}

fn is_merge(entry: &Entry<'_>) -> bool {
    entry.key.kind() == Kind::Plain && entry.key.source() == "<<" && entry.key.tag().is_none()
}

/// The tag of a node; `!<tag:yaml.org,2002:int>` is `!!int`.
fn tag(node: Node<'_>) -> Option<Cow<'_, str>> {
    let tag = node.tag()?;
    let verbatim = tag.strip_prefix("!<").and_then(|rest| rest.strip_suffix('>'));
    Some(match verbatim.map(|name| (name, name.strip_prefix("tag:yaml.org,2002:"))) {
        None => tag.into(),
        Some((_, Some(standard))) => format!("!!{standard}").into(),
        Some((name, None)) => name.into(),
    })
}

/// The value with a mark on every string that Ansible will not take for a template.
fn marked(value: Value) -> Value {
    match value {
        Value::String(text) => Value::Unsafe(text),
        Value::List(items) => Value::List(items.iter().cloned().map(marked).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), marked(value.clone()))).collect()),
        other => other,
    }
}

/// A tag that does not go with the node.
fn unfit(node: Node<'_>, tag: &str) -> SyntaxError {
    let is_known = matches!(tag, "!vault" | "!vault-encrypted") || KNOWN.contains(&tag.trim_start_matches("!!"));
    let message = if is_known { format!("this cannot be read as {tag}") } else { format!("Ansible knows no tag {tag}") };
    refused(node.range(), &message)
}

/// The standard tags.
const KNOWN: [&str; 14] =
    ["str", "int", "float", "bool", "null", "map", "seq", "set", "omap", "pairs", "timestamp", "binary", "python/dict", "python/unicode"];

fn scalar(node: Node<'_>) -> Result<Value, SyntaxError> {
    let text = node.text();
    let string = || Value::String(text.as_ref().into());
    let resolved = || value::resolve(&text).map_err(|message| refused(node.range(), message));
    match tag(node).as_deref() {
        None if matches!(node.kind(), Kind::Plain | Kind::Absent) => resolved(),
        None | Some("!!str" | "!!python/unicode") => Ok(string()),
        Some("!") if node.kind() == Kind::Absent => Ok(string()),
        Some("!") => resolved(),
        Some("!!timestamp") => match resolved()? {
            date @ Value::Timestamp(_) => Ok(date),
            _ => Err(unfit(node, "!!timestamp")),
        },
        Some(tag @ ("!!null" | "!!bool" | "!!int" | "!!float")) => value::resolve_as(tag, &text).ok_or_else(|| unfit(node, tag)),
        Some("!vault" | "!vault-encrypted") => Ok(Value::Vault(text.as_ref().into())),
        Some("!unsafe") => resolved().map(marked),
        Some("!!binary") => Ok(string()),
        Some(tag) => Err(unfit(node, tag)),
    }
}

fn refused(range: TextRange, message: &str) -> SyntaxError {
    SyntaxError { range, message: message.to_owned() }
}
