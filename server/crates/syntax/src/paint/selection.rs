//! What a selection grows to.

use tree_sitter::Tree;

use super::Canvas;
use crate::yaml::{Document, Kind};
use crate::{TextRange, ini, jinja};

/// The ranges around byte `offset` of a YAML text, each inside the next: a word of a template, a scalar, an entry, a collection, up to the whole text.
pub fn yaml_selection(document: &Document, canvas: &Canvas, offset: usize) -> Vec<TextRange> {
    let text = document.text();
    let mut ranges = Vec::new();
    if let Some(node) = document.path_at(offset).last() {
        if let Some(region) = jinja::regions(*node).into_iter().rfind(|region| region.range.touches(offset)) {
            ranges.extend(region.tokens.iter().rfind(|token| token.range.touches(offset)).map(|token| token.range));
            ranges.push(region.range);
        }
        let is_quoted = matches!(node.kind(), Kind::SingleQuoted | Kind::DoubleQuoted) && node.range().len() > 2;
        let (start, end) = (node.range().start as usize + 1, (node.range().end as usize).saturating_sub(1));
        ranges.extend(Some(TextRange::new(start, end)).filter(|_| is_quoted && start <= offset && offset <= end));
    }
    match canvas.sound_tree(document) {
        Some(tree) => ranges.extend(concrete(tree, text, offset)),
        None => ranges.extend(tolerant(document, offset)),
    }
    growing(ranges, text.len())
}

/// The nodes around an offset, from the inside.
fn concrete(tree: &Tree, text: &str, offset: usize) -> Vec<TextRange> {
    let around = |at: usize| {
        let node = tree.root_node().descendant_for_byte_range(at, at)?;
        Some(std::iter::successors(Some(node), tree_sitter::Node::parent).collect::<Vec<_>>())
    };
    // Behind the last character of a word the word is meant.
    let before = offset.checked_sub(1).filter(|&before| !matches!(text.as_bytes().get(before), None | Some(b' ' | b'\n' | b'\r' | b'\t')));
    let paths = [around(offset), before.and_then(around)];
    let deepest = paths.into_iter().flatten().max_by_key(Vec::len).unwrap_or_default();
    let range = |node: tree_sitter::Node<'_>| {
        let (start, end) = (node.start_byte(), node.end_byte());
        TextRange::new(start, start + text[start..end].trim_end().len())
    };
    deepest.into_iter().map(range).collect()
}

fn tolerant(document: &Document, offset: usize) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    let comment = document.comments().iter().find(|comment| comment.touches(offset));
    ranges.extend(comment);
    for node in document.path_at(offset).into_iter().rev() {
        ranges.extend(node.entries().map(|entry| entry.range()).filter(|entry| entry.touches(offset)).last());
        ranges.push(node.range());
    }
    ranges
}

/// The ranges around byte `offset` of an INI inventory, each inside the next: a name or value, an assignment, a line, a section, the whole text.
pub fn ini_selection(document: &ini::Document, offset: usize) -> Vec<TextRange> {
    let text = document.text();
    let mut ranges: Vec<TextRange> = document.comments.to_vec();
    for section in &document.sections {
        for line in &section.lines {
            for assignment in &line.assignments {
                let value = assignment.value_range;
                for region in jinja::in_text(&text[value.span()], value.start as usize) {
                    ranges.extend(region.tokens.iter().map(|token| token.range));
                    ranges.push(region.range);
                }
                ranges.extend([assignment.key, value, TextRange { start: assignment.key.start, end: value.end }]);
            }
            ranges.extend(line.name);
            ranges.push(line.range);
        }
        let end = section.lines.last().map_or(section.header.end, |line| line.range.end);
        ranges.extend(section.name);
        ranges.extend([section.header, TextRange { start: section.header.start, end }]);
    }
    ranges.retain(|range| range.touches(offset));
    ranges.sort_by_key(|range| range.len());
    growing(ranges, text.len())
}

/// Only what is larger than, and around, what comes before it; the whole text at the end.
fn growing(ranges: Vec<TextRange>, len: usize) -> Vec<TextRange> {
    let mut grown: Vec<TextRange> = Vec::new();
    for range in ranges.into_iter().chain([TextRange::new(0, len)]) {
        if grown.last().is_none_or(|last| range.contains(*last) && range != *last) && (!range.is_empty() || len == 0) {
            grown.push(range);
        }
    }
    grown
}
