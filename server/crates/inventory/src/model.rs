//! Contract: the types that the rest of hostwise reads. To be split into files by subject.

use std::sync::Arc;

use hostwise_syntax::{TextRange, Value};

use crate::{Files, SourceFile};

macro_rules! ids {
    ($($name:ident),*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    )*};
}
ids!(FileId, GroupId, HostId, ProfileId);

/// Bytes of a file of an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: FileId,
    pub range: TextRange,
}

/// What to load: the `-i` arguments in order (absolute paths of files or directories), and the playbook directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub sources: Vec<Arc<str>>,
    pub playbook_dir: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: Arc<str>,
    /// In the order of linking.
    pub children: Vec<GroupId>,
    pub parents: Vec<GroupId>,
    /// Own hosts in the order of addition.
    pub hosts: Vec<HostId>,
    /// Length of the longest path from `all`.
    pub depth: u32,
    pub priority: i64,
    pub mentions: Vec<Mention>,
    /// Made at run time by [`Inventory::with_runtime_groups`], in no file.
    pub runtime: bool,
}

#[derive(Clone, Debug)]
pub struct Host {
    pub name: Arc<str>,
    /// Direct groups in the order of addition.
    pub groups: Vec<GroupId>,
    pub mentions: Vec<Mention>,
}

/// A place where a group or host is named, in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The name (or the whole pattern, for a range).
    pub place: Place,
    pub kind: MentionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MentionKind {
    /// A root key, or an INI header: the group is defined.
    Definition,
    /// Named below `children` of this group.
    ChildOf(GroupId),
    /// A host named below `hosts` of this group.
    HostOf(GroupId),
}

/// The nine steps of precedence (and the run-time overlay), lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    InventoryAll,
    InventoryGroup,
    GroupVarsAll,
    PlaybookGroupVarsAll,
    GroupVars,
    PlaybookGroupVars,
    InventoryHost,
    HostVars,
    PlaybookHostVars,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub kind: LayerKind,
    /// The group that brought it, for the group kinds.
    pub group: Option<GroupId>,
    /// The key of the entry.
    pub key: Place,
    /// The value of the entry.
    pub place: Place,
    pub value: Value,
}

/// The effective value of a variable on a host: the winner, and what it beat, highest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub winner: Layer,
    pub overridden: Vec<Layer>,
}

/// What Ansible would warn or fail about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub place: Place,
    pub message: String,
}

/// The categories of `ANSIBLE` section 11, and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// No plugin of Ansible could read the source.
    UnparsedSource,
    /// The file is executable or a plugin configuration: Ansible would run it, hostwise does not.
    DynamicSource,
    /// The file is encrypted as a whole.
    Encrypted,
    /// No text: unreadable, binary, too large.
    Unavailable,
}

/// An inventory as Ansible sees it after reconciliation.
#[derive(Clone, Debug)]
pub struct Inventory {}

impl Inventory {
    /// Loads an inventory. `previous` gives what is unchanged (its files are compared by identity). Never fails: what could not be read is a [`Problem`].
    pub fn load(_files: &Files, _request: &Request, _previous: Option<&Inventory>) -> Inventory {
        unimplemented!()
    }
    /// All files that were read, by [`FileId`].
    pub fn file(&self, _id: FileId) -> &Arc<SourceFile> {
        unimplemented!()
    }
    pub fn file_id(&self, _path: &str) -> Option<FileId> {
        unimplemented!()
    }
    pub fn hosts(&self) -> impl Iterator<Item = (HostId, &Host)> {
        std::iter::empty()
    }
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        std::iter::empty()
    }
    pub fn host(&self, _id: HostId) -> &Host {
        unimplemented!()
    }
    pub fn group(&self, _id: GroupId) -> &Group {
        unimplemented!()
    }
    pub fn host_named(&self, _name: &str) -> Option<HostId> {
        unimplemented!()
    }
    pub fn group_named(&self, _name: &str) -> Option<GroupId> {
        unimplemented!()
    }
    /// The groups of a host, ancestors included, without `all`, in precedence order (lowest first).
    pub fn groups_of(&self, _host: HostId) -> &[GroupId] {
        unimplemented!()
    }
    /// The hosts of a group and its descendants, in Ansible's order.
    pub fn members(&self, _group: GroupId) -> Vec<HostId> {
        unimplemented!()
    }
    /// The effective value of a variable on a host, without magic variables.
    pub fn variable(&self, _host: HostId, _name: &str) -> Option<Variable> {
        unimplemented!()
    }
    /// The effective value of a variable from the host's groups alone: what is set for this host only is left out.
    pub fn group_variable(&self, _host: HostId, _name: &str) -> Option<Variable> {
        unimplemented!()
    }
    /// Whether the variable is set for this host itself (inventory or `host_vars`), not only by its groups.
    pub fn has_own_variable(&self, _host: HostId, _name: &str) -> bool {
        unimplemented!()
    }
    /// Whether `group` is `ancestor` or lies below it.
    pub fn is_within(&self, _group: GroupId, _ancestor: GroupId) -> bool {
        unimplemented!()
    }
    /// All files that were read or would be: sources and variable files, in order of [`FileId`].
    pub fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        std::iter::empty()
    }
    /// The names of all variables of a host, sorted.
    pub fn variable_names(&self, _host: HostId) -> Vec<Arc<str>> {
        unimplemented!()
    }
    /// Hosts with equal profiles have the same groups and no variables of their own that differ: what is evaluated for one holds for all.
    pub fn profile(&self, _host: HostId) -> ProfileId {
        unimplemented!()
    }
    pub fn problems(&self) -> &[Problem] {
        unimplemented!()
    }
    /// This inventory as it is after a play made groups (`group_by`): each is a child of `all`, or an existing group that gains hosts; its `group_vars` apply.
    pub fn with_runtime_groups(&self, _files: &Files, _groups: &[(Arc<str>, Vec<HostId>)]) -> Inventory {
        unimplemented!()
    }
}
