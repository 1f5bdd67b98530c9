//! Findings in the style of rustc.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use hostwise_analysis::{Diagnostic, Severity};

use super::{Report, Reports};

/// All findings, then one line that counts them.
pub(super) fn render(reports: &Reports<'_>, in_color: bool) -> String {
    let renderer = if in_color { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for (report, diagnostic) in reports.all() {
        out.push_str(&one(&renderer, reports, report, diagnostic));
        out.push_str("\n\n");
    }
    out + &summary(reports)
}

fn one(renderer: &Renderer, reports: &Reports<'_>, report: &Report<'_>, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO,
        Severity::Hint => Level::HELP,
    };
    let mut snippet =
        Snippet::source(report.file.text()).path(report.path.clone()).annotation(AnnotationKind::Primary.span(diagnostic.range.span()));
    let (here, elsewhere): (Vec<_>, Vec<_>) = diagnostic.related.iter().partition(|related| related.path == *report.file.path());
    for related in here {
        snippet = snippet.annotation(AnnotationKind::Context.span(related.range.span()).label(related.message.clone()));
    }
    let mut group = level.primary_title(diagnostic.message.clone()).id(diagnostic.code).element(snippet);
    for related in elsewhere {
        let path = reports.loaded.relative(&related.path);
        group = match reports.workspace.files().file(&related.path) {
            Some(file) => {
                let annotation = AnnotationKind::Context.span(related.range.span()).label(related.message.clone());
                group.element(Snippet::source(file.text()).path(path).annotation(annotation))
            }
            None => group.element(Origin::path(path)),
        };
    }
    renderer.render(&[group])
}

fn summary(reports: &Reports<'_>) -> String {
    let counted = |severity: Severity, one: &str, many: &str| match reports.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let counts = [
        counted(Severity::Error, "error", "errors"),
        counted(Severity::Warning, "warning", "warnings"),
        counted(Severity::Information, "information", "information"),
        counted(Severity::Hint, "hint", "hints"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let hosts = match reports.workspace.n_hosts() {
        1 => "1 host".to_owned(),
        n => format!("{n} hosts"),
    };
    if counts.is_empty() { format!("{hosts}: nothing found\n") } else { format!("{hosts}: {}\n", counts.join(", ")) }
}
