//! `duplicate-definition`: a variable in two files of one directory of variables, where the name of the file decides.

use std::sync::Arc;

use hostwise_inventory::{FileId, GroupId, Layer, Place};
use hostwise_syntax::edit::yaml;
use rustc_hash::FxHashMap;

use super::{Findings, Rule, Tag};
use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of};
use crate::edit::entry_of;
use crate::findings::HOSTS;
use crate::{Change, Fix, Severity};

pub(super) const RULE: Rule = Rule {
    id: "duplicate-definition",
    severity: Severity::Warning,
    tag: Some(Tag::Unnecessary),
    page: include_str!("duplicate-definition.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    beaten(findings);
    let cluster = findings.cluster;
    // In the order in which Ansible reads them: a later file of a directory wins.
    let mut by_directory: FxHashMap<&str, Vec<FileId>> = FxHashMap::default();
    for file in cluster.inventory.files() {
        if let (Some(directory), Some(id)) = (entity_directory(file.path()), cluster.inventory.file_id(file.path())) {
            by_directory.entry(directory).or_default().push(id);
        }
    }
    let mut directories: Vec<_> = by_directory.into_iter().filter(|(_, files)| files.len() > 1).collect();
    directories.sort_unstable();
    for (_, files) in directories {
        let mut last: FxHashMap<String, Place> = FxHashMap::default();
        for id in files.into_iter().rev() {
            for (name, place) in definitions(findings, id) {
                match last.get(&name) {
                    Some(&winner) if winner.file != id => {
                        let file = cluster.inventory.file(winner.file);
                        let message =
                            format!("{name} is set again in {}, which Ansible reads later: this line has no effect", name_of(file.path()));
                        let fix = delete(cluster, place).map(|change| Fix { title: format!("Delete this {name}"), is_safe: false, change });
                        let wins = findings.related(winner, format!("this {name} wins"));
                        findings.report(findings.at(&RULE, place, message).because([wins]).fix(fix));
                    }
                    Some(_) => {}
                    None => {
                        last.insert(name, place);
                    }
                }
            }
        }
    }
}

/// What Kubespray's group is given and another of its groups takes away on every host: of groups that are equally deep the later name wins.
fn beaten(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    let is_kubesprays = |group: GroupId| release.pack.groups.contains_key(&*cluster.inventory.group(group).name);
    for name in cluster.inventory.set_variables().iter().filter(|name| cluster.inventory.groups_with_variable(name).len() > 1) {
        let definitions = cluster.inventory.definitions(name);
        let of_groups = definitions.iter().filter_map(|definition| Some((definition.layer.group?, &definition.layer)));
        let of_groups: Vec<_> = of_groups.filter(|(group, _)| is_kubesprays(*group)).collect();
        let Some((one, _)) = of_groups.first() else { continue };
        if of_groups.iter().all(|(group, _)| group == one) {
            continue;
        }
        for (group, layer) in &of_groups {
            let members = cluster.inventory.members(*group);
            let winners: Option<Vec<Layer>> = members.iter().map(|&host| cluster.winner(host, name)).collect();
            let Some([first, rest @ ..]) = winners.as_deref() else { continue };
            let Some(by) = first.group.filter(|by| by != group && is_kubesprays(*by)) else { continue };
            let is_elsewhere = !cluster.inventory.is_within(by, *group) && rest.iter().all(|winner| winner.key == first.key);
            if !is_elsewhere || first.value == layer.value {
                continue;
            }
            let (of, by) = (&cluster.inventory.group(*group).name, &cluster.inventory.group(by).name);
            let message = format!("{name} of {of} has no effect: {by} sets it as well, and wins on {HOSTS}");
            let wins = findings.related(first.key, format!("this {name} wins"));
            findings.report(findings.at(&RULE, layer.key, message).on(members).because([wins]));
        }
    }
}

fn delete(cluster: &Cluster, key: Place) -> Option<Change> {
    let file = cluster.inventory.file(key.file);
    let (_, entry) = entry_of(file, key.range)?;
    Some(Change::of_file(file.path(), [yaml::delete(&entry)?]))
}

/// The names that a file of variables sets, each at its last key.
fn definitions(findings: &Findings<'_>, id: FileId) -> Vec<(String, Place)> {
    let file: &Arc<_> = findings.cluster.inventory.file(id);
    let root = file.yaml().root().filter(|_| !file.is_encrypted());
    let entries = root.into_iter().flat_map(|root| root.entries()).filter(|entry| entry.colon.is_some() && entry.key.text() != "<<");
    let mut found: Vec<(String, Place)> =
        entries.map(|entry| (entry.key.text().into_owned(), Place { file: id, range: entry.key.range() })).collect();
    found.reverse();
    found
}

/// `.../group_vars/all` of `.../group_vars/all/x.yml`; none for a file that is not in such a directory.
fn entity_directory(path: &str) -> Option<&str> {
    if !is_variable_file(path) {
        return None;
    }
    let (at, kind) = ["/group_vars/", "/host_vars/"].into_iter().filter_map(|kind| Some((path.rfind(kind)?, kind))).max()?;
    let below = at + kind.len();
    let end = below + path[below..].find('/')?;
    Some(&path[..end])
}
