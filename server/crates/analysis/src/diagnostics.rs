//! Findings: what they are, and how those of a workspace are gathered.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::rules::{self, Findings};
use crate::{Cancelled, Fix, Token, Workspace};

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
}

/// A place that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub path: Arc<str>,
    pub range: TextRange,
    pub message: String,
}

/// The findings of all inventories of a workspace, by path, per file in document order, each once.
pub(crate) fn of_workspace(workspace: &Workspace, token: &Token) -> Result<BTreeMap<Arc<str>, Arc<[Diagnostic]>>, Cancelled> {
    let mut by_path: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
    for cluster in workspace.clusters() {
        let mut findings = Findings::new(cluster, workspace);
        for rule in rules::ALL {
            token.check()?;
            (rule.check)(&mut findings);
        }
        for (path, diagnostic) in findings.into_diagnostics() {
            by_path.entry(path).or_default().push(diagnostic);
        }
    }
    let sorted = by_path.into_iter().map(|(path, mut diagnostics)| {
        diagnostics.sort_by(|a, b| (a.range, a.code, &a.message).cmp(&(b.range, b.code, &b.message)));
        diagnostics.dedup();
        (path, diagnostics.into())
    });
    Ok(sorted.collect())
}
