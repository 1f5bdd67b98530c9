//! The parser: line by line, with a stack of open block collections.
//!
//! What must survive typing is the block structure, and that is carried by indentation alone: each line finds its own place among the open
//! collections, so a line that makes no sense damages itself and what it opened. Nothing recurses over the depth of the input.

mod entries;
mod levels;
mod values;

use std::sync::{Arc, OnceLock};

use super::tree::Arena;
use super::{Document, scan};
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
    pub(super) arena: Arena,
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
