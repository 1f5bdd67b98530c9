//! An entry on its way into a mapping.

use super::span::{self, column, entry_start, own_start};
use super::write::{self, Multiline, Style};
use super::{line_start, seat, split_lines};
use crate::Value;
use crate::yaml::{Entry, Kind};

/// An entry with a new value, or a copy of one with its comments.
#[derive(Clone, Debug)]
pub struct Fragment {
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    New {
        key: String,
        value: Value,
    },
    Copy {
        /// From the first comment to the last line, without indentation.
        lines: Vec<String>,
        ends_in_block_scalar: bool,
        /// On one line, for a mapping in brackets; and as JSON.
        flow: Option<String>,
        json: Option<String>,
    },
}

impl Fragment {
    /// A new entry. A null value is written as nothing where that is possible.
    pub fn new(key: &str, value: Value) -> Self {
        Self { content: Content::New { key: key.to_owned(), value } }
    }

    /// A copy of an entry, as it is written. None when it has an anchor or an alias inside: these mean something only where they are.
    pub fn of(entry: &Entry<'_>) -> Option<Self> {
        let document = entry.key.document();
        let text = document.text();
        let start = entry_start(entry)?;
        let range = crate::TextRange::new(start, span::entry_end(entry));
        let is_bound =
            document.anchors().any(|anchor| range.contains(anchor)) || document.aliases().any(|alias| range.contains(alias.range()));
        if is_bound || entry.colon.is_none() {
            return None;
        }
        let key = write::node_in_flow(entry.key)?;
        let flow = write::node_in_flow(entry.value).map(|value| format!("{key}: {value}"));
        let json = entry.value.value().ok().and_then(|value| write::flow(&value, Style::Json));
        let json = json.map(|value| format!("{}: {value}", write::string(&entry.key.text(), Style::Json, None)));
        let lines = match seat::parent(entry.key)?.kind() {
            Kind::FlowMapping => vec![flow.clone()?],
            _ => {
                let (from, end) = (own_start(entry)?, span::below(entry));
                let column = column(text, start)?;
                let comments = split_lines(&text[from..line_start(text, start)]).map(|line| without_indent(line, column));
                let own = split_lines(&text[start..end]).enumerate();
                comments.chain(own.map(|(index, line)| if index == 0 { line.to_owned() } else { without_indent(line, column) })).collect()
            }
        };
        Some(Self { content: Content::Copy { lines, ends_in_block_scalar: span::ends_in_block_scalar(entry.value), flow, json } })
    }

    /// The lines of the entry in block style at column 0. None for a copy that would take in the comments below.
    pub(super) fn lines(&self, step: usize, multiline: Multiline) -> Option<Vec<String>> {
        match &self.content {
            Content::New { key, value } => {
                Some(write::entry_lines(&write::key(key, Style::Block, None)?, write::block(value, step, multiline)?, step))
            }
            Content::Copy { ends_in_block_scalar: true, .. } if multiline == Multiline::Quoted => None,
            Content::Copy { lines, .. } => Some(lines.clone()),
        }
    }

    /// The entry on one line between brackets.
    pub(super) fn in_flow(&self, style: Style) -> Option<String> {
        match &self.content {
            Content::New { key, value } => Some(format!("{}: {}", write::key(key, style, None)?, write::flow(value, style)?)),
            Content::Copy { json, .. } if style == Style::Json => json.clone(),
            Content::Copy { flow, .. } => flow.clone(),
        }
    }
}

/// A line without the indentation of the entry that it belongs to. Lines of quotes and brackets may stand further left.
fn without_indent(line: &str, column: usize) -> String {
    let n_blanks = line.len() - line.trim_start_matches(' ').len();
    line[n_blanks.min(column)..].to_owned()
}
