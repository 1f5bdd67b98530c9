//! Places of names to the protocol.

use hostwise_analysis::{Highlight, Location};
use hostwise_inventory::SourceFile;
use hostwise_syntax::Encoding;
use tower_lsp::ls_types::{self, DocumentHighlight, DocumentHighlightKind, Uri};

use crate::dispatch::Snapshot;
use crate::proto::to;

/// A place in a file of the workspace.
pub(crate) fn location(snapshot: &Snapshot, location: &Location) -> Option<ls_types::Location> {
    let file = snapshot.workspace.files().file(&location.path)?;
    Some(ls_types::Location { uri: uri(snapshot, &location.path)?, range: to::range(file, location.range, snapshot.encoding) })
}

/// The name of a document as the client spells it.
pub(crate) fn uri(snapshot: &Snapshot, path: &str) -> Option<Uri> {
    snapshot.open.get(path).map(|document| document.uri.clone()).or_else(|| to::uri(path))
}

pub(crate) fn highlight(file: &SourceFile, highlight: &Highlight, encoding: Encoding) -> DocumentHighlight {
    let kind = if highlight.is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ };
    DocumentHighlight { range: to::range(file, highlight.range, encoding), kind: Some(kind) }
}
