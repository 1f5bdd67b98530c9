//! Edits of the variables of an inventory, wherever they are written. Everything else stays as it is; what cannot be done with certainty gives none.

use std::sync::Arc;

use hostwise_inventory::{Layer, Place, SourceFile};
use hostwise_syntax::edit::{Edit, ini, yaml};
use hostwise_syntax::ini::{Line, Section, SectionKind};
use hostwise_syntax::yaml::{Entry, Node};
use hostwise_syntax::{TextRange, Value};

use crate::cluster::Cluster;
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
