//! `textDocument/definition`.

use hostwise_analysis::definition;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{GotoDefinitionParams, GotoDefinitionResponse, LocationLink};

use crate::dispatch::Snapshot;
use crate::proto::{from, names, to};

pub(crate) fn handle(snapshot: &Snapshot, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    let Some(at) = from::place(snapshot, &params.text_document_position_params) else { return Ok(None) };
    let Some(found) = definition(&snapshot.workspace, &at.path, at.offset) else { return Ok(None) };
    let locations = found.targets.iter().filter_map(|target| names::location(snapshot, target));
    if !snapshot.abilities.definition_links {
        return Ok(Some(GotoDefinitionResponse::Array(locations.collect())));
    }
    let origin = to::range(&at.file, found.origin, snapshot.encoding);
    let links = locations.map(|location| LocationLink {
        origin_selection_range: Some(origin),
        target_uri: location.uri,
        target_range: location.range,
        target_selection_range: location.range,
    });
    Ok(Some(GotoDefinitionResponse::Link(links.collect())))
}
