//! An inventory source in the other language: YAML for INI, INI for YAML. Comments stay at what they stand at, and the inventory stays what it is; where
//! the other language cannot say it, the reason is given.

mod ini;
mod outline;
mod yaml;

use std::sync::Arc;

use hostwise_inventory::{Entry, Files, Inventory, Request, SourceFile};
use hostwise_syntax::TextRange;

use super::same::{self, Variables};
use super::{Refactoring, RefactoringKind};
use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, name_of, parent};
use crate::occurrences::{self, Kind};
use crate::{Change, FileEdit, FileRename, Refusal, Workspace, ansible_cfg, fix};
use outline::Outline;

pub(super) const ID: &str = "convert";

/// An inventory source in the other language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// What the file is called then: Ansible tells the languages by the name as well.
    pub path: Arc<str>,
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Ini,
    Yaml,
}

/// At the name of a group, and on the first line.
pub(super) fn offers(workspace: &Workspace, path: &str, offset: usize) -> Vec<Refactoring> {
    let Some(file) = workspace.files().file(path) else { return Vec::new() };
    let Some((cluster, language)) = source(workspace, path) else { return Vec::new() };
    let is_group = || occurrences::at(cluster, file, offset).is_some_and(|occurrence| occurrence.kind == Kind::Group);
    if file.lines().line_of(offset) > 0 && !is_group() {
        return Vec::new();
    }
    let title = match language {
        Language::Ini => "Convert to YAML",
        Language::Yaml => "Convert to INI",
    };
    let refusal = change(workspace, path).err();
    vec![Refactoring { id: ID.to_owned(), kind: RefactoringKind::Rewrite, title: title.to_owned(), refusal }]
}

/// The file in the other language under its new name, and `ansible.cfg` when that names it.
pub(super) fn change(workspace: &Workspace, path: &str) -> Result<Change, Refusal> {
    let (files, settings) = (workspace.files(), workspace.settings());
    if settings.inventories.iter().chain(&settings.sources).any(|named| &**named == path) {
        return Err("the settings name this file".to_owned());
    }
    let converted = convert(workspace, path)?;
    if files.get(&converted.path).is_some() {
        return Err(format!("{} exists already", name_of(&converted.path)));
    }
    let mut edits: Vec<FileEdit> = configurations(files, path)
        .map(|config| renamed_in(config, path, &converted.path).ok_or_else(|| format!("{} names this file", config.path())))
        .collect::<Result<_, _>>()?;
    let range = TextRange::new(0, files.file(path).map_or(0, |file| file.text().len()));
    edits.push(FileEdit { path: path.into(), range, new_text: converted.text });
    Ok(Change { edits, renames: vec![FileRename { from: path.into(), to: converted.path }] })
}

/// The source at `path` in the other language; an error in words when that cannot say the same.
pub fn convert(workspace: &Workspace, path: &str) -> Result<Converted, Refusal> {
    let file = workspace.files().file(path).ok_or("there is no such file")?;
    let (cluster, language) = source(workspace, path).ok_or("this is no inventory in INI or YAML")?;
    let to: Arc<str> = new_path(cluster, path, language).into();
    let inventory = cluster.plain();
    let texts = match language {
        Language::Ini => vec![yaml::write(&outline::of_ini(file)?, inventory)?],
        Language::Yaml => {
            let outline = outline::of_yaml(file)?;
            // Most groups are below `all` without being put there, and children read best at the end.
            let places = [ini::Children::Last, ini::Children::InPlace, ini::Children::Declared];
            let outlines = [&without_all(&outline), &outline];
            let ways = outlines.iter().flat_map(|outline| places.map(|place| ini::write(outline, place)));
            ways.collect::<Result<_, _>>()?
        }
    };
    let mut reason = "this cannot be said there".to_owned();
    let has_returns = file.text().contains("\r\n");
    for text in texts.into_iter().map(|text| if has_returns { text.replace('\n', "\r\n") } else { text }) {
        match difference(workspace, path, &to, &text) {
            None => return Ok(Converted { path: to, text }),
            Some(different) => reason = different,
        }
    }
    Err(reason)
}

/// The inventory that reads a source, and its language.
fn source<'w>(workspace: &'w Workspace, path: &str) -> Option<(&'w Arc<Cluster>, Language)> {
    let is_source =
        |cluster: &&Arc<Cluster>| cluster.request.given.is_none() && cluster.plain().source_files().any(|file| &**file.path() == path);
    let cluster = workspace.clusters().iter().find(is_source)?;
    let file = workspace.files().file(path).filter(|file| !is_variable_file(path) && !file.is_executable() && !path.ends_with(".toml"))?;
    let language = if file.is_yaml() { Language::Yaml } else { Language::Ini };
    Some((cluster, language))
}

/// In a directory that is read as a whole Ansible skips names with `.ini`.
fn new_path(cluster: &Cluster, path: &str, language: Language) -> String {
    let name = name_of(path);
    let stem = [".yml", ".yaml", ".json", ".ini", ".cfg"].into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let is_named = cluster.request.sources.iter().any(|source| &**source == path);
    let end = match language {
        Language::Ini => ".yaml",
        Language::Yaml if is_named => ".ini",
        Language::Yaml => "",
    };
    format!("{}/{stem}{end}", parent(path))
}

/// Without what only says that groups belong to `all`.
fn without_all(outline: &Outline) -> Outline {
    let mut outline = outline.clone();
    for section in outline.sections.iter_mut().filter(|section| section.group == "all") {
        section.items.retain(|item| !matches!(item.content, outline::Content::Child(_)) || !item.notes.is_empty());
    }
    outline
}

/// What would be different for any inventory that reads the file.
fn difference(workspace: &Workspace, path: &str, to: &Arc<str>, text: &str) -> Option<String> {
    let whole = TextRange::new(0, workspace.files().file(path).map_or(0, |file| file.text().len()));
    let change = Change {
        edits: vec![FileEdit { path: path.into(), range: whole, new_text: text.to_owned() }],
        renames: vec![FileRename { from: path.into(), to: Arc::clone(to) }],
    };
    let mut files = workspace.files().clone();
    files.remove(to);
    let Some(files) = fix::apply(&files, &change) else { return Some("the files have changed".to_owned()) };
    let reads = |cluster: &&Arc<Cluster>| cluster.plain().file_id(path).is_some();
    workspace.clusters().iter().filter(reads).find_map(|cluster| {
        let renamed = |source: &Arc<str>| if &**source == path { Arc::clone(to) } else { Arc::clone(source) };
        let request = Request { sources: cluster.request.sources.iter().map(renamed).collect(), ..cluster.request.clone() };
        let strictly = |files: &Files, request: &Request| {
            Inventory::load_strictly(files, request)
                .ok()
                .filter(Inventory::any_parsed)
                .ok_or_else(|| "Ansible would not read it".to_owned())
        };
        let (before, after) = (strictly(workspace.files(), &cluster.request), strictly(&files, &request));
        match (before, after) {
            (Ok(before), Ok(after)) => same::of_inventories(&before, &after, Variables::All),
            (Err(_), _) => Some("Ansible cannot read the inventory as it is".to_owned()),
            (_, Err(reason)) => Some(reason),
        }
    })
}

/// The configurations of Ansible that name a source.
fn configurations<'f>(files: &'f Files, path: &'f str) -> impl Iterator<Item = &'f Arc<SourceFile>> {
    files.iter().filter_map(move |(config, entry)| match entry {
        Entry::File(file) if name_of(config) == "ansible.cfg" => {
            ansible_cfg::paths(file, &["inventory"], ',').iter().any(|source| &**source == path).then_some(file)
        }
        _ => None,
    })
}

/// The name of the file in the line that names it; `None` when it stands there more than once.
fn renamed_in(config: &SourceFile, path: &str, to: &str) -> Option<FileEdit> {
    let (text, name) = (config.text(), name_of(path));
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.split_once('=').is_some_and(|(key, _)| key.trim() == "inventory") {
            found.extend(line.match_indices(name).map(|(start, _)| at + start));
        }
        at += line.len();
    }
    let [start] = found[..] else { return None };
    Some(FileEdit { path: Arc::clone(config.path()), range: TextRange::new(start, start + name.len()), new_text: name_of(to).to_owned() })
}
