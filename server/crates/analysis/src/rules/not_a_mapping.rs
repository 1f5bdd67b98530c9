//! `not-a-mapping`: a list or a scalar where Ansible wants a mapping.

use hostwise_inventory::{Place, ProblemKind};
use hostwise_syntax::Value;
use hostwise_syntax::edit::yaml;

use super::{Findings, Rule};
use crate::edit::entry_of;
use crate::{Change, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "not-a-mapping", severity: Severity::Error, tag: None, page: include_str!("not-a-mapping.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::NotAMapping) {
        let message = format!("{}: Ansible refuses the file", problem.message);
        let fix = fix(findings, problem.place);
        findings.report(findings.at(&RULE, problem.place, message).fix(fix));
    }
}

/// A list of names, or of names with what belongs to them, becomes a mapping.
fn fix(findings: &Findings<'_>, key: Place) -> Option<Fix> {
    let file = findings.cluster.inventory.file(key.file);
    let (_, entry) = entry_of(file, key.range)?;
    if !entry.value.is_sequence() || entry.value.items().next().is_none() {
        return None;
    }
    let pair = |item: Value| match item {
        Value::String(_) => Some((item, Value::Null)),
        Value::Map(entries) if entries.len() == 1 => entries.first().cloned(),
        _ => None,
    };
    let entries = entry.value.items().map(|item| pair(item.value().ok()?)).collect::<Option<Vec<_>>>()?;
    let edit = yaml::replace(entry.value, &Value::Map(entries.into()))?;
    let title = format!("Make {} a mapping", entry.key.source());
    Some(Fix { title, is_safe: true, change: Change::of_file(file.path(), [edit]) })
}
