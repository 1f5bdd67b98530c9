//! `textDocument/inlayHint`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{InlayHint, InlayHintParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

pub(crate) fn handle(snapshot: &Snapshot, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let range = from::range(file, params.range, snapshot.encoding);
    let hints = hostwise_analysis::inlay_hints(&snapshot.workspace, &path, range);
    Ok(Some(hints.iter().map(|hint| to::inlay_hint(file, hint, snapshot.encoding)).collect()))
}
