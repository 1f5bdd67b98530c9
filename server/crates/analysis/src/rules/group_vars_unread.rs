//! `group-vars-unread`: `group_vars` that no run reads.

use std::sync::Arc;

use hostwise_inventory::UnreadVariables;

use super::{Finding, Findings, Rule, Tag};
use crate::cluster::Cluster;
use crate::discovery::{name_of, parent};
use crate::nearest::nearest;
use crate::unread::{self, Kind};
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule {
    id: "group-vars-unread",
    severity: Severity::Warning,
    tag: Some(Tag::Unnecessary),
    page: include_str!("group-vars-unread.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for unread in unread::of(cluster, findings.workspace(), Kind::Group) {
        let name = name_of(&unread.path);
        let (severity, message, fix) = match &unread.hidden_by {
            Some(hidden_by) => hidden(&unread, hidden_by),
            None => match meant(cluster, &unread.name) {
                Meant::Group(meant) => {
                    let message = format!("group_vars/{name} matches no group: nothing in it is read, the group is called {meant}");
                    (RULE.severity, message, unread::rename(findings.workspace(), &unread, &meant))
                }
                Meant::Later => continue,
                Meant::Absent => (Severity::Hint, format!("group_vars/{name} is not read: there is no group {} here", unread.name), None),
                Meant::Nothing => (RULE.severity, format!("group_vars/{name} matches no group: nothing in it is read"), None),
            },
        };
        report(findings, &unread, severity, &message, fix);
    }
    let elsewhere = unread::above(cluster, findings.workspace());
    for file in elsewhere {
        let name = name_of(parent_of_variables(file.path()));
        let sources: Vec<&str> = cluster.request.sources.iter().map(|source| name_of(source)).collect();
        let message = format!("{name} must stand beside the inventory: it is not read for {}", sources.join(", "));
        let range = file.lines().line_range(0, file.text());
        findings.report(Finding::in_file(&RULE, file.path(), range, message));
    }
}

/// The `group_vars` or `host_vars` that a variable file is in.
fn parent_of_variables(path: &str) -> &str {
    let mut at = parent(path);
    while !at.is_empty() && !matches!(name_of(at), "group_vars" | "host_vars") {
        at = parent(at);
    }
    at
}

/// Something of another form comes first.
fn hidden(unread: &UnreadVariables, hidden_by: &Arc<str>) -> (Severity, String, Option<Fix>) {
    let message = format!("{} is not read: {} comes first", name_of(&unread.path), name_of(hidden_by));
    (RULE.severity, message, None)
}

fn report(findings: &mut Findings<'_>, unread: &UnreadVariables, severity: Severity, message: &str, fix: Option<Fix>) {
    for file in &unread.files {
        let range = file.lines().line_range(0, file.text());
        findings.report(Finding::in_file(&RULE, file.path(), range, message).severity(severity).fix(fix.clone()));
    }
}

/// What a name that is no group's stands for.
enum Meant {
    /// A group of this inventory.
    Group(String),
    /// A group that is made while Ansible runs, once the groups that fill it have hosts.
    Later,
    /// A group that Kubespray knows and this inventory does not have.
    Absent,
    Nothing,
}

fn meant(cluster: &Cluster, name: &str) -> Meant {
    let is_group = |name: &str| cluster.inventory.group_named(name).is_some();
    if let Some(release) = &cluster.kubespray {
        let of_release = release.pack.groups.iter();
        let known = of_release.clone().find(|(group, knowledge)| *group == name || knowledge.legacy_names.iter().any(|old| old == name));
        if let Some((group, knowledge)) = known {
            return match knowledge.filled_from.iter().any(|source| is_group(source)) {
                _ if is_group(group) => Meant::Group(group.clone()),
                true if group == name => Meant::Later,
                _ => Meant::Absent,
            };
        }
    }
    let groups = cluster.inventory.groups().map(|(_, group)| &*group.name);
    match nearest(name, groups.filter(|group| !matches!(*group, "ungrouped"))) {
        Some(group) => Meant::Group(group.to_owned()),
        None => Meant::Nothing,
    }
}
