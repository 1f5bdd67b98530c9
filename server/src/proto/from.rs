//! From the protocol.

use std::path::PathBuf;
use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::{Encoding, TextRange};
use tower_lsp::ls_types::{Position, Range, TextDocumentPositionParams, Uri};

use crate::dispatch::Snapshot;
use crate::files::path_text;

/// The path of a document; its name alone when it is no file (`untitled:`).
pub(crate) fn path(uri: &Uri) -> Arc<str> {
    file_path(uri).map_or_else(|| uri.as_str().into(), |path| path_text(&path))
}

/// The path of a document on disk.
pub(crate) fn file_path(uri: &Uri) -> Option<PathBuf> {
    uri.scheme().as_str().eq("file").then(|| uri.to_file_path().map(|path| path.into_owned())).flatten()
}

/// The byte offset of a position.
pub(crate) fn offset(file: &SourceFile, position: Position, encoding: Encoding) -> usize {
    let position = hostwise_syntax::Position { line: position.line, character: position.character };
    file.lines().offset(file.text(), position, encoding)
}

/// A place in a document that is known here.
pub(crate) struct Place {
    pub(crate) path: Arc<str>,
    pub(crate) file: Arc<SourceFile>,
    /// In bytes.
    pub(crate) offset: usize,
}

/// `None` for a document that is not known here.
pub(crate) fn place(snapshot: &Snapshot, at: &TextDocumentPositionParams) -> Option<Place> {
    let path = path(&at.text_document.uri);
    let file = Arc::clone(snapshot.workspace.files().file(&path)?);
    let offset = offset(&file, at.position, snapshot.encoding);
    Some(Place { path, file, offset })
}

pub(crate) fn range(file: &SourceFile, range: Range, encoding: Encoding) -> TextRange {
    TextRange::new(offset(file, range.start, encoding), offset(file, range.end, encoding))
}
