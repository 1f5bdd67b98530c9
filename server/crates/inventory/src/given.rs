//! Inventories that a file stands for without spelling them out: whoever knows what its text means gives the groups and hosts.

use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::graph::MentionKind;
use crate::sources::Reader;

/// The groups and hosts behind the file at `path`. Its root entries are variables of every host, above all others, as with `-e @file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub path: Arc<str>,
    /// In the order of creation, parents before children; hosts are created with the first group that has them.
    pub groups: Vec<GivenGroup>,
    /// More files whose root entries are variables of every host, each below the next; those of `path` come above them.
    pub extra: Vec<Arc<str>>,
    /// The directory beside whose `group_vars` and `host_vars` the inventory stands, when that is not the one of `path`.
    pub home: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenGroup {
    pub name: Arc<str>,
    /// The bytes of the file that bring it about.
    pub range: TextRange,
    /// The group that contains it.
    pub parent: Option<Arc<str>>,
    /// Its hosts in order, each with the bytes of the file that bring it about.
    pub members: Vec<(Arc<str>, TextRange)>,
}

impl Given {
    pub(crate) fn add_to(&self, reader: &mut Reader) {
        for group in &self.groups {
            let parent = group.parent.as_ref().map(|parent| reader.graph.add_group(parent));
            let id = reader.define_group(&group.name, group.range, parent.map_or(MentionKind::Definition, MentionKind::ChildOf));
            if let Some(parent) = parent {
                // An edge that would make a loop is one that was not meant.
                let _ = reader.graph.add_child(parent, id);
            }
            for (host, range) in &group.members {
                reader.add_host(host, None, *range, id);
            }
        }
    }
}
