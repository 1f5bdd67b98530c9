//! `refused-combination`: values that Kubespray refuses together. The combinations are data of the release.

use super::{Findings, Rule};
use crate::Severity;
use crate::components::filled;
use crate::findings::HOSTS;

pub(super) const RULE: Rule =
    Rule { id: "refused-combination", severity: Severity::Error, tag: None, page: include_str!("refused-combination.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for check in release.pack.checks.values() {
        let Some(group) = cluster.inventory.group_named(&check.on) else { continue };
        let asserted = if check.asserted { " and not ignore_assert_errors" } else { "" };
        for alike in cluster.where_true(&format!("'{}' in group_names and ({}){asserted}", check.on, check.fails)) {
            let names: Vec<&str> = check.change.iter().map(String::as_str).collect();
            let set = findings.first_set(alike.example, &names).map(|(_, place)| place);
            let Some(place) = set.or_else(|| cluster.group_place(group)) else { continue };
            let says = filled(&check.says, |name| cluster.value_for_people(alike.example, name));
            let message = format!("{says}, on {HOSTS}");
            let finding = findings.at(&RULE, place, message).on(alike.all(cluster));
            findings.report(finding.because(findings.values(alike.example, &names)));
        }
    }
}
