//! Findings: what they are, and how those of a workspace are gathered.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::findings::of_rule;
use crate::rules::{self, Tag, too_many_findings};
use crate::{Cancelled, Diagnostics, Fix, Token, Workspace, ignores};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Hint,
    Information,
    Warning,
    Error,
}

impl Severity {
    /// As in settings, `--deny` and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Information => "information",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// Of several findings.
    pub fn plural(self) -> &'static str {
        match self {
            Severity::Hint => "hints",
            Severity::Information => "information",
            Severity::Warning => "warnings",
            Severity::Error => "errors",
        }
    }

    /// The reverse of [`Self::name`].
    pub fn named(name: &str) -> Option<Severity> {
        [Severity::Hint, Severity::Information, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == name)
    }
}

/// A finding in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub range: TextRange,
    pub severity: Severity,
    /// The id of the rule: `component-not-installed`.
    pub code: &'static str,
    /// One line.
    pub message: String,
    /// The host it is about, when it is about one.
    pub host: Option<Arc<str>>,
    pub related: Vec<Related>,
    /// The best first.
    pub fixes: Vec<Fix>,
    pub tag: Option<Tag>,
}

/// A place that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub path: Arc<str>,
    pub range: TextRange,
    pub message: String,
}

/// Of more findings than this in one file, the gravest are shown, and how many there are besides.
const LIMIT: usize = 100;

/// The findings of all inventories of a workspace that are not ignored, by path, per file in document order, each once.
pub(crate) fn of_workspace(workspace: &Workspace, token: &Token) -> Result<Diagnostics, Cancelled> {
    let mut by_path: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
    for cluster in workspace.clusters() {
        for rule in rules::ALL {
            token.check()?;
            for (path, diagnostic) in of_rule(rule, cluster, workspace).iter() {
                by_path.entry(Arc::clone(path)).or_default().push(diagnostic.clone());
            }
        }
    }
    ignores::apply(workspace, &mut by_path);
    let shown = by_path.into_iter().filter(|(_, diagnostics)| !diagnostics.is_empty());
    Ok(shown.map(|(path, diagnostics)| (path, in_order(workspace, diagnostics).into())).collect())
}

/// In document order, each once, not more than an editor and a person can take.
fn in_order(workspace: &Workspace, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let order = |a: &Diagnostic, b: &Diagnostic| (a.range, a.code, &a.message).cmp(&(b.range, b.code, &b.message));
    diagnostics.sort_by(order);
    // Two inventories, or two playbooks, may lead to the same finding.
    diagnostics.dedup_by(|a, b| order(a, b).is_eq());
    if diagnostics.len() > LIMIT {
        diagnostics.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| order(a, b)));
        let rest = diagnostics.split_off(LIMIT);
        diagnostics.extend(too_many_findings::instead(workspace.settings(), &rest));
        diagnostics.sort_by(order);
    }
    diagnostics
}
