//! Where a node stands, and how another text is put there.

use super::span::{self, column, entry_start};
use super::write::{Multiline, Style, Written, indented};
use super::{Edit, line_break, line_end, next_line};
use crate::TextRange;
use crate::yaml::{Document, Entry, Kind, Node};

/// A node and what is around it.
pub(super) struct Seat<'d> {
    node: Node<'d>,
    place: Around<'d>,
    pub(super) style: Style,
}

enum Around<'d> {
    Root,
    Key,
    Value(Entry<'d>),
    /// The column of the dash; none in brackets.
    Item(Option<usize>),
}

impl<'d> Seat<'d> {
    /// The seat of a node; none in a damaged place.
    pub(super) fn of(node: Node<'d>) -> Option<Self> {
        let is_anchor = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        // A text may follow its anchor without a blank, a quote may not.
        let is_stuck = node.kind() != Kind::Absent && node.properties().is_some_and(|properties| properties.end == node.range().start);
        if is_damaged(node.document(), node.range()) || !node.anchor().is_none_or(is_anchor) || is_stuck {
            return None;
        }
        let around = ancestors(node)?;
        let text = node.document().text();
        let is_flow = |node: &Node<'_>| matches!(node.kind(), Kind::FlowMapping | Kind::FlowSequence);
        let style = match around.iter().rev().take_while(|node| is_flow(node)).find(|node| node.is_mapping()) {
            Some(mapping) => style(*mapping),
            None if around.iter().any(is_flow) => Style::Flow,
            None if is_flow(&node) && style(node) == Style::Json => Style::Json,
            None => Style::Block,
        };
        let place = match around.last() {
            None => Around::Root,
            Some(parent) if parent.is_sequence() => {
                let dash = (parent.kind() == Kind::BlockSequence).then(|| column(text, parent.range().start as usize)).flatten();
                Around::Item(dash)
            }
            Some(parent) => match parent.entries().find(|entry| entry.value.id() == node.id()) {
                Some(entry) => Around::Value(entry),
                None => Around::Key,
            },
        };
        Some(Self { node, place, style })
    }

    /// Puts a text in the place of the node. Its anchor stays.
    pub(super) fn put(&self, written: Written) -> Option<Edit> {
        if loses_anchor(self.node.document(), self.node.range()) {
            return None;
        }
        match (&self.place, written) {
            (Around::Key, _) => None,
            // Behind `?` nothing stands where the rest is.
            (Around::Value(entry), _) if entry_start(entry).is_none() => None,
            // A colon makes a key of it, which has one line.
            (Around::Value(entry), _) if entry.colon.is_none() && entry.key.source().contains(['\n', '\r']) => None,
            (Around::Value(entry), Written::Inline(text)) => self.put_value(entry, &text),
            (Around::Value(entry), Written::Below { header, lines }) => self.put_below(entry, &header, &lines),
            (Around::Root, Written::Inline(text)) => Some(self.put_alone(&text)),
            (Around::Item(_), Written::Inline(text)) => Some(self.put_alone(if text.is_empty() { "null" } else { &text })),
            (Around::Root, Written::Below { header, lines }) if header.is_empty() => {
                Some(self.put_alone(&lines.join(line_break(self.text()))))
            }
            (Around::Root, Written::Below { header, lines }) => Some(self.put_alone(&self.joined(&header, &lines, 2))),
            (Around::Item(dash), Written::Below { header, lines }) => {
                let column = (*dash)? + 2;
                let text = self.joined(&header, &lines, column);
                Some(self.put_alone(text.trim_start()))
            }
        }
    }

    /// How texts of several lines are written here.
    pub(super) fn multiline(&self) -> Multiline {
        let text = self.text();
        let own = match &self.place {
            Around::Root | Around::Key => Some(0),
            Around::Value(entry) => entry_start(entry).and_then(|start| column(text, start)),
            Around::Item(dash) => *dash,
        };
        span::multiline(text, next_line(text, span::end(self.node)), own.unwrap_or(0))
    }

    fn text(&self) -> &'d str {
        self.node.document().text()
    }

    /// A header and lines below it at a column; without a header the first line takes its place.
    fn joined(&self, header: &str, lines: &[String], column: usize) -> String {
        let newline = line_break(self.text());
        let lines = lines.iter().map(|line| indented(line, column)).collect::<Vec<_>>().join(newline);
        if header.is_empty() { lines } else { format!("{header}{newline}{lines}") }
    }

    /// The node's anchor as it is written, with a blank behind it.
    fn anchor(&self) -> String {
        self.node.anchor().map(|anchor| format!("&{anchor} ")).unwrap_or_default()
    }

    /// In place of a node that is no value of an entry.
    fn put_alone(&self, text: &str) -> Edit {
        let lead = if self.node.kind() == Kind::Absent && !self.text()[..span::start(self.node)].ends_with(' ') { " " } else { "" };
        let last = if text.contains(['\n', '\r']) { self.last_break(span::end(self.node)) } else { "" };
        Edit::new(span::start(self.node), span::end(self.node), format!("{lead}{}{text}{last}", self.anchor()))
    }

    /// What comes behind lines that end at a place: a block scalar ends with a break only where its last line has one.
    fn last_break(&self, at: usize) -> &'static str {
        if at == self.text().len() { line_break(self.text()) } else { "" }
    }

    /// On the line of the key. The comment behind the key stays.
    fn put_value(&self, entry: &Entry<'_>, text: &str) -> Option<Edit> {
        let anchor = self.anchor();
        let anchored = format!("{anchor}{text}");
        let value = anchored.trim_end();
        let lead = match (entry.colon, value.is_empty()) {
            (Some(_), true) => "",
            (Some(_), false) => " ",
            (None, true) => ":",
            (None, false) => ": ",
        };
        let from = behind_key(entry);
        let (start, end) = (span::start(self.node), span::end(self.node));
        if self.is_block_below(entry) {
            let behind = self.behind_key_line(entry);
            return Some(Edit::new(from, line_end(self.text(), end), format!("{lead}{value}{behind}")));
        }
        if value.is_empty() || self.node.kind() == Kind::Absent {
            return Some(Edit::new(from, end, format!("{lead}{value}")));
        }
        Some(Edit::new(start, end, value))
    }

    /// On the lines below the key.
    fn put_below(&self, entry: &Entry<'_>, header: &str, lines: &[String]) -> Option<Edit> {
        let text = self.text();
        let own = column(text, entry_start(entry)?)?;
        let (from, end) = (behind_key(entry), span::end(self.node));
        let is_below = self.is_block_below(entry);
        let old = column(text, self.node.range().start as usize).filter(|&old| is_below && old > own);
        let column = old.unwrap_or(own + step(self.node.document()));
        let behind = if is_below { self.behind_key_line(entry) } else { text[end..line_end(text, end)].trim_end() };
        let colon = if entry.colon.is_some() { "" } else { ":" };
        let head = format!("{}{header}", self.anchor());
        let head = if head.is_empty() { String::new() } else { format!(" {}", head.trim_end()) };
        let (newline, to) = (line_break(text), line_end(text, end));
        let last = self.last_break(to);
        let lines = self.joined("", lines, column);
        Some(Edit::new(from, to, format!("{colon}{head}{behind}{newline}{lines}{last}")))
    }

    /// Whether the node is a block collection or a block scalar on lines below its key.
    fn is_block_below(&self, entry: &Entry<'_>) -> bool {
        let is_block = matches!(self.node.kind(), Kind::BlockMapping | Kind::BlockSequence | Kind::Literal | Kind::Folded);
        is_block && next_line(self.text(), behind_key(entry)) <= self.node.range().start as usize
    }

    /// What stands on the key's line behind the key, its colon, and the tag and anchor of the value: a comment.
    fn behind_key_line(&self, entry: &Entry<'_>) -> &'d str {
        let key = behind_key(entry);
        let properties = self.node.properties().map_or(0, |properties| properties.end as usize);
        let from = if properties <= line_end(self.text(), key) { key.max(properties) } else { key };
        self.text()[from..line_end(self.text(), from)].trim_end()
    }
}

/// Behind the colon, or behind a key that has none.
fn behind_key(entry: &Entry<'_>) -> usize {
    entry.colon.map_or(entry.key.range().end as usize, |colon| colon as usize + 1)
}

/// How the content of a mapping in brackets is written.
pub(super) fn style(mapping: Node<'_>) -> Style {
    let mut keys = mapping.entries().map(|entry| entry.key.kind()).peekable();
    let is_json = keys.peek().is_some() && keys.all(|kind| kind == Kind::DoubleQuoted);
    if is_json && mapping.kind() == Kind::FlowMapping { Style::Json } else { Style::Flow }
}

/// The collection that a node is in.
pub(super) fn parent(node: Node<'_>) -> Option<Node<'_>> {
    ancestors(node)?.pop()
}

/// The collections around a node, outermost first; none in a damaged place where spans do not contain each other.
fn ancestors(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    let mut open = vec![(node.document().root()?, 0)];
    let mut path: Vec<Node<'_>> = Vec::new();
    while let Some((at, depth)) = open.pop() {
        path.truncate(depth);
        if at.id() == node.id() {
            return Some(path);
        }
        path.push(at);
        let children = at.entries().flat_map(|entry| [entry.key, entry.value]).chain(at.items());
        open.extend(
            children.filter(|child| child.id() == node.id() || child.range().contains(node.range())).map(|child| (child, depth + 1)),
        );
    }
    None
}

/// Whether the parser stumbled inside a range: what it made of the text there is a guess.
pub(super) fn is_damaged(document: &Document, range: TextRange) -> bool {
    document.has_rare_breaks() || document.errors().iter().any(|error| error.range.start <= range.end && range.start <= error.range.end)
}

/// Whether something outside a range names an anchor that stands in it.
pub(super) fn loses_anchor(document: &Document, range: TextRange) -> bool {
    let mut inside = document.anchors().filter(|anchor| range.contains(*anchor)).peekable();
    if inside.peek().is_none() {
        return false;
    }
    let name = |anchor: TextRange| document.text().get(anchor.start as usize + 1..anchor.end as usize);
    let names: Vec<Option<&str>> = inside.map(name).collect();
    let mut outside = document.aliases().filter(|alias| !range.contains(alias.range()));
    outside.any(|alias| names.contains(&alias.source().get(1..)))
}

/// By how many columns a document indents.
pub(super) fn step(document: &Document) -> usize {
    let text = document.text();
    let Some(root) = document.root() else { return 2 };
    let below = root.entries().find(|entry| entry.value.kind() == Kind::BlockMapping);
    let columns = below.and_then(|entry| {
        let (own, inner) = (column(text, entry_start(&entry)?)?, column(text, entry.value.range().start as usize)?);
        inner.checked_sub(own)
    });
    columns.filter(|columns| (1..=8).contains(columns)).unwrap_or(2)
}
