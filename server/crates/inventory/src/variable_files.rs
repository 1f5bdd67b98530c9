//! `group_vars` and `host_vars`: where they are looked up, and which files belong to whom (ansible-core `plugins/vars/host_group_vars.py`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::sources::extension;
use crate::{Content, Entry, FileId, Files, Place, Problem, ProblemKind, Request, SourceFile};

/// A directory beside which variable files are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) path: String,
    /// The playbook directory, not a source.
    pub(crate) of_playbook: bool,
}

/// The directories of the sources in order, then the playbook directory. Of one that stands there several times the last counts: what it says
/// earlier is said again.
pub(crate) fn bases(files: &Files, request: &Request) -> Vec<Base> {
    let mut bases: Vec<Base> = Vec::new();
    for source in &request.sources {
        let path = match files.get(source) {
            Some(Entry::Directory) => source,
            None if source.contains(',') => continue,
            _ => source.rsplit_once('/').map_or("", |(parent, _)| parent),
        };
        let base = Base { path: path.to_owned(), of_playbook: false };
        bases.retain(|known| *known != base);
        bases.push(base);
    }
    bases.extend(request.playbook_dir.iter().map(|path| Base { path: path.to_string(), of_playbook: true }));
    bases
}

/// The files of each group or host with any in `directory`, lowest precedence first. Of `web`, `web.yml`, `web.yaml` and `web.json` the first
/// that exists is the only one read, be it a file or a directory.
pub(crate) fn of_directory(files: &Files, directory: &str) -> BTreeMap<String, Vec<Arc<SourceFile>>> {
    const EXTENSIONS: [&str; 4] = ["", ".yml", ".yaml", ".json"];
    let mut best: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (name, _) in files.names_in(directory) {
        for (rank, end) in EXTENSIONS.iter().enumerate() {
            if let Some(entity) = name.strip_suffix(end).filter(|entity| !entity.is_empty()) {
                let known = best.entry(entity).or_insert((rank, name));
                *known = (*known).min((rank, name));
            }
        }
    }
    let found = best.into_iter().map(|(entity, (_, name))| (entity.to_owned(), at(files, &format!("{directory}/{name}"))));
    found.filter(|(_, files)| !files.is_empty()).collect()
}

/// A file, or the files of a directory: by name, depth first, subdirectories without an extension only.
fn at(files: &Files, path: &str) -> Vec<Arc<SourceFile>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        match files.get(&path) {
            Some(Entry::File(file)) => found.push(Arc::clone(file)),
            Some(Entry::Directory) => {
                let is_read = |&(name, entry): &(&str, &Entry)| {
                    let known = match entry {
                        Entry::Directory => !name.contains('.'),
                        Entry::File(_) => matches!(extension(name), None | Some("yml" | "yaml" | "json")),
                    };
                    known && !name.starts_with('.') && !name.ends_with('~')
                };
                let mut names: Vec<&str> = files.names_in(&path).filter(is_read).map(|(name, _)| name).collect();
                names.sort_unstable();
                open.extend(names.into_iter().rev().map(|name| format!("{path}/{name}")));
            }
            None => {}
        }
    }
    found
}

/// What cannot be read among `files` from index `first`.
pub(crate) fn problems(files: &[Arc<SourceFile>], first: usize) -> impl Iterator<Item = Problem> {
    files.iter().enumerate().skip(first).filter_map(|(index, file)| {
        let Content::Unavailable(reason) = file.content() else { return None };
        let place = Place { file: FileId(index as u32), range: Default::default() };
        Some(Problem { kind: ProblemKind::Unavailable, place, message: reason.to_string() })
    })
}
