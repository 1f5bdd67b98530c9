//! The names in a TOML inventory.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use toml_edit::{Document, Item, Key, TableLike};

use super::{Kind, Occurrence, Role, yaml};

pub(super) fn read(file: &SourceFile) -> Vec<Occurrence> {
    let mut found = Vec::new();
    let Ok(document) = Document::parse(file.text()) else { return found };
    let text = file.text();
    for (name, group) in document.as_table().iter() {
        let Some(group) = group.as_table_like() else { continue };
        found.extend(key(document.as_table(), name, Kind::Group, Role::Definition, text));
        for (section, item) in group.iter() {
            match section {
                "vars" => entries(item, Kind::Variable, text, &mut found),
                "hosts" => hosts(item, text, &mut found),
                "children" => children(item, text, &mut found),
                _ => {}
            }
        }
    }
    found
}

fn entries(item: &Item, kind: Kind, text: &str, found: &mut Vec<Occurrence>) {
    let Some(table) = item.as_table_like() else { return };
    found.extend(table.iter().filter_map(|(name, _)| key(table, name, kind, Role::Definition, text)));
}

fn hosts(item: &Item, text: &str, found: &mut Vec<Occurrence>) {
    let Some(table) = item.as_table_like() else { return };
    for (name, variables) in table.iter() {
        let has_variables = variables.as_table_like().is_some_and(|variables| !variables.is_empty());
        let role = if has_variables { Role::Definition } else { Role::Mention };
        found.extend(key(table, name, Kind::Host, role, text).map(|host| yaml::without_port(host, text)));
        entries(variables, Kind::Variable, text, found);
    }
}

fn children(item: &Item, text: &str, found: &mut Vec<Occurrence>) {
    for child in item.as_array().into_iter().flatten() {
        if let (Some(name), Some(span)) = (child.as_str(), child.span()) {
            found.push(quoted(name, span, Kind::Group, Role::Mention, text));
        }
    }
}

fn key(table: &dyn TableLike, name: &str, kind: Kind, role: Role, text: &str) -> Option<Occurrence> {
    let span = table.key(name).and_then(Key::span)?;
    Some(quoted(name, span, kind, role, text))
}

/// A key or text that may stand in quotes.
fn quoted(name: &str, span: std::ops::Range<usize>, kind: Kind, role: Role, text: &str) -> Occurrence {
    let whole = TextRange::new(span.start, span.end);
    let source = text.get(span).unwrap_or_default();
    match source.find(name) {
        Some(at) if source.len() <= name.len() + 2 => {
            let start = whole.start as usize + at;
            Occurrence { kind, role, range: TextRange::new(start, start + name.len()), whole, spelled: None }
        }
        _ => Occurrence { kind, role, range: whole, whole, spelled: Some(name.into()) },
    }
}
