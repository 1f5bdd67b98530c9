//! Words in values that are no names of the inventory: programs and components in any text.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{Kind, Node};

use super::{Hover, component};
use crate::cluster::Cluster;

pub(super) fn hover(cluster: &Cluster, file: &SourceFile, offset: usize) -> Option<Hover> {
    let text = file.text();
    let within = match scalar_at(file, offset) {
        Some(node) => node.range(),
        None => ini_value_at(file, offset)?,
    };
    let range = word_at(text, within, offset)?;
    let word = &text[range.span()];
    let (name, component) = component::named(cluster, word)?;
    Some(Hover { range, markdown: component::markdown(cluster, word, name, component) })
}

/// The scalar value at `offset`.
fn scalar_at(file: &SourceFile, offset: usize) -> Option<Node<'_>> {
    if file.is_encrypted() {
        return None;
    }
    let path = file.yaml().path_at(offset);
    let node = *path.last()?;
    let is_scalar = matches!(node.kind(), Kind::Plain | Kind::SingleQuoted | Kind::DoubleQuoted | Kind::Literal | Kind::Folded);
    if !is_scalar || node.tag().is_some_and(|tag| tag == "!vault") {
        return None;
    }
    let mapping = path.iter().rev().find(|node| node.is_mapping());
    let is_key = mapping.is_some_and(|mapping| mapping.entries().any(|entry| entry.key.id() == node.id()));
    (!is_key).then_some(node)
}

fn ini_value_at(file: &SourceFile, offset: usize) -> Option<TextRange> {
    if file.is_yaml() {
        return None;
    }
    let lines = file.ini().sections.iter().flat_map(|section| &section.lines);
    lines.flat_map(|line| &line.assignments).map(|assignment| assignment.value_range).find(|range| range.touches(offset))
}

/// The word at `offset` inside `within`: letters, digits, `-` and `_`. A word behind a dot or before one belongs to something longer.
fn word_at(text: &str, within: TextRange, offset: usize) -> Option<TextRange> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let value = &text[within.span()];
    let at = offset.checked_sub(within.start as usize)?;
    let before = value.get(..at)?;
    let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let end = value[at..].find(|c| !is_part(c)).map_or(value.len(), |end| at + end);
    let word = value[start..end].trim_end_matches('.');
    (!word.is_empty()).then(|| TextRange::new(within.start as usize + start, within.start as usize + start + word.len()))
}
