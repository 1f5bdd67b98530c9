//! In an INI inventory: headers, hosts, groups inside groups, variables.

use hostwise_syntax::TextRange;
use hostwise_syntax::ini::{Section, SectionKind};
use rustc_hash::FxHashSet;

use super::place::{Place, Style, is_word};
use super::variables::Owner;
use super::{Asked, Completion, CompletionKind, Found, sources, values, variables};

pub(super) fn found(asked: &Asked<'_>) -> Option<Found> {
    let text = asked.file.text();
    let line = asked.file.lines().line_range(asked.file.lines().line_of(asked.offset), text);
    let before = text.get(line.start as usize..asked.offset)?.trim_start();
    if before.starts_with(['#', ';']) || before.contains(" #") {
        return None;
    }
    if let Some(header) = before.strip_prefix('[') {
        return header_found(asked, header);
    }
    let section = asked.file.ini().sections.iter().rev().find(|section| section.header.end as usize <= line.start as usize);
    let name = |section: &Section| section.name.map(|range| text[range.span()].to_owned());
    let group = section.and_then(name).unwrap_or_else(|| "ungrouped".to_owned());
    let words: Vec<&str> = before.split_whitespace().collect();
    let is_first = words.len() <= 1 && !before.ends_with([' ', '\t']);
    let last = if before.ends_with([' ', '\t']) { "" } else { words.last().copied().unwrap_or_default() };
    match section.map_or(SectionKind::Hosts, |section| section.kind) {
        SectionKind::Children => Some(word(asked, before, None).found(sources::groups(asked, Some(&group)))),
        SectionKind::Vars => Some(variable(asked, before, Owner::Group(&group), &set_in(asked, section))),
        SectionKind::Hosts if is_first => Some(word(asked, before, None).found(sources::hosts(asked, Some(&group)))),
        SectionKind::Hosts => {
            let host = words.first().copied().unwrap_or_default();
            let set = words[1..].iter().filter_map(|word| word.split_once('=')).map(|(key, _)| key.to_owned()).collect();
            Some(variable(asked, last, Owner::Host(host), &set))
        }
    }
}

/// The name of a group, or what its section holds.
fn header_found(asked: &Asked<'_>, header: &str) -> Option<Found> {
    if header.contains(']') {
        return None;
    }
    match header.split_once(':') {
        Some((_, kind)) => {
            let kinds = [("children", "the groups inside this group"), ("vars", "variables of all hosts in this group")];
            let items = kinds.into_iter().map(|(name, words)| Completion::new(name, CompletionKind::Section, 1).detail(words));
            Some(word(asked, kind, None).found(items.collect()))
        }
        None => Some(word(asked, header, None).found(sources::groups(asked, None))),
    }
}

/// A key, or behind `=` its value.
fn variable(asked: &Asked<'_>, typed: &str, owner: Owner<'_>, set: &FxHashSet<String>) -> Found {
    match typed.split_once('=') {
        Some((key, value)) => {
            let place = word(asked, value.trim_start(), Some(key.trim().to_owned()));
            place.found(values::of(asked, key.trim()).into_iter().map(as_literal).collect())
        }
        None => {
            let place = word(asked, typed, None);
            let items = variables::keys(asked, owner, set, &place).into_iter();
            place.found(items.map(|item| Completion { text: format!("{}=", item.label), snippet: None, ..item }).collect())
        }
    }
}

/// Values are literals of Python here: `true` would be a text.
fn as_literal(item: Completion) -> Completion {
    let label = match item.label.as_str() {
        "true" => "True",
        "false" => "False",
        _ => return item,
    };
    Completion { label: label.to_owned(), text: label.to_owned(), ..item }
}

fn set_in(asked: &Asked<'_>, section: Option<&Section>) -> FxHashSet<String> {
    let lines = section.into_iter().flat_map(|section| &section.lines);
    let others = lines.filter(|line| !line.range.touches(asked.offset)).flat_map(|line| &line.assignments);
    others.map(|assignment| asked.file.text()[assignment.key.span()].to_owned()).collect()
}

fn word(asked: &Asked<'_>, typed: &str, value_of: Option<String>) -> Place {
    let rest = &asked.file.text()[asked.offset..];
    let behind = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
    let word = TextRange::new(asked.offset - typed.len(), asked.offset + behind);
    Place { keys: Vec::new(), value_of, word, typed: typed.to_owned(), column: 0, style: Style::Block }
}
