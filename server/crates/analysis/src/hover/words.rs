//! Words in values that are no names of the inventory: programs and components in any text, and the names in bare expressions (`when:`).

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::jinja::{self, Role, Token};
use hostwise_syntax::yaml::{Kind, Node};

use super::{Hover, component, group, variable};
use crate::cluster::Cluster;
use crate::occurrences::{CONDITIONS, content};

pub(super) fn hover(cluster: &Cluster, file: &SourceFile, offset: usize) -> Option<Hover> {
    let scalar = scalar_at(file, offset);
    if let Some((node, key)) = &scalar
        && CONDITIONS.contains(&&**key)
        && let Some(hover) = in_condition(cluster, *node, offset)
    {
        return Some(hover);
    }
    let text = file.text();
    let within = match scalar {
        Some((node, _)) => node.range(),
        None => ini_value_at(file, offset)?,
    };
    let range = word_at(text, within, offset)?;
    let word = &text[range.span()];
    let (name, component) = component::named(cluster, word)?;
    Some(Hover { range, markdown: component::markdown(cluster, word, name, component) })
}

/// The scalar value at `offset`, and the key it belongs to.
fn scalar_at(file: &SourceFile, offset: usize) -> Option<(Node<'_>, String)> {
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
    let entry =
        mapping.and_then(|mapping| mapping.entries().find(|entry| entry.value.range().touches(offset) && entry.key.id() != node.id()));
    let is_key = mapping.is_some_and(|mapping| mapping.entries().any(|entry| entry.key.id() == node.id()));
    (!is_key).then(|| (node, entry.map(|entry| entry.key.text().into_owned()).unwrap_or_default()))
}

fn ini_value_at(file: &SourceFile, offset: usize) -> Option<TextRange> {
    if file.is_yaml() {
        return None;
    }
    let lines = file.ini().sections.iter().flat_map(|section| &section.lines);
    lines.flat_map(|line| &line.assignments).map(|assignment| assignment.value_range).find(|range| range.touches(offset))
}

/// A variable, or a group in quotes, of an expression without brackets.
fn in_condition(cluster: &Cluster, node: Node<'_>, offset: usize) -> Option<Hover> {
    let text = node.document().text();
    let range = content(node);
    let start = (range.start as usize).checked_sub(2)?;
    let regions = jinja::in_text(&format!("{{{{{}}}}}", &text[range.span()]), start);
    let tokens: Vec<&Token> = regions.iter().flat_map(|region| &region.tokens).collect();
    let index = tokens.iter().position(|token| token.range.touches(offset) && matches!(token.role, Role::Variable | Role::String))?;
    let token = tokens[index];
    let markdown = match token.role {
        Role::Variable => variable::markdown(cluster, &token.text, None)?,
        _ => {
            let around = |index: Option<usize>| index.and_then(|index| tokens.get(index)).map_or("", |token| &*token.text);
            let asked =
                around(index.checked_sub(2)) == "groups" || (index + 1..=index + 3).any(|index| around(Some(index)) == "group_names");
            let name = token.text.trim_matches(['\'', '"']);
            group::markdown(cluster, cluster.inventory.group_named(name).filter(|_| asked)?)
        }
    };
    Some(Hover { range: token.range, markdown })
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
