//! The lines that belong to an entry.

use super::write::Multiline;
use super::{line_end, line_start, next_line};
use crate::TextRange;
use crate::yaml::{Entry, Kind, Node};

/// Where an entry starts: at its key, or at a tag or anchor in front of it. None for one that is written with `?`.
pub(super) fn entry_start(entry: &Entry<'_>) -> Option<usize> {
    let key = entry.key.range();
    let is_explicit = entry.colon.is_some_and(|colon| colon < key.end);
    (!is_explicit).then(|| start(entry.key))
}

/// Where a node starts, with its tag and anchor.
pub(super) fn start(node: Node<'_>) -> usize {
    node.properties().map_or(node.range().start, |properties| properties.start.min(node.range().start)) as usize
}

/// Where a node ends; one that ends in an absent value, behind the tag or anchor of that.
pub(super) fn end(node: Node<'_>) -> usize {
    let behind = |node: Node<'_>| node.properties().map_or(node.range().end, |properties| properties.end.max(node.range().end));
    last_leaf(node).map_or(0, behind).max(behind(node)) as usize
}

/// Where an entry ends.
pub(super) fn entry_end(entry: &Entry<'_>) -> usize {
    let colon = entry.colon.map_or(0, |colon| colon as usize + 1);
    end(entry.value).max(entry.key.range().end as usize).max(colon)
}

/// The column of a place whose line has no tab in front of it.
pub(super) fn column(text: &str, at: usize) -> Option<usize> {
    let before = &text[line_start(text, at)..at];
    (!before.contains('\t')).then(|| before.chars().count())
}

/// Whether only blanks stand in front of a place on its line.
pub(super) fn is_alone_on_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].bytes().all(|byte| byte == b' ')
}

/// The start of the first line of an entry, its own comments above included.
pub(super) fn own_start(entry: &Entry<'_>) -> Option<usize> {
    own_start_of(entry.key.document().text(), entry_start(entry)?)
}

/// The same for what starts at `start`: an entry or the dash of an item.
pub(super) fn own_start_of(text: &str, start: usize) -> Option<usize> {
    let column = column(text, start)?;
    let mut at = line_start(text, start);
    while let Some(above) = line_above(text, at) {
        let line = &text[above..line_end(text, above)];
        let content = line.trim_start_matches(' ');
        if line.len() - content.len() != column || !content.starts_with('#') || is_commented_out(content) {
            break;
        }
        at = above;
    }
    Some(at)
}

/// Where the line above that which starts at `at` starts.
pub(super) fn line_above(text: &str, at: usize) -> Option<usize> {
    let end = text[..at].strip_suffix("\r\n").or_else(|| text[..at].strip_suffix(['\n', '\r']))?.len();
    Some(line_start(text, end))
}

/// Whether a comment is an entry that was commented out: `# name:` or `#name: value`.
fn is_commented_out(comment: &str) -> bool {
    let content = comment.trim_start_matches(['#', ' ']);
    let name = content.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(content.len());
    let rest = &content[name..];
    name > 0
        && rest.starts_with(':')
        && rest[1..].starts_with(|c: char| c.is_whitespace()) | (rest.len() == 1)
        && !content.starts_with("hostwise:")
}

/// Where the line below an entry starts: below its value, the comment behind it and deeper comments.
pub(super) fn below(entry: &Entry<'_>) -> usize {
    let text = entry.key.document().text();
    let column = entry_start(entry).and_then(|start| column(text, start)).unwrap_or(usize::MAX);
    below_of(text, column, entry_end(entry))
}

/// The same for what starts at `column` and ends at `end`.
pub(super) fn below_of(text: &str, column: usize, end: usize) -> usize {
    let mut at = next_line(text, end);
    while at < text.len() {
        let line = &text[at..line_end(text, at)];
        let content = line.trim_start_matches(' ');
        if !content.starts_with('#') || line.len() - content.len() <= column {
            break;
        }
        at = next_line(text, at);
    }
    at
}

/// How texts of several lines are written in an entry at `column` that ends before the line at `at`.
pub(super) fn multiline(text: &str, at: usize, column: usize) -> Multiline {
    let below = text[at..].trim_start_matches(['\n', '\r', ' ', '\t']);
    let is_deeper = below.starts_with('#') && {
        let start = text.len() - below.len();
        start - line_start(text, start) > column
    };
    if is_deeper { Multiline::Quoted } else { Multiline::Literal }
}

/// Whether a value ends in a block scalar, which would take in what is put below it further right.
pub(super) fn ends_in_block_scalar(node: Node<'_>) -> bool {
    last_leaf(node).is_some_and(|leaf| matches!(leaf.kind(), Kind::Literal | Kind::Folded))
}

/// Whether a value ends in a block scalar that keeps all blank lines below it.
fn keeps_blank_lines(node: Node<'_>) -> bool {
    let header = |leaf: Node<'_>| leaf.source().lines().next().unwrap_or_default().contains('+');
    last_leaf(node).is_some_and(|leaf| matches!(leaf.kind(), Kind::Literal | Kind::Folded) && header(leaf))
}

/// Whether a value ends in a block scalar whose last line has no break, and whose content would end with a break if it had one.
pub(super) fn lacks_last_break(node: Node<'_>) -> bool {
    let text = node.document().text();
    let header = |leaf: Node<'_>| leaf.source().lines().next().unwrap_or_default().contains('-');
    last_leaf(node)
        .is_some_and(|leaf| matches!(leaf.kind(), Kind::Literal | Kind::Folded) && leaf.range().end as usize == text.len() && !header(leaf))
}

fn last_leaf(node: Node<'_>) -> Option<Node<'_>> {
    std::iter::successors(Some(node), |node| node.entries().last().map(|entry| entry.value).or_else(|| node.items().last())).last()
}

/// Whole lines that are to go, behind a value if there is one: a block scalar that keeps all blank lines would take in those below them.
pub(super) fn with_blank_lines(text: &str, start: usize, end: usize, before: Option<Node<'_>>) -> TextRange {
    let rest = &text[end..];
    let n_blank = if before.is_some_and(keeps_blank_lines) { rest.len() - rest.trim_start_matches(['\n', '\r']).len() } else { 0 };
    TextRange::new(start, end + n_blank)
}
