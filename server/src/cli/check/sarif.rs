//! SARIF 2.1.0, as code scanning services read it.

use hostwise_analysis::{RULES, Severity};
use hostwise_syntax::Encoding;
use serde_json::{Value, json};

use super::{Report, Reports};

pub(super) fn render(reports: &Reports<'_>) -> serde_json::Result<String> {
    let rules: Vec<Value> = RULES.iter().map(|rule| json!({ "id": rule.id, "shortDescription": { "text": rule.summary() } })).collect();
    let results: Vec<Value> = reports
        .all()
        .map(|(report, diagnostic)| {
            json!({
                "ruleId": diagnostic.code,
                "level": level(diagnostic.severity),
                "message": { "text": diagnostic.message },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": report.path },
                    "region": region(report, diagnostic.range),
                }}],
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "hostwise", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

/// One-based lines and columns.
fn region(report: &Report<'_>, range: hostwise_syntax::TextRange) -> Value {
    let position = |offset: u32| report.file.lines().position(report.file.text(), offset as usize, Encoding::Utf16);
    let (start, end) = (position(range.start), position(range.end));
    json!({
        "startLine": start.line + 1, "startColumn": start.character + 1,
        "endLine": end.line + 1, "endColumn": end.character + 1,
    })
}
