//! `invalid-group-definition`: a group that Ansible skips because its definition is no mapping.

use hostwise_inventory::ProblemKind;

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule = Rule {
    id: "invalid-group-definition",
    severity: Severity::Warning,
    tag: None,
    page: include_str!("invalid-group-definition.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::InvalidGroupDefinition) {
        findings.report(findings.at(&RULE, problem.place, problem.message.clone()));
    }
}
