//! `textDocument/foldingRange`.

use hostwise_syntax::paint;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{FoldingRange, FoldingRangeParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

pub(crate) fn handle(snapshot: &Snapshot, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path).filter(|file| file.is_yaml()) else { return Ok(None) };
    Ok(Some(paint::folds(file.yaml(), &snapshot.canvas(&path)).into_iter().map(to::folding_range).collect()))
}
