//! `textDocument/codeAction` and `codeAction/resolve`: the fixes of the findings in the range, and the refactorings at its start.

use hostwise_analysis::{Diagnostic, Refactoring, RefactoringKind, Token, refactor, refactorings};
use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Position, Uri,
};

use super::rename::refused;
use crate::dispatch::Snapshot;
use crate::proto::{change, from, to};

/// What a refactoring that comes back is about.
#[derive(Debug, Deserialize, Serialize)]
struct Origin {
    uri: Uri,
    /// Of the document when the refactoring was offered.
    version: Option<i32>,
    position: Position,
    id: String,
}

pub(crate) fn handle(snapshot: &Snapshot, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let only = params.context.only.as_deref();
    let mut actions: Vec<CodeAction> = Vec::new();
    if wants(only, &CodeActionKind::QUICKFIX) {
        let range = from::range(file, params.range, snapshot.encoding);
        let found = snapshot.workspace.diagnostics(&Token::never());
        let here = found.ok().and_then(|found| found.get(&path)).into_iter().flat_map(|diagnostics| diagnostics.iter());
        let here = here.filter(|diagnostic| diagnostic.range.start <= range.end && range.start <= diagnostic.range.end);
        actions.extend(here.flat_map(|diagnostic| quick_fixes(snapshot, &path, diagnostic)));
    }
    let (extract, rewrite) = (CodeActionKind::REFACTOR_EXTRACT, CodeActionKind::REFACTOR_REWRITE);
    if wants(only, &extract) || wants(only, &rewrite) {
        let position = params.range.start;
        let offers = refactorings(&snapshot.workspace, &path, from::offset(file, position, snapshot.encoding));
        let offers = offers.into_iter().filter(|offer| wants(only, &kind(offer.kind)));
        let version = snapshot.open.get(&path).map(|document| document.version);
        let origin = |id| Origin { uri: params.text_document.uri.clone(), version, position, id };
        actions.extend(offers.filter_map(|offer| offered(snapshot, offer, &origin)));
    }
    Ok(Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
}

/// The edit of a refactoring; what has an edit stays as it is.
pub(crate) fn resolve(snapshot: &Snapshot, mut action: CodeAction) -> Result<CodeAction> {
    let origin = action.data.clone().and_then(|data| serde_json::from_value::<Origin>(data).ok());
    if let Some(origin) = origin.filter(|_| action.edit.is_none()) {
        action.edit = Some(edit(snapshot, &origin)?);
    }
    Ok(action)
}

fn edit(snapshot: &Snapshot, origin: &Origin) -> Result<tower_lsp::ls_types::WorkspaceEdit> {
    let path = from::path(&origin.uri);
    let file =
        snapshot.workspace.files().file(&path).filter(|_| snapshot.open.get(&path).map(|document| document.version) == origin.version);
    let Some(file) = file else {
        return Err(Error { code: ErrorCode::ContentModified, message: "the document has changed".into(), data: None });
    };
    let offset = from::offset(file, origin.position, snapshot.encoding);
    let made = refactor(&snapshot.workspace, &path, offset, &origin.id).map_err(refused)?;
    change::workspace_edit(snapshot, &made).ok_or_else(|| refused("this editor cannot make or rename files".to_owned()))
}

/// A refactoring with its edit, or without where the client asks for that later. One that cannot be had is shown with the reason, where the client
/// shows such.
fn offered(snapshot: &Snapshot, offer: Refactoring, origin: &impl Fn(String) -> Origin) -> Option<CodeAction> {
    let abilities = snapshot.abilities;
    let action = CodeAction { title: offer.title, kind: Some(kind(offer.kind)), ..CodeAction::default() };
    if let Some(reason) = offer.refusal {
        return abilities.disabled_actions.then(|| CodeAction { disabled: Some(CodeActionDisabled { reason }), ..action });
    }
    let origin = origin(offer.id);
    if abilities.resolve_actions {
        return Some(CodeAction { data: serde_json::to_value(origin).ok(), ..action });
    }
    Some(CodeAction { edit: Some(edit(snapshot, &origin).ok()?), ..action })
}

fn kind(kind: RefactoringKind) -> CodeActionKind {
    match kind {
        RefactoringKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        RefactoringKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
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
