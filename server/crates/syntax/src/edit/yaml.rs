//! Edits of YAML mappings and sequences, in block and in flow style.
//!
//! What belongs to an entry or an item: the comment lines right above it at its own column (not those that are entries commented out), its value, the comment
//! behind it, and deeper comment lines right below.

mod flow;
mod fragment;
mod items;
mod seat;
mod span;
mod write;

pub use fragment::Fragment;
pub use items::{Item, ItemPlace, delete_item, insert_item, move_item};

use super::{Edit, line_break, line_end, line_start, next_line, split_lines};
use crate::yaml::{Document, Entry, Kind, Node};
use crate::{TextRange, Value};
use seat::{Seat, step};
use span::{column, entry_start, is_alone_on_line, own_start};
use write::{Multiline, Style, Written};

/// Where an entry goes in a mapping.
#[derive(Clone, Copy, Debug)]
pub enum Place<'d> {
    Before(Entry<'d>),
    After(Entry<'d>),
    Last,
}

/// On which side of its neighbour something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// Gives a scalar key another name: in the quotes it has, and in quotes when the name needs them. None for a key that is a collection, a block scalar
/// or nothing, and for one with a tag.
pub fn rename_key(key: Node<'_>, name: &str) -> Option<Edit> {
    let is_word = matches!(key.kind(), Kind::Plain | Kind::SingleQuoted | Kind::DoubleQuoted | Kind::Alias);
    if !is_word || key.tag().is_some() {
        return None;
    }
    let seat = Seat::of(key)?;
    let new_text = write::key(name, seat.style, Some(key.kind()))?;
    Some(Edit { range: key.range(), new_text })
}

/// Puts another value in the place of a node that is a value, an item or the root: a string in the quotes that were there, if any. An anchor of the
/// node stays, its tag goes. None when something else in the document names an anchor inside the node.
pub fn replace(node: Node<'_>, value: &Value) -> Option<Edit> {
    let seat = Seat::of(node)?;
    let written = match (seat.style, value) {
        (style, Value::String(text)) if matches!(node.kind(), Kind::SingleQuoted | Kind::DoubleQuoted) => {
            Written::Inline(write::string(text, style, Some(node.kind())))
        }
        (Style::Block, value) => write::block(value, step(node.document()), seat.multiline())?,
        (style, value) => Written::Inline(write::flow(value, style)?),
    };
    seat.put(written)
}

/// Puts an entry into a mapping, or into a value that is absent, null or an empty mapping. None for other nodes, and beside a neighbour that is not
/// of this mapping.
pub fn insert(into: Node<'_>, place: Place<'_>, fragment: &Fragment) -> Option<Edit> {
    let step = step(into.document());
    match into.kind() {
        Kind::BlockMapping => insert_in_block(into, place, fragment, step),
        Kind::FlowMapping if into.entries().next().is_some() => {
            let (side, neighbour) = beside(into, place)?;
            flow::insert(into, side, flow::Part::of_entry(&neighbour)?, &fragment.in_flow(seat::style(into))?)
        }
        _ if is_empty(into) => {
            let seat = Seat::of(into)?;
            let written = match seat.style {
                Style::Block => Written::Below { header: String::new(), lines: fragment.lines(step, seat.multiline())? },
                style => Written::Inline(format!("{{{}}}", fragment.in_flow(style)?)),
            };
            seat.put(written)
        }
        _ => None,
    }
}

/// Sets a value at a path of keys from the root of the document: replaces what is there, or inserts the entry at the end of its mapping, with
/// mappings around it where they do not exist. None when something on the way is neither a mapping nor empty.
pub fn set(document: &Document, path: &[&str], value: &Value) -> Option<Edit> {
    let (mut at, mut rest) = (document.root(), path);
    while let (Some(node), Some((name, deeper))) = (at, rest.split_first()) {
        let Some(entry) = node.get(name) else { break };
        if deeper.is_empty() {
            return replace(entry.value, value);
        }
        (at, rest) = (Some(entry.value), deeper);
    }
    let (first, deeper) = rest.split_first()?;
    let wrap = |value: Value, name: &&str| Value::Map([(Value::String((*name).into()), value)].into());
    let fragment = Fragment::new(first, deeper.iter().rev().fold(value.clone(), wrap));
    match at {
        Some(node) => insert(node, Place::Last, &fragment),
        None => insert_at_root(document, &fragment),
    }
}

/// Puts an entry at the end of a document: into its root mapping, or as the first entry of a text without any.
pub fn insert_at_root(document: &Document, fragment: &Fragment) -> Option<Edit> {
    if let Some(root) = document.root() {
        return insert(root, Place::Last, fragment);
    }
    let text = document.text();
    let newline = line_break(text);
    let lead = if text.is_empty() || text.ends_with(['\n', '\r', '\u{feff}']) { "" } else { newline };
    let lines: String = fragment.lines(step(document), Multiline::Literal)?.iter().map(|line| format!("{line}{newline}")).collect();
    (!has_end_marker(text)).then(|| Edit::new(text.len(), text.len(), format!("{lead}{lines}")))
}

/// The lines of an entry in block style, at column 0, with everything below it two columns further right for each level. None for what has no text.
pub fn entry_lines(name: &str, value: &Value) -> Option<Vec<String>> {
    const STEP: usize = 2;
    Some(write::entry_lines(&key(name)?, write::block(value, STEP, Multiline::Quoted)?, STEP))
}

/// A name as a key in block style. None when it is too long for a key.
pub fn key(name: &str) -> Option<String> {
    write::key(name, Style::Block, None)
}

/// Whether a document ends with `...`: nothing can come behind it, and something must stand before it.
fn has_end_marker(text: &str) -> bool {
    split_lines(text).any(|line| line.starts_with("..."))
}

/// Takes an entry out, with the comments that belong to it. A mapping that loses its only entry becomes `{}`, the root becomes nothing. None for an
/// entry with an anchor that is named elsewhere, and for one written with `?`.
pub fn delete(entry: &Entry<'_>) -> Option<Edit> {
    let mapping = seat::parent(entry.key)?;
    let document = mapping.document();
    let start = entry_start(entry)?;
    let range = TextRange::new(start, span::entry_end(entry));
    if seat::is_damaged(document, range) || seat::loses_anchor(document, range) {
        return None;
    }
    if mapping.kind() == Kind::FlowMapping {
        let parts = mapping.entries().map(|entry| flow::Part::of_entry(&entry)).collect::<Option<Vec<_>>>()?;
        return flow::delete(mapping, &parts, mapping.entries().position(|other| other.key.id() == entry.key.id())?);
    }
    let text = document.text();
    let is_only = mapping.entries().nth(1).is_none();
    if is_only && (document.root().map(Node::id) != Some(mapping.id()) || has_end_marker(text)) {
        return Seat::of(mapping)?.put(Written::Inline("{}".to_owned()));
    }
    if is_alone_on_line(text, start) {
        let before = mapping.entries().take_while(|other| other.key.id() != entry.key.id()).last();
        let lines = span::with_blank_lines(text, own_start(entry)?, span::below(entry), before.map(|before| before.value));
        return Some(Edit { range: lines, new_text: String::new() });
    }
    // Behind a dash: the next entry moves up to it, with its comments.
    let next = mapping.entries().nth(1).filter(|_| mapping.entries().next().is_some_and(|first| first.key.id() == entry.key.id()))?;
    let next_start = own_start(&next)?;
    let next_start = next_start + (entry_start(&next)? - line_start(text, entry_start(&next)?));
    Some(Edit::new(start, next_start, ""))
}

/// Takes an entry from its mapping and puts it into another place of the same document. None where either is not possible, and where an alias would
/// come before its anchor.
pub fn move_entry(entry: &Entry<'_>, into: Node<'_>, place: Place<'_>) -> Option<Vec<Edit>> {
    let insert = insert(into, place, &Fragment::of(entry)?)?;
    moved(into.document().text(), insert, delete(entry)?)
}

/// Both halves of a move, where they do not overlap.
fn moved(text: &str, mut insert: Edit, delete: Edit) -> Option<Vec<Edit>> {
    let is_apart = insert.range.end <= delete.range.start || delete.range.end <= insert.range.start;
    // Lines that go leave the break above them, and a text that keeps all blank lines would take in a second one.
    let leaves_break = delete.new_text.is_empty() && text[..delete.range.start as usize].ends_with(['\n', '\r']);
    if leaves_break && insert.range.start == delete.range.end {
        let newline = line_break(text);
        insert.new_text = insert.new_text.strip_prefix(newline).map(str::to_owned).unwrap_or(insert.new_text);
    }
    is_apart.then(|| vec![insert, delete])
}

/// The entry beside which a place is; none when that is not one of this mapping.
fn beside<'d>(mapping: Node<'d>, place: Place<'d>) -> Option<(Side, Entry<'d>)> {
    let (side, neighbour) = match place {
        Place::Before(entry) => (Side::Before, entry),
        Place::After(entry) => (Side::After, entry),
        Place::Last => (Side::After, mapping.entries().last()?),
    };
    mapping.entries().any(|entry| entry.key.id() == neighbour.key.id()).then_some((side, neighbour))
}

fn insert_in_block(mapping: Node<'_>, place: Place<'_>, fragment: &Fragment, step: usize) -> Option<Edit> {
    let text = mapping.document().text();
    let column = column(text, entry_start(&mapping.entries().next()?)?)?;
    let (side, neighbour) = beside(mapping, place)?;
    let start = entry_start(&neighbour)?;
    if seat::is_damaged(mapping.document(), TextRange::new(start, span::entry_end(&neighbour))) {
        return None;
    }
    let below = span::below(&neighbour);
    let lines = fragment.lines(step, span::multiline(text, if side == Side::Before { start } else { below }, column))?;
    put_lines(text, side, start, below, neighbour.value, &lines)
}

/// Puts lines beside an entry or item that starts at `start`, with `below` the line behind it and `value` its value.
fn put_lines(text: &str, side: Side, start: usize, below: usize, value: Node<'_>, lines: &[String]) -> Option<Edit> {
    let newline = line_break(text);
    let column = column(text, start)?;
    let lines: Vec<String> = lines.iter().map(|line| write::indented(line, column)).collect();
    if side == Side::Before {
        if is_alone_on_line(text, start) {
            let at = span::own_start_of(text, start)?;
            return Some(Edit::new(at, at, lines.iter().map(|line| format!("{line}{newline}")).collect::<String>()));
        }
        // Behind a dash: the neighbour moves down, to the column where it stands.
        let lines = lines.join(newline);
        return Some(Edit::new(start, start, format!("{}{newline}{}", lines.trim_start(), " ".repeat(column))));
    }
    if span::lacks_last_break(value) {
        return None;
    }
    let is_at_line = text[..below].ends_with(['\n', '\r']);
    // A block scalar ends with a break only where its last line has one.
    let has_end = is_at_line || lines.len() > 1;
    let (lead, end) = (if is_at_line { "" } else { newline }, if has_end { newline } else { "" });
    Some(Edit::new(below, below, format!("{lead}{}{end}", lines.join(newline))))
}

/// Whether a node is a value to which an entry can be added as the first.
fn is_empty(node: Node<'_>) -> bool {
    is_null(node) || node.kind() == Kind::FlowMapping && node.source().starts_with('{')
}

/// Whether a node is nothing, or says that it is.
fn is_null(node: Node<'_>) -> bool {
    let is_untagged = node.tag().is_none();
    is_untagged && (node.kind() == Kind::Absent || node.kind() == Kind::Plain && node.value() == Ok(Value::Null))
}
