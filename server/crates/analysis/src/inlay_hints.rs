//! Inlay hints: the role behind each host of an inventory, the value of a template, and marks at values that another line overrides.

use hostwise_expression::Value;
use hostwise_inventory::{FileId, HostId, Place, SourceFile, expand};
use hostwise_syntax::TextRange;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::components::{State, Verdict};
use crate::hover::short_place;
use crate::json::{self, value_in_line};
use crate::occurrences::{self, Kind, Occurrence, Role};
use crate::reach::{Reach, hosts};

/// More characters of a value are cut off.
const MAX_VALUE: usize = 40;

/// A short remark behind a place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// Byte offset behind which it stands.
    pub offset: usize,
    pub label: String,
    /// Markdown.
    pub tooltip: String,
}

/// Which hints are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InlayHintKinds {
    /// The role of a host behind its name.
    pub roles: bool,
    /// The value behind a template.
    pub values: bool,
    /// A mark behind a value that another line overrides.
    pub overridden: bool,
}

impl Default for InlayHintKinds {
    fn default() -> Self {
        Self { roles: true, values: true, overridden: true }
    }
}

/// The hints of the file at `path` within `range`, in document order, as far as they are wanted. What stands outside costs nothing.
pub fn inlay_hints(workspace: &Workspace, path: &str, range: TextRange) -> Vec<InlayHint> {
    let reader = workspace.clusters().iter().find_map(|cluster| Some((cluster, cluster.inventory.file_id(path)?)));
    let (Some((cluster, id)), Some(file)) = (reader, workspace.files().file(path)) else { return Vec::new() };
    let all = occurrences::of_file(cluster, file);
    let first = all.partition_point(|occurrence| occurrence.range.start < range.start);
    let visible = all[first..].iter().take_while(|occurrence| occurrence.range.end <= range.end).enumerate();
    let kinds = workspace.settings().inlay_hints;
    let mut hints = Vec::new();
    for (index, occurrence) in visible {
        match occurrence.kind {
            Kind::Host | Kind::HostRange if kinds.roles => hints.extend(role(cluster, file, occurrence)),
            Kind::Variable if occurrence.role == Role::Definition && !cluster.is_test(path) => {
                let reach = reach(cluster, id, file, occurrence, &all[..first + index]);
                let line = Line { cluster, text: file.text(), key: occurrence.with_quotes(file.text()), reach };
                hints.extend(line.value().filter(|_| kinds.values));
                hints.extend(line.overridden().filter(|_| kinds.overridden));
            }
            _ => {}
        }
    }
    hints
}

/// The role of a host, of the first one of a range.
fn role(cluster: &Cluster, file: &SourceFile, occurrence: &Occurrence) -> Option<InlayHint> {
    cluster.kubespray.as_ref()?;
    let name = occurrence.name(file.text());
    let host = match occurrence.kind {
        Kind::HostRange => cluster.inventory.host_named(expand(name).ok()?.names.first()?),
        _ => cluster.inventory.host_named(name),
    };
    let view = cluster.view(host?);
    let offset = behind_colon(file.text(), occurrence.with_quotes(file.text()).end as usize);
    Some(InlayHint { offset, label: view.role.to_string(), tooltip: installed(cluster, &view.components) })
}

/// Behind the colon that follows a key, if one does: a hint in front of it would tear the two apart.
fn behind_colon(text: &str, end: usize) -> usize {
    if text[end..].starts_with(':') { end + 1 } else { end }
}

fn installed(cluster: &Cluster, components: &[Verdict]) -> String {
    let installed: Vec<&str> =
        components.iter().filter(|verdict| verdict.state == State::Installed).map(|verdict| &*verdict.name).collect();
    format!("{} layout; installed here: {}", cluster.layout(), installed.join(", "))
}

/// What the line of a variable says; `before` are the names before it. In the entry of a host, only that host is asked about.
fn reach(cluster: &Cluster, id: FileId, file: &SourceFile, occurrence: &Occurrence, before: &[Occurrence]) -> Reach {
    let (name, line) = (occurrence.name(file.text()), Place { file: id, range: occurrence.with_quotes(file.text()) });
    let around = before.iter().rev().find(|other| other.kind != Kind::Variable && other.whole.contains(occurrence.whole));
    match around.filter(|around| around.kind == Kind::Host).and_then(|host| cluster.inventory.host_named(host.name(file.text()))) {
        Some(host) => Reach::of_entry(cluster, host, name, line),
        None => Reach::of(cluster, name, line),
    }
}

/// A variable where it is set.
struct Line<'w> {
    cluster: &'w Cluster,
    text: &'w str,
    key: TextRange,
    reach: Reach,
}

impl Line<'_> {
    /// The value as written, when it stands behind its key in one line.
    fn written(&self) -> Option<TextRange> {
        let written = self.reach.written?;
        let line = self.text.get(self.key.end as usize..written.end as usize)?;
        (!line.contains('\n')).then_some(written)
    }

    /// The value behind a template that is one on all hosts of the line, or how many there are.
    fn value(&self) -> Option<InlayHint> {
        let written = self.written()?;
        let text = &self.text[written.span()];
        let is_template = text.contains("{{") || text.contains("{%");
        if !is_template || !self.reach.values.iter().all(is_known) {
            return None;
        }
        let on = names(self.cluster, &self.reach.here);
        let (label, tooltip) = match &self.reach.values[..] {
            [] => return None,
            [one] => {
                let value = value_in_line(&json::from_value(one));
                (format!("= {}", shortened(&value)), format!("`{}` on {on}", value.replace('`', "'")))
            }
            several => (format!("= {} values", several.len()), format!("{} values on {on}", several.len())),
        };
        Some(InlayHint { offset: written.end as usize, label, tooltip })
    }

    /// A mark where another line gives another value.
    fn overridden(&self) -> Option<InlayHint> {
        let Reach { here, differs, stronger, .. } = &self.reach;
        let stronger = short_place(self.cluster, (*stronger)?);
        let label = if here.is_empty() { "overridden".to_owned() } else { format!("overridden on {}", hosts(differs.len())) };
        let tooltip = format!("Another value on {}, from {stronger}", names(self.cluster, differs));
        let offset = self.written().map_or_else(|| behind_colon(self.text, self.key.end as usize), |written| written.end as usize);
        Some(InlayHint { offset, label, tooltip })
    }
}

fn names(cluster: &Cluster, hosts: &[HostId]) -> String {
    let mut hosts = hosts.to_vec();
    hosts.sort_unstable();
    cluster.names_of(&hosts)
}

/// Whether nothing in a value depends on what no file says.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => true,
        Value::List(items) => items.iter().all(is_known),
        Value::Map(entries) => entries.iter().all(|(_, value)| is_known(value)),
        _ => false,
    }
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
