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
    /// YAML in a file that Ansible reads as INI because of its name: it refuses the file.
    WrongFormat,
    /// `hosts`, `children` or `vars` at the root: a group of that name whose content Ansible skips.
    MisplacedSection,
    /// A list or a scalar where Ansible wants a mapping: it refuses the file.
    NotAMapping,
    /// The name of a group or host that YAML does not read as text: Ansible refuses the file.
    UnquotedName,
    /// A group that no definition declares: Ansible refuses the file.
    UndefinedGroup,
    /// A group that would contain itself: Ansible refuses the file.
    GroupLoop,
    /// The file is executable or a plugin configuration: Ansible would run it, hostwise does not.
    DynamicSource,
    /// The file is encrypted as a whole.
    Encrypted,
    /// No text: unreadable, binary, too large.
    Unavailable,
    /// A root key or child whose value is no mapping: Ansible skips it with a warning.
    InvalidGroupDefinition,
    /// A key below a group that is none of `vars`, `children`, `hosts`: Ansible skips it with a warning.
    UnexpectedKey,
}

impl ProblemKind {
    /// Whether Ansible gives up the source at this place.
    pub fn loses_source(self) -> bool {
        use ProblemKind::{GroupLoop, NotAMapping, UndefinedGroup, UnparsedSource, UnquotedName, WrongFormat};
        matches!(self, UnparsedSource | WrongFormat | NotAMapping | UnquotedName | UndefinedGroup | GroupLoop)
    }
}
