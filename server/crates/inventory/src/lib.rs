//! Ansible's inventory model, exactly: sources, hosts, groups, variable files, precedence, and the place of every value.
//!
//! Pure functions over [`Files`]: no disk, no process, no environment. Kubespray is unknown here; groups that only exist at run time
//! come in through [`Inventory::with_runtime_groups`].

mod files;
mod model;

pub use files::{Content, Entry, Files, SourceFile};
pub use model::{
    FileId, Group, GroupId, Host, HostId, Inventory, Layer, LayerKind, Mention, MentionKind, Place, Problem, ProblemKind, ProfileId,
    Request, Variable,
};
