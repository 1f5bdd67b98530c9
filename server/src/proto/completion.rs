//! Completion items to the protocol and back.

use hostwise_analysis::{Completion, CompletionKind, Completions};
use hostwise_inventory::SourceFile;
use serde_json::{Value, json};
use tower_lsp::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, InsertTextFormat, InsertTextMode, TextEdit,
};

use crate::dispatch::Snapshot;
use crate::proto::to;

/// The kinds as they travel with an item until it is resolved.
const KINDS: [(CompletionKind, &str, CompletionItemKind); 10] = [
    (CompletionKind::Section, "section", CompletionItemKind::KEYWORD),
    (CompletionKind::Group, "group", CompletionItemKind::MODULE),
    (CompletionKind::Host, "host", CompletionItemKind::REFERENCE),
    (CompletionKind::Variable, "variable", CompletionItemKind::VARIABLE),
    (CompletionKind::Value, "value", CompletionItemKind::VALUE),
    (CompletionKind::Filter, "filter", CompletionItemKind::FUNCTION),
    (CompletionKind::Test, "test", CompletionItemKind::FUNCTION),
    (CompletionKind::Keyword, "keyword", CompletionItemKind::KEYWORD),
    (CompletionKind::Rule, "rule", CompletionItemKind::CONSTANT),
    (CompletionKind::Setting, "setting", CompletionItemKind::PROPERTY),
];

pub(crate) fn list(snapshot: &Snapshot, file: &SourceFile, found: Completions) -> CompletionList {
    let range = to::range(file, found.word, snapshot.encoding);
    let item = |(index, completion): (usize, Completion)| {
        let kind = KINDS.iter().find(|(kind, ..)| *kind == completion.kind);
        let snippet = completion.snippet.filter(|_| snapshot.abilities.snippets);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        CompletionItem {
            data: Some(json!([file.path(), kind.map(|(_, name, _)| name), completion.label])),
            label: completion.label,
            kind: kind.map(|&(.., kind)| kind),
            detail: completion.detail,
            // In our order.
            sort_text: Some(format!("{index:03}")),
            insert_text_format: Some(format),
            insert_text_mode: Some(InsertTextMode::AS_IS),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: snippet.unwrap_or(completion.text) })),
            ..CompletionItem::default()
        }
    };
    CompletionList { is_incomplete: found.is_cut, items: found.items.into_iter().enumerate().map(item).collect() }
}

/// What an item that comes back is about: the file, the kind and the label.
pub(crate) fn origin(data: &Value) -> Option<(&str, CompletionKind, &str)> {
    let text = |index: usize| data.get(index).and_then(Value::as_str);
    let (path, name, label) = (text(0)?, text(1)?, text(2)?);
    let (kind, ..) = KINDS.iter().find(|(_, known, _)| *known == name)?;
    Some((path, *kind, label))
}
