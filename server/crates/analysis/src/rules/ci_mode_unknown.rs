//! `ci-mode-unknown`: a test of Kubespray's CI names a layout that does not exist.

use std::sync::Arc;

use super::{Finding, Findings, Rule};
use crate::ci::{self, CiMode, LayoutName};
use crate::nearest::nearest;
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "ci-mode-unknown", severity: Severity::Error, tag: None, page: include_str!("ci-mode-unknown.md"), check };

fn check(findings: &mut Findings<'_>) {
    let workspace = findings.workspace();
    let Some(given) = &findings.cluster.request.given else { return };
    let path = &given.path;
    let test = workspace.files().file(path).and_then(|file| ci::read(workspace.files(), file, workspace.settings()));
    let Some(test) = test else { return };
    let LayoutName::Mode(name, range) = &test.layout else { return };
    let modes = ci::modes(workspace.files(), &test.release);
    if test.n_hosts().is_some() || modes.iter().any(|mode| mode.name == *name) {
        return;
    }
    let names: Vec<&str> = modes.iter().map(|mode: &CiMode| mode.name.as_str()).collect();
    let meant = nearest(name, names.iter().copied());
    let guess = meant.map(|meant| format!(", {meant} is")).unwrap_or_default();
    let message = format!("{name} is no mode of Kubespray {}{guess}", test.release.version);
    let fix = meant.map(|meant| Fix {
        title: format!("Change {name} to {meant}"),
        is_safe: false,
        change: Change { edits: vec![FileEdit { path: Arc::clone(path), range: *range, new_text: meant.to_owned() }], ..Change::default() },
    });
    findings.report(Finding::in_file(&RULE, path, *range, message).fix(fix));
}
