//! `hostwise/explain`: the answer of `hostwise explain --format json`, with locations of the protocol.

use hostwise_analysis::{BecauseExplanation, ComponentExplanation, HostExplanation, Origin, Overridden, VariableExplanation};
use hostwise_syntax::TextRange;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextDocumentIdentifier;

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainParams {
    text_document: Option<TextDocumentIdentifier>,
    host: String,
    /// A component or a variable.
    name: Option<String>,
}

pub(crate) fn handle(snapshot: &Snapshot, params: ExplainParams) -> Result<Value> {
    let path = params.text_document.map(|document| from::path(&document.uri));
    let (workspace, path) = (&snapshot.workspace, path.as_deref());
    let Some(name) = params.name else {
        return Ok(hostwise_analysis::explain_host(workspace, path, &params.host).map_or(Value::Null, |known| host(snapshot, &known)));
    };
    let component = hostwise_analysis::explain_component(workspace, path, &params.host, &name).map(|known| host(snapshot, &known));
    let variable = || hostwise_analysis::explain_variable(workspace, path, &params.host, &name).map(|known| variable(snapshot, &known));
    Ok(component.or_else(variable).unwrap_or_default())
}

pub(super) fn host(snapshot: &Snapshot, host: &HostExplanation) -> Value {
    json!({
        "host": host.host,
        "role": host.role,
        "layout": host.layout,
        "groups": host.groups,
        "kubespray": host.kubespray,
        "components": host.components.iter().map(|known| component(snapshot, known)).collect::<Vec<_>>(),
    })
}

pub(super) fn component(snapshot: &Snapshot, component: &ComponentExplanation) -> Value {
    json!({
        "name": component.name,
        "state": component.state.name(),
        "reason": component.reason,
        "because": because(snapshot, &component.because),
    })
}

fn because(snapshot: &Snapshot, decided: &[BecauseExplanation]) -> Vec<Value> {
    let show = |because: &BecauseExplanation| {
        json!({
            "kind": because.kind.name(),
            "name": because.name,
            "value": because.value,
            "location": place(snapshot, because.path.as_deref().zip(because.range)),
        })
    };
    decided.iter().map(show).collect()
}

pub(super) fn variable(snapshot: &Snapshot, variable: &VariableExplanation) -> Value {
    let origin = |origin: &Origin| {
        json!({
            "kind": origin.kind,
            "group": origin.group,
            "location": place(snapshot, origin.path.as_deref().zip(origin.range)),
        })
    };
    let said = |said: &Overridden| json!({ "origin": origin(&said.origin), "value": said.value });
    json!({
        "host": variable.host,
        "variable": variable.variable,
        "value": variable.value,
        "rendered": variable.rendered,
        "known": variable.known,
        "unknown": variable.unknown,
        "origin": origin(&variable.origin),
        "overridden": variable.overridden.iter().map(said).collect::<Vec<_>>(),
        "default": variable.default.as_ref().map(said),
        "reads": because(snapshot, &variable.reads),
    })
}

/// A location of the protocol, null where there is none.
pub(super) fn place(snapshot: &Snapshot, place: Option<(&str, TextRange)>) -> Value {
    let location = place.and_then(|(path, range)| to::location(snapshot.workspace.files(), path, range, snapshot.encoding));
    location.map_or(Value::Null, |location| json!(location))
}
