//! Methods for tests of the server itself, offered only when asked for ([`crate::Probes`]).

use std::time::Duration;

use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use crate::dispatch::Snapshot;

/// Keeps a thread of the pool busy.
pub(crate) fn sleep(_: &Snapshot, (milliseconds,): (u64,)) -> Result<Value> {
    std::thread::sleep(Duration::from_millis(milliseconds));
    Ok(Value::Null)
}

/// The text of a document as the server knows it.
pub(crate) fn text(snapshot: &Snapshot, (path,): (String,)) -> Result<Value> {
    Ok(snapshot.workspace.files().file(&path).map_or(Value::Null, |file| file.text().into()))
}
