//! Folding.

use tree_sitter::TreeCursor;

use super::Canvas;
use crate::LineIndex;
use crate::yaml::{Document, Node};

/// A range of lines, zero-based, both included; more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fold {
    pub start: usize,
    pub end: usize,
}

/// What can be folded: entries and items over several lines, and runs of comment lines, in document order.
pub fn folds(document: &Document, canvas: &Canvas) -> Vec<Fold> {
    let text = document.text();
    let lines = LineIndex::new(text);
    let mut folds = match canvas.sound_tree(document) {
        Some(tree) => concrete(&mut tree.walk(), text, &lines),
        None => tolerant(document, &lines),
    };
    folds.extend(comments(document, &lines));
    folds.sort_unstable();
    folds.dedup();
    folds
}

fn concrete(cursor: &mut TreeCursor<'_>, text: &str, lines: &LineIndex) -> Vec<Fold> {
    let mut folds = Vec::new();
    loop {
        let node = cursor.node();
        let is_foldable =
            matches!(node.kind(), "block_mapping_pair" | "block_sequence_item" | "flow_mapping" | "flow_sequence" | "block_scalar");
        if is_foldable {
            folds.extend(fold(node.start_byte(), node.end_byte(), text, lines));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return folds;
            }
        }
    }
}

fn tolerant(document: &Document, lines: &LineIndex) -> Vec<Fold> {
    let text = document.text();
    let mut folds = Vec::new();
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            let range = entry.range();
            folds.extend(fold(range.start as usize, range.end as usize, text, lines));
            open.push(entry.value);
        }
        for item in node.items() {
            let range = item.range();
            folds.extend(fold(range.start as usize, range.end as usize, text, lines));
            open.push(item);
        }
    }
    folds
}

fn comments(document: &Document, lines: &LineIndex) -> Vec<Fold> {
    let mut runs: Vec<Fold> = Vec::new();
    for comment in document.comments() {
        let line = lines.line_of(comment.start as usize);
        let is_alone = document.text()[lines.start_of(line, document.text())..comment.start as usize].trim().is_empty();
        match runs.last_mut() {
            Some(run) if is_alone && run.end + 1 == line => run.end = line,
            _ if is_alone => runs.push(Fold { start: line, end: line }),
            _ => {}
        }
    }
    runs.retain(|run| run.start < run.end);
    runs
}

/// The lines of a range without blank and comment lines at its end; none when it is one line.
fn fold(start: usize, end: usize, text: &str, lines: &LineIndex) -> Option<Fold> {
    let (start, last) = (lines.line_of(start), lines.line_of(end));
    let is_content = |&line: &usize| {
        let line = text[lines.line_range(line, text).span()].trim_start();
        !line.is_empty() && !line.starts_with('#')
    };
    // An end at the start of a line belongs to the line before.
    let last = if lines.start_of(last, text) == end { last.saturating_sub(1) } else { last };
    let end = (start..=last).rev().find(is_content)?;
    (start < end).then_some(Fold { start, end })
}
