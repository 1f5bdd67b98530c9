//! `file-unreadable`: a file of an inventory without text.

use std::sync::Arc;

use hostwise_inventory::ProblemKind;

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule = Rule { id: "file-unreadable", severity: Severity::Warning, page: include_str!("file-unreadable.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::Unavailable) {
        let path = Arc::clone(cluster.inventory.file(problem.place.file).path());
        findings.add(&RULE, &path, problem.place.range, problem.message.clone());
    }
}
