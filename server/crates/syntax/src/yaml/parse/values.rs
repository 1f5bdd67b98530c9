//! Values: scalars of every style, aliases, collections in brackets; and the tags and anchors in front of them.

use super::{Parser, Properties, Reading};
use crate::TextRange;
use crate::yaml::{Kind, flow, scan};

impl Parser<'_> {
    /// The value of the last key or dash, or the root: at `at`, or on the next lines when only a tag or an anchor stands there.
    pub(super) fn value_of_last(&mut self, at: usize) {
        let (start, properties) = self.properties(at);
        if properties.is_some() && matches!(self.bytes.get(start), None | Some(b'\n' | b'\r' | b'#')) {
            self.waiting.tag = properties.tag.or(self.waiting.tag);
            self.waiting.anchor = properties.anchor.or(self.waiting.anchor);
            return self.trailing(start);
        }
        let node = self.value(at, self.open.last().map(|level| level.indent));
        self.fill(node);
    }

    /// Parses a value that starts at `at` inside a collection at column `parent`, and goes to the line behind it.
    pub(super) fn value(&mut self, at: usize, parent: Option<usize>) -> u32 {
        let (start, properties) = self.properties(at);
        let node = match self.bytes.get(start) {
            None | Some(b'\n' | b'\r') => self.absent(start),
            Some(b'#') if start > at && scan::is_blank(self.bytes[start - 1]) => self.absent(start),
            Some(b'|' | b'>') => self.block_scalar(start, parent),
            Some(b'[' | b'{') => self.flow(start, parent),
            Some(quote @ (b'"' | b'\'')) => self.quoted(start, *quote, parent),
            Some(b'*') => {
                let end = scan::property_end(self.bytes, start);
                self.trailing(end);
                self.arena.add(Kind::Alias, start, end)
            }
            Some(_) => self.plain(start, parent),
        };
        self.apply(node, properties);
        node
    }

    fn absent(&mut self, at: usize) -> u32 {
        self.trailing(at);
        self.arena.add(Kind::Absent, at, at)
    }

    fn plain(&mut self, start: usize, parent: Option<usize>) -> u32 {
        let mut end = scan::plain_end(self.bytes, start);
        if let Some(colon) = scan::inner_colon(self.bytes, start, end) {
            self.error(TextRange::new(colon, colon + 1), "a second colon in one line: quote the text that holds it");
        } else if matches!(self.bytes[start], b'@' | b'`' | b'%') {
            self.error(TextRange::new(start, start + 1), "text cannot start with this character: quote it");
        } else if self.bytes[start] == b'-' && end == start + 1 {
            self.error(TextRange::new(start, end), "a list cannot start behind a key: put it on the next line");
        }
        self.trailing(end);
        // A comment ends a plain scalar.
        while scan::only_blanks(self.bytes, end) {
            let Some(next) = self.continuation(parent) else { break };
            end = scan::plain_end(self.bytes, next);
            self.trailing(end);
        }
        self.arena.add(Kind::Plain, start, end)
    }

    /// The content of the next line when it continues a plain scalar inside a collection at `parent`.
    fn continuation(&mut self, parent: Option<usize>) -> Option<usize> {
        let mut at = self.at;
        loop {
            let content = scan::skip_blanks(self.bytes, at);
            match self.bytes.get(content)? {
                b'\n' | b'\r' => at = scan::next_line(self.bytes, content),
                b'#' => return None,
                _ => {
                    let indent = content - at;
                    let deeper = parent.is_none_or(|parent| indent > parent);
                    let is_entry = parent.is_none() && scan::is_indicator(self.bytes, content, b'-');
                    self.has_guessed |= is_entry;
                    let is_entry = is_entry && self.reading == Reading::HalfTyped;
                    let is_marker = indent == 0 && scan::is_marker(self.bytes, content);
                    let goes_on = deeper && !is_entry && !is_marker && scan::key(self.bytes, content).is_none();
                    return goes_on.then_some(content);
                }
            }
        }
    }

    fn quoted(&mut self, start: usize, quote: u8, parent: Option<usize>) -> u32 {
        let kind = if quote == b'"' { Kind::DoubleQuoted } else { Kind::SingleQuoted };
        let end = match scan::quote_end(self.bytes, start, parent) {
            Some(scan::QuoteEnd { end, is_likely }) if is_likely || self.reading == Reading::Sound => end,
            other => {
                self.has_guessed |= other.is_some();
                let end = scan::trimmed_line_end(self.bytes, start);
                self.error(TextRange::new(start, end), "this quote is not closed");
                self.next_line(end);
                return self.arena.add(kind, start, end);
            }
        };
        let node = self.arena.add(kind, start, end);
        let rest = scan::skip_blanks(self.bytes, end);
        if !matches!(self.bytes.get(rest), None | Some(b'\n' | b'\r' | b'#')) {
            let line_end = scan::trimmed_line_end(self.bytes, rest);
            self.error(TextRange::new(rest, line_end), "nothing can stand behind a quoted text");
        }
        self.trailing(end);
        node
    }

    fn block_scalar(&mut self, start: usize, parent: Option<usize>) -> u32 {
        let kind = if self.bytes[start] == b'|' { Kind::Literal } else { Kind::Folded };
        // A comment may follow without a blank.
        let word_end = scan::word_end(self.bytes, start);
        let header_end = start + memchr::memchr(b'#', &self.bytes[start..word_end]).unwrap_or(word_end - start);
        self.trailing(header_end);
        let explicit = self.bytes[start..header_end].iter().find(|byte| byte.is_ascii_digit()).map(|digit| usize::from(digit - b'0'));
        // At the root, too, the content is indented.
        let parent = parent.unwrap_or(0);
        let keeps_breaks = self.bytes[start..header_end].contains(&b'+');
        let mut blank_end = header_end;
        let (mut needed, mut end) = (explicit.map(|explicit| parent + explicit), header_end);
        while self.at < self.bytes.len() {
            let content = scan::skip_spaces(self.bytes, self.at);
            let indent = content - self.at;
            if matches!(self.bytes.get(content), None | Some(b'\n' | b'\r')) {
                blank_end = content;
                if needed.is_some_and(|needed| indent > needed) {
                    end = content;
                }
                self.at = scan::next_line(self.bytes, content);
                continue;
            }
            let is_marker = indent == 0 && scan::is_marker(self.bytes, content);
            if indent <= parent || needed.is_some_and(|needed| indent < needed) || is_marker {
                break;
            }
            needed.get_or_insert(indent);
            end = scan::line_end(self.bytes, content);
            self.at = scan::next_line(self.bytes, content);
        }
        if keeps_breaks {
            end = end.max(blank_end);
        }
        let node = self.arena.add(kind, start, end);
        // Without content all lines are empty, however many blanks they have.
        self.arena.set_block_indent(node, needed.unwrap_or(u32::MAX as usize));
        node
    }

    /// A flow collection, over as many lines as it has.
    fn flow(&mut self, start: usize, parent: Option<usize>) -> u32 {
        let (node, end, has_guessed) = flow::parse(self.bytes, start, parent, self.reading, &mut self.arena);
        self.has_guessed |= has_guessed;
        let rest = scan::skip_blanks(self.bytes, end);
        if !matches!(self.bytes.get(rest), None | Some(b'\n' | b'\r' | b'#')) {
            let line_end = scan::trimmed_line_end(self.bytes, rest);
            self.error(TextRange::new(rest, line_end), "nothing can stand behind the closing bracket");
        }
        self.trailing(end);
        node
    }

    /// The node of a key, which ends at `end` on the same line.
    pub(super) fn key_node(&mut self, start: usize, end: usize) -> u32 {
        match self.bytes[start] {
            b'[' | b'{' => flow::parse_key(self.bytes, start, end, &mut self.arena),
            b'"' => self.arena.add(Kind::DoubleQuoted, start, end),
            b'\'' => self.arena.add(Kind::SingleQuoted, start, end),
            b'*' => self.arena.add(Kind::Alias, start, end),
            _ => self.arena.add(Kind::Plain, start, end),
        }
    }

    /// Tags and anchors in front of a node; gives where the node starts.
    pub(super) fn properties(&self, at: usize) -> (usize, Properties) {
        let (mut at, mut properties) = (at, Properties::default());
        while let Some(byte @ (b'!' | b'&')) = self.bytes.get(at) {
            let end = scan::property_end(self.bytes, at);
            let slot = if *byte == b'!' { &mut properties.tag } else { &mut properties.anchor };
            if slot.is_some() {
                break;
            }
            *slot = Some(TextRange::new(at, end));
            at = scan::skip_blanks(self.bytes, end);
        }
        (at, properties)
    }
}
