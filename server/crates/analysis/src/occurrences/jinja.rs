//! The names in templates: variables, and the groups and hosts that they ask for by name (`groups['etcd']`, `hostvars['node'].ip`,
//! `'etcd' in group_names`).

use hostwise_inventory::{SourceFile, is_magic};
use hostwise_syntax::TextRange;
use hostwise_syntax::jinja::{self, Role as TokenRole, Token};
use hostwise_syntax::yaml::Node;

use super::{Kind, Occurrence, Role};

/// Keys of tasks whose values are expressions without brackets.
pub(crate) const CONDITIONS: [&str; 6] = ["changed_when", "failed_when", "that", "until", "var", "when"];

/// The names in all templates of a YAML text.
pub(super) fn in_yaml(file: &SourceFile) -> Vec<Occurrence> {
    let mut found = Vec::new();
    if !has_templates(file.text()) || file.is_encrypted() {
        return found;
    }
    let mut open: Vec<Node<'_>> = file.yaml().root().into_iter().collect();
    while let Some(node) = open.pop() {
        for region in jinja::regions(node) {
            read(&region.tokens, file.text(), &mut found);
        }
        open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
    }
    found
}

/// The names in the bare expressions of tasks (`when: mine`), which stand without brackets.
pub(super) fn in_conditions(file: &SourceFile) -> Vec<Occurrence> {
    let text = file.text();
    let mut found = Vec::new();
    let mut open: Vec<Node<'_>> = file.yaml().root().into_iter().collect();
    while let Some(node) = open.pop() {
        for entry in node.entries().filter(|entry| CONDITIONS.contains(&&*entry.key.text())) {
            for expression in std::iter::once(entry.value).chain(entry.value.items()) {
                read(&jinja::expression(expression), text, &mut found);
            }
        }
        open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
    }
    found
}

/// The names in the templates of the values of an INI inventory.
pub(super) fn in_ini(file: &SourceFile) -> Vec<Occurrence> {
    let mut found = Vec::new();
    if !has_templates(file.text()) {
        return found;
    }
    let lines = file.ini().sections.iter().flat_map(|section| &section.lines);
    for assignment in lines.flat_map(|line| &line.assignments) {
        let value = assignment.value_range;
        for region in jinja::in_text(&file.text()[value.span()], value.start as usize) {
            read(&region.tokens, file.text(), &mut found);
        }
    }
    found
}

fn has_templates(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

fn read(tokens: &[Token], text: &str, found: &mut Vec<Occurrence>) {
    for (index, token) in tokens.iter().enumerate() {
        let rest = &tokens[index + 1..];
        match (token.role, &*token.text) {
            (TokenRole::Variable, "groups") => found.extend(asked_for(rest).and_then(|name| named(name, Kind::Group, text))),
            (TokenRole::Variable, "hostvars") => {
                found.extend(asked_for(rest).and_then(|name| named(name, Kind::Host, text)));
                let of_host = behind(rest).and_then(asked_for);
                found.extend(of_host.and_then(|name| named(name, Kind::Variable, text)));
            }
            (TokenRole::Variable, name) if is_magic(name) || is_sign(rest.first(), "(") => {}
            (TokenRole::Variable, _) => found.extend(named(token, Kind::Variable, text)),
            (TokenRole::String, _) if is_in_group_names(rest) => found.extend(named(token, Kind::Group, text)),
            _ => {}
        }
    }
}

/// The name in `.name`, `['name']` or `.get('name')`.
fn asked_for(tokens: &[Token]) -> Option<&Token> {
    match tokens {
        [dot, get, open, name, ..] if is_sign(Some(dot), ".") && &*get.text == "get" && is_sign(Some(open), "(") => {
            Some(name).filter(|name| name.role == TokenRole::String)
        }
        [dot, name, ..] if is_sign(Some(dot), ".") => Some(name).filter(|name| name.role == TokenRole::Attribute),
        [open, name, close, ..] if is_sign(Some(open), "[") && is_sign(Some(close), "]") => {
            Some(name).filter(|name| name.role == TokenRole::String)
        }
        _ => None,
    }
}

/// What stands behind `.name` or `[…]`.
fn behind(tokens: &[Token]) -> Option<&[Token]> {
    if is_sign(tokens.first(), ".") {
        return tokens.get(2..);
    }
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        depth += usize::from(is_sign(Some(token), "["));
        if is_sign(Some(token), "]") {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return (index > 0).then(|| &tokens[index + 1..]);
        }
    }
    None
}

/// `in group_names`, `not in group_names`
fn is_in_group_names(tokens: &[Token]) -> bool {
    let is_word = |token: &Token, word: &str| &*token.text == word;
    match tokens {
        [word, name, ..] if is_word(word, "in") => is_word(name, "group_names"),
        [not, word, name, ..] => is_word(not, "not") && is_word(word, "in") && is_word(name, "group_names"),
        _ => false,
    }
}

fn is_sign(token: Option<&Token>, sign: &str) -> bool {
    token.is_some_and(|token| token.role == TokenRole::Operator && &*token.text == sign)
}

fn named(token: &Token, kind: Kind, text: &str) -> Option<Occurrence> {
    let name = token.text.trim_matches(['\'', '"']);
    if name.is_empty() {
        return None;
    }
    let whole = token.range;
    let source = &text[whole.span()];
    let literal = source.find(name).filter(|_| source.trim_matches(['\'', '"', '\\']) == name);
    let range = literal.map_or(whole, |at| TextRange::new(whole.start as usize + at, whole.start as usize + at + name.len()));
    let spelled = literal.is_none().then(|| name.into());
    Some(Occurrence { kind, role: Role::Read, range, whole, spelled })
}
