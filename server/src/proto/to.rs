//! To the protocol.

use hostwise_analysis::{Diagnostic, Overview, Rule, Severity, Tag, Workspace};
use hostwise_inventory::{Files, SourceFile};
use hostwise_syntax::paint::Fold;
use hostwise_syntax::{Encoding, TextRange};
use serde_json::{Value, json};
use tower_lsp::ls_types::{
    self, CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, FoldingRange, InlayHintLabel, InlayHintTooltip,
    Location, MarkupContent, MarkupKind, NumberOrString, Position, Range, Uri,
};

pub(crate) fn position(file: &SourceFile, offset: usize, encoding: Encoding) -> Position {
    let position = file.lines().position(file.text(), offset, encoding);
    Position { line: position.line, character: position.character }
}

pub(crate) fn range(file: &SourceFile, range: TextRange, encoding: Encoding) -> Range {
    Range { start: position(file, range.start as usize, encoding), end: position(file, range.end as usize, encoding) }
}

pub(crate) fn uri(path: &str) -> Option<Uri> {
    Uri::from_file_path(path)
}

pub(crate) fn location(files: &Files, path: &str, at: TextRange, encoding: Encoding) -> Option<Location> {
    Some(Location { uri: uri(path)?, range: range(files.file(path)?, at, encoding) })
}

pub(crate) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// A finding of `file`; related places are looked up in `files`.
pub(crate) fn diagnostic(files: &Files, file: &SourceFile, diagnostic: &Diagnostic, encoding: Encoding) -> ls_types::Diagnostic {
    let related = diagnostic.related.iter().filter_map(|related| {
        let location = location(files, &related.path, related.range, encoding)?;
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    });
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    ls_types::Diagnostic {
        range: range(file, diagnostic.range, encoding),
        severity: Some(severity(diagnostic.severity)),
        code: Some(NumberOrString::String(diagnostic.code.to_owned())),
        code_description: Rule::named(diagnostic.code).and_then(|rule| rule.url().parse().ok()).map(|href| CodeDescription { href }),
        tags: diagnostic.tag.map(|tag| vec![self::tag(tag)]),
        source: Some("hostwise".to_owned()),
        message: diagnostic.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        ..ls_types::Diagnostic::default()
    }
}

/// What `hostwise/inventoriesChanged` says.
pub(crate) fn overview(workspace: &Workspace) -> Value {
    let inventory = |overview: &Overview| {
        json!({
            "sources": overview.sources.iter().filter_map(|path| uri(path)).collect::<Vec<_>>(),
            "layout": overview.layout,
            "kubespray": overview.kubespray,
            "hosts": overview.n_hosts,
        })
    };
    json!({ "inventories": hostwise_analysis::overview(workspace).iter().map(inventory).collect::<Vec<_>>() })
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

fn tag(tag: Tag) -> DiagnosticTag {
    match tag {
        Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
        Tag::Deprecated => DiagnosticTag::DEPRECATED,
    }
}

pub(crate) fn folding_range(fold: Fold) -> FoldingRange {
    FoldingRange { start_line: fold.start as u32, end_line: fold.end as u32, ..FoldingRange::default() }
}

/// A hint with a blank before it. Helix resolves nothing, so it is complete.
pub(crate) fn inlay_hint(file: &SourceFile, hint: &hostwise_analysis::InlayHint, encoding: Encoding) -> ls_types::InlayHint {
    ls_types::InlayHint {
        position: position(file, hint.offset, encoding),
        label: InlayHintLabel::String(hint.label.clone()),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::MarkupContent(markdown(hint.tooltip.clone()))),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}
