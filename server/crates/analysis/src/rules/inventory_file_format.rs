//! `inventory-file-format`: an inventory that lost its shape: YAML under the name of an INI file, sections without their group.

use std::sync::Arc;

use hostwise_inventory::{Entry, Place, ProblemKind};
use hostwise_syntax::edit::yaml;
use hostwise_syntax::ini::SectionKind;
use hostwise_syntax::yaml::Kind;

use super::{Finding, Findings, Rule};
use crate::discovery::{name_of, parent};
use crate::edit::entry_of;
use crate::{Change, FileRename, Fix, Severity, ansible_cfg};

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
    skipped_by_name(findings);
}

/// Inventories in a directory that `ansible.cfg` names, whose end of the name it tells Ansible to skip, as Kubespray's own does with `.ini`.
fn skipped_by_name(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    let mut directories = cluster.request.sources.iter().filter(|source| cluster.inventory.file_id(source).is_none()).peekable();
    if directories.peek().is_none() {
        return;
    }
    let directories: Vec<&Arc<str>> = directories.collect();
    let configs = findings.workspace().files().iter().filter_map(|(path, entry)| match entry {
        Entry::File(file) if name_of(path) == "ansible.cfg" => Some(file),
        _ => None,
    });
    for config in configs {
        let named = ansible_cfg::paths(config, &["inventory"], ',');
        let ends = ansible_cfg::ignored_ends(config);
        for file in cluster.inventory.source_files().filter(|file| !file.is_yaml()) {
            let is_named = directories.iter().any(|directory| named.contains(directory) && parent(file.path()) == &***directory);
            let is_group = |name: &str| release.pack.groups.contains_key(name);
            let mut sections = file.ini().sections.iter().filter_map(|section| section.name.filter(|_| section.kind != SectionKind::Vars));
            let Some(end) = ends.iter().find(|end| file.path().ends_with(**end)).filter(|_| is_named) else { continue };
            if let Some(name) = sections.find(|name| file.text().get(name.span()).is_some_and(is_group)) {
                let message = format!(
                    "Ansible skips this file: ansible.cfg names its directory as the inventory, and {end} among what is ignored there"
                );
                findings.report(Finding::in_file(&RULE, file.path(), name, message));
            }
        }
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
