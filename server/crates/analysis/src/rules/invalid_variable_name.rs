//! `invalid-variable-name`: a name that no template can say.

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "invalid-variable-name", severity: Severity::Warning, tag: None, page: include_str!("invalid-variable-name.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for name in cluster.inventory.set_variables().iter().filter(|name| !is_valid(name)) {
        for definition in cluster.inventory.definitions(name) {
            let message = format!("{name} cannot be the name of a variable: only letters, digits and _, no digit in front");
            findings.report(findings.at(&RULE, definition.layer.key, message).on(definition.host));
        }
    }
}

/// An ASCII identifier of Python that is no literal of Jinja (ansible-core `utils/vars.py`, `validate_variable_name`).
fn is_valid(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_identifier = !name.is_empty() && name.bytes().all(is_word) && !name.starts_with(|first: char| first.is_ascii_digit());
    is_identifier && !matches!(name, "true" | "false" | "none" | "True" | "False" | "None" | "not")
}
