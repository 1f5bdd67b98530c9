//! `textDocument/documentLink`.

use hostwise_analysis::links;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DocumentLink, DocumentLinkParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, symbols};

pub(crate) fn handle(snapshot: &Snapshot, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    Ok(Some(links(&snapshot.workspace, &path).iter().filter_map(|link| symbols::link(snapshot, file, link)).collect()))
}
