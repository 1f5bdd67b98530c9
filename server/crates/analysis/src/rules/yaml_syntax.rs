//! `yaml-syntax`: a file that Ansible's YAML reader refuses.

use super::{Finding, Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule = Rule { id: "yaml-syntax", severity: Severity::Error, tag: None, page: include_str!("yaml-syntax.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for file in cluster.inventory.files().filter(|file| file.is_yaml()) {
        if let Some(error) = file.syntax_error() {
            findings.report(Finding::in_file(&RULE, file.path(), error.range, error.message.clone()));
        }
    }
}
