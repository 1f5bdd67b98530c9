//! `textDocument/definition` and `textDocument/declaration`.

use hostwise_analysis::{Definition, declaration, definition};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{GotoDefinitionParams, GotoDefinitionResponse, LocationLink};

use crate::dispatch::Snapshot;
use crate::proto::{from, names, to};

pub(crate) fn handle(snapshot: &Snapshot, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    let Some(at) = from::place(snapshot, &params.text_document_position_params) else { return Ok(None) };
    Ok(response(snapshot, &at, definition(&snapshot.workspace, &at.path, at.offset), snapshot.abilities.definition_links))
}

pub(crate) fn declared(snapshot: &Snapshot, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    let Some(at) = from::place(snapshot, &params.text_document_position_params) else { return Ok(None) };
    Ok(response(snapshot, &at, declaration(&snapshot.workspace, &at.path, at.offset), snapshot.abilities.declaration_links))
}

fn response(snapshot: &Snapshot, at: &from::Place, found: Option<Definition>, takes_links: bool) -> Option<GotoDefinitionResponse> {
    let found = found?;
    let locations = found.targets.iter().filter_map(|target| names::location(snapshot, target));
    if !takes_links {
        return Some(GotoDefinitionResponse::Array(locations.collect()));
    }
    let origin = to::range(&at.file, found.origin, snapshot.encoding);
    let links = locations.map(|location| LocationLink {
        origin_selection_range: Some(origin),
        target_uri: location.uri,
        target_range: location.range,
        target_selection_range: location.range,
    });
    Some(GotoDefinitionResponse::Link(links.collect()))
}
