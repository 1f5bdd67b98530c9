//! TOML inventories (ansible-core `plugins/inventory/toml.py`).

use hostwise_syntax::{TextRange, Value};
use toml_edit::{Document, Item, TableLike, Value as Toml};

use super::{Outcome, Reader, Refused};
use crate::graph::{GroupId, MentionKind};
use crate::precedence::{Assignment, Origin};
use crate::{ProblemKind, SourceFile, python};

/// A key of a table with its place, and its item.
struct Entry<'d> {
    name: &'d str,
    at: TextRange,
    item: &'d Item,
}

impl Reader {
    pub(super) fn toml(&mut self, file: &SourceFile) -> Outcome {
        let document = match Document::parse(file.text()) {
            Ok(document) => document,
            Err(error) => return self.refuse(range(error.span()), error.message().lines().next().unwrap_or("this is no TOML")),
        };
        if document.as_table().is_empty() {
            return self.refuse(TextRange::empty(0), "the file is empty");
        }
        for entry in entries(document.as_table()) {
            if entry.name == "plugin" && python::is_true(&value(entry.item)) {
                let message = "inventory plugin: Ansible runs it, hostwise does not, so its hosts are not known here".to_owned();
                self.problem(ProblemKind::DynamicSource, entry.at, message);
                return Err(Refused);
            }
        }
        entries(document.as_table()).try_for_each(|entry| self.toml_group(&entry))
    }

    fn toml_group(&mut self, entry: &Entry<'_>) -> Outcome {
        let Some(definition) = entry.item.as_table_like() else {
            let message = format!("{} is skipped: the definition of a group must be a table", entry.name);
            self.problem(ProblemKind::InvalidGroupDefinition, entry.at, message);
            return Ok(());
        };
        if entry.name.is_empty() {
            return self.refuse(entry.at, "a group needs a name");
        }
        let group = self.define_group(entry.name, entry.at, MentionKind::Definition);
        for section in entries(definition) {
            match (section.name, section.item.as_table_like(), section.item.as_array()) {
                ("vars", Some(vars), _) => {
                    for variable in entries(vars) {
                        let set = self.toml_assignment(&variable);
                        self.set_on_group(group, set, || value(variable.item))?;
                    }
                }
                ("children", _, Some(children)) => children.iter().try_for_each(|child| self.toml_child(group, child))?,
                ("hosts", Some(hosts), _) => entries(hosts).try_for_each(|host| self.toml_host(group, &host))?,
                ("vars" | "hosts", ..) => self.refuse(section.at, format!("{} must be a table", section.name))?,
                ("children", ..) => self.refuse(section.at, "children must be a list")?,
                _ => {
                    let message = format!("{} is skipped: a group holds vars, children and hosts", section.name);
                    self.problem(ProblemKind::UnexpectedKey, section.at, message);
                }
            }
        }
        Ok(())
    }

    fn toml_child(&mut self, parent: GroupId, child: &Toml) -> Outcome {
        let at = range(child.span());
        match child.as_str().filter(|name| !name.is_empty()) {
            Some(name) => {
                let child = self.define_group(name, at, MentionKind::ChildOf(parent));
                self.link(parent, child, at)
            }
            None => self.refuse(at, "a child must be the name of a group"),
        }
    }

    fn toml_host(&mut self, group: GroupId, host: &Entry<'_>) -> Outcome {
        let Some(variables) = host.item.as_table_like() else {
            return self.refuse(host.at, "the variables of a host must be a table");
        };
        for id in self.add_hosts(host.name, host.at, group, |_, _| Ok(()))? {
            for variable in entries(variables) {
                let set = self.toml_assignment(&variable);
                self.set_on_host(id, set, || value(variable.item))?;
            }
        }
        Ok(())
    }

    fn toml_assignment(&mut self, variable: &Entry<'_>) -> Assignment {
        let place = self.place(range(variable.item.span()));
        let is_trusted = *self.trusts_toml.get_or_insert(true);
        let value = if is_trusted { value(variable.item) } else { untrusted(value(variable.item)) };
        self.assignment(variable.name, variable.at, Origin::Value(place, value))
    }
}

fn entries<'d>(table: &'d dyn TableLike) -> impl Iterator<Item = Entry<'d>> {
    table.iter().map(|(name, item)| {
        let at = table.key(name).and_then(toml_edit::Key::span);
        Entry { name, at: range(at), item }
    })
}

fn range(span: Option<std::ops::Range<usize>>) -> TextRange {
    span.map_or_else(|| TextRange::empty(0), |span| TextRange::new(span.start, span.end))
}

/// A value as Python's `tomllib` makes it.
fn value(item: &Item) -> Value {
    let map = |table: &dyn TableLike| Value::Map(table.iter().map(|(key, item)| (Value::String(key.into()), value(item))).collect());
    match item {
        Item::None => Value::Null,
        Item::Value(scalar) => inline(scalar),
        Item::Table(table) => map(table),
        Item::ArrayOfTables(tables) => Value::List(tables.iter().map(|table| map(table)).collect()),
    }
}

fn inline(scalar: &Toml) -> Value {
    match scalar {
        Toml::String(text) => Value::String(text.value().as_str().into()),
        Toml::Integer(number) => Value::Int(*number.value()),
        Toml::Float(number) => Value::Float(*number.value()),
        Toml::Boolean(flag) => Value::Bool(*flag.value()),
        Toml::Datetime(time) => Value::Timestamp(time.value().to_string().replace('Z', "+00:00").into()),
        Toml::Array(items) => Value::List(items.iter().map(inline).collect()),
        Toml::InlineTable(table) => Value::Map(table.iter().map(|(key, item)| (Value::String(key.into()), inline(item))).collect()),
    }
}

/// The value with all its strings marked as no templates.
fn untrusted(value: Value) -> Value {
    match value {
        Value::String(text) => Value::Unsafe(text),
        Value::List(items) => Value::List(items.iter().cloned().map(untrusted).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), untrusted(value.clone()))).collect()),
        other => other,
    }
}
