//! A change of the workspace to the protocol: the one place that knows how a client wants it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hostwise_analysis::{Change, FileEdit};
use tower_lsp::ls_types::{
    CreateFile, DocumentChangeOperation, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, RenameFile,
    ResourceOp, TextDocumentEdit, TextEdit, WorkspaceEdit,
};

use crate::dispatch::Snapshot;
use crate::proto::{names, to};

/// The edit of a change: versioned where the client knows versions or where files come and go, plain otherwise. `None` when the client can
/// neither create nor rename the files that the change needs.
pub(crate) fn workspace_edit(snapshot: &Snapshot, change: &Change) -> Option<WorkspaceEdit> {
    let files = snapshot.workspace.files();
    let mut edits: BTreeMap<&Arc<str>, Vec<TextEdit>> = BTreeMap::new();
    for edit in &change.edits {
        edits.entry(&edit.path).or_default().push(text_edit(snapshot, edit));
    }
    let created: Vec<&Arc<str>> = edits.keys().filter(|path| files.get(path).is_none()).copied().collect();
    let abilities = snapshot.abilities;
    if (!created.is_empty() && !abilities.create_files) || (!change.renames.is_empty() && !abilities.rename_files) {
        return None;
    }
    if created.is_empty() && change.renames.is_empty() && !abilities.document_changes {
        let changes = edits.into_iter().map(|(path, edits)| Some((names::uri(snapshot, path)?, edits)));
        return Some(WorkspaceEdit { changes: Some(changes.collect::<Option<HashMap<_, _>>>()?), ..WorkspaceEdit::default() });
    }
    let mut operations = Vec::new();
    for path in created {
        let created = CreateFile { uri: names::uri(snapshot, path)?, options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Create(created)));
    }
    for (path, edits) in edits {
        let version = snapshot.open.get(path).map(|document| document.version);
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri: names::uri(snapshot, path)?, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        }));
    }
    for rename in &change.renames {
        let renamed = RenameFile {
            old_uri: names::uri(snapshot, &rename.from)?,
            new_uri: names::uri(snapshot, &rename.to)?,
            options: None,
            annotation_id: None,
        };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Rename(renamed)));
    }
    Some(WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(operations)), ..WorkspaceEdit::default() })
}

fn text_edit(snapshot: &Snapshot, edit: &FileEdit) -> TextEdit {
    let range = match snapshot.workspace.files().file(&edit.path) {
        Some(file) => to::range(file, edit.range, snapshot.encoding),
        None => Range { start: Position::default(), end: Position::default() },
    };
    TextEdit { range, new_text: edit.new_text.clone() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hostwise_analysis::{FileRename, Settings, Workspace};
    use hostwise_inventory::{Content, Files, SourceFile};
    use hostwise_syntax::paint::Canvas;
    use hostwise_syntax::{Encoding, TextRange};
    use serde_json::{Value, json};

    use super::*;
    use crate::capabilities::Abilities;
    use crate::dispatch::OpenDocument;

    const TEXT: &str = "é€😀: x\n";

    fn edit(abilities: Abilities, change: &Change) -> Option<Value> {
        let files: Files = [SourceFile::new("/w/a.yml", Content::Text(TEXT.into()), false)].into_iter().collect();
        let workspace = Workspace::new(files, BTreeSet::new(), Settings::default());
        let uri = to::uri("/w/a.yml").expect("a path");
        let open = [(Arc::from("/w/a.yml"), OpenDocument { uri, version: 7, canvas: Canvas::default(), tokens: Arc::default() })]
            .into_iter()
            .collect();
        let snapshot = Snapshot { encoding: Encoding::Utf16, abilities, open: Arc::new(open), ..Snapshot::of(workspace) };
        workspace_edit(&snapshot, change).map(|edit| serde_json::to_value(edit).expect("JSON"))
    }

    fn one_edit(path: &str, start: usize, end: usize) -> Change {
        Change { edits: vec![FileEdit { path: path.into(), range: TextRange::new(start, end), new_text: "y".into() }], renames: Vec::new() }
    }

    #[test]
    fn edits_alone_are_plain_unless_the_client_knows_versions() {
        let change = one_edit("/w/a.yml", TEXT.len() - 2, TEXT.len() - 1);
        let range = json!({ "start": { "line": 0, "character": 6 }, "end": { "line": 0, "character": 7 } });
        let expected = json!([{ "range": range, "newText": "y" }]);
        let plain = edit(Abilities::default(), &change).expect("an edit");
        assert_eq!(plain, json!({ "changes": { "file:///w/a.yml": expected } }));
        let versioned = edit(Abilities { document_changes: true, ..Abilities::default() }, &change).expect("an edit");
        let document = json!({ "uri": "file:///w/a.yml", "version": 7 });
        assert_eq!(versioned, json!({ "documentChanges": [{ "textDocument": document, "edits": expected }] }));
    }

    #[test]
    fn files_are_made_and_renamed_only_by_clients_that_can() {
        let can = Abilities { create_files: true, rename_files: true, ..Abilities::default() };
        let mut change = one_edit("/w/new.yml", 0, 0);
        assert_eq!(edit(Abilities::default(), &change), None);
        assert_eq!(edit(can, &change).expect("an edit")["documentChanges"][0], json!({ "kind": "create", "uri": "file:///w/new.yml" }));
        change = one_edit("/w/a.yml", 0, 1);
        change.renames.push(FileRename { from: "/w/a.yml".into(), to: "/w/b.yml".into() });
        assert_eq!(edit(Abilities { create_files: true, ..Abilities::default() }, &change), None);
        let renamed = json!({ "kind": "rename", "oldUri": "file:///w/a.yml", "newUri": "file:///w/b.yml" });
        assert_eq!(edit(can, &change).expect("an edit")["documentChanges"][1], renamed);
    }
}
