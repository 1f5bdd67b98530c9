//! The arena: nodes of 20 bytes, children as linked lists, the rare things (tags, anchors) beside.

use super::Kind;
use crate::{SyntaxError, TextRange};

pub(super) const NONE: u32 = u32::MAX;

/// All nodes of a document.
#[derive(Debug, Default)]
pub(super) struct Arena {
    nodes: Vec<Data>,
    pub(super) comments: Vec<TextRange>,
    pub(super) errors: Vec<SyntaxError>,
    /// Node and the tag in front of it, by node.
    pub(super) tags: Vec<(u32, TextRange)>,
    /// Node and the anchor in front of it, by node.
    pub(super) anchors: Vec<(u32, TextRange)>,
}

#[derive(Clone, Copy, Debug)]
struct Data {
    start: u32,
    end: u32,
    /// The next key, value or item of the same parent.
    next: u32,
    /// The first child of a collection. Of a block scalar: the column of its content.
    child: u32,
    /// Of a collection while it is built: its last child. Of a key: its colon.
    aux: u32,
    kind: Kind,
}

impl Arena {
    pub(super) fn add(&mut self, kind: Kind, start: usize, end: usize) -> u32 {
        let id = self.nodes.len() as u32;
        self.nodes.push(Data { start: start as u32, end: end as u32, next: NONE, child: NONE, aux: NONE, kind });
        id
    }

    /// How much there is, for [`Self::reset`].
    pub(super) fn mark(&self) -> [usize; 5] {
        [self.nodes.len(), self.comments.len(), self.errors.len(), self.tags.len(), self.anchors.len()]
    }

    /// Forgets everything that came after a mark.
    pub(super) fn reset(&mut self, [nodes, comments, errors, tags, anchors]: [usize; 5]) {
        self.nodes.truncate(nodes);
        self.comments.truncate(comments);
        self.errors.truncate(errors);
        self.tags.truncate(tags);
        self.anchors.truncate(anchors);
    }

    /// Appends an item, or the value of the last key.
    pub(super) fn push_child(&mut self, parent: u32, node: u32) {
        let last = std::mem::replace(&mut self.nodes[parent as usize].aux, node);
        if last == NONE {
            self.nodes[parent as usize].child = node;
        } else {
            self.nodes[last as usize].next = node;
        }
    }

    /// Appends a key; its value comes with the next [`Self::push_child`].
    pub(super) fn push_key(&mut self, mapping: u32, key: u32, colon: Option<usize>) {
        self.push_child(mapping, key);
        self.nodes[key as usize].aux = colon.map_or(NONE, |colon| colon as u32);
    }

    /// Makes a mapping a sequence whose only item is what the mapping was.
    pub(super) fn wrap_as_item(&mut self, mapping: u32) {
        self.close(mapping);
        let item = self.nodes.len() as u32;
        self.nodes.push(Data { next: NONE, ..self.nodes[mapping as usize] });
        let sequence = &mut self.nodes[mapping as usize];
        (sequence.kind, sequence.child, sequence.aux) = (Kind::BlockSequence, item, item);
    }

    /// A collection is complete: it ends with its last child.
    pub(super) fn close(&mut self, node: u32) {
        let last = self.nodes[node as usize].aux;
        if last != NONE {
            self.nodes[node as usize].end = self.nodes[last as usize].end;
        }
    }

    /// A flow collection is complete: it ends at `end`.
    pub(super) fn close_at(&mut self, node: u32, end: usize) {
        self.nodes[node as usize].end = end as u32;
    }

    /// All nodes are there.
    pub(super) fn finish(&mut self) {
        self.nodes.shrink_to_fit();
        self.tags.sort_unstable();
        self.anchors.sort_unstable();
        self.errors.sort_by_key(|error| error.range);
        self.comments.sort_unstable();
    }

    pub(super) fn start(&self, node: u32) -> usize {
        self.nodes[node as usize].start as usize
    }

    pub(super) fn end(&self, node: u32) -> usize {
        self.nodes[node as usize].end as usize
    }

    pub(super) fn kind(&self, node: u32) -> Kind {
        self.nodes[node as usize].kind
    }

    pub(super) fn set_end(&mut self, node: u32, end: usize) {
        self.nodes[node as usize].end = end as u32;
    }

    pub(super) fn range(&self, node: u32) -> TextRange {
        let data = &self.nodes[node as usize];
        TextRange { start: data.start, end: data.end }
    }

    /// The colon behind a key.
    pub(super) fn colon(&self, key: u32) -> Option<u32> {
        Some(self.nodes[key as usize].aux).filter(|&colon| colon != NONE)
    }

    pub(super) fn first_child(&self, node: u32) -> Option<u32> {
        Some(self.nodes[node as usize].child).filter(|&child| child != NONE)
    }

    pub(super) fn next(&self, node: u32) -> Option<u32> {
        Some(self.nodes[node as usize].next).filter(|&next| next != NONE)
    }

    /// Sets the column of the content of a block scalar.
    pub(super) fn set_block_indent(&mut self, node: u32, column: usize) {
        self.nodes[node as usize].child = column as u32;
    }

    /// The column of the content of a block scalar.
    pub(super) fn block_indent(&self, node: u32) -> usize {
        self.nodes[node as usize].child as usize
    }

    /// The nodes of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = u32> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter(move |(_, data)| data.kind == kind).map(|(id, _)| id as u32)
    }

    pub(super) fn tag(&self, node: u32) -> Option<TextRange> {
        self.tags.binary_search_by_key(&node, |&(node, _)| node).ok().map(|index| self.tags[index].1)
    }

    pub(super) fn anchor(&self, node: u32) -> Option<TextRange> {
        self.anchors.binary_search_by_key(&node, |&(node, _)| node).ok().map(|index| self.anchors[index].1)
    }
}
