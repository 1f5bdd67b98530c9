//! The fault-tolerant tree of an INI inventory: line by line, with spans for every part.
//!
//! Splitting into words and the types of values follow Ansible's INI plugin; what the words mean is the business of the inventory crate.

use std::sync::Arc;

use crate::{SyntaxError, TextRange, Value};

/// A parsed INI inventory.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
    /// What stands before the first header is a section without one.
    pub sections: Vec<Section>,
    pub comments: Vec<TextRange>,
    /// In document order. Ansible stops at the first; everything else in the tree is still there.
    pub errors: Vec<SyntaxError>,
}

/// What the lines of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    Hosts,
    Children,
    Vars,
}

/// A section: its header and its lines.
#[derive(Debug)]
pub struct Section {
    /// The name between the brackets without `:children` and the like; `None` for the lines before the first header.
    pub name: Option<TextRange>,
    /// The whole header with its brackets.
    pub header: TextRange,
    pub kind: SectionKind,
    pub lines: Vec<Line>,
}

/// One line of a section.
#[derive(Debug)]
pub struct Line {
    /// The line without its comment and the blanks around it.
    pub range: TextRange,
    /// The host pattern, the child group, or nothing in a `:vars` section.
    pub name: Option<TextRange>,
    /// `key=value` words of a host line, or the one assignment of a `:vars` line.
    pub assignments: Vec<Assignment>,
}

/// `key=value`.
#[derive(Debug)]
pub struct Assignment {
    pub key: TextRange,
    /// The value as written, quotes included.
    pub value_range: TextRange,
    /// The value as Ansible types it (Python literals, else text).
    pub value: Value,
}

/// Parses any text.
pub fn parse(text: Arc<str>) -> Document {
    Document { text, sections: Vec::new(), comments: Vec::new(), errors: Vec::new() }
}

impl Document {
    /// The text this was parsed from.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }
}
