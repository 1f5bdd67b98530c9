//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls` and `callHierarchy/outgoingCalls`: who contains whom.

use hostwise_analysis::{containers, member, members};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, TextDocumentIdentifier, TextDocumentPositionParams,
};

use crate::dispatch::Snapshot;
use crate::proto::{from, symbols};

pub(crate) fn prepare(snapshot: &Snapshot, params: CallHierarchyPrepareParams) -> Result<Option<Vec<CallHierarchyItem>>> {
    let Some(at) = from::place(snapshot, &params.text_document_position_params) else { return Ok(None) };
    let item = member(&snapshot.workspace, &at.path, at.offset).and_then(|member| symbols::call_item(snapshot, &member));
    Ok(item.map(|item| vec![item]))
}

pub(crate) fn incoming(snapshot: &Snapshot, params: CallHierarchyIncomingCallsParams) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let Some(at) = place(snapshot, &params.item) else { return Ok(None) };
    let found = containers(&snapshot.workspace, &at.path, at.offset);
    let calls = found.iter().filter_map(|containment| {
        let file = snapshot.workspace.files().file(&containment.other.location.path)?;
        let (from, from_ranges) = symbols::call(snapshot, file, containment)?;
        Some(CallHierarchyIncomingCall { from, from_ranges })
    });
    Ok(Some(calls.collect()))
}

pub(crate) fn outgoing(snapshot: &Snapshot, params: CallHierarchyOutgoingCallsParams) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let Some(at) = place(snapshot, &params.item) else { return Ok(None) };
    let found = members(&snapshot.workspace, &at.path, at.offset);
    let calls = found.iter().filter_map(|containment| {
        let (to, from_ranges) = symbols::call(snapshot, &at.file, containment)?;
        Some(CallHierarchyOutgoingCall { to, from_ranges })
    });
    Ok(Some(calls.collect()))
}

/// Where an item stands: its name is asked about again.
fn place(snapshot: &Snapshot, item: &CallHierarchyItem) -> Option<from::Place> {
    let text_document = TextDocumentIdentifier { uri: item.uri.clone() };
    from::place(snapshot, &TextDocumentPositionParams { text_document, position: item.selection_range.start })
}
