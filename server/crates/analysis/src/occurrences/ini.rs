//! The names in an INI inventory.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::ini::{Line, Section, SectionKind};

use super::{Kind, Occurrence, Role, jinja, yaml};

pub(super) fn read(file: &SourceFile) -> Vec<Occurrence> {
    let text = file.text();
    let mut found = jinja::in_ini(file);
    for section in &file.ini().sections {
        if let Some(range) = section.name {
            let role = if section.kind == SectionKind::Vars { Role::Mention } else { Role::Definition };
            found.push(Occurrence { kind: Kind::Group, role, range, whole: whole(section), spelled: None });
        }
        for line in &section.lines {
            named(section, line, text, &mut found);
        }
    }
    found
}

fn named(section: &Section, line: &Line, text: &str, found: &mut Vec<Occurrence>) {
    if let Some(range) = line.name {
        let occurrence = match section.kind {
            SectionKind::Children => Occurrence { kind: Kind::Group, role: Role::Mention, range, whole: line.range, spelled: None },
            _ => {
                let role = if line.assignments.is_empty() { Role::Mention } else { Role::Definition };
                yaml::without_port(word(Kind::Host, role, range, line.range, text), text)
            }
        };
        found.push(occurrence);
    }
    for assignment in &line.assignments {
        let whole = TextRange { start: assignment.key.start, end: assignment.value_range.end };
        found.push(word(Kind::Variable, Role::Definition, assignment.key, whole, text));
    }
}

/// A word with the quotes around it left out; other quotes and escapes make it spell its name differently.
fn word(kind: Kind, role: Role, range: TextRange, whole: TextRange, text: &str) -> Occurrence {
    let source = &text[range.span()];
    let quote = source.chars().next().filter(|first| matches!(first, '\'' | '"'));
    let inner = quote.and_then(|quote| source.get(1..)?.strip_suffix(quote));
    let plain = |text: &str| !text.contains(['\'', '"', '\\']);
    match inner {
        Some(inner) if plain(inner) => {
            let start = range.start as usize + 1;
            Occurrence { kind, role, range: TextRange::new(start, start + inner.len()), whole, spelled: None }
        }
        _ if plain(source) => Occurrence { kind, role, range, whole, spelled: None },
        _ => Occurrence { kind, role, range, whole, spelled: Some(source.replace(['\'', '"', '\\'], "").into()) },
    }
}

/// From the header to the last line.
fn whole(section: &Section) -> TextRange {
    let end = section.lines.last().map_or(section.header.end, |line| line.range.end);
    TextRange { start: section.header.start, end }
}
