//! The entries of a mapping as Ansible's loader sees them: merge keys resolved, of a key that stands twice the last value at the first place.

use std::borrow::Cow;
use std::sync::Arc;

use hostwise_syntax::Value;
use hostwise_syntax::yaml::{Entry, Kind, Node, NodeId};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Merges nested deeper than this are left out.
const DEPTH: usize = 20;

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Pair<'d> {
    pub(crate) key: Key<'d>,
    pub(crate) entry: Entry<'d>,
}

/// The typed key of an entry.
#[derive(Clone, Debug)]
pub(crate) enum Key<'d> {
    Text(Cow<'d, str>),
    Other(Value),
}

impl<'d> Key<'d> {
    /// `None` for what no YAML reader takes as a key.
    fn of(node: Node<'d>) -> Option<Self> {
        if let Some(text) = node.plain_text() {
            return Some(Key::Text(text));
        }
        match node.value() {
            Ok(Value::String(text)) => Some(Key::Text(text.as_ref().to_owned().into())),
            Ok(other) => Some(Key::Other(other)),
            Err(_) => None,
        }
    }

    /// The text of a key that is one and may hold templates.
    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Key::Text(text) = self { Some(text) } else { None }
    }

    /// The text of a key that is one, also of one that is marked as unsafe.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Key::Other(Value::Unsafe(text)) = self { Some(text) } else { self.as_str() }
    }

    /// The key as the name of a variable: text as it is, everything else in JSON spelling.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match self {
            Key::Text(text) => Cow::Borrowed(text),
            Key::Other(value) => Cow::Owned(name(value).as_ref().to_owned()),
        }
    }
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
            if (is_flow || !is_half_typed(&entry))
                && let Some(key) = Key::of(entry.key)
                && let Some(before) = known.put(key, entry.key.id())
            {
                found.push((before, entry.key.id()));
            }
        }
    }
    found.sort_unstable_by_key(|&(_, id)| id);
    found
}

/// What was seen of the keys of one mapping.
struct Known<'d, T> {
    /// The first few: most mappings are small.
    few: SmallVec<[(Cow<'d, str>, T); FEW]>,
    many: FxHashMap<Cow<'d, str>, T>,
    others: Vec<(Value, T)>,
}

impl<T> Default for Known<'_, T> {
    fn default() -> Self {
        Self { few: SmallVec::new(), many: FxHashMap::default(), others: Vec::new() }
    }
}

/// So many keys are compared one by one.
const FEW: usize = 8;

impl<'d, T: Copy> Known<'d, T> {
    /// Remembers a key; gives what was remembered of the same key.
    fn put(&mut self, key: Key<'d>, of: T) -> Option<T> {
        let known = match &key {
            Key::Text(text) => self.few.iter_mut().find(|(known, _)| known == text).map(|(_, known)| known),
            Key::Other(value) => self.others.iter_mut().find(|(known, _)| is_same(known, value)).map(|(_, known)| known),
        };
        if let Some(known) = known {
            return Some(std::mem::replace(known, of));
        }
        match key {
            Key::Text(text) if self.few.len() < FEW => self.few.push((text, of)),
            Key::Text(text) => return self.many.insert(text, of),
            Key::Other(value) => self.others.push((value, of)),
        }
        None
    }
}

/// [`Key::name`] of a value.
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
    /// Where each key stands in `found`.
    places: Known<'d, usize>,
}

impl<'d> Pairs<'d> {
    fn mapping(&mut self, node: Node<'d>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for merged in node.entries().filter(is_merge) {
            self.merge(merged.value, depth);
        }
        let is_flow = node.kind() == Kind::FlowMapping;
        for entry in node.entries().filter(|entry| !is_merge(entry) && (is_flow || !is_half_typed(entry))) {
            let sign = || (entry.key.source() == "=").then(|| Key::Text("=".into()));
            if let Some(key) = Key::of(entry.key).or_else(sign) {
                self.put(key, entry);
            }
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

    fn put(&mut self, key: Key<'d>, entry: Entry<'d>) {
        let next = self.found.len();
        match self.places.put(key.clone(), next) {
            Some(at) => {
                self.found[at].entry = entry;
                self.places.put(key, at);
            }
            None => self.found.push(Pair { key, entry }),
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
