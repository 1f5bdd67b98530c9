//! `hostwise/effectiveVariables`.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextDocumentIdentifier;

use super::explain::{host, variable};
use crate::dispatch::Snapshot;
use crate::proto::from;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EffectiveVariablesParams {
    text_document: Option<TextDocumentIdentifier>,
    host: String,
}

pub(crate) fn handle(snapshot: &Snapshot, params: EffectiveVariablesParams) -> Result<Value> {
    let path = params.text_document.map(|document| from::path(&document.uri));
    let Some(known) = hostwise_analysis::effective_variables(&snapshot.workspace, path.as_deref(), &params.host) else {
        return Ok(Value::Null);
    };
    let variables = known.variables.iter().map(|known| variable(snapshot, known));
    Ok(json!({ "host": host(snapshot, &known.host), "variables": variables.collect::<Vec<_>>() }))
}
