//! `inventory-file-format`: an inventory that lost its shape: YAML under the name of an INI file, sections without their group.

use std::sync::Arc;

use hostwise_inventory::{Place, ProblemKind};
use hostwise_syntax::edit::yaml;
use hostwise_syntax::yaml::Kind;

use super::{Findings, Rule};
use crate::edit::entry_of;
use crate::{Change, FileRename, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "inventory-file-format", severity: Severity::Error, tag: None, page: include_str!("inventory-file-format.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems() {
        let fix = match problem.kind {
            ProblemKind::WrongFormat => rename(findings, problem.place),
            ProblemKind::MisplacedSection => indent(findings, problem.place),
            _ => continue,
        };
        findings.report(findings.at(&RULE, problem.place, problem.message.clone()).fix(fix));
    }
}

fn rename(findings: &Findings<'_>, place: Place) -> Option<Fix> {
    let path = findings.cluster.inventory.file(place.file).path();
    let (directory, name) = path.rsplit_once('/')?;
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let to: Arc<str> = format!("{directory}/{name}.yaml").into();
    if findings.workspace().files().get(&to).is_some() {
        return None;
    }
    let change = Change { edits: Vec::new(), renames: vec![FileRename { from: Arc::clone(path), to }] };
    Some(Fix { title: format!("Rename the file to {name}.yaml"), is_safe: false, change })
}

/// Moves the section below `all` when that stands above and has none of that name.
fn indent(findings: &Findings<'_>, key: Place) -> Option<Fix> {
    let file = findings.cluster.inventory.file(key.file);
    let (root, entry) = entry_of(file, key.range)?;
    let all = root.get("all").filter(|all| all.key.range().end < key.range.start)?;
    let name = entry.key.text();
    if all.value.kind() != Kind::Absent && (!all.value.is_mapping() || all.value.get(&name).is_some()) {
        return None;
    }
    let edits = yaml::move_entry(&entry, all.value, yaml::Place::Last)?;
    Some(Fix { title: format!("Move {name} below all"), is_safe: true, change: Change::of_file(file.path(), edits) })
}
