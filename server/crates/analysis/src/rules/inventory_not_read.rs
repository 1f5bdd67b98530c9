//! `inventory-not-read`: a source that Ansible runs, decrypts, or refuses: hostwise knows nothing of its hosts.

use hostwise_inventory::{Problem, ProblemKind};

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "inventory-not-read", severity: Severity::Information, tag: None, page: include_str!("inventory-not-read.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let is_ours =
        |problem: &&Problem| matches!(problem.kind, ProblemKind::DynamicSource | ProblemKind::Encrypted | ProblemKind::UnparsedSource);
    for problem in cluster.inventory.problems().iter().filter(is_ours) {
        let file = cluster.inventory.file(problem.place.file);
        let told_as_syntax = problem.kind == ProblemKind::UnparsedSource && file.is_yaml() && file.syntax_error().is_some();
        if !told_as_syntax {
            let is_refused = problem.kind == ProblemKind::UnparsedSource;
            let severity = if is_refused { Severity::Error } else { RULE.severity };
            findings.report(findings.at(&RULE, problem.place, problem.message.clone()).severity(severity));
        }
    }
}
