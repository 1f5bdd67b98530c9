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
        let given = request.given.as_ref().filter(|given| given.path == *source).and_then(|given| given.home.as_deref());
        let path = match files.get(source) {
            _ if given.is_some() => given.unwrap_or_default(),
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

/// What of `group_vars` or `host_vars` is never read.
#[derive(Clone, Debug)]
pub struct UnreadVariables {
    /// The file or directory right in `group_vars` or `host_vars`.
    pub path: Arc<str>,
    /// The files of it that would be read.
    pub files: Vec<Arc<SourceFile>>,
    /// Whom it is for: its name without the extension.
    pub name: Arc<str>,
    /// What is read instead because it comes first; without it, the name is that of no group or host.
    pub hidden_by: Option<Arc<str>>,
}

/// The endings under which the variables of an entity are looked up; the first that exists is the only one read.
const EXTENSIONS: [&str; 4] = ["", ".yml", ".yaml", ".json"];

/// What of `directory` is not read when the names for which `is_known` holds exist. What is called like no variable file is left out.
pub(crate) fn unread(files: &Files, directory: &str, is_known: impl Fn(&str) -> bool) -> Vec<UnreadVariables> {
    let mut found = Vec::new();
    for (entry, _) in files.names_in(directory).filter(|(name, _)| !name.starts_with('.') && !name.ends_with('~')) {
        // A name with an extension may be a whole name, too.
        let (name, rank) = match EXTENSIONS.iter().enumerate().skip(1).find_map(|(rank, end)| Some((entry.strip_suffix(end)?, rank))) {
            Some((name, rank)) => (name, rank),
            None if extension(entry).is_some() => continue,
            None => (entry, 0),
        };
        let path = |name: &str| -> Arc<str> { format!("{directory}/{name}").into() };
        let first = EXTENSIONS[..rank].iter().map(|end| path(&format!("{name}{end}"))).find(|path| files.get(path).is_some());
        if is_known(entry) || (is_known(name) && first.is_none()) {
            continue;
        }
        let hidden_by = first.filter(|_| is_known(name));
        let (path, name) = (path(entry), name.into());
        found.push(UnreadVariables { files: at(files, &path), path, name, hidden_by });
    }
    found
}

/// The files of each group or host with any in `directory`, lowest precedence first. Of `web`, `web.yml`, `web.yaml` and `web.json` the first
/// that exists is the only one read, be it a file or a directory.
pub(crate) fn of_directory(files: &Files, directory: &str) -> BTreeMap<String, Vec<Arc<SourceFile>>> {
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
