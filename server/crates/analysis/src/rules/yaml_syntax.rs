//! `yaml-syntax`: a file that Ansible's YAML reader refuses.

use std::sync::Arc;

use hostwise_inventory::SourceFile;

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule = Rule { id: "yaml-syntax", severity: Severity::Error, page: include_str!("yaml-syntax.md"), check };

fn check(findings: &mut Findings<'_>) {
    let files: Vec<Arc<SourceFile>> = findings.cluster.inventory.files().filter(|file| file.is_yaml()).cloned().collect();
    for file in files {
        if let Some(error) = file.syntax_error() {
            findings.add(&RULE, file.path(), error.range, error.message.clone());
        }
    }
}
