//! What stands at a place in a file: a host, a group, or a variable.

use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId, SourceFile};
use hostwise_syntax::TextRange;

use crate::cluster::Cluster;
use crate::occurrences::{self, Kind, Role, Thing};

/// A named thing under the cursor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    /// One host, or all that a range pattern stands for.
    Hosts(Vec<HostId>),
    Group(GroupId),
    /// The key of a variable.
    Variable(String),
}

/// The subject whose name touches byte `offset` of `file`, and the range of that name as it is written, quotes included.
pub(crate) fn subject(cluster: &Cluster, file: &SourceFile, offset: usize) -> Option<(Subject, TextRange)> {
    cluster.inventory.file_id(file.path())?;
    let occurrence = occurrences::at(cluster, file, offset)?;
    if occurrence.kind == Kind::Variable && occurrence.role == Role::Read {
        return None;
    }
    let things = occurrences::meaning(cluster, file, occurrence);
    let subject = match things.first()? {
        Thing::Group(name) => Subject::Group(cluster.inventory.group_named(name)?),
        Thing::Variable(name) => Subject::Variable(name.to_string()),
        Thing::Host(_) => Subject::Hosts(things.iter().filter_map(|thing| cluster.inventory.host_named(thing.name())).collect()),
    };
    Some((subject, occurrence.with_quotes(file.text())))
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
