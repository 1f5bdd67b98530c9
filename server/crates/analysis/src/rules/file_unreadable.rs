//! `file-unreadable`: a file of an inventory without text.

use hostwise_inventory::ProblemKind;

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "file-unreadable", severity: Severity::Warning, tag: None, page: include_str!("file-unreadable.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::Unavailable) {
        findings.report(findings.at(&RULE, problem.place, problem.message.clone()));
    }
}
