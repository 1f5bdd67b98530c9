//! Flow collections: `[a, {b: c}]`, over as many lines as they have, without recursion.

use super::parse::Reading;
use super::tree::Arena;
use super::{Kind, scan};
use crate::{SyntaxError, TextRange};

/// Parses the flow collection at `start` inside a block collection at column `parent`; gives its node, where it ends, and whether that is a guess: an
/// unclosed one ends before the next line that starts an entry of the block.
pub(super) fn parse(bytes: &[u8], start: usize, parent: Option<usize>, reading: Reading, arena: &mut Arena) -> (u32, usize, bool) {
    let before = arena.mark();
    let whole = Flow::new(bytes, bytes.len(), start, parent, reading, arena).run(start);
    let line_end = scan::line_end(bytes, start);
    if whole.is_closed || whole.end <= line_end {
        return (whole.node, whole.end, whole.has_guessed);
    }
    // What is not closed ends with its line: the lines below belong to the block.
    arena.reset(before);
    let line = Flow::new(bytes, line_end, start, parent, reading, arena).run(start);
    (line.node, line.end, whole.has_guessed)
}

/// Parses the flow collection at `start` that is a key and ends at `end`.
pub(super) fn parse_key(bytes: &[u8], start: usize, end: usize, arena: &mut Arena) -> u32 {
    Flow::new(bytes, end, start, None, Reading::HalfTyped, arena).run(start).node
}

/// A flow collection that was read.
struct Found {
    node: u32,
    end: usize,
    is_closed: bool,
    /// It goes on if all lines are sound.
    has_guessed: bool,
}

/// A collection that is not closed yet.
struct Frame {
    node: u32,
    is_mapping: bool,
    /// A node that is not yet in the collection: it may turn out to be a key.
    item: Option<u32>,
    /// The key and colon of the entry whose value is awaited.
    key: Option<(u32, usize)>,
    /// A `?` stands before the entry: it is one of a mapping.
    is_explicit: bool,
}

struct Flow<'t, 'a> {
    bytes: &'t [u8],
    /// Nothing is read from here on.
    limit: usize,
    parent: Option<usize>,
    reading: Reading,
    has_guessed: bool,
    arena: &'a mut Arena,
    frames: Vec<Frame>,
    tag: Option<TextRange>,
    anchor: Option<TextRange>,
    last_end: usize,
    /// A quote is not closed: that the bracket is not follows from it.
    has_open_quote: bool,
}

impl<'t, 'a> Flow<'t, 'a> {
    fn new(bytes: &'t [u8], limit: usize, start: usize, parent: Option<usize>, reading: Reading, arena: &'a mut Arena) -> Self {
        Self {
            bytes,
            limit,
            parent,
            reading,
            has_guessed: false,
            arena,
            frames: Vec::new(),
            tag: None,
            anchor: None,
            last_end: start,
            has_open_quote: false,
        }
    }

    fn run(mut self, start: usize) -> Found {
        let root = self.open(start);
        let mut at = start + 1;
        loop {
            let Some(next) = self.next_token(at) else {
                if !self.has_open_quote {
                    self.error(start, start + 1, "this bracket is not closed");
                }
                let end = self.unwind(self.last_end);
                return Found { node: root, end, is_closed: false, has_guessed: self.has_guessed };
            };
            at = match self.bytes[next] {
                b'[' | b'{' => {
                    self.open(next);
                    next + 1
                }
                closing @ (b']' | b'}') => {
                    let is_mapping = self.frames.last().is_some_and(|frame| frame.is_mapping);
                    if is_mapping != (closing == b'}') {
                        self.error(next, next + 1, "this bracket closes another kind of bracket");
                    }
                    self.close(next + 1);
                    if self.frames.is_empty() {
                        return Found { node: root, end: next + 1, is_closed: true, has_guessed: self.has_guessed };
                    }
                    next + 1
                }
                b',' => {
                    self.end_entry(next);
                    next + 1
                }
                b':' if self.is_colon(next) => {
                    self.colon(next);
                    next + 1
                }
                b'?' => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.is_explicit = true;
                    }
                    next + 1
                }
                byte @ (b'!' | b'&') => {
                    let end = self.word_end(next);
                    let slot = if byte == b'!' { &mut self.tag } else { &mut self.anchor };
                    *slot = Some(TextRange::new(next, end));
                    end
                }
                b'*' => self.scalar(Kind::Alias, next, self.word_end(next)),
                b'"' => self.quoted(Kind::DoubleQuoted, next),
                b'\'' => self.quoted(Kind::SingleQuoted, next),
                _ => self.plain(next),
            };
            self.last_end = at;
        }
    }

    /// The next byte that is no blank, break or comment; none at the end of the text or where the block goes on.
    fn next_token(&mut self, mut at: usize) -> Option<usize> {
        loop {
            at = scan::skip_blanks(self.bytes, at);
            if at >= self.limit {
                return None;
            }
            match self.bytes.get(at)? {
                b'\n' | b'\r' => {
                    at = scan::next_line(self.bytes, at);
                    if self.block_goes_on(at) {
                        return None;
                    }
                    at = scan::behind_mark(self.bytes, at);
                }
                b'#' if matches!(
                    self.bytes[at - 1],
                    b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b']' | b'}' | b'[' | b'{' | b',' | scan::FILL
                ) =>
                {
                    let end = scan::line_end(self.bytes, at).min(self.limit);
                    self.arena.comments.push(TextRange::new(at, end));
                    at = end;
                }
                _ => return Some(at),
            }
        }
    }

    fn block_goes_on(&mut self, line: usize) -> bool {
        let goes_on = scan::starts_entry(self.bytes, line, self.parent) && !scan::closes_more_than_opens(self.bytes, line);
        self.has_guessed |= goes_on;
        goes_on && self.reading == Reading::HalfTyped
    }

    fn open(&mut self, at: usize) -> u32 {
        let is_mapping = self.bytes[at] == b'{';
        let node = self.arena.add(if is_mapping { Kind::FlowMapping } else { Kind::FlowSequence }, at, at + 1);
        self.item(node);
        self.frames.push(Frame { node, is_mapping, item: None, key: None, is_explicit: false });
        node
    }

    fn close(&mut self, end: usize) {
        self.end_entry(end - 1);
        if let Some(frame) = self.frames.pop() {
            self.arena.close_at(frame.node, end);
        }
    }

    /// Closes everything at `end`, for a collection without its bracket.
    fn unwind(&mut self, end: usize) -> usize {
        while !self.frames.is_empty() {
            self.end_entry(end);
            if let Some(frame) = self.frames.pop() {
                self.arena.close_at(frame.node, end);
            }
        }
        end
    }

    /// A complete node stands in the current collection.
    fn item(&mut self, node: u32) {
        if let Some(tag) = self.tag.take() {
            self.arena.tags.push((node, tag));
        }
        if let Some(anchor) = self.anchor.take() {
            self.arena.anchors.push((node, anchor));
        }
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.item.is_some() {
            let (start, end) = (self.arena.start(node), self.arena.end(node));
            self.error(start, end, "a comma is missing before this");
            self.end_entry(start);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.item = Some(node);
        }
    }

    /// A tag or anchor with nothing behind it is that of an absent node.
    fn end_properties(&mut self) {
        let ends = [self.tag, self.anchor].into_iter().flatten().map(|range| range.end as usize);
        if let Some(end) = ends.max() {
            let absent = self.arena.add(Kind::Absent, end, end);
            self.item(absent);
        }
    }

    /// A colon: what stands before it is a key.
    fn colon(&mut self, at: usize) {
        self.end_properties();
        let Some(frame) = self.frames.last_mut() else { return };
        let key = frame.item.take();
        let key = key.unwrap_or_else(|| self.arena.add(Kind::Absent, at, at));
        frame.key = Some((key, at));
    }

    /// A comma or a closing bracket at `at`: puts the entry that stands before it into the collection.
    fn end_entry(&mut self, at: usize) {
        self.end_properties();
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, is_mapping, key, item) = (frame.node, frame.is_mapping, frame.key.take(), frame.item.take());
        let is_explicit = std::mem::take(&mut frame.is_explicit);
        match (is_mapping, key, item) {
            (_, None, None) => {}
            (false, None, Some(key)) if is_explicit => {
                let pair = self.arena.add(Kind::FlowMapping, self.arena.start(key), self.arena.end(key));
                self.arena.push_key(pair, key, None);
                self.absent_value(pair, self.arena.end(key));
                self.arena.push_child(node, pair);
            }
            (false, None, Some(item)) => self.arena.push_child(node, item),
            (true, None, Some(key)) => {
                self.arena.push_key(node, key, None);
                self.absent_value(node, self.arena.end(key));
            }
            (true, Some((key, colon)), item) => self.entry(node, key, colon, item),
            (false, Some((key, colon)), item) => {
                let pair = self.arena.add(Kind::FlowMapping, self.arena.start(key), at);
                self.entry(pair, key, colon, item);
                let end = item.map_or(colon + 1, |item| self.arena.end(item));
                self.arena.set_end(pair, end);
                self.arena.push_child(node, pair);
            }
        }
    }

    fn entry(&mut self, mapping: u32, key: u32, colon: usize, value: Option<u32>) {
        self.arena.push_key(mapping, key, Some(colon));
        match value {
            Some(value) => self.arena.push_child(mapping, value),
            None => self.absent_value(mapping, colon + 1),
        }
    }

    fn absent_value(&mut self, mapping: u32, at: usize) {
        let absent = self.arena.add(Kind::Absent, at, at);
        self.arena.push_child(mapping, absent);
    }

    /// Whether the colon at `at` separates key and value: a blank or punctuation behind it, or a quoted or bracketed key before it.
    fn is_colon(&self, at: usize) -> bool {
        let behind =
            self.bytes.get(at + 1).is_none_or(|&byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | b'{' | b'}'));
        let item = self.frames.last().and_then(|frame| frame.item);
        let after_json_key = item.is_some_and(|item| self.arena.kind(item) != Kind::Plain && self.arena.end(item) == at);
        behind || after_json_key
    }

    fn scalar(&mut self, kind: Kind, start: usize, end: usize) -> usize {
        let node = self.arena.add(kind, start, end);
        self.item(node);
        end
    }

    fn quoted(&mut self, kind: Kind, start: usize) -> usize {
        let end = match scan::quote_end(self.bytes, start, self.parent) {
            Some(found) if found.is_likely || self.reading == Reading::Sound => found.end,
            other => {
                let end = scan::trimmed_line_end(self.bytes, start);
                self.has_guessed |= other.is_some();
                self.error(start, end, "this quote is not closed");
                self.has_open_quote = true;
                end
            }
        };
        // The end of a key was found in another way: a quote in it may not go on behind that.
        let end = if self.limit < scan::line_end(self.bytes, start) { end.min(self.limit) } else { end };
        self.scalar(kind, start, end)
    }

    fn plain(&mut self, start: usize) -> usize {
        let mut end = self.plain_line_end(start);
        let mut at = end;
        // A plain scalar goes on over line breaks until punctuation.
        while at < self.limit && self.limit == self.bytes.len() && scan::only_blanks(self.bytes, at) {
            let line = scan::next_line(self.bytes, at);
            let next = scan::skip_blanks(self.bytes, line);
            let goes_on = self.bytes.get(next).is_some_and(|byte| !matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'#'))
                && !(self.bytes[next] == b':' && self.is_colon(next))
                && !self.block_goes_on(line);
            if !goes_on {
                break;
            }
            at = self.plain_line_end(next);
            // An empty line belongs to it only if something follows.
            if at > next {
                end = at;
            }
        }
        self.scalar(Kind::Plain, start, end)
    }

    fn plain_line_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let ends = match byte {
                b',' | b'[' | b']' | b'{' | b'}' | b'\n' | b'\r' => true,
                b':' => self
                    .bytes
                    .get(at + 1)
                    .is_none_or(|&byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | b'{' | b'}')),
                b'#' => at > start && scan::is_blank(self.bytes[at - 1]),
                _ => false,
            };
            if ends {
                break;
            }
            at += 1;
        }
        while at > start && scan::is_blank(self.bytes[at - 1]) {
            at -= 1;
        }
        at
    }

    /// The end of a tag, an anchor or an alias. In the brackets of its own a tag holds any punctuation.
    fn word_end(&self, start: usize) -> usize {
        if let Some(end) = scan::verbatim_tag_end(self.bytes, start).or_else(|| scan::name_end(self.bytes, start)) {
            return end;
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | b'{' | b'}');
        self.bytes[start..].iter().position(ends).map_or(self.bytes.len(), |n| start + n)
    }

    fn error(&mut self, start: usize, end: usize, message: &str) {
        self.arena.errors.push(SyntaxError { range: TextRange::new(start, end), message: message.to_owned() });
    }
}
