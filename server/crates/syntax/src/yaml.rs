//! The fault-tolerant YAML tree.
//!
//! [`parse`] never fails. Each node has its byte span; a half-typed line damages itself only.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{SyntaxError, TextRange, Value};

/// A parsed YAML text: an arena of nodes over the text it was parsed from.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
}

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A node of a document. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    id: NodeId,
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
#[derive(Clone, Copy)]
pub struct Entry<'d> {
    pub key: Node<'d>,
    /// The place of the `:`, absent while the line is half-typed.
    pub colon: Option<u32>,
    /// `Kind::Absent` when nothing was written.
    pub value: Node<'d>,
}

/// Parses any text. Cost: one pass; memory below 6 bytes for each byte of text.
pub fn parse(text: Arc<str>) -> Document {
    Document { text }
}

impl Document {
    /// The text this was parsed from.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }
    /// The root node of the first document; `None` for an empty or comment-only text.
    pub fn root(&self) -> Option<Node<'_>> {
        unimplemented!()
    }
    /// The node with this id.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { document: self, id }
    }
    /// What the tolerant parser had to step over, in document order. The judge of validity is [`crate::judge`].
    pub fn errors(&self) -> &[SyntaxError] {
        unimplemented!()
    }
    /// The comments (from `#` to the line's end), in document order.
    pub fn comments(&self) -> &[TextRange] {
        unimplemented!()
    }
    /// The nodes around byte `offset`, outermost first: the path from the root to the innermost node whose range touches it.
    pub fn path_at(&self, _offset: usize) -> Vec<Node<'_>> {
        unimplemented!()
    }
}

impl<'d> Node<'d> {
    pub fn id(self) -> NodeId {
        self.id
    }
    pub fn document(self) -> &'d Document {
        self.document
    }
    pub fn kind(self) -> Kind {
        unimplemented!()
    }
    /// The bytes of the node itself: quotes included, tag and anchor excluded; a block collection from its first entry to the end of its last.
    pub fn range(self) -> TextRange {
        unimplemented!()
    }
    /// The source text of [`Self::range`].
    pub fn source(self) -> &'d str {
        &self.document.text[self.range().span()]
    }
    /// The content of a scalar with escapes and folds resolved (borrowed where the source says it literally); empty for collections.
    pub fn text(self) -> Cow<'d, str> {
        unimplemented!()
    }
    /// The tag as written (`!vault`, `!!str`), without the node.
    pub fn tag(self) -> Option<&'d str> {
        unimplemented!()
    }
    /// The name behind `&`.
    pub fn anchor(self) -> Option<&'d str> {
        unimplemented!()
    }
    /// The node that an alias names, or this node itself; `None` for an alias of nothing.
    pub fn target(self) -> Option<Node<'d>> {
        unimplemented!()
    }
    /// The entries of a mapping in document order, duplicates and merge keys included as written; none for other kinds.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> {
        std::iter::empty()
    }
    /// The last entry with this key text, as Ansible reads it; `None` for other kinds.
    pub fn get(self, _key: &str) -> Option<Entry<'d>> {
        unimplemented!()
    }
    /// The items of a sequence; none for other kinds.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        std::iter::empty()
    }
    pub fn is_mapping(self) -> bool {
        matches!(self.kind(), Kind::BlockMapping | Kind::FlowMapping)
    }
    pub fn is_sequence(self) -> bool {
        matches!(self.kind(), Kind::BlockSequence | Kind::FlowSequence)
    }
    /// The value as Ansible reads it: scalar table, aliases, merge keys, tags (`ANSIBLE` 4.3 to 4.6). What PyYAML refuses is an error with its place.
    pub fn value(self) -> Result<Value, SyntaxError> {
        unimplemented!()
    }
}
