//! What an editor draws: folding, from tree-sitter's concrete tree of an open buffer.
//!
//! Never used to decide anything: tree-sitter-yaml turns long files into one error and aborts the process on deep ones, so it is guarded, and the
//! fault-tolerant tree serves instead. Its types do not leave this module.

use tree_sitter::{Parser, TreeCursor};

use crate::LineIndex;
use crate::yaml::{Document, Node};

/// tree-sitter-yaml 0.7.2 counts lines in 16 bits.
const MAX_LINES: usize = 32_000;

/// tree-sitter-yaml 0.7.2 aborts at 254 nested block levels.
const MAX_DEPTH: usize = 200;

/// A range of lines, zero-based, both included; more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fold {
    pub start: usize,
    pub end: usize,
}

/// What can be folded: entries and items over several lines, and runs of comment lines, in document order.
pub fn folds(document: &Document) -> Vec<Fold> {
    let text = document.text();
    let lines = LineIndex::new(text);
    let tree = (lines.n_lines() < MAX_LINES && depth(document) < MAX_DEPTH).then(|| parse(text)).flatten();
    let mut folds = match &tree {
        Some(tree) if !tree.root_node().has_error() => concrete(&mut tree.walk(), text, &lines),
        _ => tolerant(document, &lines),
    };
    folds.extend(comments(document, &lines));
    folds.sort_unstable();
    folds.dedup();
    folds
}

fn parse(text: &str) -> Option<tree_sitter::Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_yaml::LANGUAGE.into()).ok()?;
    parser.parse(text, None)
}

/// The number of collections inside each other, by the fault-tolerant tree.
fn depth(document: &Document) -> usize {
    let (mut deepest, mut open) = (0, Vec::new());
    open.extend(document.root().map(|root| (root, 1)));
    while let Some((node, depth)) = open.pop() {
        deepest = deepest.max(depth);
        open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()).map(|child| (child, depth + 1)));
    }
    deepest
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn of(text: &str) -> Vec<(usize, usize)> {
        folds(&yaml::parse(text.into())).into_iter().map(|fold| (fold.start, fold.end)).collect()
    }

    #[test]
    fn entries_and_comments_fold() {
        assert_eq!(of("# a\n# b\nall:\n  hosts:\n    x: 1\n\n# c\nd: {a: 1,\n  b: 2}\n"), [(0, 1), (2, 4), (3, 4), (7, 8)]);
    }

    #[test]
    fn a_broken_text_folds_by_the_tolerant_tree() {
        assert_eq!(of("all:\n  ho\n  hosts:\n    x: 1\n    y: \"\n"), [(0, 4), (2, 4)]);
    }

    #[test]
    fn depth_and_length_that_tree_sitter_cannot_bear() {
        let deep: String = (0..1_000).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
        assert_eq!(of(&deep).len(), 999);
        let long: String = (0..100_000).map(|line| format!("k{line}:\n  v: 1\n")).collect();
        assert_eq!(of(&long).len(), 100_000);
        assert_eq!(of(&"[".repeat(100_000)), []);
        assert_eq!(of(&"- ".repeat(10_000)), []);
    }

    /// A second opinion on the structure: both trees see the same keys in the same places.
    #[test]
    fn both_trees_see_the_same_keys() {
        let text = "a: 1\nb:\n  c: [x, {y: z}]\n  'd': \"e\"\n  f: |\n    g: h\n";
        let tree = parse(text).expect("a tree");
        let mut keys = Vec::new();
        let mut cursor = tree.walk();
        'walk: loop {
            let node = cursor.node();
            if matches!(node.kind(), "block_mapping_pair" | "flow_pair") {
                keys.extend(node.child_by_field_name("key").map(|key| (key.start_byte(), key.end_byte())));
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    break 'walk;
                }
            }
        }
        let document = yaml::parse(text.into());
        let mut ours = Vec::new();
        let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
        while let Some(node) = open.pop() {
            for entry in node.entries() {
                ours.push((entry.key.range().start as usize, entry.key.range().end as usize));
                open.push(entry.value);
            }
            open.extend(node.items());
        }
        ours.sort_unstable();
        assert_eq!(ours, keys);
    }
}
