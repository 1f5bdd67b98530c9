//! Items of sequences: put in, taken out, moved.

use super::flow::{self, Part};
use super::seat::{self, Seat, parent, step};
use super::span::{self, column, is_alone_on_line};
use super::write::{self, Multiline, Style, Written};
use super::{Edit, Side, is_null, line_start, moved, put_lines, split_lines};
use crate::edit::apply;
use crate::yaml::{self, Kind, Node};
use crate::{TextRange, Value, judge};

/// Where an item goes in a sequence.
#[derive(Clone, Copy, Debug)]
pub enum ItemPlace<'d> {
    Before(Node<'d>),
    After(Node<'d>),
    Last,
}

/// An item with a new value, or a copy of one with its comments.
#[derive(Clone, Debug)]
pub struct Item {
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    New(Value),
    Copy {
        /// From the first comment to the last line, with the dash at column 0.
        lines: Vec<String>,
        ends_in_block_scalar: bool,
        /// On one line, for brackets; and as JSON.
        flow: Option<String>,
        json: Option<String>,
    },
}

impl Item {
    /// A new item.
    pub fn new(value: Value) -> Self {
        Self { content: Content::New(value) }
    }

    /// A copy of an item, as it is written. None when it has an anchor or an alias inside: these mean something only where they are.
    pub fn of(item: Node<'_>) -> Option<Self> {
        let document = item.document();
        let text = document.text();
        let sequence = parent(item).filter(|parent| parent.is_sequence())?;
        let range = TextRange::new(span::start(item), span::end(item));
        let is_bound =
            document.anchors().any(|anchor| range.contains(anchor)) || document.aliases().any(|alias| range.contains(alias.range()));
        if is_bound || seat::is_damaged(document, range) {
            return None;
        }
        let flow = write::node_in_flow(item);
        let json = item.value().ok().and_then(|value| write::flow(&value, Style::Json));
        let lines = if sequence.kind() == Kind::FlowSequence {
            vec![format!("- {}", flow.clone()?)]
        } else {
            let dash = dash(sequence, item)?;
            let column = column(text, dash)?;
            let without_indent = |line: &str| line[(line.len() - line.trim_start_matches(' ').len()).min(column)..].to_owned();
            let comments = split_lines(&text[span::own_start_of(text, dash)?..line_start(text, dash)]).map(without_indent);
            let own = split_lines(&text[dash..span::below_of(text, column, end(dash, item))]).enumerate();
            comments.chain(own.map(|(index, line)| if index == 0 { line.to_owned() } else { without_indent(line) })).collect()
        };
        Some(Self { content: Content::Copy { lines, ends_in_block_scalar: span::ends_in_block_scalar(item), flow, json } })
    }

    /// The lines of the item in block style with its dash at column 0. None for a copy that would take in the comments below.
    fn lines(&self, step: usize, multiline: Multiline) -> Option<Vec<String>> {
        match &self.content {
            Content::New(value) => Some(write::item_lines(write::block(value, step, multiline)?)),
            Content::Copy { ends_in_block_scalar: true, .. } if multiline == Multiline::Quoted => None,
            Content::Copy { lines, .. } => Some(lines.clone()),
        }
    }

    /// The item on one line between brackets.
    fn in_flow(&self, style: Style) -> Option<String> {
        match &self.content {
            Content::New(value) => write::flow(value, if style == Style::Json { style } else { Style::Flow }),
            Content::Copy { json, .. } if style == Style::Json => json.clone(),
            Content::Copy { flow, .. } => flow.clone(),
        }
    }
}

/// Puts an item into a sequence, or into a value that is absent, null or an empty sequence. None for other nodes, and beside a neighbour that is not of
/// this sequence.
pub fn insert_item(into: Node<'_>, place: ItemPlace<'_>, item: &Item) -> Option<Edit> {
    let document = into.document();
    let step = step(document);
    if into.items().next().is_none() {
        if !is_null(into) && into.kind() != Kind::FlowSequence {
            return None;
        }
        let seat = Seat::of(into)?;
        let written = match seat.style {
            Style::Block => Written::Below { header: String::new(), lines: item.lines(step, seat.multiline())? },
            style => Written::Inline(format!("[{}]", item.in_flow(style)?)),
        };
        return seat.put(written);
    }
    let (side, neighbour) = match place {
        ItemPlace::Before(item) => (Side::Before, item),
        ItemPlace::After(item) => (Side::After, item),
        ItemPlace::Last => (Side::After, into.items().last()?),
    };
    if !into.items().any(|item| item.id() == neighbour.id()) {
        return None;
    }
    if into.kind() == Kind::FlowSequence {
        let written = item.in_flow(Seat::of(neighbour)?.style)?;
        return still_read(into, flow::insert(into, side, Part::of_item(neighbour)?, &written)?);
    }
    let text = document.text();
    let dash = dash(into, neighbour)?;
    let column = column(text, dash)?;
    let end = end(dash, neighbour);
    if seat::is_damaged(document, TextRange::new(dash, end)) {
        return None;
    }
    let below = span::below_of(text, column, end);
    let lines = item.lines(step, span::multiline(text, if side == Side::Before { dash } else { below }, column))?;
    put_lines(text, side, dash, below, neighbour, &lines)
}

/// Takes an item out, with the comments that belong to it. A sequence that loses its only item becomes `[]`. None for an item with an anchor that is
/// named elsewhere.
pub fn delete_item(item: Node<'_>) -> Option<Edit> {
    let document = item.document();
    let text = document.text();
    let sequence = parent(item).filter(|parent| parent.is_sequence())?;
    let range = TextRange::new(span::start(item), span::end(item));
    if seat::is_damaged(document, range) || seat::loses_anchor(document, range) {
        return None;
    }
    let items: Vec<Node<'_>> = sequence.items().collect();
    let index = items.iter().position(|other| other.id() == item.id())?;
    if sequence.kind() == Kind::FlowSequence {
        let parts = items.iter().map(|&item| Part::of_item(item)).collect::<Option<Vec<_>>>()?;
        return still_read(sequence, flow::delete(sequence, &parts, index)?);
    }
    if items.len() == 1 {
        return Seat::of(sequence)?.put(Written::Inline("[]".to_owned()));
    }
    let start = dash(sequence, item)?;
    if is_alone_on_line(text, start) {
        let (from, to) = (span::own_start_of(text, start)?, span::below_of(text, column(text, start)?, end(start, item)));
        let before = index.checked_sub(1).map(|index| items[index]);
        return Some(Edit { range: span::with_blank_lines(text, from, to, before), new_text: String::new() });
    }
    // Behind another dash: the next item moves up to it, with its comments.
    let next = dash(sequence, *items.get(index + 1)?)?;
    let next_start = span::own_start_of(text, next)? + (next - line_start(text, next));
    Some(Edit::new(start, next_start, ""))
}

/// An edit between the brackets of a sequence. In odd ones the neighbours mean something else, or nothing, behind another sign: None where the text can be
/// read before and not after.
fn still_read(sequence: Node<'_>, edit: Edit) -> Option<Edit> {
    let is_odd = sequence.source().contains(['?', '!', '&', '*', '\n', '\r']);
    let is_read = |text: &str| judge::yaml(&yaml::parse(text.into())).is_none();
    let text = sequence.document().text();
    (!is_odd || !is_read(text) || is_read(&apply(text, std::slice::from_ref(&edit)))).then_some(edit)
}

/// Takes an item from its sequence and puts it into another place of the same document. None where either is not possible.
pub fn move_item(item: Node<'_>, into: Node<'_>, place: ItemPlace<'_>) -> Option<Vec<Edit>> {
    let insert = insert_item(into, place, &Item::of(item)?)?;
    moved(into.document().text(), insert, delete_item(item)?)
}

/// The dash of an item of a block sequence.
fn dash(sequence: Node<'_>, item: Node<'_>) -> Option<usize> {
    let text = sequence.document().text();
    let first = sequence.range().start as usize;
    let column = column(text, first)?;
    if sequence.items().next().is_some_and(|first| first.id() == item.id()) {
        return Some(first);
    }
    let mut at = line_start(text, span::start(item));
    while at > first {
        let content = at + text[at..].bytes().take_while(|&byte| byte == b' ').count();
        if content - at == column && text[content..].starts_with('-') {
            return Some(content);
        }
        at = span::line_above(text, at)?;
    }
    None
}

/// Where an item ends that has its dash at `dash`.
fn end(dash: usize, item: Node<'_>) -> usize {
    span::end(item).max(dash + 1)
}
