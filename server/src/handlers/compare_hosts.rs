//! `hostwise/compareHosts`.

use hostwise_analysis::{ComparedVariable, Defaults};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextDocumentIdentifier;

use super::explain::{host, variable};
use crate::dispatch::Snapshot;
use crate::proto::from;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompareHostsParams {
    text_document: Option<TextDocumentIdentifier>,
    left: String,
    right: String,
    /// Whether the defaults of the release are wanted, too, that the inventory leaves alone; they are when this is left out.
    defaults: Option<bool>,
}

pub(crate) fn handle(snapshot: &Snapshot, params: CompareHostsParams) -> Result<Value> {
    let defaults = if params.defaults == Some(false) { Defaults::LeftOut } else { Defaults::Included };
    let path = params.text_document.map(|document| from::path(&document.uri));
    let compared = hostwise_analysis::compare_hosts(&snapshot.workspace, path.as_deref(), &params.left, &params.right, defaults);
    let Some(compared) = compared else { return Ok(Value::Null) };
    let show = |compared: &ComparedVariable| {
        json!({
            "name": compared.name,
            "differs": compared.differs,
            "left": compared.left.as_ref().map(|known| variable(snapshot, known)),
            "right": compared.right.as_ref().map(|known| variable(snapshot, known)),
        })
    };
    Ok(json!({
        "left": host(snapshot, &compared.left),
        "right": host(snapshot, &compared.right),
        "variables": compared.variables.iter().map(show).collect::<Vec<_>>(),
    }))
}
