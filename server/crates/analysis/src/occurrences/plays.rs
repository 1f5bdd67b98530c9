//! The names in a playbook: the host patterns of its plays, the variables that a play sets, and what its templates name.

use hostwise_inventory::{HostPattern, PatternPart, SourceFile};
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::Node;

use super::{Kind, Occurrence, Role, jinja, yaml};

pub(super) fn read(file: &SourceFile) -> Vec<Occurrence> {
    let Some(root) = file.yaml().root().filter(|root| root.is_sequence()) else { return Vec::new() };
    let mut found = jinja::in_yaml(file);
    found.extend(jinja::in_conditions(file));
    for play in root.items().filter(|play| play.is_mapping()) {
        // A task has no hosts.
        let Some(hosts) = play.get("hosts") else { continue };
        pattern(hosts.value, &mut found);
        hosts.value.items().for_each(|item| pattern(item, &mut found));
        let variables = play.get("vars").into_iter().flat_map(|vars| vars.value.entries());
        found.extend(variables.filter(|entry| entry.colon.is_some()).filter_map(yaml::variable));
    }
    found
}

/// The names in a pattern; globs, expressions and templates name nothing.
fn pattern(node: Node<'_>, found: &mut Vec<Occurrence>) {
    let range = yaml::content(node);
    let text = &node.document().text()[range.span()];
    if node.is_mapping() || node.is_sequence() || node.text() != text || text.contains("{{") {
        return;
    }
    for part in HostPattern::parse(text).parts {
        if let Some(name) = name(&part) {
            let start = range.start + name.start;
            let range = TextRange { start, end: start + name.len() as u32 };
            found.push(Occurrence { kind: Kind::GroupOrHost, role: Role::Mention, range, whole: range, spelled: None });
        }
    }
}

/// The bytes of the pattern that are a name: without sign and subscript.
fn name(part: &PatternPart) -> Option<TextRange> {
    let sign = usize::from(part.text.starts_with(['!', '&']));
    let bare = &part.text[sign..];
    let name = bare.strip_suffix(']').and_then(|inner| inner.split_once('[')).map_or(bare, |(name, _)| name);
    let is_name = !name.is_empty() && !name.starts_with('~') && !name.contains(['*', '?', '[', ']']);
    let start = part.range.start as usize + sign;
    is_name.then(|| TextRange::new(start, start + name.len()))
}
