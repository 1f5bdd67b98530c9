//! Symbols and links to the protocol.

use hostwise_analysis::{Containment, DocumentSymbol, Link, LinkTarget, Member, SymbolKind, WorkspaceSymbol};
use hostwise_inventory::SourceFile;
use tower_lsp::ls_types::{self, CallHierarchyItem, DocumentLink, Location, OneOf, Range, SymbolInformation};

use crate::dispatch::Snapshot;
use crate::proto::{names, to};

fn kind(kind: SymbolKind) -> ls_types::SymbolKind {
    match kind {
        SymbolKind::Group => ls_types::SymbolKind::NAMESPACE,
        SymbolKind::Host => ls_types::SymbolKind::OBJECT,
        SymbolKind::Variable => ls_types::SymbolKind::VARIABLE,
    }
}

#[expect(deprecated, reason = "a field that must be given")]
pub(crate) fn tree(snapshot: &Snapshot, file: &SourceFile, symbol: DocumentSymbol) -> ls_types::DocumentSymbol {
    let children: Vec<ls_types::DocumentSymbol> = symbol.children.into_iter().map(|child| tree(snapshot, file, child)).collect();
    ls_types::DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: to::range(file, symbol.range, snapshot.encoding),
        selection_range: to::range(file, symbol.selection, snapshot.encoding),
        children: (!children.is_empty()).then_some(children),
    }
}

/// The symbols of a file one after the other, each with the name of the one around it.
#[expect(deprecated, reason = "the only form that such clients take")]
pub(crate) fn flat(snapshot: &Snapshot, location: &Location, file: &SourceFile, symbols: Vec<DocumentSymbol>) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    let mut open: Vec<(DocumentSymbol, Option<String>)> = symbols.into_iter().rev().map(|symbol| (symbol, None)).collect();
    while let Some((symbol, container_name)) = open.pop() {
        open.extend(symbol.children.into_iter().rev().map(|child| (child, Some(symbol.name.clone()))));
        let range = to::range(file, symbol.range, snapshot.encoding);
        let location = Location { range, ..location.clone() };
        found.push(SymbolInformation {
            name: symbol.name,
            kind: kind(symbol.kind),
            tags: None,
            deprecated: None,
            location,
            container_name,
        });
    }
    found
}

pub(crate) fn of_workspace(snapshot: &Snapshot, symbol: WorkspaceSymbol) -> Option<ls_types::WorkspaceSymbol> {
    let location = names::location(snapshot, &symbol.location)?;
    Some(ls_types::WorkspaceSymbol {
        name: symbol.name,
        kind: kind(symbol.kind),
        tags: None,
        container_name: Some(symbol.container),
        location: OneOf::Left(location),
        data: None,
    })
}

pub(crate) fn call_item(snapshot: &Snapshot, member: &Member) -> Option<CallHierarchyItem> {
    let file = snapshot.workspace.files().file(&member.location.path)?;
    Some(CallHierarchyItem {
        name: member.name.to_string(),
        kind: kind(member.kind),
        tags: None,
        detail: member.location.path.rsplit('/').next().map(str::to_owned),
        uri: names::uri(snapshot, &member.location.path)?,
        range: to::range(file, member.whole, snapshot.encoding),
        selection_range: to::range(file, member.location.range, snapshot.encoding),
        data: None,
    })
}

/// The other end, and the ranges in `file`.
pub(crate) fn call(snapshot: &Snapshot, file: &SourceFile, containment: &Containment) -> Option<(CallHierarchyItem, Vec<Range>)> {
    let ranges = containment.ranges.iter().map(|&range| to::range(file, range, snapshot.encoding));
    Some((call_item(snapshot, &containment.other)?, ranges.collect()))
}

pub(crate) fn link(snapshot: &Snapshot, file: &SourceFile, link: &Link) -> Option<DocumentLink> {
    let target = match &link.target {
        LinkTarget::File(path) => names::uri(snapshot, path)?,
        LinkTarget::Url(url) => url.parse().ok()?,
    };
    Some(DocumentLink {
        range: to::range(file, link.range, snapshot.encoding),
        target: Some(target),
        tooltip: link.tooltip.clone(),
        data: None,
    })
}
