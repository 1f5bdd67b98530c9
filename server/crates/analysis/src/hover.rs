//! Hover.

use hostwise_syntax::TextRange;

use crate::Workspace;

/// What is known of the thing under the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: TextRange,
    /// Markdown without tables.
    pub markdown: String,
}

/// The hover at byte `offset` of the file at `path`; `None` where there is nothing to say.
pub fn hover(_workspace: &Workspace, _path: &str, _offset: usize) -> Option<Hover> {
    None
}
