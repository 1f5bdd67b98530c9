//! Fixes put into effect: which of them go together, and what the files are then. Nothing is written here.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::{Content, Entry, Files, SourceFile};

use crate::discovery::is_below;
use crate::{Change, Diagnostic, FileEdit, FileRename, Token, Workspace};

/// What all safe fixes make of a workspace.
#[derive(Debug)]
pub struct Fixed {
    pub workspace: Workspace,
    /// What leads there on disk, in this order.
    pub steps: Vec<Step>,
    pub applied: Vec<AppliedFix>,
    /// Fixes that were left out because another one changed the same lines, and their findings are still there.
    pub skipped: Vec<AppliedFix>,
}

/// One step towards the fixed state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Write { path: Arc<str>, text: Arc<str> },
    Rename(FileRename),
}

/// A fix in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFix {
    /// The file of the finding, as it was called then.
    pub path: Arc<str>,
    /// One-based, as it was then.
    pub line: u32,
    pub code: &'static str,
    pub title: String,
}

/// Fixes may show what others hid; a cycle of fixes that undo each other ends here.
const ROUNDS: usize = 10;

/// Applies the first safe fix of every finding, and those of what is found then, until none is left.
pub fn fix_all(workspace: &Workspace) -> Fixed {
    let mut fixed =
        Fixed { workspace: workspace.change_files(workspace.files().clone()), steps: Vec::new(), applied: Vec::new(), skipped: Vec::new() };
    for _ in 0..ROUNDS {
        let round = Round::of(&fixed.workspace);
        fixed.skipped = round.skipped;
        let Some((files, steps)) = effect(fixed.workspace.files(), &round.change) else { break };
        if round.applied.is_empty() {
            break;
        }
        fixed.applied.extend(round.applied);
        fixed.steps.extend(steps);
        fixed.workspace = fixed.workspace.change_files(files);
    }
    fixed
}

/// The files after a change; `None` when it does not fit them.
pub fn apply(files: &Files, change: &Change) -> Option<Files> {
    effect(files, change).map(|(files, _)| files)
}

/// The safe fixes of one state that go together.
#[derive(Default)]
struct Round {
    change: Change,
    applied: Vec<AppliedFix>,
    skipped: Vec<AppliedFix>,
}

impl Round {
    fn of(workspace: &Workspace) -> Round {
        let mut round = Round::default();
        let Ok(found) = workspace.diagnostics(&Token::never()) else { return round };
        let mut changes: Vec<&Change> = Vec::new();
        for (path, diagnostic) in found.iter().flat_map(|(path, all)| all.iter().map(move |diagnostic| (path, diagnostic))) {
            let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.is_safe) else { continue };
            let told = AppliedFix {
                path: Arc::clone(path),
                line: line(workspace, path, diagnostic),
                code: diagnostic.code,
                title: fix.title.clone(),
            };
            if changes.contains(&&fix.change) {
                round.applied.push(told);
            } else if changes.iter().any(|change| clash(change, &fix.change)) {
                round.skipped.push(told);
            } else if effect(workspace.files(), &fix.change).is_some() {
                changes.push(&fix.change);
                round.applied.push(told);
            }
        }
        for change in changes {
            round.change.edits.extend(change.edits.iter().cloned());
            round.change.renames.extend(change.renames.iter().cloned());
        }
        round
    }
}

fn line(workspace: &Workspace, path: &str, diagnostic: &Diagnostic) -> u32 {
    workspace.files().file(path).map_or(0, |file| file.lines().line_of(diagnostic.range.start as usize)) as u32 + 1
}

/// Whether two changes want the same bytes, or one moves what the other edits.
fn clash(a: &Change, b: &Change) -> bool {
    let overlap = |a: &FileEdit, b: &FileEdit| a.path == b.path && a.range.start <= b.range.end && b.range.start <= a.range.end;
    let moves = |rename: &FileRename, path: &str| [&rename.from, &rename.to].into_iter().any(|moved| is_below(path, moved));
    let moved_by = |change: &Change, other: &Change| {
        let paths = other.edits.iter().map(|edit| &edit.path).chain(other.renames.iter().flat_map(|rename| [&rename.from, &rename.to]));
        paths.into_iter().any(|path| change.renames.iter().any(|rename| moves(rename, path)))
    };
    a.edits.iter().any(|a| b.edits.iter().any(|b| overlap(a, b))) || moved_by(a, b) || moved_by(b, a)
}

fn effect(files: &Files, change: &Change) -> Option<(Files, Vec<Step>)> {
    let (mut files, mut steps) = (files.clone(), Vec::new());
    let mut by_path: BTreeMap<&Arc<str>, Vec<&FileEdit>> = BTreeMap::new();
    for edit in &change.edits {
        by_path.entry(&edit.path).or_default().push(edit);
    }
    for (path, edits) in by_path {
        let (text, is_executable) = match files.get(path) {
            Some(Entry::File(file)) => (edited(file.text(), edits)?, file.is_executable()),
            None => (edited("", edits)?, false),
            Some(Entry::Directory) => return None,
        };
        let text: Arc<str> = text.into();
        let file = SourceFile::new(Arc::clone(path), Content::Text(Arc::clone(&text)), is_executable);
        files.insert(path, Entry::File(Arc::new(file)));
        steps.push(Step::Write { path: Arc::clone(path), text });
    }
    for rename in &change.renames {
        move_entry(&mut files, rename)?;
        steps.push(Step::Rename(rename.clone()));
    }
    Some((files, steps))
}

/// The text after its edits; `None` when they overlap or lie outside.
fn edited(text: &str, mut edits: Vec<&FileEdit>) -> Option<String> {
    edits.sort_by_key(|edit| edit.range);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(text.get(at..edit.range.start as usize)?);
        out.push_str(&edit.new_text);
        at = edit.range.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

fn move_entry(files: &mut Files, rename: &FileRename) -> Option<()> {
    if files.get(&rename.to).is_some() {
        return None;
    }
    let entries: Vec<(Arc<str>, Entry)> = match files.get(&rename.from)? {
        Entry::File(_) => vec![(Arc::clone(&rename.from), files.get(&rename.from)?.clone())],
        Entry::Directory => files.under(&rename.from).map(|(path, entry)| (Arc::clone(path), entry.clone())).collect(),
    };
    files.remove(&rename.from);
    for (path, entry) in entries {
        let to = format!("{}{}", rename.to, &path[rename.from.len()..]);
        let entry = match entry {
            Entry::File(file) => Entry::File(Arc::new(SourceFile::new(to.as_str(), file.content().clone(), file.is_executable()))),
            Entry::Directory => Entry::Directory,
        };
        files.insert(&to, entry);
    }
    Some(())
}
