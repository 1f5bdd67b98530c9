//! `too-many-findings`: what is not shown of a file with very many findings. Counted when all rules have run (`diagnostics.rs`), so there is no
//! check of its own.

use super::Rule;
use crate::{Diagnostic, Settings, Severity};

pub(super) const RULE: Rule =
    Rule { id: "too-many-findings", severity: Severity::Information, tag: None, page: include_str!("too-many-findings.md"), check: |_| {} };

/// One finding that stands for the `rest`, at the first of them.
pub(crate) fn instead(settings: &Settings, rest: &[Diagnostic]) -> Option<Diagnostic> {
    let first = rest.iter().min_by_key(|diagnostic| diagnostic.range)?;
    let named = |severity: Severity| match rest.iter().filter(|diagnostic| diagnostic.severity == severity).count() {
        0 => None,
        1 => Some(format!("1 {}", severity.name())),
        n => Some(format!("{n} {}", severity.plural())),
    };
    let counts: Vec<String> =
        [Severity::Error, Severity::Warning, Severity::Information, Severity::Hint].into_iter().filter_map(named).collect();
    Some(Diagnostic {
        range: first.range,
        severity: settings.severity(&RULE, RULE.severity)?,
        code: RULE.id,
        message: format!("too many findings in this file: {} more are not shown", counts.join(", ")),
        host: None,
        related: Vec::new(),
        fixes: Vec::new(),
        tag: RULE.tag,
    })
}
