//! `workspace/symbol`.

use hostwise_analysis::workspace_symbols;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{WorkspaceSymbolParams, WorkspaceSymbolResponse};

use crate::dispatch::Snapshot;
use crate::proto::symbols;

pub(crate) fn handle(snapshot: &Snapshot, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
    let found = workspace_symbols(&snapshot.workspace, &params.query).into_iter();
    Ok(Some(WorkspaceSymbolResponse::Nested(found.filter_map(|symbol| symbols::of_workspace(snapshot, symbol)).collect())))
}
