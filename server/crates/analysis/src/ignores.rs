//! What people do not want to be told: comments in files (`# hostwise: ignore[rule-id]`), and paths in the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;

use crate::rules::{Rule, unused_ignore};
use crate::{Diagnostic, Workspace};

const MARK: &str = "hostwise: ignore[";

/// A comment that ignores findings of the line it stands on, or of the line below it.
pub(crate) struct Ignore<'t> {
    /// From the sign of the comment to the end of its line.
    pub(crate) comment: TextRange,
    /// Zero-based.
    line: usize,
    pub(crate) ids: Vec<Id<'t>>,
}

/// One name between the brackets.
pub(crate) struct Id<'t> {
    pub(crate) text: &'t str,
    pub(crate) range: TextRange,
}

/// Takes out what is ignored, and adds what is to be said about the ignores themselves.
pub(crate) fn apply(workspace: &Workspace, found: &mut BTreeMap<Arc<str>, Vec<Diagnostic>>) {
    let settings = workspace.settings();
    for (path, diagnostics) in found.iter_mut() {
        diagnostics.retain(|diagnostic| !settings.is_ignored(path, diagnostic.code));
    }
    let files: BTreeMap<&Arc<str>, &Arc<SourceFile>> =
        workspace.clusters().iter().flat_map(|cluster| cluster.inventory.files()).map(|file| (file.path(), file)).collect();
    for (path, file) in files {
        let ignores = in_file(file);
        if ignores.is_empty() {
            continue;
        }
        let diagnostics = found.entry(Arc::clone(path)).or_default();
        let mut told = Vec::new();
        for ignore in &ignores {
            let mut unused: Vec<&Id<'_>> = Vec::new();
            for id in &ignore.ids {
                let n_known = diagnostics.len();
                let is_meant = |diagnostic: &Diagnostic| {
                    diagnostic.code == id.text && file.lines().line_of(diagnostic.range.start as usize) == ignore.line
                };
                diagnostics.retain(|diagnostic| !is_meant(diagnostic));
                if diagnostics.len() == n_known {
                    unused.push(id);
                }
            }
            told.extend(unused_ignore::told(settings, file, ignore, &unused));
        }
        diagnostics.extend(told);
    }
}

/// The ignores of a file in document order.
pub(crate) fn in_file(file: &SourceFile) -> Vec<Ignore<'_>> {
    let text = file.text();
    if !text.contains(MARK) {
        return Vec::new();
    }
    let is_comment = |offset: usize| match () {
        () if file.path().ends_with(".toml") => true,
        () if file.is_yaml() => file.yaml().comments().iter().any(|comment| comment.start as usize == offset),
        () => file.ini().comments.iter().any(|comment| comment.start as usize == offset),
    };
    let found = text.match_indices(MARK).filter_map(|(at, _)| {
        let line = file.lines().line_of(at);
        let range = file.lines().line_range(line, text);
        let before = text[range.start as usize..at].trim_end();
        let start = before.ends_with(['#', ';']).then(|| range.start as usize + before.len() - 1)?;
        let list = at + MARK.len();
        let close = list + text[list..range.end as usize].find(']')?;
        let ids = ids(text, list, close);
        let is_alone = before.len() == 1 + before.len() - before.trim_start().len();
        let line = if is_alone { first_below(file, line) } else { line };
        is_comment(start).then(|| Ignore { comment: TextRange::new(start, range.end as usize), line, ids })
    });
    found.collect()
}

/// The first line below `line` that is not a comment as a whole.
fn first_below(file: &SourceFile, line: usize) -> usize {
    let is_comment = |line: &usize| file.text()[file.lines().line_range(*line, file.text()).span()].trim_start().starts_with(['#', ';']);
    (line + 1..file.lines().n_lines()).find(|line| !is_comment(line)).unwrap_or(line + 1)
}

fn ids(text: &str, start: usize, end: usize) -> Vec<Id<'_>> {
    let mut at = start;
    let mut ids = Vec::new();
    for part in text[start..end].split(',') {
        let id = part.trim();
        let from = at + part.len() - part.trim_start().len();
        ids.push(Id { text: id, range: TextRange::new(from, from + id.len()) });
        at += part.len() + 1;
    }
    ids
}

impl Id<'_> {
    /// The rule of this name.
    pub(crate) fn rule(&self) -> Option<&'static Rule> {
        Rule::named(self.text)
    }
}
