//! `unused-ignore`: a comment that ignores nothing. Comments are judged when all rules have run (`ignores.rs`), so there is no check of its own.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;

use super::{Rule, Tag};
use crate::ignores::{Id, Ignore};
use crate::{Change, Diagnostic, FileEdit, Fix, Settings, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unused-ignore",
    severity: Severity::Hint,
    tag: Some(Tag::Unnecessary),
    page: include_str!("unused-ignore.md"),
    check: |_| {},
};

/// What is to be said about a comment of which the names `unused` ignored nothing.
pub(crate) fn told(settings: &Settings, file: &SourceFile, ignore: &Ignore<'_>, unused: &[&Id<'_>]) -> Vec<Diagnostic> {
    if settings.is_ignored(file.path(), RULE.id) || ignore.ids.iter().any(|id| id.text == RULE.id) {
        return Vec::new();
    }
    let told = unused.iter().filter_map(|id| {
        let (usual, message) = match id.rule() {
            // Of a rule that does not run nobody knows what it would find.
            Some(rule) if settings.severity(rule, rule.severity).is_none() || settings.is_ignored(file.path(), rule.id) => return None,
            Some(rule) => (RULE.severity, format!("nothing to ignore here: {} finds nothing on this line", rule.id)),
            None => (Severity::Warning, format!("no rule is called {}: `hostwise rule` lists them", id.text)),
        };
        Some(Diagnostic {
            range: id.range,
            severity: settings.severity(&RULE, usual)?,
            code: RULE.id,
            message,
            host: None,
            related: Vec::new(),
            fixes: vec![removal(file, ignore, id)],
            tag: RULE.tag,
        })
    });
    told.collect()
}

/// Takes one name out, with the comment when it is the only one, and with the line when there is nothing else on it.
fn removal(file: &SourceFile, ignore: &Ignore<'_>, id: &Id<'_>) -> Fix {
    let text = file.text();
    let range = match ignore.ids.iter().position(|other| other.range == id.range) {
        _ if ignore.ids.len() == 1 => {
            let line = file.lines().line_of(ignore.comment.start as usize);
            let start = file.lines().start_of(line, text);
            let before = text[start..ignore.comment.start as usize].trim_end();
            match before.is_empty() {
                true => TextRange::new(start, file.lines().start_of(line + 1, text)),
                false => TextRange::new(start + before.len(), ignore.comment.end as usize),
            }
        }
        Some(0) => TextRange::new(id.range.start as usize, ignore.ids[1].range.start as usize),
        Some(index) => TextRange::new(ignore.ids[index - 1].range.end as usize, id.range.end as usize),
        None => id.range,
    };
    let edit = FileEdit { path: file.path().clone(), range, new_text: String::new() };
    Fix { title: format!("Do not ignore {}", id.text), is_safe: true, change: Change { edits: vec![edit], renames: Vec::new() } }
}
