//! The JSON contract of `hostwise check`, version 1. Lines and characters are zero-based, characters in UTF-16 units.

use hostwise_analysis::{Diagnostic, Severity};
use hostwise_inventory::SourceFile;
use hostwise_syntax::{Encoding, TextRange};
use serde::Serialize;

use super::{Report, Reports};

#[derive(Serialize)]
struct Output<'r> {
    version: u32,
    diagnostics: Vec<Finding<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'r> {
    path: &'r str,
    range: Range,
    severity: &'static str,
    code: &'static str,
    message: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'r str>,
    related: Vec<Related<'r>>,
    fixes: Vec<Fix<'r>>,
}

#[derive(Serialize)]
struct Fix<'r> {
    title: &'r str,
    safe: bool,
    edits: Vec<Edit<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edit<'r> {
    path: String,
    range: Range,
    new_text: &'r str,
}

#[derive(Serialize)]
struct Related<'r> {
    path: String,
    range: Range,
    message: &'r str,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    character: u32,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    hosts: usize,
    errors: usize,
    warnings: usize,
    information: usize,
    hints: usize,
}

pub(super) fn render(reports: &Reports<'_>) -> serde_json::Result<String> {
    let diagnostics = reports.all().map(|(report, diagnostic)| finding(reports, report, diagnostic)).collect();
    let summary = Summary {
        files: reports.files.len(),
        hosts: reports.workspace.n_hosts(),
        errors: reports.count(Severity::Error),
        warnings: reports.count(Severity::Warning),
        information: reports.count(Severity::Information),
        hints: reports.count(Severity::Hint),
    };
    Ok(serde_json::to_string_pretty(&Output { version: 1, diagnostics, summary })? + "\n")
}

fn finding<'r>(reports: &Reports<'_>, report: &'r Report<'_>, diagnostic: &'r Diagnostic) -> Finding<'r> {
    let related = diagnostic.related.iter().filter_map(|related| {
        let file = reports.workspace.files().file(&related.path)?;
        Some(Related { path: reports.loaded.relative(&related.path), range: range(file, related.range), message: &related.message })
    });
    Finding {
        path: &report.path,
        range: range(report.file, diagnostic.range),
        severity: diagnostic.severity.name(),
        code: diagnostic.code,
        message: &diagnostic.message,
        host: diagnostic.host.as_deref(),
        related: related.collect(),
        fixes: diagnostic.fixes.iter().map(|fix| self::fix(reports, fix)).collect(),
    }
}

fn fix<'r>(reports: &Reports<'_>, fix: &'r hostwise_analysis::Fix) -> Fix<'r> {
    let edits = fix.change.edits.iter().map(|edit| {
        // A file that is made by the fix has only its start.
        let start = || Range { start: Position { line: 0, character: 0 }, end: Position { line: 0, character: 0 } };
        let range = reports.workspace.files().file(&edit.path).map_or_else(start, |file| range(file, edit.range));
        Edit { path: reports.loaded.relative(&edit.path), range, new_text: &edit.new_text }
    });
    Fix { title: &fix.title, safe: fix.is_safe, edits: edits.collect() }
}

fn range(file: &SourceFile, range: TextRange) -> Range {
    let position = |offset: u32| {
        let position = file.lines().position(file.text(), offset as usize, Encoding::Utf16);
        Position { line: position.line, character: position.character }
    };
    Range { start: position(range.start), end: position(range.end) }
}
