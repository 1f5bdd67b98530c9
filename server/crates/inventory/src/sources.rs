//! Inventory sources: which files a request means, and what each says about hosts and groups.
//!
//! The same readers serve two ways of reading. An editor's inventory is read past every mistake, so that a line that is being typed takes nothing
//! with it. [`Reading::Strict`] stops where Ansible stops, and tries the plugins that Ansible tries.

mod ini;
mod toml;
mod yaml;

use std::sync::Arc;

use hostwise_syntax::{TextRange, Value};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use crate::graph::{Graph, GroupId, HostId, Mention, MentionKind, UNGROUPED};
use crate::precedence::{Assignment, Origin};
use crate::{Content, Entry, FileId, Files, Given, Place, Problem, ProblemKind, Request, SourceFile, hosts, python};

/// How far a source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// To its end, whatever is wrong in it.
    Tolerant,
    /// To the first mistake for which Ansible gives it up.
    Strict,
}

/// The source was given up; the reason is among the problems.
#[derive(Debug)]
struct Refused;

type Outcome = Result<(), Refused>;

/// What was read from the sources besides hosts and groups.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) problems: Vec<Problem>,
    /// Whether any source was read to its end.
    pub(crate) any_parsed: bool,
    /// Whether Ansible takes every string of the sources for a template, whatever its mark: a TOML file set the first variable.
    pub(crate) trusts_all: bool,
}

impl Sources {
    /// Whether these are the very same files.
    pub(crate) fn are(&self, files: &[Arc<SourceFile>]) -> bool {
        let is_same = |(ours, other): (&Arc<SourceFile>, &Arc<SourceFile>)| Arc::ptr_eq(ours, other) || is_same_host_list(ours, other);
        self.files.len() == files.len() && self.files.iter().zip(files).all(is_same)
    }
}

/// Host lists are made anew with every request.
fn is_same_host_list(ours: &SourceFile, other: &SourceFile) -> bool {
    is_host_list(ours) && ours.path() == other.path() && ours.content() == other.content()
}

/// Whether this is the text of an argument such as `h1,h2,`, not a file.
fn is_host_list(file: &SourceFile) -> bool {
    file.path().contains(',') && file.text() == &**file.path()
}

/// The source files of a request in the order in which Ansible reads them. A host list (`h1,h2,`) is a file that holds itself.
pub(crate) fn files(files: &Files, request: &Request) -> Vec<Arc<SourceFile>> {
    let mut found = Vec::new();
    for source in &request.sources {
        match files.get(source) {
            Some(Entry::File(file)) => found.push(Arc::clone(file)),
            Some(Entry::Directory) => directory(files, source, &mut found),
            None if source.contains(',') => {
                found.push(Arc::new(SourceFile::new(Arc::clone(source), Content::Text(Arc::clone(source)), false)));
            }
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

/// Reads source files, in order, into a graph that is not reconciled yet.
pub(crate) fn read(files: Vec<Arc<SourceFile>>, given: Option<&Given>, reading: Reading) -> (Sources, Graph) {
    let mut reader =
        Reader { graph: Graph::new(), file: FileId(0), names: FxHashSet::default(), problems: Vec::new(), reading, trusts_toml: None };
    let mut any_parsed = false;
    for (index, file) in files.iter().enumerate() {
        reader.file = FileId(index as u32);
        match given.filter(|given| given.path == *file.path()) {
            Some(given) => {
                given.add_to(&mut reader);
                any_parsed = true;
            }
            None => any_parsed |= reader.source(file).is_ok(),
        }
    }
    let Reader { graph, problems, trusts_toml, .. } = reader;
    (Sources { files, problems, any_parsed, trusts_all: trusts_toml == Some(true) }, graph)
}

/// What the readers of YAML, INI and TOML share: adding to the graph with places.
pub(crate) struct Reader {
    pub(crate) graph: Graph,
    file: FileId,
    /// Of variables, each once: the same stand at many hosts.
    names: FxHashSet<Arc<str>>,
    problems: Vec<Problem>,
    reading: Reading,
    /// Whether Ansible takes the strings of TOML files for templates: its wrapper around the inventory asks the first plugin that sets a variable,
    /// and no other (ansible-core `_InventoryDataWrapper`, a cached property of the object it wraps).
    trusts_toml: Option<bool>,
}

impl Reader {
    fn source(&mut self, file: &SourceFile) -> Outcome {
        if is_host_list(file) {
            return self.host_list(file);
        }
        if let Content::Unavailable(reason) = file.content() {
            self.problem(ProblemKind::Unavailable, TextRange::empty(0), reason.to_string());
            return Err(Refused);
        }
        // Without an interpreter line nothing can run it, and Ansible goes on to read it.
        if file.is_executable() && file.text().starts_with("#!") {
            let message = "executable inventory: Ansible runs it, hostwise does not, so its hosts are not known here".to_owned();
            self.problem(ProblemKind::DynamicSource, first_line(file), message);
            return Err(Refused);
        }
        if file.is_encrypted() {
            let message = "encrypted inventory: it is not decrypted here, so its hosts are not known".to_owned();
            self.problem(ProblemKind::Encrypted, first_line(file), message);
            return Err(Refused);
        }
        let extension = extension(file.path());
        let may_be_yaml = matches!(extension, None | Some("yml" | "yaml" | "json"));
        match self.reading {
            Reading::Tolerant if extension == Some("toml") => self.toml(file),
            Reading::Tolerant if may_be_yaml && yaml::applies(file) => self.yaml(file),
            Reading::Tolerant if yaml::applies(file) && file.ini().sections.iter().all(|section| section.name.is_none()) => {
                let message = "this is YAML, but Ansible reads a file of this name as INI, and refuses it".to_owned();
                self.problem(ProblemKind::WrongFormat, first_entry(file), message);
                Err(Refused)
            }
            Reading::Tolerant => self.ini(file),
            Reading::Strict => {
                let n_problems = self.problems.len();
                let is_read = (may_be_yaml && self.yaml(file).is_ok())
                    || (extension != Some("toml") && self.ini(file).is_ok())
                    || (extension == Some("toml") && self.toml(file).is_ok());
                if !is_read {
                    return Err(Refused);
                }
                // What an earlier plugin said against the text is not shown when a later one reads it.
                let mut at = 0;
                self.problems.retain(|problem| {
                    at += 1;
                    at <= n_problems || !problem.kind.loses_source()
                });
                Ok(())
            }
        }
    }

    /// `h1,h2:22,`: hosts of `ungrouped` (ansible-core `plugins/inventory/host_list.py`).
    fn host_list(&mut self, file: &SourceFile) -> Outcome {
        let mut start = 0;
        for item in file.text().split(',') {
            let name = item.trim();
            let at = start + item.len() - item.trim_start().len();
            start += item.len() + 1;
            let (host, port) = hosts::single(name);
            if !host.is_empty() && self.graph.host_named(host).is_none() {
                self.add_host(host, port.as_ref(), TextRange::new(at, at + name.len()), UNGROUPED);
            }
        }
        Ok(())
    }

    fn problem(&mut self, kind: ProblemKind, range: TextRange, message: String) {
        self.problems.push(Problem { kind, place: self.place(range), message });
    }

    /// Something for which Ansible gives up the source: a strict reading ends here.
    fn refuse(&mut self, range: TextRange, message: impl Into<String>) -> Outcome {
        self.refuse_as(ProblemKind::UnparsedSource, range, message)
    }

    /// The same for a reason that has a kind of its own.
    fn refuse_as(&mut self, kind: ProblemKind, range: TextRange, message: impl Into<String>) -> Outcome {
        self.problem(kind, range, message.into());
        match self.reading {
            Reading::Tolerant => Ok(()),
            Reading::Strict => Err(Refused),
        }
    }

    fn place(&self, range: TextRange) -> Place {
        Place { file: self.file, range }
    }

    pub(crate) fn define_group(&mut self, name: &str, range: TextRange, kind: MentionKind) -> GroupId {
        let group = self.graph.add_group(name);
        self.mention_group(group, range, kind);
        group
    }

    fn mention_group(&mut self, group: GroupId, range: TextRange, kind: MentionKind) {
        let mention = Mention { place: self.place(range), kind };
        self.graph.group_mut(group).mentions.push(mention);
    }

    /// Makes a group or a host of this name a member of `parent`.
    fn link(&mut self, parent: GroupId, child: GroupId, at: TextRange) -> Outcome {
        match self.graph.add_child(parent, child) {
            Ok(()) => Ok(()),
            Err(_) => {
                let message = match parent == child {
                    true => format!("{} cannot be below itself", self.graph.group(child).name),
                    false => {
                        let (child, parent) = (self.graph.group(child), self.graph.group(parent));
                        format!("{} cannot be below {}, which is below {} already", child.name, parent.name, child.name)
                    }
                };
                self.refuse_as(ProblemKind::GroupLoop, at, message)
            }
        }
    }

    /// The hosts of a pattern, added to `group`; `check` may refuse them before.
    fn add_hosts(
        &mut self,
        pattern: &str,
        range: TextRange,
        group: GroupId,
        check: fn(&str, &hosts::Expanded<'_>) -> Result<(), String>,
    ) -> Result<SmallVec<[HostId; 1]>, Refused> {
        let expanded = match hosts::expand(pattern).and_then(|expanded| check(pattern, &expanded).map(|()| expanded)) {
            Ok(expanded) => expanded,
            Err(message) => {
                self.refuse(range, message)?;
                return Ok(SmallVec::new());
            }
        };
        if expanded.names.iter().any(|name| name.is_empty()) {
            self.refuse(range, "a host needs a name")?;
            return Ok(SmallVec::new());
        }
        Ok(expanded.names.iter().map(|name| self.add_host(name, expanded.port.as_ref(), range, group)).collect())
    }

    /// The port of a host that is known already does not count.
    pub(crate) fn add_host(&mut self, name: &str, port: Option<&Value>, range: TextRange, group: GroupId) -> HostId {
        let place = self.place(range);
        let (host, is_new) = self.graph.add_host(name, group);
        self.graph.host_mut(host).mentions.push(Mention { place, kind: MentionKind::HostOf(group) });
        if let Some(port) = port.filter(|_| is_new) {
            let assignment = self.assignment("ansible_port", range, Origin::Value(place, port.clone()));
            self.graph.host_mut(host).assignments_mut().push(assignment);
        }
        host
    }

    fn assignment(&mut self, name: &str, key: TextRange, origin: Origin) -> Assignment {
        let name = match self.names.get(name) {
            Some(known) => Arc::clone(known),
            None => {
                let name: Arc<str> = name.into();
                self.names.insert(Arc::clone(&name));
                name
            }
        };
        Assignment { name, key: self.place(key), origin }
    }

    /// Sets a host variable; on the group when one has the host's name, as ansible-core does.
    fn set_on_host(&mut self, host: HostId, assignment: Assignment, value: impl FnOnce() -> Value) -> Outcome {
        match self.graph.group_named(&self.graph.host(host).name) {
            Some(group) => self.set_on_group(group, assignment, value),
            None => {
                self.trusts_toml.get_or_insert(false);
                self.graph.host_mut(host).assignments_mut().push(assignment);
                Ok(())
            }
        }
    }

    fn set_on_group(&mut self, group: GroupId, assignment: Assignment, value: impl FnOnce() -> Value) -> Outcome {
        self.trusts_toml.get_or_insert(false);
        if &*assignment.name != "ansible_group_priority" {
            self.graph.group_mut(group).assignments.push(assignment);
            return Ok(());
        }
        match python::priority(&value()) {
            Some(priority) => {
                self.graph.group_mut(group).priority = priority;
                Ok(())
            }
            None => self.refuse(assignment.key.range, "the priority of a group must be an integer"),
        }
    }
}

/// The part behind the last dot of a file's name, as Python's `os.path.splitext`: leading dots do not count.
pub(crate) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path).trim_start_matches('.');
    name.rsplit_once('.').map(|(_, extension)| extension)
}

/// The key of the first entry of a YAML text.
fn first_entry(file: &SourceFile) -> TextRange {
    file.yaml().root().and_then(|root| root.entries().next()).map_or_else(TextRange::default, |entry| entry.key.range())
}

fn first_line(file: &SourceFile) -> TextRange {
    file.lines().line_range(0, file.text())
}
