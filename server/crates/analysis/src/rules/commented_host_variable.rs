//! `commented-host-variable`: variables behind a second `#` on the line of a host, as the sample inventory has them.

use hostwise_syntax::TextRange;
use hostwise_syntax::ini::{Line, SectionKind};

use super::{Finding, Findings, Rule};
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "commented-host-variable", severity: Severity::Hint, tag: None, page: include_str!("commented-host-variable.md"), check };

/// What stands on the lines of hosts.
const NAMES: [&str; 8] = ["ip", "access_ip", "ip6", "access_ip6", "etcd_member_name", "ansible_host", "ansible_user", "ansible_port"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for file in cluster.inventory.files().filter(|file| !file.is_yaml() && !file.path().ends_with(".toml")) {
        let text = file.text();
        let lines = file.ini().sections.iter().filter(|section| section.kind == SectionKind::Hosts).flat_map(|section| &section.lines);
        for line in lines.filter(|line| line.name.is_some()) {
            let end = file.lines().line_range(file.lines().line_of(line.range.start as usize), text).end as usize;
            let comment = &text[line.range.end as usize..end];
            let Some(words) = comment.trim_start().strip_prefix('#').map(str::trim) else { continue };
            let unset: Vec<&str> = words.split_whitespace().filter_map(|word| unset(text, line, word)).collect();
            // Every word must be an assignment: else it is prose.
            if unset.is_empty() || !words.split_whitespace().all(|word| assigned(word).is_some()) {
                continue;
            }
            let start = end - comment.trim_start().len();
            let variables = unset.join(" and ");
            let verb = if unset.len() == 1 { "is" } else { "are" };
            let edit = FileEdit {
                path: file.path().clone(),
                range: TextRange::new(line.range.end as usize, end),
                new_text: format!(" {}", words_unset(text, line, words)),
            };
            let change = Change { edits: vec![edit], renames: Vec::new() };
            let fix = Fix { title: format!("Set {variables}"), is_safe: false, change };
            let message = format!("{variables} {verb} not set: this is a comment");
            findings.report(Finding::in_file(&RULE, file.path(), TextRange::new(start, end), message).fix([fix]));
        }
    }
}

/// The assignments that the line does not make yet.
fn words_unset(text: &str, line: &Line, words: &str) -> String {
    words.split_whitespace().filter(|word| unset(text, line, word).is_some()).collect::<Vec<_>>().join(" ")
}

/// The variable of `key=value`.
fn assigned(word: &str) -> Option<&str> {
    word.split_once('=').filter(|(key, value)| NAMES.contains(key) && !value.is_empty()).map(|(key, _)| key)
}

/// The variable of an assignment that the line itself does not make.
fn unset<'w>(text: &str, line: &Line, word: &'w str) -> Option<&'w str> {
    assigned(word).filter(|key| !line.assignments.iter().any(|assignment| &text[assignment.key.span()] == *key))
}
