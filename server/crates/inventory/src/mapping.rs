//! The entries of a mapping as Ansible's loader sees them: merge keys resolved, of a key that stands twice the last value at the first place.

use std::sync::Arc;

use hostwise_syntax::Value;
use hostwise_syntax::yaml::{Entry, Kind, Node, NodeId};
use rustc_hash::FxHashMap;

/// Merges nested deeper than this are left out.
const DEPTH: usize = 20;

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Pair<'d> {
    /// The typed key.
    pub(crate) key: Value,
    pub(crate) entry: Entry<'d>,
}

/// The entries of the mapping that `node` is or names; none for anything else. Keys without their colon in a block are left out, unless something
/// stands below them: they are being typed.
pub(crate) fn pairs<'d>(node: Node<'d>) -> Vec<Pair<'d>> {
    let mut pairs = Pairs::default();
    if let Some(node) = node.target() {
        pairs.mapping(node, DEPTH);
    }
    pairs.found
}

/// The keys that stand again in a mapping of the document, each behind the same key before it. Merge keys are left out.
pub(crate) fn repeated_keys(root: Node<'_>) -> Vec<(NodeId, NodeId)> {
    let (mut found, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        open.extend(node.items().filter(|item| item.is_mapping() || item.is_sequence()));
        let is_flow = node.kind() == Kind::FlowMapping;
        let mut known = Known::default();
        for entry in node.entries().filter(|entry| !is_merge(entry)) {
            if entry.value.is_mapping() || entry.value.is_sequence() {
                open.push(entry.value);
            }
            if let Ok(key) = entry.key.value()
                && (is_flow || !is_half_typed(&entry))
                && let Some(before) = known.put(key, entry.key.id())
            {
                found.push((before, entry.key.id()));
            }
        }
    }
    found.sort_unstable_by_key(|&(_, id)| id);
    found
}

/// Keys of one mapping that were seen.
#[derive(Default)]
struct Known {
    texts: FxHashMap<Arc<str>, NodeId>,
    others: Vec<(Value, NodeId)>,
}

impl Known {
    /// Remembers a key; gives the one before it that is the same.
    fn put(&mut self, key: Value, id: NodeId) -> Option<NodeId> {
        if let Value::String(text) = key {
            return self.texts.insert(text, id);
        }
        match self.others.iter_mut().find(|(known, _)| is_same(known, &key)) {
            Some((_, known)) => Some(std::mem::replace(known, id)),
            None => {
                self.others.push((key, id));
                None
            }
        }
    }
}

/// A key as the name of a variable: text as it is, everything else in JSON spelling.
pub(crate) fn name(key: &Value) -> Arc<str> {
    match key {
        Value::String(text) | Value::Unsafe(text) | Value::Timestamp(text) | Value::BigInt(text) => Arc::clone(text),
        Value::Vault(text) | Value::Invalid(text) => Arc::clone(text),
        Value::Null => "null".into(),
        Value::Bool(value) => if *value { "true" } else { "false" }.into(),
        Value::Int(value) => value.to_string().into(),
        Value::Float(value) => crate::json::float(*value).into(),
        Value::List(_) | Value::Map(_) => "".into(),
    }
}

#[derive(Default)]
struct Pairs<'d> {
    found: Vec<Pair<'d>>,
    /// Where each text key stands in `found`.
    texts: FxHashMap<Arc<str>, usize>,
}

impl<'d> Pairs<'d> {
    fn mapping(&mut self, node: Node<'d>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for merged in node.entries().filter(is_merge) {
            self.merge(merged.value, depth);
        }
        let is_flow = node.kind() == Kind::FlowMapping;
        for entry in node.entries().filter(|entry| !is_merge(entry) && (is_flow || !is_half_typed(entry))) {
            let key = match entry.key.value() {
                Ok(key) => key,
                Err(_) if entry.key.source() == "=" => Value::String("=".into()),
                Err(_) => continue,
            };
            self.put(key, entry);
        }
    }

    /// Of a list of mappings the earlier wins.
    fn merge(&mut self, value: Node<'d>, depth: usize) {
        let Some(value) = value.target() else { return };
        if value.is_mapping() {
            return self.mapping(value, depth);
        }
        let maps: Vec<Node<'d>> = value.items().filter_map(Node::target).collect();
        maps.into_iter().rev().for_each(|map| self.mapping(map, depth));
    }

    fn put(&mut self, key: Value, entry: Entry<'d>) {
        let known = match &key {
            Value::String(text) => self.texts.get(text).copied(),
            other => self.found.iter().position(|pair| is_same(&pair.key, other)),
        };
        match known {
            Some(at) => {
                self.found[at] = Pair { key: self.found[at].key.clone(), entry };
            }
            None => {
                if let Value::String(text) = &key {
                    self.texts.insert(Arc::clone(text), self.found.len());
                }
                self.found.push(Pair { key, entry });
            }
        }
    }
}

/// Python compares keys by value: `1`, `1.0` and `true` are the same.
fn is_same(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn is_merge(entry: &Entry<'_>) -> bool {
    entry.key.kind() == Kind::Plain && entry.key.source() == "<<" && entry.key.tag().is_none()
}

/// A key that is being typed: without its colon, and without anything below it that would tell what it is.
fn is_half_typed(entry: &Entry<'_>) -> bool {
    let is_sign = || matches!(entry.key.source().as_bytes(), [b'@' | b'`' | b'%' | b'-' | b'*', ..]);
    let before = || &entry.key.document().text()[..entry.key.range().start as usize];
    entry.colon.is_none()
        && (entry.value.kind() == Kind::Absent || (is_sign() && !entry.value.is_mapping()))
        && !before().trim_end().ends_with('?')
}
