//! `textDocument/codeAction`: the fixes of the findings in the range.

use hostwise_analysis::{Diagnostic, Token};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse};

use crate::dispatch::Snapshot;
use crate::proto::{change, from, to};

pub(crate) fn handle(snapshot: &Snapshot, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    if !wants(params.context.only.as_deref(), &CodeActionKind::QUICKFIX) {
        return Ok(None);
    }
    let range = from::range(file, params.range, snapshot.encoding);
    let found = snapshot.workspace.diagnostics(&Token::never());
    let here = found.ok().and_then(|found| found.get(&path)).into_iter().flat_map(|diagnostics| diagnostics.iter());
    let here = here.filter(|diagnostic| diagnostic.range.start <= range.end && range.start <= diagnostic.range.end);
    Ok(Some(here.flat_map(|diagnostic| quick_fixes(snapshot, &path, diagnostic)).map(CodeActionOrCommand::CodeAction).collect()))
}

/// The fixes of a finding; the first is preferred when it is safe.
fn quick_fixes(snapshot: &Snapshot, path: &str, diagnostic: &Diagnostic) -> Vec<CodeAction> {
    let files = snapshot.workspace.files();
    let Some(file) = files.file(path) else { return Vec::new() };
    let action = |(index, fix): (usize, &hostwise_analysis::Fix)| {
        Some(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![to::diagnostic(files, file, diagnostic, snapshot.encoding)]),
            edit: Some(change::workspace_edit(snapshot, &fix.change)?),
            is_preferred: (index == 0 && fix.is_safe).then_some(true),
            ..CodeAction::default()
        })
    };
    diagnostic.fixes.iter().enumerate().filter_map(action).collect()
}

/// Whether a client that asks for `only` these kinds wants this one: kinds are prefixes of those below them.
fn wants(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let is_above = |asked: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(asked.as_str());
        rest.is_some_and(|rest| rest.is_empty() || asked.as_str().is_empty() || rest.starts_with('.'))
    };
    only.is_none_or(|only| only.iter().any(is_above))
}
