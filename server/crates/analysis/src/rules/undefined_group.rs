//! `undefined-group`: a group that is used and nowhere declared, for which Ansible refuses the file.

use hostwise_inventory::{Place, ProblemKind};
use hostwise_syntax::edit::ini;
use hostwise_syntax::ini::SectionKind;

use super::{Findings, Rule, legacy_group_name};
use crate::nearest::nearest;
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "undefined-group", severity: Severity::Error, tag: None, page: include_str!("undefined-group.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::UndefinedGroup) {
        let name = cluster.inventory.file(problem.place.file).text().get(problem.place.range.span());
        if name.is_some_and(|name| legacy_group_name::tells_undeclared(cluster, name)) {
            continue;
        }
        let message = format!("{}: Ansible refuses the file", problem.message);
        let fixes = fixes(findings, problem.place);
        findings.report(findings.at(&RULE, problem.place, message).fix(fixes));
    }
}

fn fixes(findings: &Findings<'_>, place: Place) -> Vec<Fix> {
    let inventory = &findings.cluster.inventory;
    let file = inventory.file(place.file);
    if file.is_yaml() {
        return Vec::new();
    }
    let Some(name) = file.text().get(place.range.span()) else { return Vec::new() };
    let declared = file.ini().sections.iter().filter(|section| section.kind != SectionKind::Vars).filter_map(|section| section.name);
    let names = declared.filter_map(|range| file.text().get(range.span()));
    let rename = nearest(name, names).map(|meant| {
        let edit = FileEdit { path: file.path().clone(), range: place.range, new_text: meant.to_owned() };
        Fix { title: format!("Rename to {meant}"), is_safe: false, change: Change { edits: vec![edit], renames: Vec::new() } }
    });
    let declare = ini::add_section(file.ini(), name, SectionKind::Hosts, &[]).map(|edit| Fix {
        title: format!("Declare [{name}]"),
        is_safe: false,
        change: Change::of_file(file.path(), [edit]),
    });
    rename.into_iter().chain(declare).collect()
}
