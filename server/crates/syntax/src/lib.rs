//! Text in, fault-tolerant trees out: YAML and INI with byte spans, the line index, Ansible's scalar table, and the
//! verdict of the parser that Ansible itself uses.
//!
//! Nothing here fails: every function takes any text and returns a tree and a list of errors. This crate knows nothing
//! of Ansible's inventory model, of files or of editors; it does know which YAML dialect Ansible reads (YAML 1.1 as PyYAML resolves it).

pub mod edit;
pub mod ini;
pub mod jinja;
pub mod judge;
pub mod paint;
pub mod text;
pub mod value;
pub mod yaml;

pub use text::{Encoding, LineIndex, Position, TextRange};
pub use value::Value;

/// Something wrong in a text, at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes of the text where a person must type.
    pub range: TextRange,
    /// One line, no full stop.
    pub message: String,
}
