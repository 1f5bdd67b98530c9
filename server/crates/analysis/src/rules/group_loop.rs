//! `group-loop`: a group that would contain itself.

use hostwise_inventory::{Place, ProblemKind};
use hostwise_syntax::edit::{ini, yaml};

use super::{Findings, Rule};
use crate::edit::entry_of;
use crate::{Change, Fix, Severity};

pub(super) const RULE: Rule = Rule { id: "group-loop", severity: Severity::Error, tag: None, page: include_str!("group-loop.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for problem in cluster.inventory.problems().iter().filter(|problem| problem.kind == ProblemKind::GroupLoop) {
        let message = format!("{}: Ansible refuses the file", problem.message);
        let fix = fix(findings, problem.place);
        findings.report(findings.at(&RULE, problem.place, message).fix(fix));
    }
    let all = cluster.inventory.groups().next().map(|(id, _)| id);
    for mention in all.into_iter().flat_map(|all| &cluster.inventory.group(all).mentions) {
        if let hostwise_inventory::MentionKind::ChildOf(parent) = mention.kind {
            let parent = &cluster.inventory.group(parent).name;
            if &**parent != "all" {
                let message = format!("all cannot be below {parent}, which is below all: Ansible stops");
                let fix = fix(findings, mention.place);
                findings.report(findings.at(&RULE, mention.place, message).fix(fix));
            }
        }
    }
}

/// Takes the child out.
fn fix(findings: &Findings<'_>, place: Place) -> Option<Fix> {
    let file = findings.cluster.inventory.file(place.file);
    let name = file.text().get(place.range.span())?;
    let edit = if file.is_yaml() {
        yaml::delete(&entry_of(file, place.range)?.1)?
    } else {
        let line = file.ini().sections.iter().flat_map(|section| &section.lines).find(|line| line.name == Some(place.range))?;
        ini::delete_line(file.ini(), line)
    };
    Some(Fix { title: format!("Take {name} out"), is_safe: false, change: Change::of_file(file.path(), [edit]) })
}
