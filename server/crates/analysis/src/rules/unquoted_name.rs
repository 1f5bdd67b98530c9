//! `unquoted-name`: the name of a host or group that YAML reads as a number, a boolean, a date or nothing.

use hostwise_inventory::ProblemKind;

use super::{Findings, Rule};
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "unquoted-name", severity: Severity::Error, tag: None, page: include_str!("unquoted-name.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::UnquotedName) {
        let file = cluster.inventory.file(problem.place.file);
        let written = file.text().get(problem.place.range.span()).unwrap_or_default();
        let is_plain = !written.is_empty() && !written.contains(['"', '\'', '\\', '[', '{', '~', '\n']);
        let fix = is_plain.then(|| {
            let edit = FileEdit { path: file.path().clone(), range: problem.place.range, new_text: format!("\"{written}\"") };
            // Behind a colon a port was meant, or an address that is no name at all.
            let is_safe = !written.contains(':');
            Fix { title: format!("Put {written} in quotes"), is_safe, change: Change { edits: vec![edit], renames: Vec::new() } }
        });
        findings.report(findings.at(&RULE, problem.place, problem.message.clone()).fix(fix));
    }
}
