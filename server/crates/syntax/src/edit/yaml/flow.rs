//! Edits inside brackets.

use super::span::{self, entry_start, is_alone_on_line};
use super::{Edit, Side, line_break, line_end, line_start};
use crate::yaml::{Entry, Kind, Node};

/// An entry or an item of a collection in brackets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    start: usize,
    end: usize,
    /// It ends in a colon, behind which no comma can stand.
    ends_in_colon: bool,
}

impl Part {
    /// None for an entry that is written with `?`.
    pub(super) fn of_entry(entry: &Entry<'_>) -> Option<Self> {
        let ends_in_colon = entry.value.kind() == Kind::Absent && entry.value.properties().is_none() && entry.colon.is_some();
        Some(Self { start: entry_start(entry)?, end: span::entry_end(entry), ends_in_colon })
    }

    /// An item may be an entry without brackets of its own.
    pub(super) fn of_item(item: Node<'_>) -> Option<Self> {
        match item.entries().next() {
            Some(entry) if !item.source().starts_with('{') => entry.colon.and_then(|_| Self::of_entry(&entry)),
            _ => Some(Self { start: span::start(item), end: span::end(item), ends_in_colon: false }),
        }
    }
}

/// Whether a collection has both of its brackets.
fn is_closed(collection: Node<'_>) -> bool {
    let source = collection.source();
    source.len() > 1 && (source.starts_with('{') && source.ends_with('}') || source.starts_with('[') && source.ends_with(']'))
}

/// Puts a text beside a part of a collection.
pub(super) fn insert(collection: Node<'_>, side: Side, neighbour: Part, new: &str) -> Option<Edit> {
    let text = collection.document().text();
    if !is_closed(collection) {
        return None;
    }
    let Part { start, end, ends_in_colon } = neighbour;
    let between = if is_alone_on_line(text, start) && line_start(text, start) > collection.range().start as usize {
        format!("{}{}", line_break(text), &text[line_start(text, start)..start])
    } else {
        " ".to_owned()
    };
    if side == Side::Before {
        return Some(Edit::new(start, start, format!("{new},{between}")));
    }
    let lead = if ends_in_colon { " " } else { "" };
    let behind = &text[end..line_end(text, end)];
    if let Some(comment) = behind.find('#').filter(|&at| behind[..at].trim().is_empty()) {
        // The comment stays with its entry.
        let between = if between == " " { line_break(text) } else { &between };
        return Some(Edit::new(end, line_end(text, end), format!("{lead},{}{}{between}{new}", &behind[..comment], &behind[comment..])));
    }
    Some(Edit::new(end, end, format!("{lead},{between}{new}")))
}

/// Takes the part at `index` out of a collection.
pub(super) fn delete(collection: Node<'_>, parts: &[Part], index: usize) -> Option<Edit> {
    if !is_closed(collection) {
        return None;
    }
    let Part { start, end, .. } = *parts.get(index)?;
    if let Some(next) = parts.get(index + 1) {
        return Some(Edit::new(start, next.start, ""));
    }
    let Some(before) = index.checked_sub(1).map(|index| parts[index]) else {
        return Some(Edit::new(collection.range().start as usize + 1, collection.range().end as usize - 1, ""));
    };
    let comments = collection.document().comments();
    let comment = comments.iter().rev().find(|comment| (before.end..start).contains(&(comment.start as usize)));
    let from = comment.map_or(before.end, |comment| comment.end as usize);
    Some(Edit::new(from, end, if before.ends_in_colon { " " } else { "" }))
}
