//! The rules. A rule is one file with its check, one page that is documentation and test, and one line here.

mod ci_mode_unknown;
mod component_not_installed;
mod file_unreadable;
mod inventory_not_read;
mod yaml_syntax;

use std::sync::Arc;

use hostwise_inventory::Place;
use hostwise_syntax::TextRange;

use crate::cluster::Cluster;
use crate::{Diagnostic, Related, Severity, Workspace};

/// All rules, by id.
pub const ALL: &[Rule] =
    &[ci_mode_unknown::RULE, component_not_installed::RULE, file_unreadable::RULE, inventory_not_read::RULE, yaml_syntax::RULE];

/// A check with a stable name.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Names the offence; never changes.
    pub id: &'static str,
    pub severity: Severity,
    /// Markdown: title, summary, what, what to do, examples. `hostwise rule ID` prints it; a test executes its examples.
    pub page: &'static str,
    pub(crate) check: fn(&mut Findings<'_>),
}

impl Rule {
    /// The rule with this id.
    pub fn named(id: &str) -> Option<&'static Rule> {
        ALL.iter().find(|rule| rule.id == id)
    }

    /// The first paragraph of the page: one sentence for tables.
    pub fn summary(&self) -> String {
        let body = self.page.split_once("\n\n").map_or("", |(_, body)| body);
        body.split("\n\n").next().unwrap_or_default().replace('\n', " ").trim().to_owned()
    }
}

/// What a check looks at, and where it puts what it finds.
pub(crate) struct Findings<'w> {
    pub(crate) cluster: &'w Cluster,
    pub(crate) workspace: &'w Workspace,
    found: Vec<(Arc<str>, Diagnostic)>,
}

impl<'w> Findings<'w> {
    pub(crate) fn new(cluster: &'w Cluster, workspace: &'w Workspace) -> Self {
        Self { cluster, workspace, found: Vec::new() }
    }

    /// Adds a finding of `rule` at `range` of the file at `path`, unless the settings switch the rule off.
    pub(crate) fn add(&mut self, rule: &Rule, path: &Arc<str>, range: TextRange, message: String) -> Option<&mut Diagnostic> {
        let severity = match self.workspace.settings().rules.get(rule.id) {
            Some(severity) => (*severity)?,
            None => rule.severity,
        };
        let diagnostic = Diagnostic { range, severity, code: rule.id, message, host: None, related: Vec::new(), fixes: Vec::new() };
        self.found.push((Arc::clone(path), diagnostic));
        self.found.last_mut().map(|(_, diagnostic)| diagnostic)
    }

    pub(crate) fn related(&self, place: Place, message: String) -> Related {
        Related { path: Arc::clone(self.cluster.inventory.file(place.file).path()), range: place.range, message }
    }

    pub(crate) fn into_diagnostics(self) -> Vec<(Arc<str>, Diagnostic)> {
        self.found
    }
}
