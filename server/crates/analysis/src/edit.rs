//! Edits of the variables of an inventory, wherever they are written. Everything else stays as it is; what cannot be done with certainty gives none.

mod groups;

use std::sync::Arc;

use hostwise_inventory::{Entry as FileEntry, Files, Layer, Place, SourceFile};
use hostwise_syntax::edit::{Edit, ini, yaml};
use hostwise_syntax::ini::{Line, Section, SectionKind};
use hostwise_syntax::yaml::{Entry, Node};
use hostwise_syntax::{TextRange, Value};

use crate::cluster::Cluster;
use crate::discovery::{name_of, parent};
use crate::{Change, FileEdit};

impl Change {
    /// Edits of one file.
    pub(crate) fn of_file(path: &Arc<str>, edits: impl IntoIterator<Item = Edit>) -> Change {
        let edits = edits.into_iter().map(|Edit { range, new_text }| FileEdit { path: Arc::clone(path), range, new_text });
        Change { edits: edits.collect(), renames: Vec::new() }
    }
}

impl Cluster {
    /// Puts another value in the place of the one that `layer` gives.
    pub(crate) fn change_value(&self, layer: &Layer, value: &Value) -> Option<Change> {
        let edit = match self.written(layer.key)? {
            Written::Yaml(_, entry) => yaml::replace(entry.value, value),
            Written::HostLine(file, line) => ini::set_on_host(file.ini(), line, self.name_of(layer)?, value),
            Written::Vars(file, section) => ini::set_variable(file.ini(), section, self.name_of(layer)?, value),
        };
        Some(Change::of_file(self.inventory.file(layer.key.file).path(), [edit?]))
    }

    /// Sets another variable where `layer` sets one: below it in its mapping, in its section, or on the line of its host.
    pub(crate) fn set_beside(&self, layer: &Layer, name: &str, value: &Value) -> Option<Change> {
        let edit = match self.written(layer.key)? {
            Written::Yaml(mapping, entry) => yaml::insert(mapping, yaml::Place::After(entry), &yaml::Fragment::new(name, value.clone())),
            Written::HostLine(file, line) => ini::set_on_host(file.ini(), line, name, value),
            Written::Vars(file, section) => ini::set_variable(file.ini(), section, name, value),
        };
        Some(Change::of_file(self.inventory.file(layer.key.file).path(), [edit?]))
    }

    /// Sets a variable for all hosts, in the file for that beside the inventory file of `place`. `None` when any line sets it already.
    pub(crate) fn set_for_all(&self, files: &Files, place: Place, name: &str, value: &Value) -> Option<Change> {
        if self.inventory.sets(name) {
            return None;
        }
        let base = parent(self.inventory.file(place.file).path());
        let target = file_of_group(files, base, "all", "all.yml");
        let empty = hostwise_syntax::yaml::parse("".into());
        let document = files.file(&target).map_or(&empty, |file| file.yaml());
        let edit = yaml::insert_at_root(document, &yaml::Fragment::new(name, value.clone()))?;
        Some(Change::of_file(&target, [edit]))
    }

    /// Takes a variable out.
    pub(crate) fn delete(&self, layer: &Layer) -> Option<Change> {
        let path = self.inventory.file(layer.key.file).path();
        let edits = match self.written(layer.key)? {
            Written::Yaml(_, entry) => vec![yaml::delete(&entry)?],
            Written::HostLine(file, line) => ini::delete_from_host(file.ini(), line, self.name_of(layer)?),
            Written::Vars(file, section) => {
                let line = section.lines.iter().find(|line| line.range.contains(layer.key.range))?;
                vec![ini::delete_line(file.ini(), line)]
            }
        };
        Some(Change::of_file(path, edits))
    }

    /// Gives a variable another name where `layer` sets it.
    pub(crate) fn rename_key(&self, layer: &Layer, name: &str) -> Option<Change> {
        let path = self.inventory.file(layer.key.file).path();
        let edit = match self.written(layer.key)? {
            Written::Yaml(_, entry) => yaml::rename_key(entry.key, name)?,
            Written::HostLine(..) | Written::Vars(..) => Edit { range: layer.key.range, new_text: name.to_owned() },
        };
        Some(Change::of_file(path, [edit]))
    }

    /// Moves a variable from a file below `group_vars` to one of the group `all` beside it, which is made when there is none. `None` when that sets the
    /// variable already.
    pub(crate) fn move_to_all(&self, files: &Files, layer: &Layer) -> Option<Change> {
        let path = self.inventory.file(layer.key.file).path();
        let Written::Yaml(_, entry) = self.written(layer.key)? else { return None };
        let (base, below) = path.rsplit_once("/group_vars/")?;
        let is_known = self.inventory.definitions(self.name_of(layer)?).iter().any(|other| {
            let group = other.layer.group.map(|group| &*self.inventory.group(group).name);
            group == Some("all")
        });
        if is_known {
            return None;
        }
        let fragment = yaml::Fragment::of(&entry)?;
        let target = file_of_group(files, base, "all", name_of(below));
        let empty = hostwise_syntax::yaml::parse("".into());
        let document = files.file(&target).map_or(&empty, |file| file.yaml());
        let put = Change::of_file(&target, [yaml::insert_at_root(document, &fragment)?]);
        let mut change = Change::of_file(path, [yaml::delete(&entry)?]);
        change.edits.extend(put.edits);
        Some(change)
    }

    /// The name of a variable as its key says it.
    fn name_of(&self, layer: &Layer) -> Option<&str> {
        self.inventory.file(layer.key.file).text().get(layer.key.range.span())
    }

    fn written(&self, key: Place) -> Option<Written<'_>> {
        let file = self.inventory.file(key.file);
        if file.is_yaml() {
            let (mapping, entry) = entry_of(file, key.range)?;
            return Some(Written::Yaml(mapping, entry));
        }
        if file.path().ends_with(".toml") {
            return None;
        }
        let of_section = |section: &'_ Section| section.lines.iter().position(|line| line.range.contains(key.range));
        let (section, index) = file.ini().sections.iter().find_map(|section| Some((section, of_section(section)?)))?;
        Some(match section.kind {
            SectionKind::Vars => Written::Vars(file, section),
            SectionKind::Hosts | SectionKind::Children => Written::HostLine(file, &section.lines[index]),
        })
    }
}

/// The file below `group_vars` of `base` for variables of a group: the usual one (`all/all.yml`, `k8s_cluster/k8s-cluster.yml`), else one of the same
/// name as `like`, else the first, else a new one.
pub(crate) fn file_of_group(files: &Files, base: &str, group: &str, like: &str) -> Arc<str> {
    let directory = format!("{base}/group_vars/{group}");
    if matches!(files.get(&directory), Some(FileEntry::Directory)) {
        let named = |name: &str| files.file(&format!("{directory}/{name}")).map(|file| Arc::clone(file.path()));
        let first = || files.names_in(&directory).find_map(|(name, entry)| named(name).filter(|_| matches!(entry, FileEntry::File(_))));
        let usual = || [group.to_owned(), group.replace('_', "-")].iter().find_map(|name| named(&format!("{name}.yml")));
        return usual().or_else(|| named(like)).or_else(first).unwrap_or_else(|| format!("{directory}/{group}.yml").into());
    }
    let known = [".yml", ".yaml", ""].into_iter().find_map(|end| files.file(&format!("{directory}{end}")));
    known.map_or_else(|| format!("{directory}.yml").into(), |file| Arc::clone(file.path()))
}

/// Where a variable is written.
enum Written<'c> {
    Yaml(Node<'c>, Entry<'c>),
    HostLine(&'c SourceFile, &'c Line),
    Vars(&'c SourceFile, &'c Section),
}

/// The entry with this key, and the mapping it belongs to.
pub(crate) fn entry_of(file: &SourceFile, key: TextRange) -> Option<(Node<'_>, Entry<'_>)> {
    let path = file.yaml().path_at(key.start as usize);
    path.into_iter().rev().find_map(|mapping| Some((mapping, mapping.entries().find(|entry| entry.key.range() == key)?)))
}
