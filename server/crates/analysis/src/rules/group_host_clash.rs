//! `group-host-clash`: one name for a group and for a host.

use std::sync::Arc;

use hostwise_inventory::{Inventory, MentionKind, Place, SourceFile};
use hostwise_syntax::edit::yaml;
use hostwise_syntax::ini::SectionKind;

use super::{Findings, Rule};
use crate::edit::entry_of;
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "group-host-clash", severity: Severity::Warning, tag: None, page: include_str!("group-host-clash.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for (id, host) in cluster.inventory.hosts() {
        let Some(group) = cluster.inventory.group_named(&host.name) else { continue };
        let defined = cluster.group_place(group).map(|place| findings.related(place, format!("{} is a group", host.name)));
        for mention in &host.mentions {
            let MentionKind::HostOf(owner) = mention.kind else { continue };
            let owner_name = &cluster.inventory.group(owner).name;
            // Kubespray wants the host of its group bastion to be called so.
            let is_namesake = owner == group;
            if is_namesake && cluster.kubespray.is_some() && &*host.name == "bastion" {
                continue;
            }
            let severity = if is_namesake { Severity::Hint } else { RULE.severity };
            let message = match &**owner_name {
                _ if is_namesake => {
                    format!("{} is a group and a host of it: Ansible warns, and its variables land on the group", host.name)
                }
                "ungrouped" => format!("{} is a group, and a host here", host.name),
                owner => format!("{} is a group, but a host here: groups in {owner} stand below its children", host.name),
            };
            let fix = fix(&cluster.inventory, mention.place, owner_name);
            findings.report(findings.at(&RULE, mention.place, message).severity(severity).on([id]).because(defined.clone()).fix(fix));
        }
    }
}

/// When everything in the section is a group, the section is one of children.
fn fix(inventory: &Inventory, place: Place, owner: &str) -> Option<Fix> {
    let file = inventory.file(place.file);
    let is_group = |name: &str| inventory.group_named(name).is_some() && name != owner;
    let title = format!("Make them children of {owner}");
    let change = if file.is_yaml() { in_yaml(file, place, is_group)? } else { in_ini(file, place, is_group)? };
    Some(Fix { title, is_safe: false, change })
}

fn in_yaml(file: &SourceFile, place: Place, is_group: impl Fn(&str) -> bool) -> Option<Change> {
    let (hosts, _) = entry_of(file, place.range)?;
    if !hosts.entries().all(|entry| is_group(&entry.key.text()) && entry.value.source().is_empty()) {
        return None;
    }
    let path = file.yaml().path_at(place.range.start as usize);
    let (group, section) = path.into_iter().rev().find_map(|node| {
        let section = node.entries().find(|entry| entry.value.id() == hosts.id())?;
        Some((node, section))
    })?;
    if section.key.text() != "hosts" || group.get("children").is_some() {
        return None;
    }
    Some(Change::of_file(file.path(), [yaml::rename_key(section.key, "children")?]))
}

fn in_ini(file: &SourceFile, place: Place, is_group: impl Fn(&str) -> bool) -> Option<Change> {
    let text = file.text();
    let section = file.ini().sections.iter().find(|section| section.lines.iter().any(|line| line.name == Some(place.range)))?;
    let are_groups = section.lines.iter().all(|line| {
        let name = line.name.and_then(|name| text.get(name.span()));
        name.is_some_and(&is_group) && line.assignments.is_empty()
    });
    if !are_groups || section.kind != SectionKind::Hosts {
        return None;
    }
    let name = text.get(section.name?.span())?;
    let edit = FileEdit { path: Arc::clone(file.path()), range: section.header, new_text: format!("[{name}:children]") };
    Some(Change { edits: vec![edit], renames: Vec::new() })
}
