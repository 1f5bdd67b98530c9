//! The content of a line as an entry: of a mapping, of a sequence, half-typed, or written with `?`.

use super::{Parser, Reading};
use crate::TextRange;
use crate::yaml::{Kind, scan};

impl Parser<'_> {
    /// The content of a line: an entry of one of the open collections, or the value of a pending one.
    pub(super) fn entry(&mut self, content: usize, indent: usize) {
        // A block scalar may stand in the column of what it belongs to.
        let awaits = self.open.last().is_some_and(|level| level.indent == indent && level.pending.is_some());
        if awaits && matches!(self.bytes[content], b'|' | b'>') {
            return self.value_of_last(content);
        }
        let is_dash = scan::is_indicator(self.bytes, content, b'-');
        let column = indent;
        let indent = self.settle(column, is_dash);
        let in_mapping = self.open.last().is_some_and(|level| !level.is_sequence && level.indent == indent);
        match is_dash {
            true if in_mapping && indent != column => return self.half_key(content, indent),
            true => return self.dash(content, indent),
            false => {}
        }
        if self.open.last().is_some_and(|level| level.is_sequence && level.indent == indent) {
            return self.undashed(content, indent);
        }
        if scan::is_indicator(self.bytes, content, b'?') {
            return self.complex_key(content, indent);
        }
        if in_mapping && scan::is_indicator(self.bytes, content, b':') && self.open.last().is_some_and(|level| level.pending.is_some()) {
            let after = scan::skip_blanks(self.bytes, content + 1);
            return if self.starts_collection(after) { self.entry(after, indent + after - content) } else { self.after_indicator(after) };
        }
        match scan::key(self.bytes, content) {
            Some(key) => self.key(content, key, indent),
            None if in_mapping => self.half_key(content, indent),
            None if self.reading == Reading::HalfTyped && self.starts_list_below(content, indent) => {
                self.open_sequence(indent, content);
                self.undashed(content, indent);
            }
            None if self.reading == Reading::HalfTyped && self.starts_mapping_below(content, indent) => self.half_key(content, indent),
            None => self.value_of_last(content),
        }
    }

    fn key(&mut self, content: usize, key: scan::Key, indent: usize) {
        self.open_mapping(indent, content);
        let (start, properties) = self.properties(content);
        let node = if start >= key.end { self.arena.add(Kind::Absent, key.end, key.end) } else { self.key_node(start, key.end) };
        self.apply(node, properties);
        self.push_key(node, Some(key.colon));
        let after = scan::skip_blanks(self.bytes, key.colon + 1);
        self.after_indicator(after);
    }

    /// A line without a colon where a key must stand.
    fn half_key(&mut self, content: usize, indent: usize) {
        self.open_mapping(indent, content);
        let end = scan::plain_end(self.bytes, content);
        let node = self.arena.add(Kind::Plain, content, end);
        self.push_key(node, None);
        self.error(TextRange::new(content, end), "a key needs a colon behind it");
        self.trailing(end);
    }

    /// A line among the items of a sequence that lacks its dash: an item all the same.
    fn undashed(&mut self, content: usize, indent: usize) {
        let end = scan::trimmed_line_end(self.bytes, content);
        self.error(TextRange::new(content, end), "an item of a list starts with a dash");
        self.end_pending();
        self.set_pending(content);
        match scan::key(self.bytes, content) {
            Some(key) => self.key(content, key, indent + 2),
            None => self.half_key(content, indent + 2),
        }
    }

    /// `-`, and what stands behind it: more dashes, the first entry of a mapping at that column, or a value.
    fn dash(&mut self, mut content: usize, mut indent: usize) {
        loop {
            match self.open.last() {
                Some(level) if level.indent == indent && level.is_sequence => self.end_pending(),
                Some(level) if level.indent == indent && level.pending.is_none() && self.is_list_after_all(level, content) => {
                    self.arena.wrap_as_item(level.node);
                    if let Some(level) = self.open.last_mut() {
                        level.is_sequence = true;
                    }
                }
                Some(level) if level.indent == indent && level.pending.is_none() => return self.half_key(content, indent),
                level
                    if self.reading == Reading::HalfTyped
                        && level.is_none_or(|level| level.indent != indent)
                        && self.is_stray_dash(content, indent) =>
                {
                    return self.half_key(content, indent);
                }
                _ => self.open_sequence(indent, content),
            }
            self.set_pending(content + 1);
            let after = scan::skip_blanks(self.bytes, content + 1);
            indent += after - content;
            content = after;
            if !scan::is_indicator(self.bytes, content, b'-') {
                break;
            }
        }
        match self.bytes.get(content) {
            None | Some(b'\n' | b'\r' | b'#') => self.trailing(content),
            Some(b'?') if scan::is_indicator(self.bytes, content, b'?') => self.complex_key(content, indent),
            Some(_) => match scan::key(self.bytes, content) {
                Some(key) => self.key(content, key, indent),
                None => self.value_of_last(content),
            },
        }
    }

    /// `? key`: the key as a value, its `: value` on a later line. A key that is a block collection is one that Ansible refuses: what it holds stays known
    /// as the value.
    fn complex_key(&mut self, content: usize, indent: usize) {
        self.open_mapping(indent, content);
        let at = scan::skip_blanks(self.bytes, content + 1);
        let (after, properties) = self.properties(at);
        if !matches!(self.bytes.get(after), None | Some(b'\n' | b'\r' | b'#')) {
            let node = if self.starts_collection(at) { self.unhashable_key(at) } else { self.value(at, Some(indent)) };
            return self.push_key(node, Some(content));
        }
        let behind = if properties.is_some() { after } else { content + 1 };
        self.trailing(after);
        let below = self.lines_from(self.at).next();
        let may_stand_beside = |at: usize| matches!(self.bytes[at], b'|' | b'>') || scan::is_indicator(self.bytes, at, b'-');
        let below = below.filter(|&(column, at)| column > indent || column == indent && may_stand_beside(at));
        let node = match below {
            None => self.arena.add(Kind::Absent, behind, behind),
            Some((_, at)) if self.starts_collection(at) => self.arena.add(Kind::BlockMapping, behind, behind),
            Some((_, at)) => self.value(at, Some(indent)),
        };
        self.apply(node, properties);
        self.push_key(node, Some(content));
    }

    /// Whether a block collection starts at `at`.
    fn starts_collection(&self, at: usize) -> bool {
        let is_indicator = [b'-', b'?', b':'].into_iter().any(|indicator| scan::is_indicator(self.bytes, at, indicator));
        is_indicator || scan::key(self.bytes, at).is_some()
    }

    /// A block collection behind `?`, of which only the first line is taken in.
    fn unhashable_key(&mut self, at: usize) -> u32 {
        let end = scan::plain_end(self.bytes, at);
        self.trailing(end);
        self.arena.add(Kind::BlockMapping, at, end)
    }

    /// The rest of a line behind `key:`.
    fn after_indicator(&mut self, after: usize) {
        match self.bytes.get(after) {
            None | Some(b'\n' | b'\r') => self.next_line(after),
            Some(b'#') if scan::is_blank(self.bytes[after - 1]) => self.comment(after),
            Some(_) => self.value_of_last(after),
        }
    }
}
