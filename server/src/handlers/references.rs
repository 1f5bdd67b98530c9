//! `textDocument/references`.

use hostwise_analysis::{Definitions, references};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Location, ReferenceParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, names};

pub(crate) fn handle(snapshot: &Snapshot, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
    let Some(at) = from::place(snapshot, &params.text_document_position) else { return Ok(None) };
    let definitions = if params.context.include_declaration { Definitions::Included } else { Definitions::LeftOut };
    let found = references(&snapshot.workspace, &at.path, at.offset, definitions);
    Ok(found.map(|found| found.iter().filter_map(|place| names::location(snapshot, place)).collect()))
}
