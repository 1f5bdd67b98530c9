//! What can be written at a place: section keys, groups, hosts, variables with their values, names and filters in templates, ids of rules.
//!
//! Items are short; what is to be said about one is asked for when it is looked at ([`documentation`]).

mod checks;
mod documentation;
mod filters;
mod ignores;
mod ini;
mod modes;
mod place;
mod plays;
mod settings;
mod sources;
mod template;
mod values;
mod variables;

use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rustc_hash::FxHashSet;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of};
use crate::occurrences;

pub use documentation::documentation;
pub use settings::settings_completions;

/// What could be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// What an item replaces.
    pub word: TextRange,
    /// The best first, no label twice.
    pub items: Vec<Completion>,
    /// There are more that fit: ask again when more is typed.
    pub is_cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    pub label: String,
    pub kind: CompletionKind,
    /// One short line.
    pub detail: Option<String>,
    /// What is written.
    pub text: String,
    /// The same with places to type into, as editors write snippets: `$1`, `${1:default}`, `$0`.
    pub snippet: Option<String>,
    /// How near it is: lower is better.
    rank: u8,
}

/// What an item is; with its label enough to ask for its documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    Section,
    Group,
    Host,
    Variable,
    Value,
    Filter,
    Test,
    /// A word of the language of templates.
    Keyword,
    Rule,
    /// A key of the settings.
    Setting,
}

/// More are not sent at once.
const MAX_ITEMS: usize = 200;

/// What can be written at byte `offset` of the file at `path`.
pub fn completions(workspace: &Workspace, path: &str, offset: usize) -> Option<Completions> {
    let file = workspace.files().file(path)?;
    let offset = offset.min(file.text().len());
    let found = match ignores::found(file, offset).or_else(|| modes::found(workspace, file, offset)) {
        Some(found) => found,
        None => {
            let cluster = occurrences::clusters(workspace, path).into_iter().next()?;
            of_cluster(&Asked { cluster, file, offset })?
        }
    };
    Some(best(found))
}

/// A question.
pub(crate) struct Asked<'w> {
    cluster: &'w Arc<Cluster>,
    file: &'w Arc<SourceFile>,
    offset: usize,
}

/// Everything that could stand at a place.
pub(crate) struct Found {
    word: TextRange,
    /// What is typed of the word.
    typed: String,
    items: Vec<Completion>,
}

fn of_cluster(asked: &Asked<'_>) -> Option<Found> {
    if let Some(found) = template::found(asked) {
        return Some(found);
    }
    let path = asked.file.path();
    let is_read = asked.cluster.inventory.file_id(path).is_some();
    if is_read && !is_variable_file(path) && !asked.cluster.is_test(path) && !reads_as_yaml(asked.file) {
        return ini::found(asked);
    }
    let place = place::of(asked.file, asked.offset)?;
    if !is_read {
        return plays::found(asked, &place);
    }
    if is_variable_file(path) || asked.cluster.is_test(path) {
        return variables::found_in_file(asked, &place);
    }
    sources::found(asked, &place)
}

/// Whether this source is, or may become, one in YAML: an empty one says so by its name.
fn reads_as_yaml(file: &SourceFile) -> bool {
    let by_name = name_of(file.path()).ends_with(".yml") || name_of(file.path()).ends_with(".yaml");
    file.yaml().root().map_or(by_name, |root| root.is_mapping() || by_name)
}

impl Completion {
    fn new(label: impl Into<String>, kind: CompletionKind, rank: u8) -> Self {
        let label = label.into();
        Self { text: label.clone(), label, kind, detail: None, snippet: None, rank }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.is_empty());
        self
    }

    fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    fn snippet(mut self, snippet: impl Into<String>) -> Self {
        self.snippet = Some(snippet.into());
        self
    }
}

/// Those that what is typed fits, by rank, then by how well, each label once.
fn best(found: Found) -> Completions {
    let pattern = Pattern::new(&found.typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let (mut matcher, mut buffer) = (Matcher::new(Config::DEFAULT), Vec::new());
    let mut known: FxHashSet<String> = FxHashSet::default();
    let mut scored: Vec<(Completion, u32)> = Vec::new();
    let mut items = found.items;
    items.sort_by_key(|item| item.rank);
    for item in items {
        if let Some(score) = pattern.score(Utf32Str::new(&item.label, &mut buffer), &mut matcher)
            && known.insert(item.label.clone())
        {
            scored.push((item, score));
        }
    }
    // What contains the typed text as it is comes before what has its letters somewhere.
    let typed = found.typed.to_lowercase();
    let distance = |item: &Completion| match item.label.to_lowercase().find(&typed) {
        Some(0) => 0,
        Some(_) => 1,
        None => 2,
    };
    scored.sort_by_cached_key(|(item, score)| (distance(item), item.rank, std::cmp::Reverse(*score)));
    let is_cut = scored.len() > MAX_ITEMS;
    let items = scored.into_iter().take(MAX_ITEMS).map(|(item, _)| item).collect();
    Completions { word: found.word, items, is_cut }
}
