//! `workspace/willRenameFiles`.

use hostwise_analysis::{FileRename, follow_renamed_files};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{RenameFilesParams, Uri, WorkspaceEdit};

use crate::dispatch::Snapshot;
use crate::proto::{change, from};

pub(crate) fn handle(snapshot: &Snapshot, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
    let path = |uri: &str| uri.parse::<Uri>().ok().map(|uri| from::path(&uri));
    let renames = params.files.iter().filter_map(|file| Some(FileRename { from: path(&file.old_uri)?, to: path(&file.new_uri)? }));
    let following = follow_renamed_files(&snapshot.workspace, &renames.collect::<Vec<_>>());
    if following.edits.is_empty() && following.renames.is_empty() {
        return Ok(None);
    }
    Ok(change::workspace_edit(snapshot, &following))
}
