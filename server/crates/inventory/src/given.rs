//! Inventories that a file stands for without spelling them out: whoever knows what its text means gives the groups and hosts.

use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::graph::MentionKind;
use crate::sources::Reader;

/// The groups and hosts behind the file at `path`. Its root entries are variables of every host, above all others, as with `-e @file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub path: Arc<str>,
    /// In the order of creation, parents before children.
    pub groups: Vec<GivenGroup>,
    /// In the order of creation.
    pub hosts: Vec<GivenHost>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenGroup {
    pub name: Arc<str>,
    /// The bytes of the file that bring it about.
    pub range: TextRange,
    /// The group that contains it.
    pub parent: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenHost {
    pub name: Arc<str>,
    /// The names of its groups, each with the bytes of the file that bring it about.
    pub groups: Vec<(Arc<str>, TextRange)>,
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
        }
        for host in &self.hosts {
            for (group, range) in &host.groups {
                let group = reader.graph.add_group(group);
                reader.add_host(&host.name, None, *range, group);
            }
        }
    }
}
