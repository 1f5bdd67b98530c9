//! `textDocument/documentHighlight`.

use hostwise_analysis::highlights;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DocumentHighlight, DocumentHighlightParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, names};

pub(crate) fn handle(snapshot: &Snapshot, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
    let Some(at) = from::place(snapshot, &params.text_document_position_params) else { return Ok(None) };
    let found = highlights(&snapshot.workspace, &at.path, at.offset);
    Ok(Some(found.iter().map(|highlight| names::highlight(&at.file, highlight, snapshot.encoding)).collect()))
}
