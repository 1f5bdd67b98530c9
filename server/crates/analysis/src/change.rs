//! Changes of a workspace that an editor or `check --fix` may apply: edits of files, and renamed files.

use std::sync::Arc;

use hostwise_syntax::TextRange;

/// Edits and renames that belong together: all are applied, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Ranges are bytes of the files as they are now. Edits of one file do not overlap; several at one place apply in this order.
    pub edits: Vec<FileEdit>,
    /// Applied after the edits.
    pub renames: Vec<FileRename>,
}

/// A replacement in one file. A file that does not exist yet is made by an edit at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    pub path: Arc<str>,
    pub range: TextRange,
    pub new_text: String,
}

/// A file or directory that gets another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRename {
    pub from: Arc<str>,
    pub to: Arc<str>,
}

/// A way to make a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// An imperative in one line without a full stop: `Rename kube-node to kube_node`.
    pub title: String,
    /// Whether the result is certainly what was meant: `check --fix` applies only such fixes, an editor offers all.
    pub is_safe: bool,
    pub change: Change,
}
