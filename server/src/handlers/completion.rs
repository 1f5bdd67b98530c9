//! `textDocument/completion` and `completionItem/resolve`.

use hostwise_analysis::{completions, documentation, settings_completions};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{CompletionItem, CompletionParams, CompletionResponse, Documentation};

use crate::dispatch::Snapshot;
use crate::proto::{completion, from, to};
use crate::settings;

pub(crate) fn handle(snapshot: &Snapshot, params: CompletionParams) -> Result<Option<CompletionResponse>> {
    let Some(at) = from::place(snapshot, &params.text_document_position) else { return Ok(None) };
    let is_settings = at.path.rsplit('/').next() == Some(settings::FILE);
    let found = if is_settings {
        settings_completions(&at.file, at.offset, &settings::schema())
    } else {
        completions(&snapshot.workspace, &at.path, at.offset)
    };
    Ok(found.map(|found| CompletionResponse::List(completion::list(snapshot, &at.file, found))))
}

/// An item of unknown origin stays as it is.
pub(crate) fn resolve(snapshot: &Snapshot, mut item: CompletionItem) -> Result<CompletionItem> {
    let origin = item.data.as_ref().and_then(completion::origin);
    let words = origin.and_then(|(path, kind, label)| documentation(&snapshot.workspace, path, kind, label));
    item.documentation = words.map(|words| Documentation::MarkupContent(to::markdown(words)));
    Ok(item)
}
