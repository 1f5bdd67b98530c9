//! `unexpected-key`: a key below a group that Ansible skips.

use hostwise_inventory::{Place, ProblemKind};
use hostwise_syntax::edit::yaml::{self, Fragment};

use super::{Findings, Rule};
use crate::edit::entry_of;
use crate::nearest::nearest;
use crate::{Change, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "unexpected-key", severity: Severity::Warning, tag: None, page: include_str!("unexpected-key.md"), check };

const SECTIONS: [&str; 3] = ["vars", "children", "hosts"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::UnexpectedKey) {
        let fix = fix(findings, problem.place);
        findings.report(findings.at(&RULE, problem.place, problem.message.clone()).fix(fix));
    }
}

/// A section with a slip in its name gets the right one; a variable goes below `vars`.
fn fix(findings: &Findings<'_>, key: Place) -> Option<Fix> {
    let file = findings.cluster.inventory.file(key.file);
    let (group, entry) = entry_of(file, key.range)?;
    let name = entry.key.text();
    if entry.value.is_mapping() {
        let section = nearest(&name, SECTIONS).filter(|section| group.get(section).is_none())?;
        let edit = yaml::rename_key(entry.key, section)?;
        return Some(Fix { title: format!("Rename {name} to {section}"), is_safe: true, change: Change::of_file(file.path(), [edit]) });
    }
    let edits = match group.get("vars") {
        Some(vars) => yaml::move_entry(&entry, vars.value, yaml::Place::Last)?,
        None => {
            let vars = Fragment::new("vars", hostwise_syntax::Value::Map([(entry.key.value().ok()?, entry.value.value().ok()?)].into()));
            vec![yaml::insert(group, yaml::Place::After(entry), &vars)?, yaml::delete(&entry)?]
        }
    };
    Some(Fix { title: format!("Move {name} below vars"), is_safe: false, change: Change::of_file(file.path(), edits) })
}
