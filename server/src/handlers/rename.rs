//! `textDocument/rename` and `textDocument/prepareRename`.

use hostwise_analysis::{prepare_rename, rename};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit};

use crate::dispatch::Snapshot;
use crate::proto::{change, from, to};

pub(crate) fn prepare(snapshot: &Snapshot, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
    let Some(at) = from::place(snapshot, &params) else { return Ok(None) };
    let renaming = prepare_rename(&snapshot.workspace, &at.path, at.offset).map_err(refused)?;
    let range = to::range(&at.file, renaming.range, snapshot.encoding);
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: renaming.name.to_string() }))
}

pub(crate) fn handle(snapshot: &Snapshot, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
    let Some(at) = from::place(snapshot, &params.text_document_position) else { return Ok(None) };
    let renamed = rename(&snapshot.workspace, &at.path, at.offset, &params.new_name).map_err(refused)?;
    let edit = change::workspace_edit(snapshot, &renamed);
    edit.map(Some).ok_or_else(|| refused("variable files carry this name, and this editor cannot rename files".to_owned()))
}

/// `RequestFailed` of the protocol: the client shows the message.
pub(super) fn refused(message: String) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}
