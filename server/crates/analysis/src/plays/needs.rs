//! What a task needs on its host: the programs that it runs, the services that it handles.

use std::sync::Arc;

use hostwise_syntax::TextRange;

use super::model::{Module, PlayFile, Task, Text, is_template};
use super::shell;

/// A program or a service, and where the task names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) kind: NeedKind,
    pub(crate) name: String,
    /// The directory in front of a program's name.
    pub(crate) directory: Option<String>,
    pub(crate) range: TextRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum NeedKind {
    Program,
    Service,
}

/// Gives the value of a text with templates on some host, when it is known.
pub(crate) type Render<'r> = &'r dyn Fn(&str) -> Option<String>;

/// The text by which a task may need something.
#[derive(Debug)]
pub(crate) struct Source {
    /// As written, with its templates.
    pub(crate) text: String,
    /// A template makes the name of a program or service: it may be any.
    pub(crate) is_made: bool,
}

/// `None` when the task certainly needs no program and no service.
pub(crate) fn source_of_needs(file: &PlayFile, task: &Task) -> Option<Source> {
    let module = task.module.as_ref()?;
    let free = || file.free_form(module);
    let text = match &*module.name {
        "command" => match file.argument(module, "argv") {
            Some(argv) => argv.items().next().and_then(super::model::text),
            None => file.text_argument(module, "cmd").or_else(free),
        },
        "shell" | "raw" => file.text_argument(module, "cmd").or_else(free),
        "systemd" | "systemd_service" | "service" => {
            ["name", "service", "unit"].iter().find_map(|name| file.text_argument(module, name)).or_else(free)
        }
        name => return program_of_module(name).map(|program| Source { text: program.to_owned(), is_made: false }),
    }?;
    // Of a program in Kubespray's own directory the name is written out.
    let named = text.text.replace("{{ bin_dir }}/", "");
    let begins_with_template = |command: &str| {
        let words = command.split_whitespace().map(|word| word.trim_start_matches(['"', '\'']));
        let is_before = |word: &&str| *word == "sudo" || word.contains('=') && !word.starts_with("{{");
        words.filter(|word| !is_before(word)).take(1).any(is_template)
    };
    let is_made = match &*module.name {
        "command" => begins_with_template(&named),
        "shell" | "raw" => named.split(['\n', ';', '&', '|', '(']).any(begins_with_template),
        _ => is_template(&named),
    };
    Some(Source { text: text.text.to_string(), is_made })
}

/// What the task certainly needs; none where that is not known.
pub(crate) fn needs(file: &PlayFile, task: &Task, render: Render<'_>) -> Vec<Need> {
    let Some(module) = &task.module else { return Vec::new() };
    match &*module.name {
        "command" => command(file, module, render).into_iter().collect(),
        "shell" | "raw" => shell(file, module, render),
        "systemd" | "systemd_service" | "service" => service(file, module, render).into_iter().collect(),
        name => match program_of_module(name) {
            Some(program) if !names_place(file, module) => {
                vec![Need { kind: NeedKind::Program, name: program.to_owned(), directory: None, range: module.range }]
            }
            _ => Vec::new(),
        },
    }
}

/// Whether the arguments of a module say where its program or server is.
fn names_place(file: &PlayFile, module: &Module) -> bool {
    ["binary_path", "docker_host", "docker_cli", "cli_context"].iter().any(|argument| file.argument(module, argument).is_some())
}

/// The program without which a module of a collection fails on its host (the modules' own documentation, "Requirements").
fn program_of_module(name: &str) -> Option<&'static str> {
    if let Some(helm) = name.strip_prefix("kubernetes.core.").or_else(|| name.strip_prefix("community.kubernetes.")) {
        return matches!(helm, "helm" | "helm_info" | "helm_plugin" | "helm_plugin_info" | "helm_repository" | "helm_template")
            .then_some("helm");
    }
    let docker = name.strip_prefix("community.docker.")?;
    let talks_to_engine = docker.starts_with("docker_") && !matches!(docker, "docker_compose" | "docker_login");
    talks_to_engine.then_some("docker")
}

/// Parameters that stood among the words of a command once, and still do.
const PARAMETERS: [&str; 6] = ["chdir=", "executable=", "stdin=", "stdin_add_newline=", "strip_empty_ends=", "warn="];

fn command(file: &PlayFile, module: &Module, render: Render<'_>) -> Option<Need> {
    let is_unclear = ["creates", "removes", "executable"].iter().any(|argument| file.argument(module, argument).is_some());
    if is_unclear {
        return None;
    }
    if let Some(argv) = file.argument(module, "argv") {
        let first = argv.items().next().and_then(super::model::text)?;
        let program = if first.is_template() { render(&first.text)? } else { first.text.to_string() };
        return Some(need(file, &first, &program));
    }
    let text = file.text_argument(module, "cmd").or_else(|| file.free_form(module))?;
    let words = shell::words(&text.text)?;
    if words.iter().any(|word| word.text.starts_with("creates=") || word.text.starts_with("removes=")) {
        return None;
    }
    let first = words.iter().find(|word| !PARAMETERS.iter().any(|parameter| word.text.starts_with(parameter)))?;
    let rendered = if is_template(&first.text) { render(&first.text)? } else { first.text.clone() };
    let program = if is_template(&first.text) { shell::words(&rendered)?.into_iter().next()?.text } else { rendered };
    Some(need(file, &text, &program))
}

fn shell(file: &PlayFile, module: &Module, render: Render<'_>) -> Vec<Need> {
    let of = || {
        if ["creates", "removes"].iter().any(|argument| file.argument(module, argument).is_some()) {
            return None;
        }
        let text = file.text_argument(module, "cmd").or_else(|| file.free_form(module))?;
        if text.text.contains("creates=") || text.text.contains("removes=") {
            return None;
        }
        let rendered = if text.is_template() { render(&text.text)? } else { text.text.to_string() };
        Some(shell::decisive(&rendered).iter().map(|word| need(file, &text, &word.text)).collect())
    };
    of().unwrap_or_default()
}

/// A service that is to be in a state or enabled: the module fails when there is none of that name (ansible-core `modules/systemd.py`).
fn service(file: &PlayFile, module: &Module, render: Render<'_>) -> Option<Need> {
    let free = file.free_form(module);
    let argument = |names: &[&str]| {
        let of_mapping = names.iter().find_map(|name| file.text_argument(module, name));
        of_mapping.or_else(|| {
            let words = shell::words(&free.as_ref()?.text)?;
            let value = words.iter().find_map(|word| names.iter().find_map(|name| word.text.strip_prefix(name)?.strip_prefix('=')))?;
            Some(Text { text: Arc::from(value), range: free.as_ref()?.range })
        })
    };
    let acts = argument(&["state"]).is_some() || argument(&["enabled"]).is_some();
    if !acts || argument(&["masked"]).is_some() || argument(&["scope"]).is_some() || argument(&["use"]).is_some() {
        return None;
    }
    let name = argument(&["name", "service", "unit"])?;
    let rendered = if name.is_template() { render(&name.text)? } else { name.text.to_string() };
    let service = rendered.strip_suffix(".service").unwrap_or(&rendered);
    let is_plain = service.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_plain.then(|| Need { kind: NeedKind::Service, name: service.to_owned(), directory: None, range: place_of(file, &name, service) })
}

fn need(file: &PlayFile, text: &Text, program: &str) -> Need {
    let (directory, name) = match program.rsplit_once('/') {
        Some((directory, name)) => (Some(directory.to_owned()), name),
        None => (None, program),
    };
    Need { kind: NeedKind::Program, name: name.to_owned(), directory, range: place_of(file, text, name) }
}

/// Where `name` stands in a text as a word of its own; the whole text when a template made it.
fn place_of(file: &PlayFile, text: &Text, name: &str) -> TextRange {
    let source = &file.source.text()[text.range.span()];
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_word = |&(at, found): &(usize, &str)| {
        let (before, after) = (source[..at].chars().next_back(), source[at + found.len()..].chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(|c| is_part(c) && c != '.')
    };
    let start = text.range.start as usize;
    let found = (!name.is_empty()).then(|| source.match_indices(name).find(is_word)).flatten();
    found.map_or(text.range, |(at, _)| TextRange::new(start + at, start + at + name.len()))
}
