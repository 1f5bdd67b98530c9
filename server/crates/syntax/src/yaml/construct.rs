//! From nodes to values, as PyYAML's constructor and Ansible's loader do it.

use std::sync::Arc;

use super::{Entry, Kind, Node};
use crate::value::{self, Value};
use crate::{SyntaxError, TextRange};

/// Deeper values are refused: PyYAML gives up on deep nesting, too.
const DEPTH: usize = 200;

pub(super) fn value(node: Node<'_>) -> Result<Value, SyntaxError> {
    Constructor { budget: 1_000_000 }.value(node, DEPTH)
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
            Kind::BlockSequence | Kind::FlowSequence => self.list(node, depth),
            Kind::BlockMapping | Kind::FlowMapping => self.map(node, depth),
            _ => scalar(node),
        }
    }

    fn list(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        let items = node.items().map(|item| self.value(item, depth)).collect::<Result<Vec<Value>, _>>()?;
        Ok(Value::List(items.into()))
    }

    /// Own entries beat merged ones wherever `<<` stands; of a list of maps the earlier wins.
    fn map(&mut self, node: Node<'_>, depth: usize) -> Result<Value, SyntaxError> {
        let mut own: Vec<(Value, Value)> = Vec::new();
        let mut merged: Vec<(Value, Value)> = Vec::new();
        for entry in node.entries() {
            if is_merge(&entry) {
                let maps = match self.value(entry.value, depth)? {
                    Value::Map(entries) => vec![entries],
                    Value::List(maps) if maps.iter().all(|map| matches!(map, Value::Map(_))) => {
                        maps.iter().filter_map(|map| if let Value::Map(map) = map { Some(Arc::clone(map)) } else { None }).collect()
                    }
                    _ => return Err(refused(entry.value.range(), "only a mapping can be merged")),
                };
                let mut these: Vec<(Value, Value)> = Vec::new();
                for (key, value) in maps.iter().rev().flat_map(|map| map.iter()) {
                    put(&mut these, key.clone(), value.clone());
                }
                these.into_iter().for_each(|(key, value)| put(&mut merged, key, value));
            } else if entry.colon.is_some() || node.kind() == Kind::FlowMapping {
                let key = self.value(entry.key, depth)?;
                if matches!(key, Value::List(_) | Value::Map(_)) {
                    return Err(refused(entry.key.range(), "a list or a mapping cannot be a key"));
                }
                put(&mut own, key, self.value(entry.value, depth)?);
            }
        }
        own.into_iter().for_each(|(key, value)| put(&mut merged, key, value));
        Ok(Value::Map(merged.into()))
    }
}

fn is_merge(entry: &Entry<'_>) -> bool {
    entry.key.kind() == Kind::Plain && entry.key.source() == "<<" && entry.key.tag().is_none()
}

/// The last value of a key wins, the place is that of the first.
fn put(entries: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match entries.iter_mut().find(|(known, _)| known.same_key(&key)) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}

fn scalar(node: Node<'_>) -> Result<Value, SyntaxError> {
    let text = node.text();
    let string = || Value::String(text.as_ref().into());
    match node.tag() {
        None if matches!(node.kind(), Kind::Plain | Kind::Absent) => {
            value::resolve(&text).map_err(|message| refused(node.range(), message))
        }
        None | Some("!!str" | "!!python/unicode") => Ok(string()),
        Some("!" | "!!timestamp") => value::resolve(&text).map_err(|message| refused(node.range(), message)),
        Some(tag @ ("!!null" | "!!bool" | "!!int" | "!!float")) => {
            value::resolve_as(tag, &text).ok_or_else(|| refused(node.range(), &format!("this cannot be read as {tag}")))
        }
        Some("!vault" | "!vault-encrypted") => Ok(Value::Vault(text.as_ref().into())),
        Some("!unsafe") => Ok(Value::Unsafe(text.as_ref().into())),
        Some("!!binary") => Ok(string()),
        Some(tag) => Err(refused(node.range(), &format!("Ansible knows no tag {tag}"))),
    }
}

fn refused(range: TextRange, message: &str) -> SyntaxError {
    SyntaxError { range, message: message.to_owned() }
}
