//! `textDocument/selectionRange`.

use hostwise_inventory::SourceFile;
use hostwise_syntax::{Encoding, TextRange, paint};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{SelectionRange, SelectionRangeParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

pub(crate) fn handle(snapshot: &Snapshot, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let canvas = snapshot.canvas(&path);
    let around = |offset| match file.is_yaml() {
        true => paint::yaml_selection(file.yaml(), &canvas, offset),
        false => paint::ini_selection(file.ini(), offset),
    };
    let offsets = params.positions.into_iter().map(|position| from::offset(file, position, snapshot.encoding));
    Ok(Some(offsets.map(|offset| nested(file, &around(offset), snapshot.encoding)).collect()))
}

/// Ranges from the inside, each the parent of the one before it.
fn nested(file: &SourceFile, ranges: &[TextRange], encoding: Encoding) -> SelectionRange {
    let around = |parent: Option<SelectionRange>, range: &TextRange| {
        Some(SelectionRange { range: to::range(file, *range, encoding), parent: parent.map(Box::new) })
    };
    ranges.iter().rev().fold(None, around).unwrap_or_default()
}
