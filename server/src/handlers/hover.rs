//! `textDocument/hover`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Hover, HoverContents, HoverParams};

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

pub(crate) fn handle(snapshot: &Snapshot, params: HoverParams) -> Result<Option<Hover>> {
    let at = params.text_document_position_params;
    let path = from::path(&at.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let offset = from::offset(file, at.position, snapshot.encoding);
    Ok(hostwise_analysis::hover(&snapshot.workspace, &path, offset).map(|hover| Hover {
        contents: HoverContents::Markup(to::markdown(hover.markdown)),
        range: Some(to::range(file, hover.range, snapshot.encoding)),
    }))
}
