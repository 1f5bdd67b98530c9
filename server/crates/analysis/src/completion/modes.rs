//! The modes of Kubespray's CI behind `mode:`. Asked before any inventory is: while the mode is being typed, the file stands for none.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;

use super::{Completion, CompletionKind, Found};
use crate::{Workspace, ci};

/// Only in a file that is a test but for its mode.
pub(super) fn found(workspace: &Workspace, file: &SourceFile, offset: usize) -> Option<Found> {
    let before = file.text().get(..offset)?;
    let line = before.rsplit('\n').next()?;
    let typed = line.strip_prefix("mode:")?.trim_start();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !typed.chars().all(is_word) || line.ends_with(':') || !ci::may_become_test(file) {
        return None;
    }
    let rest = file.text().get(offset..)?;
    let end = offset + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let modes = ci::ci_modes(workspace.files(), file.path(), workspace.settings());
    let items = modes.into_iter().map(|mode| Completion::new(mode.name, CompletionKind::Value, 1).detail(mode.purpose)).collect();
    Some(Found { word: TextRange::new(offset - typed.len(), end), typed: typed.to_owned(), items })
}
