//! YAML inventories (ansible-core `plugins/inventory/yaml.py`).

use hostwise_syntax::Value;
use hostwise_syntax::yaml::Node;

use super::{Outcome, Reader, Reading, Refused};
use crate::graph::{GroupId, MentionKind};
use crate::mapping::{self, Key, Pair};
use crate::precedence::{Assignment, Origin};
use crate::{ProblemKind, SourceFile, python};

/// Groups nested deeper than this are left out.
const DEPTH: usize = 100;

/// Whether the text is a mapping, so that the YAML reader takes it; half-typed keys alone are none.
pub(super) fn applies(file: &SourceFile) -> bool {
    file.yaml().root().is_some_and(|root| root.is_mapping() && root.entries().any(|entry| entry.colon.is_some()))
}

/// What may stand below a group.
enum Shape<'d> {
    Nothing,
    /// A name alone: a mapping with that key and nothing below it.
    Name(Node<'d>),
    Mapping(Node<'d>),
    Other,
}

/// Whether a root key is a section of a group that lost its group: nothing in it is what a group holds.
fn is_misplaced(pair: &Pair<'_>) -> bool {
    const SECTIONS: [&str; 3] = ["vars", "children", "hosts"];
    let is_section = |key: &Key<'_>| key.as_str().is_some_and(|key| SECTIONS.contains(&key));
    let below = mapping::pairs(pair.entry.value);
    is_section(&pair.key) && !below.is_empty() && !below.iter().any(|pair| is_section(&pair.key))
}

fn not_text(key: Node<'_>, typed: &Key<'_>, what: &str) -> String {
    match typed {
        Key::Text(_) => format!("a {what} needs a name"),
        Key::Other(value) => {
            let read = python::text(value);
            let (written, is) = (key.source(), if *read == *key.source() { String::new() } else { format!(" ({read})") });
            format!("{written} is {}{is} and no name of a {what}: put it in quotes", kind_of(value))
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) => "a number",
        Value::Timestamp(_) => "a date",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
        Value::String(_) | Value::Unsafe(_) | Value::Vault(_) | Value::Invalid(_) => "a text",
    }
}

fn a_kind_of(node: Node<'_>) -> &'static str {
    node.target().map_or("an alias", |node| if node.is_sequence() { "a list" } else { node.value().as_ref().map_or("a text", kind_of) })
}

fn shape(node: Node<'_>) -> Shape<'_> {
    let Some(target) = node.target() else { return Shape::Other };
    if target.is_mapping() {
        return Shape::Mapping(target);
    }
    if target.is_sequence() {
        return Shape::Other;
    }
    match target.value() {
        Ok(Value::Null) => Shape::Nothing,
        Ok(Value::String(_) | Value::Unsafe(_)) => Shape::Name(target),
        _ => Shape::Other,
    }
}

impl Reader {
    pub(super) fn yaml(&mut self, file: &SourceFile) -> Outcome {
        if self.reading == Reading::Strict {
            self.yaml_document(file)?;
        }
        let Some(root) = file.yaml().root() else { return Ok(()) };
        let groups = mapping::pairs(root);
        for pair in &groups {
            if pair.key.as_str() == Some("plugin") && pair.entry.value.value().is_ok_and(|value| python::is_true(&value)) {
                let message = "inventory plugin: Ansible runs it, hostwise does not, so its hosts are not known here".to_owned();
                self.problem(ProblemKind::DynamicSource, pair.entry.key.range(), message);
                return Err(Refused);
            }
        }
        for pair in &groups {
            if self.reading == Reading::Tolerant && is_misplaced(pair) {
                let key = pair.entry.key;
                let message = format!("{} is a group here, and everything below it is skipped: it belongs below a group", key.source());
                self.problem(ProblemKind::MisplacedSection, key.range(), message);
                continue;
            }
            self.group(file, pair, MentionKind::Definition, DEPTH)?;
        }
        Ok(())
    }

    /// What must hold of the document as a whole before anything of it counts.
    fn yaml_document(&mut self, file: &SourceFile) -> Outcome {
        let range = file.yaml().root().map(Node::range).unwrap_or_default();
        match file.document() {
            Err(error) => self.refuse(error.range, error.message),
            Ok(value) if !python::is_true(&value) => self.refuse(range, "the file is empty"),
            Ok(Value::Map(_)) => Ok(()),
            Ok(_) => self.refuse(range, "an inventory must be a mapping of groups"),
        }
    }

    /// A group's definition; gives the group when the value can be one.
    fn group(&mut self, file: &SourceFile, pair: &Pair<'_>, kind: MentionKind, depth: usize) -> Result<Option<GroupId>, Refused> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(None) };
        let (key, definition) = (pair.entry.key, shape(pair.entry.value));
        if matches!(definition, Shape::Name(_) | Shape::Other) {
            if kind == MentionKind::Definition {
                let message = format!("{} is skipped: the definition of a group must be a mapping", key.source());
                self.problem(ProblemKind::InvalidGroupDefinition, key.range(), message);
            }
            return Ok(None);
        }
        let Some(name) = pair.key.text().filter(|name| !name.is_empty()) else {
            self.refuse_as(ProblemKind::UnquotedName, key.range(), not_text(key, &pair.key, "group"))?;
            return Ok(None);
        };
        let group = self.define_group(name, key.range(), kind);
        if let Shape::Mapping(definition) = definition {
            self.sections(file, group, definition, depth)?;
        }
        Ok(Some(group))
    }

    fn sections(&mut self, file: &SourceFile, group: GroupId, definition: Node<'_>, depth: usize) -> Outcome {
        let sections = mapping::pairs(definition);
        for known in ["vars", "children", "hosts"] {
            let written = sections.iter().find(|section| section.key.as_str() == Some(known));
            if let Some(written) = written.filter(|written| matches!(shape(written.entry.value), Shape::Other)) {
                let message = format!("{known} must be a mapping, not {}", a_kind_of(written.entry.value));
                self.refuse_as(ProblemKind::NotAMapping, written.entry.key.range(), message)?;
            }
        }
        for section in &sections {
            let (key, value) = (section.entry.key, shape(section.entry.value));
            match (section.key.as_str(), value) {
                (_, Shape::Nothing) => {}
                (Some("vars"), value) => self.group_vars(file, group, value)?,
                (Some("children"), value) => self.children(file, group, value, depth)?,
                (Some("hosts"), value) => self.hosts(file, group, value)?,
                _ => {
                    let message = format!("{} is skipped: a group holds vars, children and hosts", key.source());
                    self.problem(ProblemKind::UnexpectedKey, key.range(), message);
                }
            }
        }
        Ok(())
    }

    fn group_vars(&mut self, file: &SourceFile, group: GroupId, section: Shape<'_>) -> Outcome {
        match section {
            Shape::Mapping(section) => {
                for pair in mapping::pairs(section) {
                    let assignment = self.yaml_assignment(&pair);
                    self.set_on_group(group, assignment, || file.value(pair.entry.value))?;
                }
            }
            Shape::Name(name) => {
                let place = self.place(name.range());
                let assignment = self.assignment(&name.text(), name.range(), Origin::Value(place, Value::Null));
                self.set_on_group(group, assignment, || Value::Null)?;
            }
            Shape::Nothing | Shape::Other => {}
        }
        Ok(())
    }

    fn children(&mut self, file: &SourceFile, parent: GroupId, section: Shape<'_>, depth: usize) -> Outcome {
        match section {
            Shape::Mapping(section) => {
                for pair in mapping::pairs(section) {
                    match self.group(file, &pair, MentionKind::ChildOf(parent), depth)? {
                        Some(child) => self.link(parent, child, pair.entry.key.range())?,
                        None => self.link_by_name(parent, &pair)?,
                    }
                }
            }
            Shape::Name(name) if name.text().is_empty() => self.refuse(name.range(), "a group needs a name")?,
            Shape::Name(name) => {
                let child = self.define_group(&name.text(), name.range(), MentionKind::ChildOf(parent));
                self.link(parent, child, name.range())?;
            }
            Shape::Nothing | Shape::Other => {}
        }
        Ok(())
    }

    /// A child whose definition is none is still looked up, among groups and then among hosts.
    fn link_by_name(&mut self, parent: GroupId, pair: &Pair<'_>) -> Outcome {
        let name = pair.key.as_str().unwrap_or_default();
        let range = pair.entry.key.range();
        let (group, host) = (self.graph.group_named(name), self.graph.host_named(name));
        if group.is_none() && host.is_none() {
            let message = format!("{} is no group, as its definition is no mapping", pair.entry.key.source());
            return self.refuse_as(ProblemKind::UndefinedGroup, range, message);
        }
        let message = format!("the definition of {name} is skipped: it must be a mapping");
        self.problem(ProblemKind::InvalidGroupDefinition, range, message);
        match (group, host) {
            (Some(child), _) => {
                self.mention_group(child, range, MentionKind::ChildOf(parent));
                self.link(parent, child, range)
            }
            (None, Some(host)) => {
                self.graph.join(host, parent);
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }

    fn hosts(&mut self, file: &SourceFile, group: GroupId, section: Shape<'_>) -> Outcome {
        match section {
            Shape::Mapping(section) => {
                for pair in mapping::pairs(section) {
                    self.host(file, group, &pair)?;
                }
            }
            Shape::Name(name) => {
                self.add_hosts(&name.text(), name.range(), group, |_, _| Ok(()))?;
            }
            Shape::Nothing | Shape::Other => {}
        }
        Ok(())
    }

    fn host(&mut self, file: &SourceFile, group: GroupId, pair: &Pair<'_>) -> Outcome {
        let key = pair.entry.key;
        let Some(pattern) = pair.key.text() else {
            return self.refuse_as(ProblemKind::UnquotedName, key.range(), not_text(key, &pair.key, "host"));
        };
        let variables = pair.entry.value.target();
        let is_mapping = variables.is_some_and(Node::is_mapping);
        if !is_mapping && pair.entry.value.value().is_ok_and(|value| python::is_true(&value)) {
            // A strict reading expands the pattern first, and may stumble over that; the source is lost either way.
            let message = format!("the variables of a host must be a mapping, not {}", a_kind_of(pair.entry.value));
            self.refuse_as(ProblemKind::NotAMapping, key.range(), message)?;
        }
        let hosts = self.add_hosts(pattern, key.range(), group, |_, _| Ok(()))?;
        let variables = variables.filter(|_| is_mapping).map(|node| mapping::pairs(node)).unwrap_or_default();
        for host in hosts {
            for variable in &variables {
                let assignment = self.yaml_assignment(variable);
                self.set_on_host(host, assignment, || file.value(variable.entry.value))?;
            }
        }
        Ok(())
    }

    fn yaml_assignment(&mut self, pair: &Pair<'_>) -> Assignment {
        self.assignment(&pair.key.name(), pair.entry.key.range(), Origin::Yaml(pair.entry.value.id()))
    }
}
