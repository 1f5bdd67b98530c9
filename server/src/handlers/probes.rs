//! Methods for tests of the server itself, offered only when asked for ([`crate::Probes`]).

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use crate::dispatch::Snapshot;

/// The gates that were opened.
static OPEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static OPENED: Condvar = Condvar::new();

/// Keeps a thread of the pool busy until the gate of this name is opened.
pub(crate) fn hold(_: &Snapshot, (gate,): (String,)) -> Result<Value> {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    drop(OPENED.wait_while(open, |open| !open.contains(&gate)).unwrap_or_else(PoisonError::into_inner));
    Ok(Value::Null)
}

/// Lets all go on that wait at this gate, now and later. Needs no thread of the pool.
pub(crate) fn release(gate: String) {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner).insert(gate);
    OPENED.notify_all();
}

/// The text of a document as the server knows it.
pub(crate) fn text(snapshot: &Snapshot, (path,): (String,)) -> Result<Value> {
    Ok(snapshot.workspace.files().file(&path).map_or(Value::Null, |file| file.text().into()))
}
