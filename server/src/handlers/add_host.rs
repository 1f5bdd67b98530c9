//! `hostwise/addHost`.

use hostwise_analysis::{HostRole, add_host};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextDocumentIdentifier;

use super::rename::refused;
use crate::dispatch::Snapshot;
use crate::proto::{change, from};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddHostParams {
    text_document: TextDocumentIdentifier,
    role: String,
    name: Option<String>,
}

pub(crate) fn handle(snapshot: &Snapshot, params: AddHostParams) -> Result<Value> {
    let path = from::path(&params.text_document.uri);
    let role = HostRole::named(&params.role).ok_or_else(|| refused(format!("there is no role {}", params.role)))?;
    let added = add_host(&snapshot.workspace, &path, role, params.name.as_deref()).map_err(refused)?;
    Ok(json!({ "name": added.name, "edit": change::workspace_edit(snapshot, &added.change) }))
}
