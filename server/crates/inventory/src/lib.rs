//! Ansible's inventory model: sources, hosts, groups, variable files, precedence, and the place of every value.
//!
//! Pure functions over [`Files`]: no disk, no process, no environment. Kubespray is unknown here; groups that only exist at run time
//! come in through [`Inventory::with_runtime_groups`].

mod files;

mod inventory;

mod given;
mod graph;
mod hosts;
mod json;
mod json_reader;
mod mapping;
mod output;
mod patterns;
mod precedence;
mod problem;
mod python;
mod sources;
mod variable_files;

pub use files::{Content, Entry, Files, SourceFile};
pub use given::{Given, GivenGroup};
pub use graph::{Group, GroupId, Host, HostId, Mention, MentionKind, ProfileId};
pub use hosts::{Expanded, expand};
pub use inventory::{FileId, Inventory, Place, Request};
pub use output::{Failure, Output, is_magic};
pub use patterns::{HostPattern, PatternPart, PatternRole};
pub use precedence::{Definition, Layer, LayerKind, Variable};
pub use problem::{Problem, ProblemKind};
pub use variable_files::UnreadVariables;
