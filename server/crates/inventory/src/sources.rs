//! Inventory sources: which files a request means, and what each says about hosts and groups.

mod ini;
mod yaml;

use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::graph::{Graph, GroupId, HostId, Mention, MentionKind};
use crate::precedence::{Assignment, Origin};
use crate::{Content, Entry, FileId, Files, Place, Problem, ProblemKind, Request, SourceFile, hosts};

/// What was read from the sources besides hosts and groups.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) problems: Vec<Problem>,
}

impl Sources {
    /// Whether these are the very same files.
    pub(crate) fn are(&self, files: &[Arc<SourceFile>]) -> bool {
        self.files.len() == files.len() && self.files.iter().zip(files).all(|(ours, other)| Arc::ptr_eq(ours, other))
    }
}

/// The source files of a request in the order in which Ansible reads them.
pub(crate) fn files(files: &Files, request: &Request) -> Vec<Arc<SourceFile>> {
    let mut found = Vec::new();
    for source in &request.sources {
        match files.get(source) {
            Some(Entry::File(file)) => found.push(Arc::clone(file)),
            Some(Entry::Directory) => directory(files, source, &mut found),
            None => {}
        }
    }
    found
}

/// The files of a directory source, by name, subdirectories included (ansible-core `InventoryManager.parse_source`).
fn directory(files: &Files, path: &str, found: &mut Vec<Arc<SourceFile>>) {
    const IGNORED: [&str; 12] = [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if let Some(file) = files.file(&path) {
            found.push(Arc::clone(file));
            continue;
        }
        let skipped = |name: &str| {
            name.starts_with('.')
                || matches!(name, "group_vars" | "host_vars" | "vars_plugins")
                || IGNORED.iter().any(|end| name.ends_with(end))
        };
        let mut names: Vec<&str> = files.names_in(&path).map(|(name, _)| name).filter(|name| !skipped(name)).collect();
        names.sort_unstable();
        open.extend(names.into_iter().rev().map(|name| format!("{path}/{name}")));
    }
}

/// Reads source files, in order, into a graph.
pub(crate) fn read(files: Vec<Arc<SourceFile>>) -> (Sources, Graph) {
    let mut reader = Reader { graph: Graph::new(), file: FileId(0), problems: Vec::new() };
    for (index, file) in files.iter().enumerate() {
        reader.file = FileId(index as u32);
        reader.source(file);
    }
    let Reader { mut graph, problems, .. } = reader;
    graph.reconcile();
    (Sources { files, problems }, graph)
}

/// What the readers of YAML and INI share: adding to the graph with places.
struct Reader {
    graph: Graph,
    file: FileId,
    problems: Vec<Problem>,
}

impl Reader {
    fn source(&mut self, file: &SourceFile) {
        let nowhere = TextRange::empty(0);
        if let Content::Unavailable(reason) = file.content() {
            return self.problem(ProblemKind::Unavailable, nowhere, reason.to_string());
        }
        if file.is_executable() {
            let message = "executable inventory: Ansible runs it, hostwise does not, so its hosts are not known here".to_owned();
            return self.problem(ProblemKind::DynamicSource, first_line(file), message);
        }
        if file.is_encrypted() {
            let message = "encrypted inventory: it is not decrypted here, so its hosts are not known".to_owned();
            return self.problem(ProblemKind::Encrypted, first_line(file), message);
        }
        let extension = extension(file.path());
        let as_yaml = matches!(extension, None | Some("yml" | "yaml" | "json")) && yaml::applies(file);
        if as_yaml { self.yaml(file) } else { self.ini(file) }
    }

    fn problem(&mut self, kind: ProblemKind, range: TextRange, message: String) {
        self.problems.push(Problem { kind, place: self.place(range), message });
    }

    fn place(&self, range: TextRange) -> Place {
        Place { file: self.file, range }
    }

    fn define_group(&mut self, name: &str, range: TextRange, kind: MentionKind) -> GroupId {
        let group = self.graph.add_group(name);
        let mention = Mention { place: self.place(range), kind };
        self.graph.group_mut(group).mentions.push(mention);
        group
    }

    /// The hosts of a pattern, added to `group`.
    fn add_hosts(&mut self, pattern: &str, range: TextRange, group: GroupId) -> Vec<HostId> {
        let expanded = match hosts::expand(pattern) {
            Ok(expanded) => expanded,
            Err(message) => {
                self.problem(ProblemKind::UnparsedSource, range, message);
                return Vec::new();
            }
        };
        let place = self.place(range);
        let mut added = Vec::with_capacity(expanded.names.len());
        for name in expanded.names {
            let (host, is_new) = self.graph.add_host(&name, group);
            let data = self.graph.host_mut(host);
            data.mentions.push(Mention { place, kind: MentionKind::HostOf(group) });
            if let Some(port) = expanded.port.filter(|_| is_new) {
                data.assignments.push(Assignment { name: "ansible_port".into(), key: place, origin: Origin::Port(port) });
            }
            added.push(host);
        }
        added
    }

    /// Sets a host variable; on the group when one has the host's name, as ansible-core does.
    fn set_on_host(&mut self, host: HostId, assignment: Assignment) {
        match self.graph.group_named(&Arc::clone(&self.graph.host(host).name)) {
            Some(group) => self.set_on_group(group, assignment),
            None => self.graph.host_mut(host).assignments.push(assignment),
        }
    }

    fn set_on_group(&mut self, group: GroupId, assignment: Assignment) {
        self.graph.group_mut(group).assignments.push(assignment);
    }
}

/// The part behind the last dot of a file's name.
pub(crate) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty()).then_some(extension)
}

fn first_line(file: &SourceFile) -> TextRange {
    file.lines().line_range(0, file.text())
}
