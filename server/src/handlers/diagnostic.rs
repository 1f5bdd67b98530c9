//! `textDocument/diagnostic` and `workspace/diagnostic`: the findings, for clients that ask for them.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use hostwise_analysis::{Cancelled, Diagnostics};
use serde_json::json;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::error_codes::SERVER_CANCELLED;
use tower_lsp::ls_types::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::dispatch::Snapshot;
use crate::proto::{from, names, to};

/// The files for which findings were ever reported beside another: their next report may have to say that there are none any more.
#[derive(Debug, Default)]
pub(crate) struct Reported(Mutex<BTreeSet<Arc<str>>>);

impl Reported {
    /// Adds files; all that were added so far.
    fn with<'p>(&self, paths: impl Iterator<Item = &'p Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut reported = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reported.extend(paths.cloned());
        reported.clone()
    }
}

/// The findings of a document; those of other files come with them when the client takes them.
pub(crate) fn document(snapshot: &Snapshot, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
    let found = findings(snapshot)?;
    let path = from::path(&params.text_document.uri);
    let items = items(snapshot, found, &path);
    let related = if snapshot.abilities.related_documents { related(snapshot, found, &path) } else { Vec::new() };
    let result_id = result_id(&(&items, related.iter().map(|(path, items)| (path, items)).collect::<Vec<_>>()));
    if params.previous_result_id.as_deref() == Some(&result_id) {
        let report = UnchangedDocumentDiagnosticReport { result_id };
        let report = RelatedUnchangedDocumentDiagnosticReport { related_documents: None, unchanged_document_diagnostic_report: report };
        return Ok(DocumentDiagnosticReport::Unchanged(report).into());
    }
    let beside = |(path, items): (Arc<str>, Vec<Diagnostic>)| {
        let report = FullDocumentDiagnosticReport { result_id: None, items };
        Some((names::uri(snapshot, &path)?, DocumentDiagnosticReportKind::Full(report)))
    };
    let report = RelatedFullDocumentDiagnosticReport {
        related_documents: Some(related.into_iter().filter_map(beside).collect()),
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
    };
    Ok(DocumentDiagnosticReport::Full(report).into())
}

/// The findings of all files that have some, or had some when the client asked before.
pub(crate) fn workspace(snapshot: &Snapshot, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
    let found = findings(snapshot)?;
    let known = params.previous_result_ids.into_iter().map(|known| (from::path(&known.uri), known.value)).collect::<Vec<_>>();
    let paths: BTreeSet<&Arc<str>> = found.keys().chain(known.iter().map(|(path, _)| path)).collect();
    let report = |path: &Arc<str>| {
        let uri = names::uri(snapshot, path)?;
        let version = snapshot.open.get(path).map(|document| i64::from(document.version));
        let items = items(snapshot, found, path);
        let result_id = result_id(&items);
        if known.iter().any(|(known, id)| known == path && *id == result_id) {
            let report = UnchangedDocumentDiagnosticReport { result_id };
            let report = WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report: report };
            return Some(WorkspaceDocumentDiagnosticReport::Unchanged(report));
        }
        let report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
        let report = WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: report };
        Some(WorkspaceDocumentDiagnosticReport::Full(report))
    };
    Ok(WorkspaceDiagnosticReport { items: paths.into_iter().filter_map(report).collect() }.into())
}

/// An edit that comes meanwhile makes them worthless: then the client is told to ask again.
fn findings(snapshot: &Snapshot) -> Result<&Diagnostics> {
    snapshot.workspace.diagnostics(&snapshot.token).map_err(|Cancelled| Error {
        code: ErrorCode::ServerError(SERVER_CANCELLED),
        message: "the workspace has changed".into(),
        data: Some(json!({ "retriggerRequest": true })),
    })
}

/// The findings of one file.
fn items(snapshot: &Snapshot, found: &Diagnostics, path: &str) -> Vec<Diagnostic> {
    let files = snapshot.workspace.files();
    let Some(file) = files.file(path) else { return Vec::new() };
    let here = found.get(path).into_iter().flat_map(|findings| findings.iter());
    here.map(|finding| to::diagnostic(files, file, finding, snapshot.encoding)).collect()
}

/// The findings of other files that an edit of this one can change.
fn related(snapshot: &Snapshot, found: &Diagnostics, path: &str) -> Vec<(Arc<str>, Vec<Diagnostic>)> {
    let is_related = |other: &&Arc<str>| ***other != *path && snapshot.workspace.may_change_findings(path, other);
    let reported = snapshot.reported.with(found.keys().filter(is_related));
    let others = reported.into_iter().filter(|other| is_related(&other));
    others.map(|other| (Arc::clone(&other), items(snapshot, found, &other))).collect()
}

/// The same for the same findings at the same places, as long as this process lives.
fn result_id(report: &impl serde::Serialize) -> String {
    let mut hasher = DefaultHasher::new();
    // Findings are plain data, which always can be written.
    serde_json::to_string(report).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use hostwise_analysis::{Settings, Token, Workspace};
    use hostwise_inventory::{Content, Files, SourceFile};

    use super::*;

    #[test]
    fn an_overtaken_question_is_to_be_asked_again() {
        let files: Files = [SourceFile::new("/w/hosts.yaml", Content::Text("etcd: {hosts: {a: }}".into()), false)].into_iter().collect();
        let open = ["/w/hosts.yaml".into()].into_iter().collect();
        let revision = Arc::new(AtomicU64::default());
        let workspace = Workspace::new(files, open, Settings::default());
        let snapshot = Snapshot { token: Token::new(&revision), ..Snapshot::of(workspace) };
        revision.fetch_add(1, Ordering::SeqCst);
        let error = findings(&snapshot).expect_err("it was overtaken");
        assert_eq!((error.code.code(), error.data), (-32802, Some(json!({ "retriggerRequest": true }))));
    }
}
