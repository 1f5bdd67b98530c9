//! The outline of a file, and the search for hosts, groups and variables in the whole workspace.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::cluster::Cluster;
use crate::discovery::name_of;
use crate::layout;
use crate::occurrences::{self, Kind, Occurrence, Role};
use crate::reach;
use crate::{Location, Workspace};

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    Group,
    Host,
    Variable,
}

/// An entry of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSymbol {
    pub name: String,
    pub kind: SymbolKind,
    /// The number of a group's hosts, the role of a host, the value of a variable: one short line.
    pub detail: Option<String>,
    /// With all that belongs to it.
    pub range: TextRange,
    /// The name.
    pub selection: TextRange,
    pub children: Vec<DocumentSymbol>,
}

/// A result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    pub name: String,
    pub kind: SymbolKind,
    /// The file, from the directory that holds it on.
    pub container: String,
    pub location: Location,
}

/// No client shows more at once.
const MAX_RESULTS: usize = 200;

/// A value in an outline is cut behind so many characters.
const MAX_DETAIL: usize = 60;

/// The groups, hosts and variables of the file at `path` as they contain each other, in document order; none of a file that no inventory reads.
pub fn document_symbols(workspace: &Workspace, path: &str) -> Vec<DocumentSymbol> {
    let reader = workspace.clusters().iter().find(|cluster| cluster.inventory.file_id(path).is_some());
    let (Some(cluster), Some(file)) = (reader, workspace.files().file(path)) else { return Vec::new() };
    let mut roots = Vec::new();
    // Around the place of reading, outermost first.
    let mut open: Vec<DocumentSymbol> = Vec::new();
    let mut close = |symbol: DocumentSymbol, open: &mut Vec<DocumentSymbol>| match open.last_mut() {
        Some(parent) => parent.children.push(symbol),
        None => roots.push(symbol),
    };
    for occurrence in occurrences::of_file(cluster, file) {
        let Some(symbol) = symbol(cluster, file, occurrence) else { continue };
        while let Some(last) = open.pop_if(|last| !last.range.contains(symbol.range)) {
            close(last, &mut open);
        }
        open.push(symbol);
    }
    while let Some(last) = open.pop() {
        close(last, &mut open);
    }
    roots
}

/// What templates ask for belongs to the variable around it and is none.
fn symbol(cluster: &Cluster, file: &SourceFile, occurrence: &Occurrence) -> Option<DocumentSymbol> {
    if occurrence.role == Role::Read {
        return None;
    }
    let name = occurrence.name(file.text());
    let (kind, detail) = match occurrence.kind {
        Kind::Group => (SymbolKind::Group, n_hosts(cluster, name)),
        Kind::Host => (SymbolKind::Host, role(cluster, name)),
        Kind::HostRange => (SymbolKind::Host, None),
        Kind::Variable => (SymbolKind::Variable, value(file, occurrence)),
        Kind::GroupOrHost => return None,
    };
    let (range, selection) = (occurrence.whole, occurrence.range);
    Some(DocumentSymbol { name: name.to_owned(), kind, detail, range, selection, children: Vec::new() })
}

fn n_hosts(cluster: &Cluster, group: &str) -> Option<String> {
    let n = cluster.inventory.members(cluster.inventory.group_named(group)?).len();
    Some(reach::hosts(n))
}

fn role(cluster: &Cluster, host: &str) -> Option<String> {
    cluster.kubespray.as_ref()?;
    Some(layout::Role::of(cluster, cluster.inventory.host_named(host)?).to_string())
}

/// The first line of what stands behind the name.
fn value(file: &SourceFile, occurrence: &Occurrence) -> Option<String> {
    let end = occurrence.with_quotes(file.text()).end;
    let text = file.text().get(end as usize..occurrence.whole.end as usize)?;
    let line = text.trim_start_matches([':', '=', ' ']).lines().next()?.trim();
    let cut: String = line.chars().take(MAX_DETAIL).collect();
    (!cut.is_empty()).then(|| if cut.len() < line.len() { cut + "…" } else { cut })
}

/// The hosts, groups and variables of all inventories that `query` fits, best first: letters in their order, not necessarily side by side. A host or
/// group is found where it is defined, a variable in each file that sets it.
pub fn workspace_symbols(workspace: &Workspace, query: &str) -> Vec<WorkspaceSymbol> {
    let pattern = Pattern::new(query, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy);
    let mut search = Search { pattern, matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new(), found: BTreeMap::new() };
    for (index, cluster) in workspace.clusters().iter().enumerate() {
        for file in cluster.inventory.files() {
            search.file(index, cluster, file);
        }
    }
    search.best()
}

struct Search {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
    found: BTreeMap<Key, Hit>,
}

/// Inventory, kind, name and, of a variable, the file: what is one result.
type Key = (usize, SymbolKind, String, Option<Arc<str>>);

/// The best place of a result.
struct Hit {
    score: u32,
    role: Role,
    location: Location,
}

impl Search {
    fn file(&mut self, index: usize, cluster: &Cluster, file: &Arc<SourceFile>) {
        for occurrence in occurrences::of_file(cluster, file).iter().filter(|occurrence| occurrence.role != Role::Read) {
            let kind = match occurrence.kind {
                Kind::Group => SymbolKind::Group,
                Kind::Host | Kind::HostRange => SymbolKind::Host,
                Kind::Variable => SymbolKind::Variable,
                Kind::GroupOrHost => continue,
            };
            let name = occurrence.name(file.text());
            let Some(score) = self.pattern.score(Utf32Str::new(name, &mut self.buffer), &mut self.matcher) else { continue };
            let own_file = (kind == SymbolKind::Variable).then(|| Arc::clone(file.path()));
            let place = || Location { path: Arc::clone(file.path()), range: occurrence.range };
            let hit = || Hit { score, role: occurrence.role, location: place() };
            let known = self.found.entry((index, kind, name.to_owned(), own_file)).or_insert_with(hit);
            if known.role == Role::Mention && occurrence.role == Role::Definition {
                *known = hit();
            }
        }
    }

    fn best(self) -> Vec<WorkspaceSymbol> {
        let mut best: Vec<_> = self.found.into_iter().collect();
        best.sort_by_key(|(_, hit)| std::cmp::Reverse(hit.score));
        let symbols = best.into_iter().take(MAX_RESULTS).map(|((_, kind, name, _), hit)| WorkspaceSymbol {
            name,
            kind,
            container: container(&hit.location.path),
            location: hit.location,
        });
        symbols.collect()
    }
}

fn container(path: &str) -> String {
    let mut names: Vec<&str> = path.rsplit('/').take(3).filter(|name| !name.is_empty()).collect();
    names.reverse();
    if names.is_empty() { name_of(path).to_owned() } else { names.join("/") }
}
