//! Inlay hints.

use hostwise_syntax::TextRange;

use crate::Workspace;

/// A short remark behind a place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// Byte offset behind which it stands.
    pub offset: usize,
    pub label: String,
    /// Markdown.
    pub tooltip: String,
}

/// The hints of the file at `path` within `range`, in document order.
pub fn inlay_hints(_workspace: &Workspace, _path: &str, _range: TextRange) -> Vec<InlayHint> {
    Vec::new()
}
