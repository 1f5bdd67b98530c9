//! `textDocument/semanticTokens`: full, what changed since, and a range.

use std::sync::{Mutex, PoisonError};

use hostwise_analysis::SemanticToken as Token;
use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensEdit, SemanticTokensFullDeltaResult,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, TextDocumentIdentifier,
};

use crate::dispatch::Snapshot;
use crate::proto::{from, to};

/// The tokens that a client was given last for a buffer, under a number that grows.
#[derive(Debug, Default)]
pub(crate) struct SentTokens(Mutex<(u64, Vec<SemanticToken>)>);

impl SentTokens {
    /// Remembers tokens; gives their number, and those that were remembered under `known`, if they are the last.
    fn replace(&self, tokens: Vec<SemanticToken>, known: Option<&str>) -> (String, Option<Vec<SemanticToken>>) {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = known == Some(&sent.0.to_string());
        let old = std::mem::replace(&mut sent.1, tokens);
        sent.0 += 1;
        (sent.0.to_string(), is_known.then_some(old))
    }
}

pub(crate) fn full(snapshot: &Snapshot, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
    let Some((path, data)) = all(snapshot, &params.text_document) else { return Ok(None) };
    let open = snapshot.open.get(&*path);
    let result_id = open.map(|document| document.tokens.replace(data.clone(), None).0);
    Ok(Some(SemanticTokens { result_id, data }.into()))
}

pub(crate) fn delta(snapshot: &Snapshot, params: SemanticTokensDeltaParams) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let Some((path, data)) = all(snapshot, &params.text_document) else { return Ok(None) };
    let Some(document) = snapshot.open.get(&*path) else { return Ok(Some(SemanticTokens { result_id: None, data }.into())) };
    let (result_id, known) = document.tokens.replace(data.clone(), Some(&params.previous_result_id));
    Ok(Some(match known {
        Some(known) => SemanticTokensDelta { result_id: Some(result_id), edits: difference(&known, &data) }.into(),
        None => SemanticTokens { result_id: Some(result_id), data }.into(),
    }))
}

pub(crate) fn range(snapshot: &Snapshot, params: SemanticTokensRangeParams) -> Result<Option<SemanticTokensRangeResult>> {
    let path = from::path(&params.text_document.uri);
    let Some(file) = snapshot.workspace.files().file(&path) else { return Ok(None) };
    let wanted = from::range(file, params.range, snapshot.encoding);
    let mut tokens = hostwise_analysis::semantic_tokens(&snapshot.workspace, &path, &snapshot.canvas(&path));
    tokens.retain(|token| token.range.start < wanted.end && wanted.start < token.range.end);
    Ok(Some(SemanticTokens { result_id: None, data: encoded(snapshot, file, &tokens) }.into()))
}

fn all(snapshot: &Snapshot, document: &TextDocumentIdentifier) -> Option<(std::sync::Arc<str>, Vec<SemanticToken>)> {
    let path = from::path(&document.uri);
    let file = snapshot.workspace.files().file(&path)?;
    let tokens = hostwise_analysis::semantic_tokens(&snapshot.workspace, &path, &snapshot.canvas(&path));
    let data = encoded(snapshot, file, &tokens);
    Some((path, data))
}

/// Each token relative to the one before it.
fn encoded(snapshot: &Snapshot, file: &SourceFile, tokens: &[Token]) -> Vec<SemanticToken> {
    let (mut line, mut character) = (0, 0);
    let relative = |token: &Token| {
        let TextRange { start, end } = token.range;
        let (start, end) = (to::position(file, start as usize, snapshot.encoding), to::position(file, end as usize, snapshot.encoding));
        let encoded = SemanticToken {
            delta_line: start.line - line,
            delta_start: if start.line == line { start.character - character } else { start.character },
            length: end.character.saturating_sub(start.character),
            token_type: token.token_type as u32,
            token_modifiers_bitset: u32::from(token.is_definition),
        };
        (line, character) = (start.line, start.character);
        encoded
    };
    tokens.iter().map(relative).collect()
}

/// The one edit that makes `new` of `old`: numbers are counted, five for each token. None when nothing changed.
fn difference(old: &[SemanticToken], new: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let n_first = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let n_last = old[n_first..].iter().rev().zip(new[n_first..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (gone, come) = (&old[n_first..old.len() - n_last], &new[n_first..new.len() - n_last]);
    if gone.is_empty() && come.is_empty() {
        return Vec::new();
    }
    let data = Some(come.to_vec()).filter(|data| !data.is_empty());
    vec![SemanticTokensEdit { start: n_first as u32 * 5, delete_count: gone.len() as u32 * 5, data }]
}
