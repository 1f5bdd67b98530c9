//! Findings.

use std::sync::Arc;

use hostwise_syntax::TextRange;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Hint,
    Information,
    Warning,
    Error,
}

/// A finding in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub range: TextRange,
    pub severity: Severity,
    /// The id of the rule: `component-not-installed`.
    pub code: &'static str,
    pub message: String,
    /// The host it is about, when it is about one.
    pub host: Option<Arc<str>>,
    pub related: Vec<Related>,
}

/// A place that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub path: Arc<str>,
    pub range: TextRange,
    pub message: String,
}
