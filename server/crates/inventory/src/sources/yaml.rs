//! YAML inventories (ansible-core `plugins/inventory/yaml.py`).

use hostwise_syntax::Value;
use hostwise_syntax::yaml::Node;

use super::{Outcome, Reader, Reading, Refused};
use crate::graph::{GroupId, MentionKind};
use crate::mapping::{self, Pair};
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
        let groups = self.pairs(root);
        for pair in &groups {
            if pair.key.as_str() == Some("plugin") && pair.entry.value.value().is_ok_and(|value| python::is_true(&value)) {
                let message = "inventory plugin: Ansible runs it, hostwise does not, so its hosts are not known here".to_owned();
                self.problem(ProblemKind::DynamicSource, pair.entry.key.range(), message);
                return Err(Refused);
            }
        }
        for pair in &groups {
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
            let message = format!("{} is skipped: the definition of a group must be a mapping", key.source());
            self.problem(ProblemKind::InvalidGroupDefinition, key.range(), message);
            return Ok(None);
        }
        let name = match &pair.key {
            Value::String(name) | Value::Unsafe(name) if !name.is_empty() => name,
            _ => {
                self.refuse(key.range(), format!("{} is no name of a group: put it in quotes", key.source()))?;
                return Ok(None);
            }
        };
        let group = self.define_group(name, key.range(), kind);
        if let Shape::Mapping(definition) = definition {
            self.sections(file, group, definition, depth)?;
        }
        Ok(Some(group))
    }

    fn sections(&mut self, file: &SourceFile, group: GroupId, definition: Node<'_>, depth: usize) -> Outcome {
        let sections = self.pairs(definition);
        for known in ["vars", "children", "hosts"] {
            let written = sections.iter().find(|section| section.key.as_str() == Some(known));
            if let Some(written) = written.filter(|written| matches!(shape(written.entry.value), Shape::Other)) {
                self.refuse(written.entry.key.range(), format!("{known} must be a mapping"))?;
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
                for pair in self.pairs(section) {
                    self.set_on_group(group, self.assignment(&pair), || file.value(pair.entry.value))?;
                }
            }
            Shape::Name(name) => {
                let place = self.place(name.range());
                let assignment = Assignment { name: name.text().as_ref().into(), key: place, origin: Origin::Value(place, Value::Null) };
                self.set_on_group(group, assignment, || Value::Null)?;
            }
            Shape::Nothing | Shape::Other => {}
        }
        Ok(())
    }

    fn children(&mut self, file: &SourceFile, parent: GroupId, section: Shape<'_>, depth: usize) -> Outcome {
        match section {
            Shape::Mapping(section) => {
                for pair in self.pairs(section) {
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
        if let Some(child) = self.graph.group_named(name) {
            self.mention_group(child, range, MentionKind::ChildOf(parent));
            return self.link(parent, child, range);
        }
        match self.graph.host_named(name) {
            Some(host) => {
                self.graph.join(host, parent);
                Ok(())
            }
            None => self.refuse(range, format!("{name} is neither a group nor a host here")),
        }
    }

    fn hosts(&mut self, file: &SourceFile, group: GroupId, section: Shape<'_>) -> Outcome {
        match section {
            Shape::Mapping(section) => {
                for pair in self.pairs(section) {
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
        let (Value::String(pattern) | Value::Unsafe(pattern)) = &pair.key else {
            return self.refuse(key.range(), format!("{} is no name of a host: put it in quotes", key.source()));
        };
        let variables = pair.entry.value.target();
        let is_mapping = variables.is_some_and(Node::is_mapping);
        if !is_mapping && pair.entry.value.value().is_ok_and(|value| python::is_true(&value)) {
            // A strict reading expands the pattern first, and may stumble over that; the source is lost either way.
            self.refuse(pair.entry.value.range(), "the variables of a host must be a mapping")?;
        }
        let hosts = self.add_hosts(pattern, key.range(), group, |_, _| Ok(()))?;
        let variables = variables.filter(|_| is_mapping).map(|node| self.pairs(node)).unwrap_or_default();
        for host in hosts {
            for variable in &variables {
                self.set_on_host(host, self.assignment(variable), || file.value(variable.entry.value))?;
            }
        }
        Ok(())
    }

    /// The entries of a mapping. Of a key that stands twice only the last is read: Ansible warns.
    fn pairs<'d>(&mut self, node: Node<'d>) -> Vec<Pair<'d>> {
        let pairs = mapping::pairs(node);
        for entry in pairs.iter().filter_map(|pair| pair.repeats.map(|_| pair.entry)) {
            let message = format!("{} stands here twice: the later one counts", entry.key.source());
            self.problem(ProblemKind::DuplicateKey, entry.key.range(), message);
        }
        pairs
    }

    fn assignment(&self, pair: &Pair<'_>) -> Assignment {
        let key = self.place(pair.entry.key.range());
        Assignment { name: mapping::name(&pair.key), key, origin: Origin::Yaml(pair.entry.value.id()) }
    }
}
