//! Where a line belongs: by its column among the open collections, and when that is odd, by the lines below it.

use super::parse::{Level, Parser};
use super::scan;
use crate::TextRange;

const NO_SUCH_COLUMN: &str = "this line is indented like no line above it";

impl Parser<'_> {
    /// Closes what ends before a line at `indent`, and gives the indent at which the line counts.
    pub(super) fn settle(&mut self, indent: usize, is_dash: bool) -> usize {
        let mut popped = None;
        while let Some(level) = self.open.last() {
            // A sequence may stand at the column of the key it belongs to: then a line without a dash ends it.
            let at_its_key = self.open.len() < 2 || self.open[self.open.len() - 2].indent == level.indent;
            let goes_on = level.indent < indent || (level.indent == indent && (!level.is_sequence || is_dash || !at_its_key));
            if goes_on {
                break;
            }
            popped = self.close_last();
        }
        match (popped, self.open.last()) {
            // Left of everything: the root goes on, unless the line is no entry of its kind.
            (Some(root), None) if root.is_sequence == is_dash => self.reopen_root(root, indent),
            (Some(closed), Some(level)) if level.indent < indent && indent < closed.indent && level.pending.is_none() => {
                self.between(closed, indent, is_dash)
            }
            _ => self.fit(indent, is_dash),
        }
    }

    /// A line left of a collection that it ends and right of the one around it. Either one entry above was indented wrong, and with it the collection
    /// that it started, or this line is: the line below tells, else the nearer column.
    pub(super) fn between(&mut self, mut closed: Level, indent: usize, is_dash: bool) -> usize {
        let below = self.next_beside(self.at, indent).map(|(next, _)| next);
        let is_nested = self.open.len() > 1;
        let end = scan::line_end(self.bytes, self.at);
        let Some(level) = self.open.last_mut() else { return indent };
        let is_right = below != Some(level.indent);
        let is_nearer = indent - level.indent < closed.indent - indent;
        if is_right && is_nearer && is_nested && level.n_entries == 1 && level.is_sequence == is_dash {
            level.indent = indent;
            self.error(TextRange::new(self.at, end), NO_SUCH_COLUMN);
            return indent;
        }
        if closed.is_sequence != is_dash {
            return self.fit(indent, is_dash);
        }
        if below == Some(indent) && closed.n_entries == 1 {
            closed.indent = indent;
            self.error(TextRange::new(self.at, end), NO_SUCH_COLUMN);
        }
        self.reopen(closed, indent)
    }

    /// Opens the root again for a line left of it. Its only entry may be the one that is indented wrong.
    fn reopen_root(&mut self, mut root: Level, indent: usize) -> usize {
        if root.n_entries == 1 {
            root.indent = indent;
            self.error(TextRange::new(self.at, scan::line_end(self.bytes, self.at)), NO_SUCH_COLUMN);
        }
        self.reopen(root, indent)
    }

    /// Opens again a collection that a line with an odd indent belongs to most likely.
    pub(super) fn reopen(&mut self, level: Level, indent: usize) -> usize {
        if level.indent != indent {
            let end = scan::line_end(self.bytes, self.at);
            self.error(TextRange::new(self.at, end), NO_SUCH_COLUMN);
        }
        let indent = level.indent;
        self.open.push(level);
        indent
    }

    /// A line that is deeper than the open collection, which waits for no value, belongs to it all the same.
    pub(super) fn fit(&mut self, indent: usize, is_dash: bool) -> usize {
        let full = self.open.last_mut().filter(|level| level.indent < indent && level.pending.is_none());
        let Some(level) = full else { return indent };
        level.is_like_item |= !is_dash && level.indent + 2 == indent;
        let indent = level.indent;
        let end = scan::line_end(self.bytes, self.at);
        self.error(TextRange::new(self.at, end), "this line is indented deeper than the lines it belongs to");
        indent
    }

    /// The column that a line indented with tabs is meant for, by the lines around it.
    pub(super) fn guessed_indent(&self, content: usize) -> usize {
        let Some(level) = self.open.last() else { return 0 };
        let mut below = self.lines_below(content).map(|(indent, _)| indent);
        if level.pending.is_some() {
            return below.take_while(|&indent| indent > level.indent).min().unwrap_or(level.indent + 1);
        }
        below.next().unwrap_or(0).min(level.indent)
    }

    /// Whether a line without a colon at `indent` is the half-typed first key of a mapping: the next line at this column has a key,
    /// or a deeper one has.
    pub(super) fn starts_mapping_below(&self, content: usize, indent: usize) -> bool {
        if self.is_no_key(content) {
            return false;
        }
        let is_key = |at: usize| !scan::is_indicator(self.bytes, at, b'-') && scan::key(self.bytes, at).is_some();
        let is_deeper = self.lines_below(content).next().is_some_and(|(next, at)| next > indent && scan::key(self.bytes, at).is_some());
        is_deeper || self.next_beside(content, indent).is_some_and(|(next, at)| next == indent && is_key(at))
    }

    /// Whether a line without a colon at `indent` is the first item of a list, and lacks its dash: the next line at this column has one, and a key, so
    /// that it cannot be the second line of a text.
    pub(super) fn starts_list_below(&self, content: usize, indent: usize) -> bool {
        let is_item =
            |(next, at): (usize, usize)| next == indent && scan::is_indicator(self.bytes, at, b'-') && scan::key(self.bytes, at).is_some();
        !self.is_no_key(content) && self.next_beside(content, indent).is_some_and(is_item)
    }

    /// Whether a line starts with a sign that no half-typed key starts with.
    fn is_no_key(&self, content: usize) -> bool {
        matches!(self.bytes[content], b'"' | b'\'' | b'|' | b'>' | b'[' | b'{' | b'&' | b'!')
    }

    /// A dash alone, with a key at the same column below: an entry that is being typed, not a list.
    pub(super) fn is_stray_dash(&self, content: usize, indent: usize) -> bool {
        let is_alone = scan::trimmed_line_end(self.bytes, content) == content + 1;
        let is_key = |at: usize| !scan::is_indicator(self.bytes, at, b'-') && scan::key(self.bytes, at).is_some();
        is_alone && self.next_beside(content, indent).is_some_and(|(next, at)| next == indent && is_key(at))
    }

    /// A mapping at the column of a dash, with more dashes below, with lines that stood where those of an item stand, or with nothing but one damaged
    /// entry: what it holds is an item that lacks its dash.
    pub(super) fn is_list_after_all(&self, level: &Level, content: usize) -> bool {
        let is_dash = |(next, at): (usize, usize)| next == level.indent && scan::is_indicator(self.bytes, at, b'-');
        let has_dashes = || self.next_beside(content, level.indent).is_some_and(is_dash);
        let is_alone = || scan::trimmed_line_end(self.bytes, content) == content + 1;
        let is_damaged = || {
            let errors_above = self.arena.errors.iter().rev().map(|error| error.range.start as usize).skip_while(|&start| start >= self.at);
            level.n_entries == 1 && !is_alone() && errors_above.take(1).any(|start| start >= self.arena.start(level.node))
        };
        !level.is_sequence && self.open.len() > 1 && (level.is_like_item || has_dashes() || is_damaged())
    }

    /// The next line that is not deeper than `indent`.
    pub(super) fn next_beside(&self, at: usize, indent: usize) -> Option<(usize, usize)> {
        self.lines_below(at).find(|&(next, _)| next <= indent)
    }

    /// Indent and place of the content of the lines below, blank and comment lines left out. Not too many: they are looked at when a line is odd,
    /// and all lines may be.
    pub(super) fn lines_below(&self, at: usize) -> impl Iterator<Item = (usize, usize)> {
        self.lines_from(scan::next_line(self.bytes, at))
    }

    /// As [`Self::lines_below`], from the line that starts at `line` on.
    pub(super) fn lines_from(&self, mut line: usize) -> impl Iterator<Item = (usize, usize)> {
        let content_lines = std::iter::from_fn(move || {
            loop {
                let (content, indent) = scan::indentation(self.bytes, line);
                let byte = self.bytes.get(content)?;
                line = scan::next_line(self.bytes, content);
                if !matches!(byte, b'\n' | b'\r' | b'#') {
                    return Some((indent, content));
                }
            }
        });
        content_lines.take(1_000)
    }
}
