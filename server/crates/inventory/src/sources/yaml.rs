//! YAML inventories (ansible-core `plugins/inventory/yaml.py`).

use hostwise_syntax::yaml::{Entry, Kind, Node};

use super::Reader;
use crate::graph::{GroupId, MentionKind};
use crate::precedence::{Assignment, Origin};
use crate::{ProblemKind, SourceFile};

/// Groups nested deeper than this are left out.
const DEPTH: usize = 100;

/// Whether the text is a mapping, so that the YAML reader takes it; half-typed keys alone are none.
pub(super) fn applies(file: &SourceFile) -> bool {
    file.yaml().root().is_some_and(|root| root.is_mapping() && root.entries().any(|entry| entry.colon.is_some()))
}

impl Reader {
    pub(super) fn yaml(&mut self, file: &SourceFile) {
        let Some(root) = file.yaml().root() else { return };
        if let Some(plugin) = root.get("plugin").filter(|entry| !matches!(&*entry.value.text(), "" | "false" | "no" | "~" | "null")) {
            let message = "inventory plugin: Ansible runs it, hostwise does not, so its hosts are not known here".to_owned();
            return self.problem(ProblemKind::DynamicSource, plugin.key.range(), message);
        }
        for entry in root.entries() {
            self.group(&entry, MentionKind::Definition, DEPTH);
        }
    }

    /// A group's definition; gives the group when the value can be one.
    fn group(&mut self, entry: &Entry<'_>, kind: MentionKind, depth: usize) -> Option<GroupId> {
        let (value, depth) = (entry.value.target()?, depth.checked_sub(1)?);
        let is_definition = value.is_mapping() || is_null(value);
        let name = entry.key.text();
        if !is_definition || name.is_empty() || is_incomplete(entry) {
            return None;
        }
        let group = self.define_group(&name, entry.key.range(), kind);
        for section in value.entries() {
            match &*section.key.text() {
                "vars" => self.group_vars(group, &section),
                "children" => self.children(group, &section, depth),
                "hosts" => self.hosts(group, &section),
                _ => {}
            }
        }
        Some(group)
    }

    fn group_vars(&mut self, group: GroupId, section: &Entry<'_>) {
        for entry in complete_entries(section.value) {
            if entry.key.text() == "ansible_group_priority" {
                if let Ok(priority) = entry.value.text().trim().parse() {
                    self.graph.group_mut(group).priority = priority;
                }
                continue;
            }
            let assignment = self.assignment(&entry);
            self.set_on_group(group, assignment);
        }
    }

    fn children(&mut self, parent: GroupId, section: &Entry<'_>, depth: usize) {
        if is_text(section.value) {
            let name = section.value.text();
            let child = self.define_group(&name, section.value.range(), MentionKind::ChildOf(parent));
            return self.link(parent, child, section.value);
        }
        for entry in section.value.target().into_iter().flat_map(Node::entries) {
            if let Some(child) = self.group(&entry, MentionKind::ChildOf(parent), depth) {
                self.link(parent, child, entry.key);
            }
        }
    }

    fn link(&mut self, parent: GroupId, child: GroupId, at: Node<'_>) {
        if self.graph.add_child(parent, child).is_err() {
            let message = format!("{} would contain itself", self.graph.group(child).name);
            self.problem(ProblemKind::UnparsedSource, at.range(), message);
        }
    }

    fn hosts(&mut self, group: GroupId, section: &Entry<'_>) {
        if is_text(section.value) {
            self.add_hosts(&section.value.text(), section.value.range(), group);
            return;
        }
        for entry in section.value.target().into_iter().flat_map(Node::entries) {
            if entry.key.text().is_empty() || is_incomplete(&entry) {
                continue;
            }
            let hosts = self.add_hosts(&entry.key.text(), entry.key.range(), group);
            for variable in complete_entries(entry.value) {
                for &host in &hosts {
                    let assignment = self.assignment(&variable);
                    self.set_on_host(host, assignment);
                }
            }
        }
    }

    fn assignment(&self, entry: &Entry<'_>) -> Assignment {
        let key = self.place(entry.key.range());
        Assignment { name: entry.key.text().as_ref().into(), key, origin: Origin::Yaml(entry.value.id()) }
    }
}

/// The entries of a mapping that have their colon.
fn complete_entries(node: Node<'_>) -> impl Iterator<Item = Entry<'_>> {
    node.target().into_iter().flat_map(Node::entries).filter(|entry| entry.colon.is_some())
}

/// A key that is being typed: without a colon and without anything below it.
fn is_incomplete(entry: &Entry<'_>) -> bool {
    entry.colon.is_none() && !entry.value.is_mapping() && matches!(entry.key.source().as_bytes(), [b'@' | b'`' | b'%' | b'-' | b'*', ..])
        || entry.colon.is_none()
            && entry.value.kind() == Kind::Absent
            && entry.key.document().root().is_some_and(|root| root.kind() == Kind::BlockMapping)
}

fn is_null(node: Node<'_>) -> bool {
    node.kind() == Kind::Absent || (node.kind() == Kind::Plain && matches!(&*node.text(), "~" | "null" | "Null" | "NULL"))
}

fn is_text(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Plain | Kind::SingleQuoted | Kind::DoubleQuoted) && !is_null(node)
}
