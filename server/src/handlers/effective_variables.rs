//! `hostwise/effectiveVariables`.

use hostwise_analysis::Defaults;
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
    /// Whether the defaults of the release are wanted, too, that the inventory leaves alone; they are when this is left out.
    defaults: Option<bool>,
}

pub(crate) fn handle(snapshot: &Snapshot, params: EffectiveVariablesParams) -> Result<Value> {
    let defaults = if params.defaults == Some(false) { Defaults::LeftOut } else { Defaults::Included };
    let path = params.text_document.map(|document| from::path(&document.uri));
    let Some(known) = hostwise_analysis::effective_variables(&snapshot.workspace, path.as_deref(), &params.host, defaults) else {
        return Ok(Value::Null);
    };
    let variables = known.variables.iter().map(|known| variable(snapshot, known));
    Ok(json!({ "host": host(snapshot, &known.host), "variables": variables.collect::<Vec<_>>(), "defaults": known.n_defaults }))
}
