//! Edits inside brackets.

use super::seat::style;
use super::span::{self, entry_start, is_alone_on_line};
use super::{Edit, Fragment, Place, line_break, line_end, line_start};
use crate::yaml::{Entry, Kind, Node};

/// Puts an entry into a mapping in brackets that has some.
pub(super) fn insert(mapping: Node<'_>, place: Place<'_>, fragment: &Fragment) -> Option<Edit> {
    let text = mapping.document().text();
    let new = fragment.in_flow(style(mapping))?;
    let is_closed = mapping.source().starts_with('{') && mapping.source().ends_with('}') && mapping.source().len() > 1;
    let neighbour = match place {
        Place::Before(entry) | Place::After(entry) => entry,
        Place::Last => mapping.entries().last()?,
    };
    if !is_closed || !mapping.entries().any(|entry| entry.key.id() == neighbour.key.id()) {
        return None;
    }
    let start = entry_start(&neighbour)?;
    let between = if is_alone_on_line(text, start) && line_start(text, start) > mapping.range().start as usize {
        format!("{}{}", line_break(text), &text[line_start(text, start)..start])
    } else {
        " ".to_owned()
    };
    if matches!(place, Place::Before(_)) {
        return Some(Edit::new(start, start, format!("{new},{between}")));
    }
    let end = span::entry_end(&neighbour);
    // Nothing can stand between a colon and a comma.
    let lead = if neighbour.value.kind() == Kind::Absent && neighbour.colon.is_some() { " " } else { "" };
    let behind = &text[end..line_end(text, end)];
    if let Some(comment) = behind.find('#').filter(|&at| behind[..at].trim().is_empty()) {
        // The comment stays with its entry.
        let between = if between == " " { line_break(text) } else { &between };
        return Some(Edit::new(end, line_end(text, end), format!("{lead},{}{}{between}{new}", &behind[..comment], &behind[comment..])));
    }
    Some(Edit::new(end, end, format!("{lead},{between}{new}")))
}

/// Takes an entry out of a mapping in brackets.
pub(super) fn delete(mapping: Node<'_>, entry: &Entry<'_>) -> Option<Edit> {
    let is_closed = mapping.source().starts_with('{') && mapping.source().ends_with('}') && mapping.source().len() > 1;
    if !is_closed {
        return None;
    }
    let entries: Vec<Entry<'_>> = mapping.entries().collect();
    let index = entries.iter().position(|other| other.key.id() == entry.key.id())?;
    let (start, end) = (entry_start(entry)?, span::entry_end(entry));
    if let Some(next) = entries.get(index + 1) {
        return Some(Edit::new(start, entry_start(next)?, ""));
    }
    let Some(before) = index.checked_sub(1).map(|index| entries[index]) else {
        return Some(Edit::new(mapping.range().start as usize + 1, mapping.range().end as usize - 1, ""));
    };
    let before_end = span::entry_end(&before);
    let comment = mapping.document().comments().iter().rev().find(|comment| (before_end..start).contains(&(comment.start as usize)));
    let from = comment.map_or(before_end, |comment| comment.end as usize);
    Some(Edit::new(from, end, if before.value.kind() == Kind::Absent && before.colon.is_some() { " " } else { "" }))
}
