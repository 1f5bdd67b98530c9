//! The fault-tolerant YAML tree.
//!
//! [`parse`] never fails. Each node has its byte span; a half-typed line damages itself only. How: a line is placed by its indentation among the
//! open block collections (`yaml/parse.rs`), whatever stands on it; brackets and quotes that are not closed end before the next line that goes on
//! with the block (`yaml/flow.rs`, `yaml/scan.rs`); a key without its colon is an entry without a colon.
//! Whether Ansible would read the text is not decided here but in [`crate::judge`].

mod columns;
mod construct;
mod flow;
mod parse;
pub(crate) mod scalar;
mod scan;
mod tree;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::{SyntaxError, TextRange, Value};
use tree::Arena;

/// A parsed YAML text: an arena of nodes over the text it was parsed from.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
    arena: Arena,
    root: Option<u32>,
    /// The anchors by name, then by node.
    by_name: OnceLock<Vec<(u32, TextRange)>>,
    has_rare_breaks: OnceLock<bool>,
}

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A node of a document. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document,
    id: u32,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing was written where a node could stand (`key:`): an empty range after the colon.
    Absent,
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    BlockMapping,
    FlowMapping,
    BlockSequence,
    FlowSequence,
    /// `*name`
    Alias,
}

/// One entry of a mapping. A half-typed key without its colon is an entry whose `colon` is `None`.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'d> {
    pub key: Node<'d>,
    /// The place of the `:`, absent while the line is half-typed.
    pub colon: Option<u32>,
    /// `Kind::Absent` when nothing was written.
    pub value: Node<'d>,
}

impl Entry<'_> {
    /// From the key to the end of the value.
    pub fn range(&self) -> TextRange {
        TextRange { start: self.key.range().start, end: self.value.range().end.max(self.key.range().end) }
    }
}

/// Parses any text. Cost: one pass.
pub fn parse(text: Arc<str>) -> Document {
    parse::parse(text)
}

impl Document {
    /// The text this was parsed from.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The root node of the first document; `None` for an empty or comment-only text.
    pub fn root(&self) -> Option<Node<'_>> {
        self.root.map(|id| Node { document: self, id })
    }

    /// The node with this id.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { document: self, id: id.0 }
    }

    /// What the tolerant parser had to step over, in document order. The judge of validity is [`crate::judge`].
    pub fn errors(&self) -> &[SyntaxError] {
        &self.arena.errors
    }

    /// Whether the text has one of the line breaks of YAML 1.1, or a byte order mark on its way, that the tree takes for signs like others.
    pub(crate) fn has_rare_breaks(&self) -> bool {
        let look = || {
            let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
            !text.is_ascii() && text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'])
        };
        *self.has_rare_breaks.get_or_init(look)
    }

    /// The comments (from `#` to the line's end), in document order.
    pub fn comments(&self) -> &[TextRange] {
        &self.arena.comments
    }

    /// The nodes around byte `offset`, outermost first: the path from the root to the innermost node whose range touches it.
    pub fn path_at(&self, offset: usize) -> Vec<Node<'_>> {
        let mut path = Vec::new();
        let mut at = self.root().filter(|root| root.range().touches(offset));
        while let Some(node) = at {
            path.push(node);
            at = node.children().filter(|child| child.range().touches(offset)).last();
        }
        path
    }

    /// The tags as written, by node.
    pub(crate) fn tags(&self) -> impl Iterator<Item = TextRange> {
        self.arena.tags.iter().map(|&(_, range)| range)
    }

    /// The anchors with their `&`, by node.
    pub fn anchors(&self) -> impl Iterator<Item = TextRange> {
        self.arena.anchors.iter().map(|&(_, range)| range)
    }

    /// The aliases, in no order.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = Node<'_>> {
        self.arena.of_kind(Kind::Alias).map(|id| Node { document: self, id })
    }

    /// The last node with this anchor among those before the node `before`.
    fn anchored(&self, name: &str, before: u32) -> Option<Node<'_>> {
        let name_of = |&(_, range): &(u32, TextRange)| &self.text[range.start as usize + 1..range.end as usize];
        let by_name = self.by_name.get_or_init(|| {
            let mut anchors = self.arena.anchors.clone();
            anchors.sort_by(|a, b| (name_of(a), a.0).cmp(&(name_of(b), b.0)));
            anchors
        });
        let n_before = by_name.partition_point(|anchor| (name_of(anchor), anchor.0) < (name, before));
        let found = by_name[..n_before].last().filter(|anchor| name_of(anchor) == name)?;
        Some(Node { document: self, id: found.0 })
    }
}

impl<'d> Node<'d> {
    pub fn id(self) -> NodeId {
        NodeId(self.id)
    }

    pub fn document(self) -> &'d Document {
        self.document
    }

    pub fn kind(self) -> Kind {
        self.document.arena.kind(self.id)
    }

    /// The bytes of the node itself: quotes included, tag and anchor excluded; a block collection from its first entry to the end of its last.
    pub fn range(self) -> TextRange {
        self.document.arena.range(self.id)
    }

    /// The source text of [`Self::range`].
    pub fn source(self) -> &'d str {
        &self.document.text[self.range().span()]
    }

    /// The content of a scalar with escapes and folds resolved (borrowed where the source says it literally); empty for collections.
    pub fn text(self) -> Cow<'d, str> {
        scalar::text(self)
    }

    /// The tag as written (`!vault`, `!!str`), without the node.
    pub fn tag(self) -> Option<&'d str> {
        self.document.arena.tag(self.id).map(|range| &self.document.text[range.span()])
    }

    /// The name behind `&`.
    pub fn anchor(self) -> Option<&'d str> {
        let range = self.document.arena.anchor(self.id)?;
        self.document.text.get(range.start as usize + 1..range.end as usize)
    }

    /// The bytes of tag and anchor in front of the node, from the first to the last.
    pub(crate) fn properties(self) -> Option<TextRange> {
        let arena = &self.document.arena;
        match (arena.tag(self.id), arena.anchor(self.id)) {
            (Some(tag), Some(anchor)) => Some(TextRange { start: tag.start.min(anchor.start), end: tag.end.max(anchor.end) }),
            (tag, anchor) => tag.or(anchor),
        }
    }

    /// The node that an alias names, or this node itself; `None` for an alias of nothing.
    pub fn target(self) -> Option<Node<'d>> {
        match self.kind() {
            Kind::Alias => self.document.anchored(self.source().get(1..)?, self.id),
            _ => Some(self),
        }
    }

    /// The entries of a mapping in document order, duplicates and merge keys included as written; none for other kinds.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> {
        let mut children = self.is_mapping().then(|| self.children());
        std::iter::from_fn(move || {
            let children = children.as_mut()?;
            let (key, value) = (children.next()?, children.next()?);
            Some(Entry { key, colon: key.document.arena.colon(key.id), value })
        })
    }

    /// The last entry with this key text, as Ansible reads it; `None` for other kinds.
    pub fn get(self, key: &str) -> Option<Entry<'d>> {
        self.entries().filter(|entry| entry.colon.is_some() && entry.key.text() == key).last()
    }

    /// The items of a sequence; none for other kinds.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        let children = self.is_sequence().then(|| self.children());
        children.into_iter().flatten()
    }

    pub fn is_mapping(self) -> bool {
        matches!(self.kind(), Kind::BlockMapping | Kind::FlowMapping)
    }

    pub fn is_sequence(self) -> bool {
        matches!(self.kind(), Kind::BlockSequence | Kind::FlowSequence)
    }

    /// The value as Ansible reads it: scalar table, aliases, merge keys, tags. What PyYAML refuses is an error with its place.
    pub fn value(self) -> Result<Value, SyntaxError> {
        construct::value(self)
    }

    /// The text of [`Self::value`] when this is a plain scalar without a tag that Ansible reads as a text; the usual key, without making a value of it.
    pub fn plain_text(self) -> Option<Cow<'d, str>> {
        construct::plain_text(self)
    }

    /// Items, or keys and values in turn.
    fn children(self) -> impl Iterator<Item = Node<'d>> {
        let document = self.document;
        let first = document.arena.first_child(self.id).filter(|_| self.is_mapping() || self.is_sequence());
        std::iter::successors(first, |&id| document.arena.next(id)).map(move |id| Node { document, id })
    }
}

#[cfg(test)]
mod tests;
