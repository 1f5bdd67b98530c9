//! What Ansible would warn or fail about, and what hostwise leaves alone.

use crate::Place;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub place: Place,
    /// One line without a full stop.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// No plugin of Ansible can read the source: its hosts are missing in every run.
    UnparsedSource,
    /// The file is executable or a plugin configuration: Ansible would run it, hostwise does not.
    DynamicSource,
    /// The file is encrypted as a whole.
    Encrypted,
    /// No text: unreadable, binary, too large.
    Unavailable,
    /// A root key or child whose value is no mapping: Ansible skips it with a warning.
    InvalidGroupDefinition,
    /// A key that stands twice in a mapping: the later one counts, and Ansible warns.
    DuplicateKey,
    /// A key below a group that is none of `vars`, `children`, `hosts`: Ansible skips it with a warning.
    UnexpectedKey,
}
