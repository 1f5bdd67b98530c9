//! `ini-comment-in-value`: a comment behind a value of a `:vars` section, where Ansible knows no comments.

use hostwise_syntax::ini::SectionKind;
use hostwise_syntax::{TextRange, Value};

use super::{Finding, Findings, Rule};
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "ini-comment-in-value", severity: Severity::Warning, tag: None, page: include_str!("ini-comment-in-value.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for file in cluster.inventory.source_files().filter(|file| !file.is_yaml() && !file.path().ends_with(".toml")) {
        let sections = file.ini().sections.iter().filter(|section| section.kind == SectionKind::Vars);
        for assignment in sections.flat_map(|section| &section.lines).flat_map(|line| &line.assignments) {
            let written = &file.text()[assignment.value_range.span()];
            // What is a literal of Python has no comment in it any more.
            let is_text = assignment.value == Value::String(written.into());
            let Some(start) = comment(written).filter(|_| is_text) else { continue };
            let value_start = assignment.value_range.start as usize;
            let comment = TextRange::new(value_start + start, assignment.value_range.end as usize);
            let blank = TextRange { start: (value_start + written[..start].trim_end().len()) as u32, end: comment.end };
            let message = "this is part of the value: a :vars section has no comments behind values".to_owned();
            let edit = FileEdit { path: file.path().clone(), range: blank, new_text: String::new() };
            let change = Change { edits: vec![edit], renames: Vec::new() };
            let fix = Fix { title: "Delete the comment".to_owned(), is_safe: false, change };
            findings.report(Finding::in_file(&RULE, file.path(), comment, message).fix([fix]));
        }
    }
}

/// Where something begins that can only be meant as a comment: `#` between blanks, behind a value.
fn comment(value: &str) -> Option<usize> {
    let is_comment = |&at: &usize| {
        let (before, behind) = (&value[..at], &value[at + 1..]);
        before.ends_with([' ', '\t']) && !before.trim().is_empty() && behind.starts_with([' ', '\t'])
    };
    value.match_indices('#').map(|(at, _)| at).find(is_comment)
}
