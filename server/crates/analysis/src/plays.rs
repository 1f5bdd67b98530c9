//! Playbooks: what their tasks do on the hosts of an inventory.
//!
//! A file is taken apart once ([`library::Library`]); a playbook is followed through roles and includes into a [`script::Script`], which knows of no
//! inventory; only then it meets one (`runs`, `tools`). What is made by templates, comes from outside, or is decided while Ansible runs is unknown.

mod candidates;
pub(crate) mod explain;
mod installs;
pub(crate) mod library;
pub(crate) mod missing;
pub(crate) mod model;
pub(crate) mod needs;
mod parse;
mod repeats;
pub(crate) mod runs;
mod scope;
pub(crate) mod script;
mod shell;
pub(crate) mod tools;
mod toolset;

pub(crate) use parse::is_reserved;
