//! Tools that playbooks of the workspace bring themselves, besides Kubespray: of those nothing is certain.

use std::sync::{Arc, Mutex};

use hostwise_inventory::{Entry, SourceFile};
use hostwise_syntax::yaml::Node;
use memchr::memmem;
use rustc_hash::FxHashMap;

use super::library::Library;
use super::model::{PlayFile, Task, is_template};
use crate::discovery::is_variable_file;
use crate::values::memo;

/// What the playbooks and roles of a workspace may put on hosts.
#[derive(Debug, Default)]
pub(crate) struct Installs {
    /// The texts of tasks that may install what they mention, and the program that each runs.
    texts: Vec<(String, Option<String>)>,
    /// Names in lists of variables, when some task installs what a variable says.
    listed: Vec<String>,
    /// The answers so far, by tool.
    known: Mutex<FxHashMap<Arc<str>, bool>>,
}

impl Installs {
    pub(crate) fn of(library: &Library) -> Installs {
        let files: Vec<Arc<PlayFile>> = library.task_files().into_iter().filter(|file| !library.is_kubesprays(file.path())).collect();
        let mut texts = Vec::new();
        let mut by_variable = false;
        for file in &files {
            for task in file.tasks.iter().filter(|task| may_install(file, task)) {
                let text = said(file, task);
                by_variable |= is_template(&text);
                texts.push((text, program(file, task)));
            }
        }
        let listed = if by_variable { listed(library) } else { Vec::new() };
        Installs { texts, listed, known: Mutex::default() }
    }

    /// Whether some task may install `tool`.
    pub(crate) fn may_bring(&self, tool: &str) -> bool {
        let is_named = |listed: &String| {
            let rest = listed.strip_prefix(tool);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        };
        memo(&self.known, tool, || {
            self.texts.iter().any(|(text, program)| program.as_deref() != Some(tool) && mentions(text, tool))
                || self.listed.iter().any(is_named)
        })
    }
}

/// Whether `tool` stands in the text as a word.
pub(crate) fn mentions(text: &str, tool: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    !tool.is_empty()
        && memmem::find_iter(text.as_bytes(), tool)
            .any(|at| !text[..at].chars().next_back().is_some_and(is_part) && !text[at + tool.len()..].chars().next().is_some_and(is_part))
}

/// Modules that put nothing onto a host.
const HARMLESS: [&str; 24] = [
    "assert",
    "debug",
    "fail",
    "gather_facts",
    "getent",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "pause",
    "ping",
    "service",
    "service_facts",
    "set_fact",
    "setup",
    "slurp",
    "stat",
    "systemd",
    "systemd_service",
    "wait_for",
];

/// Programs with which people install others.
const INSTALLERS: [&str; 24] = [
    "apk", "apt", "apt-get", "brew", "cp", "curl", "dnf", "dpkg", "go", "install", "ln", "make", "mv", "npm", "pacman", "pip", "pip3",
    "rpm", "snap", "tar", "tee", "unzip", "wget", "yum",
];

/// What a task is called, when it runs and what comes of it installs nothing.
const ABOUT: [&str; 8] = ["changed_when", "failed_when", "listen", "name", "notify", "register", "tags", "when"];

/// The text of a task without what is only about it.
fn said(file: &PlayFile, task: &Task) -> String {
    let entries = file.node(task.node).entries().filter(|entry| ABOUT.binary_search(&&*entry.key.text()).is_err());
    entries.map(|entry| format!("{} {}\n", entry.key.text(), entry.value.source())).collect()
}

/// Modules that write a file where they are told to.
const WRITERS: [&str; 5] = ["blockinfile", "copy", "lineinfile", "replace", "template"];

/// Whether a task only writes settings: below `/etc`, where no program is looked for, and no unit.
fn writes_settings(file: &PlayFile, task: &Task) -> bool {
    let Some(module) = task.module.as_ref().filter(|module| WRITERS.binary_search(&&*module.name).is_ok()) else { return false };
    let target = file.text_argument(module, "dest").or_else(|| file.text_argument(module, "path"));
    target.is_some_and(|target| {
        let is_of_services = ["/etc/systemd", "/etc/init"].iter().any(|start| target.text.starts_with(start));
        target.text.starts_with("/etc/") && !is_of_services && !target.is_template()
    })
}

fn may_install(file: &PlayFile, task: &Task) -> bool {
    if writes_settings(file, task) {
        return false;
    }
    let Some(module) = &task.module else { return false };
    match &*module.name {
        "command" | "shell" | "raw" => text_may_install(&file.source.text()[task.range.span()]),
        name => HARMLESS.binary_search(&name).is_err(),
    }
}

/// Scripts that Kubespray puts onto hosts: what they do is known.
const OF_KUBESPRAY: [&str; 3] = ["calicoctl.sh", "etcdctl.sh", "k8s-certs-renew.sh"];

/// Whether a word names a script, which may do anything.
fn is_script(word: &str) -> bool {
    word.ends_with(".sh") && !OF_KUBESPRAY.contains(&word.rsplit('/').next().unwrap_or(word))
}

/// Whether a shell text names a program with which people install others, or another script.
pub(crate) fn text_may_install(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')));
    words.any(|word| INSTALLERS.binary_search(&word).is_ok() || is_script(word))
}

/// The program that a command names first, or that a module needs.
fn program(file: &PlayFile, task: &Task) -> Option<String> {
    let module = task.module.as_ref()?;
    if let Some(needed) = super::needs::program_of_module(&module.name) {
        return Some(needed.to_owned());
    }
    if !matches!(&*module.name, "command" | "shell" | "raw") {
        return None;
    }
    let text = file.text_argument(module, "cmd").or_else(|| file.free_form(module))?;
    let words = super::shell::words(&text.text)?;
    let first = words.iter().map(|word| word.text.as_str()).find(|word| *word != "sudo")?;
    Some(first.rsplit('/').next().unwrap_or(first).to_owned())
}

/// Whether a task may install something that its text does not name: what a script brings, or a package that a variable names.
pub(crate) fn may_install_unnamed(file: &PlayFile, task: &Task) -> bool {
    let Some(module) = &task.module else { return false };
    match &*module.name {
        "script" => true,
        "command" | "shell" | "raw" => {
            let text = &file.source.text()[task.range.span()];
            text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).any(is_script)
        }
        _ => false,
    }
}

/// The scalars in lists of variable files, and of the variables of roles.
fn listed(library: &Library) -> Vec<String> {
    let is_ours =
        |path: &str| (is_variable_file(path) || path.contains("/vars/") || path.contains("/defaults/")) && !library.is_kubesprays(path);
    let mut found = Vec::new();
    for (path, entry) in library.files.iter() {
        if let Entry::File(file) = entry
            && is_ours(path)
        {
            scalars(file, &mut found);
        }
    }
    found
}

fn scalars(file: &SourceFile, found: &mut Vec<String>) {
    let mut open: Vec<(Node<'_>, bool)> = file.yaml().root().map(|root| (root, false)).into_iter().collect();
    while let Some((node, in_list)) = open.pop() {
        if node.is_mapping() {
            open.extend(node.entries().map(|entry| (entry.value, in_list)));
        } else if node.is_sequence() {
            open.extend(node.items().map(|item| (item, true)));
        } else if in_list {
            found.push(node.text().into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(ABOUT.is_sorted() && HARMLESS.is_sorted() && INSTALLERS.is_sorted() && WRITERS.is_sorted());
    }

    #[test]
    fn a_tool_is_mentioned_as_a_word() {
        assert!(mentions("name: docker-ce", "docker") && mentions("dest: /usr/local/bin/helm", "helm"));
        assert!(!mentions("name: dockerize", "docker") && !mentions("overwhelm", "helm"));
    }
}
