//! The parser: line by line, with a stack of open block collections.
//!
//! What must survive typing is the block structure, and that is carried by indentation alone: each line finds its own place among the open
//! collections, so a line that makes no sense damages itself and what it opened. Nothing recurses over the depth of the input.

use std::sync::{Arc, OnceLock};

use super::tree::Arena;
use super::{Document, Kind, flow, scan};
use crate::{SyntaxError, TextRange, judge};

/// Parses any text.
pub(super) fn parse(text: Arc<str>) -> Document {
    let (document, has_guessed) = parse_as(Arc::clone(&text), Reading::HalfTyped);
    // Where quotes, brackets and texts go on over lines that look like entries, they mostly lack an end. libyaml knows.
    if has_guessed && judge::is_read_by_libyaml(&document) { parse_as(text, Reading::Sound).0 } else { document }
}

/// What a text is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Any line may be half-typed: what would swallow the entries below has no end yet.
    HalfTyped,
    /// Everything means what libyaml makes of it.
    Sound,
}

/// The tree, and whether it would be another one if the text were sound.
fn parse_as(text: Arc<str>, reading: Reading) -> (Document, bool) {
    let bytes = scan::with_usual_breaks(&text);
    let mut parser = Parser {
        bytes: &bytes,
        reading,
        has_guessed: false,
        at: 0,
        arena: Arena::default(),
        open: Vec::new(),
        roots: Vec::new(),
        waiting: Properties::default(),
    };
    parser.run();
    parser.close_all();
    parser.end_waiting();
    let Parser { mut arena, roots, has_guessed, .. } = parser;
    arena.finish();
    // While a line at the top is half-typed it may be a root of its own: the largest one is the document.
    let root = roots.into_iter().rev().max_by_key(|&root| arena.range(root).len());
    (Document { text, arena, root, by_name: OnceLock::new(), has_rare_breaks: OnceLock::new() }, has_guessed)
}

/// A block collection that may still get entries.
pub(super) struct Level {
    /// Column of its entries.
    pub(super) indent: usize,
    pub(super) node: u32,
    pub(super) is_sequence: bool,
    pub(super) n_entries: usize,
    /// Lines stood two columns deeper than its entries, as those of a list's item do.
    pub(super) is_like_item: bool,
    /// The last key or dash has no value yet: where an absent one would stand.
    pub(super) pending: Option<usize>,
}

impl Properties {
    fn is_some(self) -> bool {
        self.tag.is_some() || self.anchor.is_some()
    }
}

pub(super) struct Parser<'t> {
    pub(super) bytes: &'t [u8],
    reading: Reading,
    has_guessed: bool,
    pub(super) at: usize,
    arena: Arena,
    pub(super) open: Vec<Level>,
    roots: Vec<u32>,
    /// Of a node that comes on the next lines.
    waiting: Properties,
}

/// Tag and anchor in front of a node.
#[derive(Clone, Copy, Default)]
struct Properties {
    tag: Option<TextRange>,
    anchor: Option<TextRange>,
}

impl Parser<'_> {
    fn run(&mut self) {
        self.at = scan::behind_mark(self.bytes, 0);
        while self.at < self.bytes.len() {
            self.line();
        }
    }

    /// Takes in one line, and the lines that its last scalar or flow collection goes on to.
    fn line(&mut self) {
        let start = self.at;
        let (content, column) = scan::indentation(self.bytes, start);
        match self.bytes.get(content) {
            None | Some(b'\n' | b'\r') => return self.next_line(content),
            Some(b'#') => return self.comment(content),
            Some(_) => {}
        }
        if content == start && self.marker(start) {
            return;
        }
        let indent = if self.bytes[start..content].contains(&b'\t') {
            self.error(TextRange::new(start, content), "a tab cannot indent: use blanks");
            self.guessed_indent(content)
        } else {
            column
        };
        self.entry(content, indent);
    }

    /// `---`, `...` and directives at the start of a line.
    fn marker(&mut self, start: usize) -> bool {
        let rest = &self.bytes[start..];
        if rest[0] == b'%' && self.roots.is_empty() {
            self.next_line(start);
            return true;
        }
        if !scan::is_marker(self.bytes, start) {
            return false;
        }
        self.close_all();
        let content = scan::skip_blanks(self.bytes, start + 3);
        match self.bytes.get(content) {
            None | Some(b'\n' | b'\r') => self.next_line(content),
            Some(b'#') => self.comment(content),
            Some(_) => self.value_of_last(content),
        }
        true
    }

    /// The content of a line: an entry of one of the open collections, or the value of a pending one.
    fn entry(&mut self, content: usize, indent: usize) {
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
                _ => {
                    let node = self.arena.add(Kind::BlockSequence, content, content);
                    self.fill(node);
                    self.open.push(Level { indent, node, is_sequence: true, n_entries: 0, is_like_item: false, pending: None });
                }
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
        let after = scan::skip_blanks(self.bytes, content + 1);
        if !matches!(self.bytes.get(after), None | Some(b'\n' | b'\r' | b'#')) {
            let node = if self.starts_collection(after) { self.unhashable_key(after) } else { self.value(after, Some(indent)) };
            return self.push_key(node, Some(content));
        }
        self.trailing(after);
        let below = self.lines_from(self.at).next();
        let may_stand_beside = |at: usize| matches!(self.bytes[at], b'|' | b'>') || scan::is_indicator(self.bytes, at, b'-');
        let below = below.filter(|&(column, at)| column > indent || column == indent && may_stand_beside(at));
        let node = match below {
            None => self.arena.add(Kind::Absent, content + 1, content + 1),
            Some((_, at)) if self.starts_collection(at) => self.arena.add(Kind::BlockMapping, content + 1, content + 1),
            Some((_, at)) => self.value(at, Some(indent)),
        };
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

    /// The value of the last key or dash, or the root: at `at`, or on the next lines when only a tag or an anchor stands there.
    fn value_of_last(&mut self, at: usize) {
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
    fn value(&mut self, at: usize, parent: Option<usize>) -> u32 {
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
    fn key_node(&mut self, start: usize, end: usize) -> u32 {
        match self.bytes[start] {
            b'[' | b'{' => flow::parse_key(self.bytes, start, end, &mut self.arena),
            b'"' => self.arena.add(Kind::DoubleQuoted, start, end),
            b'\'' => self.arena.add(Kind::SingleQuoted, start, end),
            b'*' => self.arena.add(Kind::Alias, start, end),
            _ => self.arena.add(Kind::Plain, start, end),
        }
    }

    /// Tags and anchors in front of a node; gives where the node starts.
    fn properties(&self, at: usize) -> (usize, Properties) {
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

    fn apply(&mut self, node: u32, properties: Properties) {
        if let Some(tag) = properties.tag {
            self.arena.tags.push((node, tag));
        }
        if let Some(anchor) = properties.anchor {
            self.arena.anchors.push((node, anchor));
        }
    }

    /// Makes the mapping whose entries stand at `indent` the innermost open one, ready for its next key.
    fn open_mapping(&mut self, indent: usize, start: usize) {
        match self.open.last() {
            Some(level) if !level.is_sequence && level.indent == indent => self.end_pending(),
            _ => {
                let node = self.arena.add(Kind::BlockMapping, start, start);
                self.fill(node);
                self.open.push(Level { indent, node, is_sequence: false, n_entries: 0, is_like_item: false, pending: None });
            }
        }
    }

    fn push_key(&mut self, key: u32, colon: Option<usize>) {
        let Some(mapping) = self.open.last().map(|level| level.node) else { return };
        let absent_at = colon.map_or(0, |colon| colon + 1).max(self.arena.end(key));
        self.arena.push_key(mapping, key, colon);
        self.set_pending(absent_at);
    }

    /// Puts a node where one is awaited: as the value of the last key or dash, or as the root.
    fn fill(&mut self, node: u32) {
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

    fn set_pending(&mut self, at: usize) {
        if let Some(level) = self.open.last_mut() {
            level.pending = Some(at);
            level.n_entries += 1;
        }
    }

    /// Gives the last key or dash its absent value.
    fn end_pending(&mut self) {
        if let Some(at) = self.open.last_mut().and_then(|level| level.pending) {
            let absent = self.arena.add(Kind::Absent, at, at);
            self.fill(absent);
        }
    }

    pub(super) fn close_last(&mut self) -> Option<Level> {
        self.end_pending();
        let level = self.open.pop()?;
        self.arena.close(level.node);
        Some(level)
    }

    /// A tag or anchor with nothing behind it is that of an empty root.
    fn end_waiting(&mut self) {
        if self.waiting.is_some() {
            let ends = [self.waiting.tag, self.waiting.anchor].into_iter().flatten().map(|range| range.end as usize);
            let end = ends.max().unwrap_or_default();
            let absent = self.arena.add(Kind::Absent, end, end);
            self.fill(absent);
        }
    }

    fn close_all(&mut self) {
        while self.close_last().is_some() {}
    }

    /// Behind a node: an optional comment, then the next line.
    fn trailing(&mut self, at: usize) {
        let rest = scan::skip_blanks(self.bytes, at);
        if self.bytes.get(rest) == Some(&b'#') { self.comment(rest) } else { self.next_line(rest) }
    }

    fn comment(&mut self, start: usize) {
        let end = scan::line_end(self.bytes, start);
        self.arena.comments.push(TextRange::new(start, end));
        self.next_line(end);
    }

    fn next_line(&mut self, at: usize) {
        self.at = scan::next_line(self.bytes, at);
    }

    pub(super) fn error(&mut self, range: TextRange, message: &str) {
        self.arena.errors.push(SyntaxError { range, message: message.to_owned() });
    }
}
