//! The names in a YAML inventory, aliases and merges followed, what stands twice or is half-typed included.

use hostwise_inventory::{SourceFile, expand};
use hostwise_syntax::yaml::{Entry, Kind as NodeKind, Node, NodeId};
use hostwise_syntax::{TextRange, Value};
use rustc_hash::FxHashSet;
use std::borrow::Cow;

use super::{Kind, Occurrence, Role, jinja};

/// Groups nested deeper than this are left out, as the reader of inventories does.
const DEPTH: usize = 100;

pub(super) fn read(file: &SourceFile) -> Vec<Occurrence> {
    let mut walk = Walk::default();
    if let Some(root) = file.yaml().root().filter(|root| root.is_mapping()) {
        let is_plugin = |entry: Entry<'_>| entry.key.text() == "plugin" && !entry.value.is_mapping();
        if !root.entries().any(is_plugin) {
            walk.groups(root, DEPTH);
        }
    }
    walk.found.extend(jinja::in_yaml(file));
    walk.found
}

/// What the entries of a mapping are. A mapping behind an alias is read once for each.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Section {
    Groups,
    Group,
    Hosts,
    Variables,
}

#[derive(Default)]
struct Walk {
    found: Vec<Occurrence>,
    seen: FxHashSet<(NodeId, Section)>,
}

impl Walk {
    fn groups(&mut self, node: Node<'_>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        self.entries(node, Section::Groups, &mut |walk, entry| {
            let has_body = entry.value.target().is_some_and(|value| value.is_mapping() && value.entries().next().is_some());
            let role = if has_body { Role::Definition } else { Role::Mention };
            walk.found.extend(string(entry.key, Kind::Group, role, entry.range()));
            walk.group(entry.value, depth);
        });
    }

    fn group(&mut self, node: Node<'_>, depth: usize) {
        self.entries(node, Section::Group, &mut |walk, entry| match &*entry.key.text() {
            "hosts" => walk.hosts(entry.value),
            "vars" => walk.variables(entry.value),
            "children" if is_name(entry.value) => {
                walk.found.extend(string(entry.value, Kind::Group, Role::Mention, entry.value.range()));
            }
            "children" => walk.groups(entry.value, depth),
            _ => {}
        });
    }

    fn hosts(&mut self, node: Node<'_>) {
        if is_name(node) {
            self.found.extend(host(node, Role::Mention, node.range()));
            return;
        }
        self.entries(node, Section::Hosts, &mut |walk, entry| {
            let has_variables = entry.value.target().is_some_and(|value| value.is_mapping() && value.entries().next().is_some());
            walk.found.extend(host(entry.key, if has_variables { Role::Definition } else { Role::Mention }, entry.range()));
            walk.variables(entry.value);
        });
    }

    fn variables(&mut self, node: Node<'_>) {
        self.entries(node, Section::Variables, &mut |walk, entry| walk.found.extend(variable(entry)));
    }

    /// The entries of the mapping that `node` is or names, those that are merged in included.
    fn entries(&mut self, node: Node<'_>, section: Section, each: &mut dyn FnMut(&mut Self, Entry<'_>)) {
        let Some(mapping) = node.target().filter(|node| node.is_mapping()) else { return };
        if !self.seen.insert((mapping.id(), section)) {
            return;
        }
        for entry in mapping.entries().filter(|entry| is_complete(mapping, entry)) {
            if entry.key.kind() == NodeKind::Plain && entry.key.source() == "<<" {
                self.entries(entry.value, section, each);
                let merged: Vec<Node<'_>> = entry.value.target().into_iter().flat_map(Node::items).collect();
                merged.into_iter().for_each(|item| self.entries(item, section, each));
            } else {
                each(self, entry);
            }
        }
    }
}

/// Whether this is more than a key that is being typed.
fn is_complete(mapping: Node<'_>, entry: &Entry<'_>) -> bool {
    entry.colon.is_some() || mapping.kind() == NodeKind::FlowMapping || entry.value.kind() != NodeKind::Absent
}

/// A name alone where a mapping could stand.
fn is_name(node: Node<'_>) -> bool {
    node.target().is_some_and(|node| !node.is_mapping() && !node.is_sequence() && matches!(node.value(), Ok(Value::String(_))))
}

/// The key of a variable.
pub(super) fn variable(entry: Entry<'_>) -> Option<Occurrence> {
    string(entry.key, Kind::Variable, Role::Definition, entry.range())
}

/// A scalar that is a name; nothing for what is no text.
pub(super) fn string(node: Node<'_>, kind: Kind, role: Role, whole: TextRange) -> Option<Occurrence> {
    let (Value::String(name) | Value::Unsafe(name)) = node.value().ok()? else { return None };
    let range = content(node);
    let spelled = (node.document().text()[range.span()] != *name).then(|| Box::from(&*name));
    (!name.is_empty()).then_some(Occurrence { kind, role, range, whole, spelled })
}

/// The bytes of a scalar inside its quotes.
pub(crate) fn content(node: Node<'_>) -> TextRange {
    let (source, range) = (node.source(), node.range());
    let is_quoted = matches!(node.kind(), NodeKind::SingleQuoted | NodeKind::DoubleQuoted);
    let is_closed = source.len() > 1 && source.as_bytes().first() == source.as_bytes().last();
    match (is_quoted, is_closed) {
        (true, true) => TextRange::new(range.start as usize + 1, range.end as usize - 1),
        (true, false) => TextRange::new(range.start as usize + 1, range.end as usize),
        (false, _) => range,
    }
}

fn host(node: Node<'_>, role: Role, whole: TextRange) -> Option<Occurrence> {
    string(node, Kind::Host, role, whole).map(|occurrence| without_port(occurrence, node.document().text()))
}

/// A host of a list: without its port, or as a range of hosts.
pub(super) fn without_port(occurrence: Occurrence, text: &str) -> Occurrence {
    let pattern = occurrence.name(text);
    if !pattern.contains([':', '[']) {
        return occurrence;
    }
    let within = |names: &[Cow<'_, str>]| match names {
        [name] if occurrence.is_literal() => pattern.find(name.as_ref()).map(|at| {
            let start = occurrence.range.start as usize + at;
            TextRange::new(start, start + name.len())
        }),
        _ => None,
    };
    let range = expand(pattern).ok().and_then(|expanded| within(&expanded.names));
    match range {
        Some(range) => Occurrence { range, ..occurrence },
        None => Occurrence { kind: Kind::HostRange, ..occurrence },
    }
}
