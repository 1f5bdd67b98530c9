//! Flow collections: `[a, {b: c}]`, over as many lines as they have, without recursion.

use super::tree::Arena;
use super::{Kind, scan};
use crate::{SyntaxError, TextRange};

/// Parses the flow collection at `start` inside a block collection at column `parent`; gives its node and where it ends. An unclosed one ends
/// before the next line that starts an entry of the block.
pub(super) fn parse(text: &str, start: usize, parent: Option<usize>, arena: &mut Arena) -> (u32, usize) {
    let before = arena.mark();
    let (node, end, is_closed) = Flow::new(text, text.len(), start, parent, arena).run(start);
    let line_end = scan::line_end(text.as_bytes(), start);
    if is_closed || end <= line_end {
        return (node, end);
    }
    // What is not closed ends with its line: the lines below belong to the block.
    arena.reset(before);
    let (node, end, _) = Flow::new(text, line_end, start, parent, arena).run(start);
    (node, end)
}

/// Parses the flow collection at `start` that is a key and ends at `end`.
pub(super) fn parse_key(text: &str, start: usize, end: usize, arena: &mut Arena) -> u32 {
    Flow::new(text, end, start, None, arena).run(start).0
}

/// A collection that is not closed yet.
struct Frame {
    node: u32,
    is_mapping: bool,
    /// A node that is not yet in the collection: it may turn out to be a key.
    item: Option<u32>,
    /// The key and colon of the entry whose value is awaited.
    key: Option<(u32, usize)>,
}

struct Flow<'t, 'a> {
    text: &'t str,
    bytes: &'t [u8],
    /// Nothing is read from here on.
    limit: usize,
    parent: Option<usize>,
    arena: &'a mut Arena,
    frames: Vec<Frame>,
    tag: Option<TextRange>,
    anchor: Option<TextRange>,
    last_end: usize,
    /// A quote is not closed: that the bracket is not follows from it.
    has_open_quote: bool,
}

impl<'t, 'a> Flow<'t, 'a> {
    fn new(text: &'t str, limit: usize, start: usize, parent: Option<usize>, arena: &'a mut Arena) -> Self {
        let bytes = text.as_bytes();
        Self { text, bytes, limit, parent, arena, frames: Vec::new(), tag: None, anchor: None, last_end: start, has_open_quote: false }
    }

    /// The node, where it ends, and whether it is closed.
    fn run(mut self, start: usize) -> (u32, usize, bool) {
        let root = self.open(start);
        let mut at = start + 1;
        loop {
            let Some(next) = self.next_token(at) else {
                if !self.has_open_quote {
                    self.error(start, start + 1, "this bracket is not closed");
                }
                let end = self.unwind(self.last_end);
                return (root, end, false);
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
                        return (root, next + 1, true);
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
                b'?' if self.bytes.get(next + 1).is_some_and(u8::is_ascii_whitespace) => next + 1,
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
                }
                b'#' if matches!(self.bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b']' | b'}' | b'[' | b'{' | b',') => {
                    let end = scan::line_end(self.bytes, at).min(self.limit);
                    self.arena.comments.push(TextRange::new(at, end));
                    at = end;
                }
                _ => return Some(at),
            }
        }
    }

    fn block_goes_on(&self, line: usize) -> bool {
        scan::starts_entry(self.text, line, self.parent) && !scan::closes_more_than_opens(self.bytes, line)
    }

    fn open(&mut self, at: usize) -> u32 {
        let is_mapping = self.bytes[at] == b'{';
        let node = self.arena.add(if is_mapping { Kind::FlowMapping } else { Kind::FlowSequence }, at, at + 1);
        self.item(node);
        self.frames.push(Frame { node, is_mapping, item: None, key: None });
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

    /// A colon: what stands before it is a key.
    fn colon(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let key = frame.item.take();
        let key = key.unwrap_or_else(|| self.arena.add(Kind::Absent, at, at));
        frame.key = Some((key, at));
    }

    /// A comma or a closing bracket at `at`: puts the entry that stands before it into the collection.
    fn end_entry(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, is_mapping, key, item) = (frame.node, frame.is_mapping, frame.key.take(), frame.item.take());
        match (is_mapping, key, item) {
            (_, None, None) => {}
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
        let end = scan::quote_end(self.text, start, self.parent).unwrap_or_else(|| {
            let end = scan::trimmed_line_end(self.bytes, start);
            self.error(start, end, "this quote is not closed");
            self.has_open_quote = true;
            end
        });
        self.scalar(kind, start, end)
    }

    fn plain(&mut self, start: usize) -> usize {
        let mut end = self.plain_line_end(start);
        // A plain scalar goes on over line breaks until punctuation.
        while end < self.limit && self.limit == self.bytes.len() && scan::only_blanks(self.bytes, end) {
            let line = scan::next_line(self.bytes, end);
            let next = scan::skip_blanks(self.bytes, line);
            let goes_on = self.bytes.get(next).is_some_and(|byte| !matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'\n' | b'\r'))
                && !self.is_colon(next)
                && !self.block_goes_on(line);
            if !goes_on {
                break;
            }
            end = self.plain_line_end(next);
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

    fn word_end(&self, start: usize) -> usize {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | b'{' | b'}');
        self.bytes[start..].iter().position(ends).map_or(self.bytes.len(), |n| start + n)
    }

    fn error(&mut self, start: usize, end: usize, message: &str) {
        self.arena.errors.push(SyntaxError { range: TextRange::new(start, end), message: message.to_owned() });
    }
}
