//! Inside `{{ }}` and `{% %}`: variables, groups and hosts by name, filters behind `|`.

use hostwise_syntax::TextRange;
use hostwise_syntax::jinja::{self, Role, Token};

use super::filters::FILTERS;
use super::{Asked, Completion, CompletionKind, Found, place, sources};
use crate::{knowledge, occurrences};

/// Names that Ansible gives to every template (Ansible's documentation, "Special variables").
const MAGIC: [(&str, &str); 8] = [
    ("ansible_facts", "what Ansible finds out about the host"),
    ("group_names", "the groups of this host"),
    ("groups", "all groups with their hosts"),
    ("hostvars", "the variables of all hosts"),
    ("inventory_dir", "the directory of the inventory"),
    ("inventory_hostname", "the name of this host"),
    ("inventory_hostname_short", "its part before the first dot"),
    ("playbook_dir", "the directory of the playbook"),
];

/// `None` outside of templates.
pub(super) fn found(asked: &Asked<'_>) -> Option<Found> {
    let text = asked.file.text();
    let line = asked.file.lines().line_range(asked.file.lines().line_of(asked.offset), text);
    let before = text.get(line.start as usize..asked.offset)?;
    let open = before.rfind("{{").max(before.rfind("{%"))?;
    if before[open..].contains("}}") || before[open..].contains("%}") || place::comment(before).is_some() {
        return None;
    }
    let typed_from =
        before[open + 2..].rfind(|character: char| !(character.is_alphanumeric() || character == '_' || is_name_sign(character, before)));
    let start = typed_from.map_or(open + 2, |at| open + 2 + at + before[open + 2 + at..].chars().next().map_or(1, char::len_utf8));
    let typed = before.get(start..)?;
    let rest = &text[asked.offset..];
    let behind = rest.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(rest.len());
    let word = TextRange::new(asked.offset - typed.len(), asked.offset + behind);
    let regions = jinja::in_text(&before[open..start], 0);
    let tokens = regions.last().map(|region| region.tokens.as_slice()).unwrap_or_default();
    Some(Found { word, typed: typed.to_owned(), items: items(asked, tokens, &before[open + 2..start]) })
}

/// Names of hosts and groups between quotes may hold more than names of variables do.
fn is_name_sign(character: char, before: &str) -> bool {
    matches!(character, '-' | '.') && before.rfind(['\'', '"']).is_some_and(|at| before[at..].len() > 1 && is_name_string(&before[..at]))
}

/// Whether the text up to a quote asks for a host or a group by name.
fn is_name_string(before: &str) -> bool {
    ["groups[", "hostvars[", "groups.get("].iter().any(|end| before.trim_end_matches(['\\', '\'', '"']).ends_with(end))
}

/// By what stands before the word.
fn items(asked: &Asked<'_>, tokens: &[Token], before: &str) -> Vec<Completion> {
    let asks = before.trim_end_matches(['\'', '"', '\\']);
    if asks.len() < before.len() {
        return match () {
            () if asks.ends_with("groups[") || asks.ends_with("groups.get(") => sources::groups(asked, None),
            () if asks.ends_with("hostvars[") => sources::hosts(asked, None),
            () => Vec::new(),
        };
    }
    let last = tokens.last();
    let is_sign = |sign: &str| last.is_some_and(|token| token.role == Role::Operator && &*token.text == sign);
    if is_sign("|") {
        return FILTERS.iter().map(|(name, words)| Completion::new(*name, CompletionKind::Filter, 1).detail(*words)).collect();
    }
    if is_sign(".") {
        let of = tokens.len().checked_sub(2).map(|index| &*tokens[index].text);
        return if of == Some("groups") { sources::groups(asked, None) } else { Vec::new() };
    }
    if last.is_some_and(|token| token.role == Role::Keyword && &*token.text == "is") {
        return Vec::new();
    }
    names(asked)
}

fn names(asked: &Asked<'_>) -> Vec<Completion> {
    let mut items: Vec<Completion> = Vec::new();
    for file in asked.cluster.inventory.files() {
        let set = occurrences::of_file(asked.cluster, file)
            .iter()
            .filter(|occurrence| occurrence.kind == occurrences::Kind::Variable && occurrence.role == occurrences::Role::Definition);
        items.extend(set.map(|occurrence| Completion::new(occurrence.name(file.text()), CompletionKind::Variable, 1)));
    }
    items.sort_by(|a, b| a.label.cmp(&b.label));
    items.dedup_by(|a, b| a.label == b.label);
    items.extend(MAGIC.iter().map(|(name, words)| Completion::new(*name, CompletionKind::Variable, 2).detail(*words)));
    let release = knowledge::variables(asked.cluster);
    items.extend(release.map(|known| Completion::new(&known.name, CompletionKind::Variable, 3).detail(knowledge::summary(known))));
    items
}
