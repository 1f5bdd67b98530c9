//! The open collections: what goes into them, and what closes them.

use super::{Level, Parser, Properties};
use crate::yaml::Kind;

impl Parser<'_> {
    /// Makes the mapping whose entries stand at `indent` the innermost open one, ready for its next key.
    pub(super) fn open_mapping(&mut self, indent: usize, start: usize) {
        match self.open.last() {
            Some(level) if !level.is_sequence && level.indent == indent => self.end_pending(),
            _ => {
                let node = self.arena.add(Kind::BlockMapping, start, start);
                self.fill(node);
                self.open.push(Level { indent, node, is_sequence: false, n_entries: 0, is_like_item: false, pending: None });
            }
        }
    }

    /// Makes a new sequence whose dashes stand at `indent` the innermost open one.
    pub(super) fn open_sequence(&mut self, indent: usize, start: usize) {
        let node = self.arena.add(Kind::BlockSequence, start, start);
        self.fill(node);
        self.open.push(Level { indent, node, is_sequence: true, n_entries: 0, is_like_item: false, pending: None });
    }

    pub(super) fn push_key(&mut self, key: u32, colon: Option<usize>) {
        let Some(mapping) = self.open.last().map(|level| level.node) else { return };
        let absent_at = colon.map_or(0, |colon| colon + 1).max(self.arena.end(key));
        self.arena.push_key(mapping, key, colon);
        self.set_pending(absent_at);
    }

    /// Puts a node where one is awaited: as the value of the last key or dash, or as the root.
    pub(super) fn fill(&mut self, node: u32) {
        let properties = std::mem::take(&mut self.waiting);
        self.apply(node, properties);
        let Some(level) = self.open.last_mut() else { return self.roots.push(node) };
        let (parent, awaited) = (level.node, level.pending.take().is_some());
        if !awaited && !level.is_sequence {
            let at = self.arena.start(node);
            let key = self.arena.add(Kind::Absent, at, at);
            self.arena.push_key(parent, key, None);
        }
        self.arena.push_child(parent, node);
    }

    pub(super) fn apply(&mut self, node: u32, properties: Properties) {
        if let Some(tag) = properties.tag {
            self.arena.tags.push((node, tag));
        }
        if let Some(anchor) = properties.anchor {
            self.arena.anchors.push((node, anchor));
        }
    }

    pub(super) fn set_pending(&mut self, at: usize) {
        if let Some(level) = self.open.last_mut() {
            level.pending = Some(at);
            level.n_entries += 1;
        }
    }

    /// Gives the last key or dash its absent value.
    pub(super) fn end_pending(&mut self) {
        if let Some(at) = self.open.last_mut().and_then(|level| level.pending) {
            let absent = self.arena.add(Kind::Absent, at, at);
            self.fill(absent);
        }
    }

    pub(in crate::yaml) fn close_last(&mut self) -> Option<Level> {
        self.end_pending();
        let level = self.open.pop()?;
        self.arena.close(level.node);
        Some(level)
    }

    /// A tag or anchor with nothing behind it is that of an empty root.
    pub(super) fn end_waiting(&mut self) {
        if self.waiting.is_some() {
            let ends = [self.waiting.tag, self.waiting.anchor].into_iter().flatten().map(|range| range.end as usize);
            let end = ends.max().unwrap_or_default();
            let absent = self.arena.add(Kind::Absent, end, end);
            self.fill(absent);
        }
    }

    pub(super) fn close_all(&mut self) {
        while self.close_last().is_some() {}
    }
}
