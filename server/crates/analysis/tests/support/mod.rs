//! Workspaces from fixtures, and places as people read them.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_analysis::{Location, Settings, Workspace};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};
use hostwise_syntax::TextRange;

/// A fixture, the workspace of its files (all open), and its cursor.
pub(crate) struct Scene {
    pub(crate) fixture: Fixture,
    pub(crate) workspace: Workspace,
    pub(crate) path: String,
    pub(crate) offset: usize,
}

pub(crate) fn scene(fixture: &str) -> Scene {
    let fixture = Fixture::parse(fixture, "/inventory/hosts.yaml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let open: BTreeSet<Arc<str>> = fixture.files.iter().map(|file| file.path.as_str().into()).collect();
    let workspace = Workspace::new(files, open, Settings::default());
    let (index, offset) = fixture.cursor.unwrap_or_default();
    Scene { path: fixture.files[index].path.clone(), workspace, offset, fixture }
}

impl Scene {
    /// `path:line: text of the line with «range»`, the line one-based; the path alone for the start of a file.
    pub(crate) fn place(&self, location: &Location) -> String {
        self.place_of(&location.path, location.range)
    }

    pub(crate) fn place_of(&self, path: &str, range: TextRange) -> String {
        let file = self.workspace.files().file(path).expect("a file of the fixture");
        if range == TextRange::empty(0) {
            return path.to_owned();
        }
        let line = file.lines().line_of(range.start as usize);
        let whole = file.lines().line_range(line, file.text());
        let (before, after) = (TextRange { end: range.start, ..whole }, TextRange { start: range.end, ..whole });
        let text = |range: TextRange| &file.text()[range.span()];
        format!("{path}:{}: {}«{}»{}", line + 1, text(before).trim_start(), text(range), text(after))
    }
}
