//! The formats of two code hosting services.

use std::hash::{DefaultHasher, Hash, Hasher};

use hostwise_analysis::Severity;
use hostwise_syntax::Encoding;
use serde_json::{Value, json};

use super::{Report, Reports};

/// One workflow command a line.
pub(super) fn github(reports: &Reports<'_>) -> String {
    let mut out = String::new();
    for (report, diagnostic) in reports.all() {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information | Severity::Hint => "notice",
        };
        let (line, column) = line_and_column(report, diagnostic.range.start);
        let (path, title) = (escaped(&report.path, true), escaped(diagnostic.code, true));
        let message = escaped(&diagnostic.message, false);
        out.push_str(&format!("::{command} file={path},line={line},col={column},title={title}::{message}\n"));
    }
    out
}

/// An array of issues. The fingerprint does not change when lines above are edited.
pub(super) fn gitlab(reports: &Reports<'_>) -> serde_json::Result<String> {
    let issues: Vec<Value> = reports
        .all()
        .map(|(report, diagnostic)| {
            let severity = match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Information | Severity::Hint => "info",
            };
            let mut hasher = DefaultHasher::new();
            (&report.path, diagnostic.code, &diagnostic.message, &diagnostic.host).hash(&mut hasher);
            json!({
                "description": diagnostic.message,
                "check_name": diagnostic.code,
                "fingerprint": format!("{:016x}", hasher.finish()),
                "severity": severity,
                "location": { "path": report.path, "lines": { "begin": line_and_column(report, diagnostic.range.start).0 } },
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}

/// One-based.
fn line_and_column(report: &Report<'_>, offset: u32) -> (u32, u32) {
    let position = report.file.lines().position(report.file.text(), offset as usize, Encoding::Utf16);
    (position.line + 1, position.character + 1)
}

/// Escapes what workflow commands give a meaning; in a property also `:` and `,`.
fn escaped(text: &str, in_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if in_property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}
