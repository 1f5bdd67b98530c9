//! `textDocument/codeLens`: titles without a command, which every client can show.

use hostwise_analysis::code_lenses;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{CodeLens, CodeLensParams, Command};

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

pub(crate) fn handle(snapshot: &Snapshot, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let lens = |lens: hostwise_analysis::CodeLens| CodeLens {
        range: to::range(file, lens.range, snapshot.encoding),
        command: Some(Command { title: lens.title, command: String::new(), arguments: None }),
        data: None,
    };
    Ok(Some(code_lenses(&snapshot.workspace, &path).into_iter().map(lens).collect()))
}
