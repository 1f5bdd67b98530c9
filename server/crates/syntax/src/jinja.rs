//! Jinja inside scalars: where templates stand in the source, and the names in them.
//!
//! The places are bytes of the file, whatever lies between: quotes with escapes, folded lines, the indentation of block scalars. Half-typed templates
//! are read as far as they go. What an expression means is not known here: this is for completion, references and colours.

mod content;
mod lexer;

use crate::TextRange;
use crate::yaml::{Kind, Node};
use content::Content;

/// A part of a scalar between Jinja's brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub kind: RegionKind,
    /// With the brackets; one that is not closed ends with its line or before the next one.
    pub range: TextRange,
    pub is_closed: bool,
    /// In order; none in a comment.
    pub tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// `{{ }}`
    Expression,
    /// `{% %}`
    Statement,
    /// `{# #}`
    Comment,
}

/// A word or a sign inside a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub role: Role,
    pub range: TextRange,
    /// Without what the scalar's quotes add to it.
    pub text: Box<str>,
}

/// What a token is, by what stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A name that is looked up among the variables, or a function's.
    Variable,
    /// A name that the template itself defines: by `for`, `set` or `macro`, or `loop`.
    Local,
    /// Behind a dot.
    Attribute,
    /// Behind `|`.
    Filter,
    /// Behind `is`.
    Test,
    /// `name=` inside a call.
    Argument,
    /// `if`, `and`, `true` and the like.
    Keyword,
    String,
    Number,
    Operator,
}

/// The templates in a scalar, in order; none in other nodes, and none where Ansible does not look for them (`!unsafe`, `!vault`).
///
/// An unquoted `key: {{ name }}` is a mapping to YAML, and an error to Ansible; it is read as the template that it was meant to be.
pub fn regions(node: Node<'_>) -> Vec<Region> {
    if matches!(node.tag(), Some("!unsafe" | "!vault" | "!vault-encrypted")) {
        return Vec::new();
    }
    match node.kind() {
        Kind::FlowMapping if node.source().starts_with("{{") => in_text(node.source(), node.range().start as usize),
        Kind::Plain | Kind::SingleQuoted | Kind::DoubleQuoted | Kind::Literal | Kind::Folded if node.source().contains('{') => {
            lexer::regions(&Content::of(node))
        }
        _ => Vec::new(),
    }
}

/// The templates in a text that stands in the source as it is, from byte `start` on: a value of an INI inventory.
pub fn in_text(text: &str, start: usize) -> Vec<Region> {
    if text.contains('{') { lexer::regions(&Content::verbatim(text, start)) } else { Vec::new() }
}

/// The words of a scalar that is one expression without brackets around it, as in `when`. None for other nodes, for one with brackets of its own, and
/// where Ansible looks for no expression.
pub fn expression(node: Node<'_>) -> Vec<Token> {
    let is_scalar = matches!(node.kind(), Kind::Plain | Kind::SingleQuoted | Kind::DoubleQuoted | Kind::Literal | Kind::Folded);
    if !is_scalar || node.tag().is_some() || node.source().contains(['{', '}']) {
        return Vec::new();
    }
    lexer::expression(&Content::of(node))
}

/// The words of an expression that stands in the source as it is, from byte `start` on.
pub fn expression_in_text(text: &str, start: usize) -> Vec<Token> {
    lexer::expression(&Content::verbatim(text, start))
}

#[cfg(test)]
mod tests;
