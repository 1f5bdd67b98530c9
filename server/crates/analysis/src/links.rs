//! What a text points to: pages about the variables that it sets, files that a playbook or `ansible.cfg` names, and the pages of rules that comments name.

use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::jinja::{self, Role as TokenRole};
use hostwise_syntax::yaml::Node;

use crate::cluster::Cluster;
use crate::discovery::{is_variable_file, join, name_of, parent};
use crate::knowledge::{self, CONNECTION, CONNECTION_PAGE};
use crate::occurrences::{Kind, Role};
use crate::{Rule, Workspace, ignores, occurrences};

/// A place that can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub range: TextRange,
    pub target: LinkTarget,
    /// What is there, where the target does not say it.
    pub tooltip: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A file of the workspace.
    File(Arc<str>),
    Url(String),
}

/// Keys whose value is the path of a file, and the directory in which a role has such files.
const NAMING: [(&str, Option<&str>); 5] = [
    ("import_playbook", None),
    ("import_tasks", Some("tasks")),
    ("include_tasks", Some("tasks")),
    ("include_vars", Some("vars")),
    ("vars_files", None),
];

/// Modules whose `src` is a file beside the playbook or in a directory of the role.
const SENDING: [(&str, &str); 3] = [("copy", "files"), ("template", "templates"), ("unarchive", "files")];

/// The links of the file at `path`, in document order. Files that are not there are not linked.
pub fn links(workspace: &Workspace, path: &str) -> Vec<Link> {
    let Some(file) = workspace.files().file(path) else { return Vec::new() };
    let ids = ignores::in_file(file).into_iter().flat_map(|ignore| ignore.ids);
    let pages = ids.filter_map(|id| {
        let rule = Rule::named(id.text)?;
        Some(Link { range: id.range, target: LinkTarget::Url(rule.url()), tooltip: Some(rule.summary()) })
    });
    let mut links: Vec<Link> = pages.collect();
    match workspace.clusters_of(path).find(|cluster| cluster.inventory.file_id(path).is_some()) {
        // In a list of hosts every line would be one.
        Some(cluster) if is_variable_file(path) || cluster.is_test(path) => links.extend(about_variables(cluster, file)),
        Some(_) => {}
        None if name_of(path) == "ansible.cfg" => links.extend(inventories(workspace, file)),
        None => links.extend(files_of_plays(workspace, file)),
    }
    links.sort_by_key(|link| link.range);
    links
}

/// Pages about the variables that a file sets.
fn about_variables<'w>(cluster: &'w Cluster, file: &'w SourceFile) -> impl Iterator<Item = Link> + 'w {
    let is_set = |occurrence: &&occurrences::Occurrence| occurrence.kind == Kind::Variable && occurrence.role == Role::Definition;
    occurrences::of_file(cluster, file).iter().filter(is_set).filter_map(|occurrence| {
        let name = occurrence.name(file.text());
        let (url, title) = match CONNECTION.iter().any(|(known, _)| *known == name) {
            true => (CONNECTION_PAGE.to_owned(), "Connecting to hosts in the documentation of Ansible".to_owned()),
            false => {
                let release = cluster.kubespray.as_ref()?;
                let page = hostwise_kubespray::page(knowledge::variable(cluster, name)?, release.pack.version)?;
                (page.url, page.title)
            }
        };
        Some(Link { range: occurrence.range, target: LinkTarget::Url(url), tooltip: Some(title) })
    })
}

/// The sources that `ansible.cfg` names.
fn inventories(workspace: &Workspace, config: &SourceFile) -> Vec<Link> {
    let (mut found, mut at) = (Vec::new(), 0);
    for line in config.text().split_inclusive('\n') {
        if let Some((key, value)) = line.split_once('=').filter(|(key, _)| key.trim() == "inventory") {
            let mut start = at + key.len() + 1;
            for part in value.split(',') {
                let (name, blanks) = (part.trim(), part.len() - part.trim_start().len());
                found.extend(file_link(workspace, config, name, TextRange::new(start + blanks, start + blanks + name.len())));
                start += part.len() + 1;
            }
        }
        at += line.len();
    }
    found
}

fn file_link(workspace: &Workspace, from: &SourceFile, name: &str, range: TextRange) -> Option<Link> {
    searched_link(workspace, from, None, name, range)
}

/// A file where Ansible looks for it: in the role and its `directory`, then beside the file that names it (ansible-core
/// `DataLoader.path_dwim_relative_stack`).
fn searched_link(workspace: &Workspace, from: &SourceFile, directory: Option<&str>, name: &str, range: TextRange) -> Option<Link> {
    let tasks = ["/tasks/", "/handlers/"].iter().filter_map(|part| from.path().rfind(part)).max();
    let role = tasks.map(|at| &from.path()[..at]).filter(|_| directory.is_some());
    let mut bases = role.into_iter().chain([parent(from.path())]);
    let known = bases.find_map(|base| {
        let inside = directory.and_then(|directory| workspace.files().file(&join(&join(base, directory), name)));
        inside.or_else(|| workspace.files().file(&join(base, name)))
    });
    let known = known.filter(|_| !name.is_empty())?;
    Some(Link { range, target: LinkTarget::File(Arc::clone(known.path())), tooltip: None })
}

/// What plays and tasks name, and what their templates read (`lookup('file', 'name')`).
fn files_of_plays(workspace: &Workspace, file: &SourceFile) -> Vec<Link> {
    let mut found = Vec::new();
    let mut open: Vec<Node<'_>> = file.yaml().root().filter(|root| root.is_sequence()).into_iter().collect();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            let key = entry.key.text();
            let key = key.strip_prefix("ansible.builtin.").unwrap_or(&key);
            let argument = |name: &str| entry.value.get(name).map(|entry| entry.value);
            let link = |directory: Option<&str>, node: Node<'_>| {
                searched_link(workspace, file, directory, &node.text(), occurrences::content(node))
            };
            if let Some((_, directory)) = NAMING.iter().find(|(name, _)| *name == key) {
                let named = std::iter::once(entry.value).chain(entry.value.items()).chain(argument("file"));
                found.extend(named.filter_map(|node| link(*directory, node)));
            }
            if let Some((_, directory)) = SENDING.iter().find(|(name, _)| *name == key)
                && argument("remote_src").is_none()
            {
                found.extend(argument("src").and_then(|node| link(Some(directory), node)));
            }
            if key == "script" {
                found.extend(script_link(workspace, file, argument("cmd").unwrap_or(entry.value)));
            }
        }
        for region in jinja::regions(node) {
            for tokens in region.tokens.windows(5) {
                let [lookup, open, kind, comma, name] = tokens else { continue };
                let is_file = lookup.role == TokenRole::Variable && matches!(&*lookup.text, "lookup" | "query");
                let text = |token: &jinja::Token| token.text.trim_matches(['\'', '"']).to_owned();
                if is_file && &*open.text == "(" && text(kind) == "file" && &*comma.text == "," && name.role == TokenRole::String {
                    let name_text = text(name);
                    let start = name.range.start as usize + (name.range.span().len() - name_text.len()) / 2;
                    found.extend(file_link(workspace, file, &name_text, TextRange::new(start, start + name_text.len())));
                }
            }
        }
        open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
    }
    found.sort_by_key(|link| link.range);
    found.dedup_by_key(|link| link.range);
    found
}

/// The file with which the command of a `script` begins.
fn script_link(workspace: &Workspace, file: &SourceFile, command: Node<'_>) -> Option<Link> {
    let text = command.text();
    let name = text.split_whitespace().next()?;
    let start = occurrences::content(command).start as usize;
    let is_there = file.text()[start..].starts_with(name);
    is_there.then(|| searched_link(workspace, file, Some("files"), name, TextRange::new(start, start + name.len()))).flatten()
}
