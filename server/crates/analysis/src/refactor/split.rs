//! The variable file of a group becomes a directory of files, divided as the sample inventory of Kubespray divides them.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::edit::{self, yaml};
use hostwise_syntax::yaml::{Entry, parse};

use super::same::{self, Variables};
use super::{Refactoring, RefactoringKind};
use crate::cluster::Cluster;
use crate::discovery::{name_of, parent};
use crate::knowledge;
use crate::{Change, FileEdit, FileRename, Refusal, Workspace, occurrences};

pub(super) const ID: &str = "split";

/// On the first line, and at a variable.
pub(super) fn offers(workspace: &Workspace, path: &str, offset: usize) -> Vec<Refactoring> {
    let Some(split) = Split::of(workspace, path) else { return Vec::new() };
    let is_key = || occurrences::at(split.cluster, split.file, offset).is_some_and(|at| at.role == occurrences::Role::Definition);
    if split.file.lines().line_of(offset) > 0 && !is_key() {
        return Vec::new();
    }
    let group = &split.group;
    let title = match split.parts.len() {
        0 => format!("Move to group_vars/{group}/{}", split.main),
        n_parts => format!("Split into {} files in group_vars/{group}", n_parts + 1),
    };
    vec![Refactoring { id: ID.to_owned(), kind: RefactoringKind::Rewrite, title, refusal: None }]
}

pub(super) fn change(workspace: &Workspace, path: &str) -> Option<Result<Change, Refusal>> {
    let change = Split::of(workspace, path)?.change();
    Some(match same::difference(workspace, &change, Variables::All) {
        None => Ok(change),
        Some(reason) => Err(reason),
    })
}

struct Split<'w> {
    cluster: &'w Arc<Cluster>,
    file: &'w Arc<SourceFile>,
    group: Arc<str>,
    /// The file that keeps what belongs nowhere else.
    main: String,
    /// What goes to other files, by their names.
    parts: BTreeMap<String, Vec<Entry<'w>>>,
}

impl<'w> Split<'w> {
    fn of(workspace: &'w Workspace, path: &str) -> Option<Split<'w>> {
        let file = workspace.files().file(path)?;
        let group: Arc<str> = [".yml", ".yaml"].iter().find_map(|end| name_of(path).strip_suffix(end))?.into();
        let directory = parent(path);
        let is_whole = file.syntax_error().is_none() && file.repeated_keys().is_empty() && !file.is_encrypted();
        if name_of(directory) != "group_vars" || !is_whole || workspace.files().get(&format!("{directory}/{group}")).is_some() {
            return None;
        }
        let reads = |cluster: &&Arc<Cluster>| cluster.inventory.file_id(path).is_some() && cluster.inventory.group_named(&group).is_some();
        let cluster = workspace.clusters().iter().find(reads)?;
        let root = file.yaml().root().filter(|root| root.is_mapping())?;
        let main = main_file(cluster, &group);
        let mut parts: BTreeMap<String, Vec<Entry<'w>>> = BTreeMap::new();
        for entry in root.entries() {
            let name = sample_file(cluster, &group, &entry.key.text()).filter(|name| *name != main);
            let can_go = || yaml::Fragment::of(&entry).is_some() && yaml::delete(&entry).is_some();
            if let Some(name) = name.filter(|_| can_go()) {
                parts.entry(name.to_owned()).or_default().push(entry);
            }
        }
        // Of a file that loses everything nothing would be left to rename.
        let n_moved: usize = parts.values().map(Vec::len).sum();
        let (main, parts) = match parts.keys().next().cloned() {
            Some(only) if n_moved == root.entries().count() => {
                parts.remove(&only);
                (only, parts)
            }
            _ => (main, parts),
        };
        Some(Split { cluster, file, group, main, parts })
    }

    fn change(&self) -> Change {
        let path = self.file.path();
        let mut change = Change::default();
        for (name, entries) in &self.parts {
            // A document begins as the one it comes from.
            let mut text = if self.file.text().starts_with("---") { "---\n".to_owned() } else { String::new() };
            for entry in entries {
                let put = yaml::Fragment::of(entry).and_then(|fragment| yaml::insert_at_root(&parse(text.as_str().into()), &fragment));
                if let (Some(put), Some(taken)) = (put, yaml::delete(entry)) {
                    text = edit::apply(&text, &[put]);
                    change.edits.extend(Change::of_file(path, [taken]).edits);
                }
            }
            let target: Arc<str> = format!("{}/{}/{name}", parent(path), self.group).into();
            change.edits.push(FileEdit { path: target, range: Default::default(), new_text: text });
        }
        change.renames.push(FileRename { from: Arc::clone(path), to: format!("{}/{}/{}", parent(path), self.group, self.main).into() });
        change
    }
}

/// The name of the file below the directory of the group in which the sample has a variable.
fn sample_file<'c>(cluster: &'c Cluster, group: &str, name: &str) -> Option<&'c str> {
    let sample = knowledge::variable(cluster, name)?.sample.as_deref()?;
    sample.strip_prefix(group)?.strip_prefix('/')
}

/// As the sample calls it, else `main.yml`.
fn main_file(cluster: &Cluster, group: &str) -> String {
    let usual = format!("{}.yml", group.replace('_', "-"));
    let sample = format!("{group}/{usual}");
    let is_known = knowledge::variables(cluster).any(|variable| variable.sample.as_deref() == Some(&sample));
    if is_known { usual } else { "main.yml".to_owned() }
}
