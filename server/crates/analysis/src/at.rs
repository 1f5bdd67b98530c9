//! What stands at a place in a file: a host, a group, or a variable.

use std::sync::Arc;

use hostwise_inventory::{FileId, GroupId, HostId, Mention, SourceFile};
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{Entry, Node};

use crate::cluster::Cluster;
use crate::discovery::is_variable_file;

/// A named thing under the cursor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    /// One host, or all that a range pattern stands for.
    Hosts(Vec<HostId>),
    Group(GroupId),
    /// The key of a variable.
    Variable(String),
}

/// The subject whose name touches byte `offset` of `file`, and the range of that name.
pub(crate) fn subject(cluster: &Cluster, file: &SourceFile, offset: usize) -> Option<(Subject, TextRange)> {
    let id = cluster.inventory.file_id(file.path())?;
    mentioned(cluster, id, offset).or_else(|| variable_key(cluster, file, offset))
}

fn mentioned(cluster: &Cluster, file: FileId, offset: usize) -> Option<(Subject, TextRange)> {
    let here = |mention: &&Mention| mention.place.file == file && mention.place.range.touches(offset);
    let range = |mentions: &[Mention]| mentions.iter().find(here).map(|mention| mention.place.range);
    if let Some((group, range)) = cluster.inventory.groups().find_map(|(id, group)| Some((id, range(&group.mentions)?))) {
        return Some((Subject::Group(group), range));
    }
    let hosts = cluster.inventory.hosts().filter_map(|(id, host)| Some((id, range(&host.mentions)?)));
    let (hosts, ranges): (Vec<HostId>, Vec<TextRange>) = hosts.unzip();
    Some((Subject::Hosts(hosts), *ranges.first()?))
}

/// The key of a variable at `offset`: a root key of a variable file, a key below `vars` or below a host, or an INI assignment.
fn variable_key(cluster: &Cluster, file: &SourceFile, offset: usize) -> Option<(Subject, TextRange)> {
    let found = |name: String, range| Some((Subject::Variable(name), range));
    if is_variable_file(file.path()) || cluster.is_test(file.path()) {
        let entry = key_at(file.yaml().root()?, offset)?;
        return found(entry.key.text().into_owned(), entry.key.range());
    }
    let text = file.text();
    let mut assignments = file.ini().sections.iter().flat_map(|section| &section.lines).flat_map(|line| &line.assignments);
    if let Some(assignment) = assignments.find(|assignment| assignment.key.touches(offset))
        && file.yaml().root().is_none_or(|root| !root.is_mapping())
    {
        return found(text[assignment.key.span()].to_owned(), assignment.key);
    }
    let path = file.yaml().path_at(offset);
    let mappings: Vec<Node<'_>> = path.into_iter().filter(|node| node.is_mapping()).collect();
    // root > group > (children > group)* > vars > key, or > hosts > host > key
    let keys: Vec<Entry<'_>> = mappings.iter().filter_map(|mapping| key_around(*mapping, offset)).collect();
    let entry = keys.last()?;
    let above = |n: usize| keys.len().checked_sub(n + 1).map(|index| keys[index].key.text());
    let in_vars = above(1).is_some_and(|key| key == "vars");
    let in_host = above(2).is_some_and(|key| key == "hosts");
    let is_key = entry.key.range().touches(offset);
    (is_key && (in_vars || in_host)).then(|| (Subject::Variable(entry.key.text().into_owned()), entry.key.range()))
}

fn key_at(mapping: Node<'_>, offset: usize) -> Option<Entry<'_>> {
    mapping.entries().find(|entry| entry.key.range().touches(offset))
}

/// The entry of `mapping` that `offset` lies in: the last one that starts at or before it.
fn key_around(mapping: Node<'_>, offset: usize) -> Option<Entry<'_>> {
    mapping.entries().filter(|entry| entry.key.range().start as usize <= offset).last()
}

/// Names in one line: all of a few, else the first ones and how many more.
pub(crate) fn list_of<'n>(names: impl ExactSizeIterator<Item = &'n Arc<str>>) -> String {
    const SHOWN: usize = 8;
    let total = names.len();
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match total.saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
