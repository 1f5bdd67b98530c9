//! Inside `{{ }}`, `{% %}` and bare conditions: variables, groups and hosts by name, filters behind `|`, tests behind `is`, words between operands.

use hostwise_syntax::TextRange;
use hostwise_syntax::jinja::{self, Role, Token};

use super::checks::TESTS;
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

/// What can follow an operand.
const BETWEEN: [(&str, &str); 7] = [
    ("and", "both hold"),
    ("else", "what it is otherwise"),
    ("if", "under this condition"),
    ("in", "an element of a list, or a part of a text"),
    ("is", "passes a test"),
    ("not in", "no element of a list, and no part of a text"),
    ("or", "one of them holds"),
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
    Some(in_expression(asked, &before[open + 2..]))
}

/// At the end of the part of an expression that stands before the cursor.
pub(super) fn in_expression(asked: &Asked<'_>, before: &str) -> Found {
    let typed_from = before.rfind(|character: char| !(character.is_alphanumeric() || character == '_' || is_name_sign(character, before)));
    let start = typed_from.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let typed = &before[start..];
    let rest = &asked.file.text()[asked.offset..];
    let behind = rest.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(rest.len());
    let word = TextRange::new(asked.offset - typed.len(), asked.offset + behind);
    let tokens = jinja::expression_in_text(&before[..start], 0);
    Found { word, typed: typed.to_owned(), items: items(asked, &tokens, &before[..start], &rest[behind..]) }
}

/// Names of hosts and groups between quotes may hold more than names of variables do.
fn is_name_sign(character: char, before: &str) -> bool {
    matches!(character, '-' | '.') && before.rfind(['\'', '"']).is_some_and(|at| before[at..].len() > 1 && is_name_string(&before[..at]))
}

/// Whether the text up to a quote asks for a host or a group by name.
fn is_name_string(before: &str) -> bool {
    let asks = before.trim_end_matches(['\\', '\'', '"']).trim_end();
    ["groups[", "hostvars[", "groups.get(", "inventory_hostname ==", "inventory_hostname !="].iter().any(|end| asks.ends_with(end))
}

/// By what stands before the word, and behind it.
fn items(asked: &Asked<'_>, tokens: &[Token], before: &str, behind: &str) -> Vec<Completion> {
    let asks = before.trim_end_matches(['\'', '"', '\\']);
    if asks.len() < before.len() {
        let is_asked = |ends: &[&str]| ends.iter().any(|end| asks.trim_end().ends_with(end));
        let is_string = tokens.last().is_some_and(|token| token.role == Role::String && token.text.len() == 1);
        match () {
            () if is_asked(&["groups[", "groups.get("]) || is_member_question(behind) => return sources::groups(asked, None),
            () if is_asked(&["hostvars[", "inventory_hostname ==", "inventory_hostname !="]) => return sources::hosts(asked, None),
            () if is_string => return Vec::new(),
            () => {}
        }
    }
    let Some(last) = tokens.last() else { return names(asked) };
    let word_before = tokens.len().checked_sub(2).map(|index| &*tokens[index].text);
    let listed = |table: &[(&str, &str)], kind| table.iter().map(|(name, words)| Completion::new(*name, kind, 1).detail(*words)).collect();
    match (last.role, &*last.text) {
        (Role::Operator, "|") => listed(FILTERS, CompletionKind::Filter),
        (Role::Operator, ".") if word_before == Some("groups") => sources::groups(asked, None),
        (Role::Operator, ".") => Vec::new(),
        (Role::Keyword, "is") => {
            let mut tests: Vec<Completion> = listed(TESTS, CompletionKind::Test);
            tests.push(Completion::new("not", CompletionKind::Keyword, 1));
            tests
        }
        (Role::Keyword, "not") if word_before == Some("is") => listed(TESTS, CompletionKind::Test),
        (Role::Operator, ")" | "]" | "}")
        | (Role::Variable | Role::Local | Role::Attribute | Role::Filter | Role::Test | Role::String | Role::Number, _) => {
            listed(&BETWEEN, CompletionKind::Keyword)
        }
        _ => names(asked),
    }
}

/// Whether a string ends here that is looked up in the groups of the host.
fn is_member_question(behind: &str) -> bool {
    let rest = behind.trim_start_matches(['\'', '"', '\\']).trim_start();
    let rest = rest.strip_prefix("not ").map_or(rest, str::trim_start);
    rest.strip_prefix("in ").is_some_and(|rest| rest.trim_start().starts_with("group_names"))
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
