//! `reserved-variable-name`: a variable with the name of something that plays, tasks or templates know already.

use super::{Findings, Rule};
use crate::Severity;
use crate::plays::is_reserved;

pub(super) const RULE: Rule =
    Rule { id: "reserved-variable-name", severity: Severity::Warning, tag: None, page: include_str!("reserved-variable-name.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for name in cluster.inventory.set_variables().iter().filter(|name| is_reserved(name)) {
        for definition in cluster.inventory.definitions(name) {
            let message = format!("{name} is a word of plays, tasks or templates: a variable cannot be relied on to be seen under it");
            findings.report(findings.at(&RULE, definition.layer.key, message).on(definition.host));
        }
    }
}
