//! `role-variable-shadowed`: a variable that a role of Kubespray sets over whatever the inventory says.

use super::{Findings, Rule, Tag};
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule {
    id: "role-variable-shadowed",
    severity: Severity::Warning,
    tag: Some(Tag::Unnecessary),
    page: include_str!("role-variable-shadowed.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for name in cluster.inventory.set_variables().iter() {
        let is_shadowed = release.pack.variable(name).is_some_and(|variable| variable.shadowed);
        // The copy of the user decides, where there is one. The value may be a large table, so it is the last thing to ask for.
        if !is_shadowed || release.shadowing_value(name).is_none() {
            continue;
        }
        for situation in cluster.situations(name).iter() {
            if let Some(winner) = cluster.winner(situation.hosts.example, name) {
                let message = format!("{name} is a role variable of Kubespray {}: it has no effect here, only with -e", release.version);
                let fix = cluster.delete(&winner).map(|change| Fix { title: format!("Delete {name}"), is_safe: false, change });
                findings.report(findings.at(&RULE, winner.key, message).fix(fix));
            }
        }
    }
}
