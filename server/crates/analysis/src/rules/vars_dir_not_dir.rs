//! `vars-dir-not-dir`: a `group_vars` or `host_vars` that is a file.

use super::{Finding, Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "vars-dir-not-dir", severity: Severity::Warning, tag: None, page: include_str!("vars-dir-not-dir.md"), check };

fn check(findings: &mut Findings<'_>) {
    let (cluster, files) = (findings.cluster, findings.workspace().files());
    for base in cluster.inventory.variable_bases(files) {
        for (name, of) in [("group_vars", "group"), ("host_vars", "host")] {
            if let Some(file) = files.file(&format!("{base}/{name}")) {
                let message = format!("{name} must be a directory with a file for each {of}: Ansible does not read this file");
                let range = file.lines().line_range(0, file.text());
                findings.report(Finding::in_file(&RULE, file.path(), range, message));
            }
        }
    }
}
