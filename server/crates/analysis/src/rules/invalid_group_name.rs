//! `invalid-group-name`: a group name with signs that Ansible warns about.

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "invalid-group-name", severity: Severity::Hint, tag: None, page: include_str!("invalid-group-name.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for (id, group) in cluster.inventory.groups().filter(|(_, group)| !is_valid(&group.name)) {
        let Some(place) = cluster.group_place(id) else { continue };
        let message = match group.name.chars().next() {
            Some(first) if first.is_numeric() => format!("{} begins with a digit: Ansible warns about such a group name", group.name),
            _ => format!("{} has other signs than letters, digits and _: Ansible warns about such a group name", group.name),
        };
        findings.report(findings.at(&RULE, place, message));
    }
}

/// Word characters, no digit in front (ansible-core `constants.py`, `INVALID_VARIABLE_NAMES`).
fn is_valid(name: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    name.chars().all(is_word) && !name.starts_with(char::is_numeric)
}
