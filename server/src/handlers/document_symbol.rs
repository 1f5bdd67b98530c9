//! `textDocument/documentSymbol`.

use hostwise_analysis::document_symbols;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DocumentSymbolParams, DocumentSymbolResponse, Location, Range};

use crate::dispatch::Snapshot;
use crate::proto::{from, symbols};

pub(crate) fn handle(snapshot: &Snapshot, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let found = document_symbols(&snapshot.workspace, &path);
    if snapshot.abilities.symbol_tree {
        let tree = found.into_iter().map(|symbol| symbols::tree(snapshot, file, symbol)).collect();
        return Ok(Some(DocumentSymbolResponse::Nested(tree)));
    }
    let location = Location { uri: params.text_document.uri, range: Range::default() };
    Ok(Some(DocumentSymbolResponse::Flat(symbols::flat(snapshot, &location, file, found))))
}
