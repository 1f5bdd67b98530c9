//! What a task needs on its host: the programs that it runs, the services that it handles.

use std::sync::Arc;

use hostwise_inventory::SourceFile;
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
    pub(crate) failure: Failure,
}

/// What a task says when the program or service is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// `command` cannot start the program: status 2, and nothing is printed (ansible-core 2.18 and 2.19 alike).
    NotStarted,
    /// A shell that does nothing else cannot find the program: status 127 (POSIX, "Exit status for commands").
    NotFound,
    /// Some status other than 0.
    Status,
    /// A module says so in its message.
    Message,
}

impl Need {
    /// The same in a task that began at byte `from` and begins at byte `to` now.
    pub(super) fn moved(&self, from: u32, to: u32) -> Need {
        let range = TextRange { start: self.range.start - from + to, end: self.range.end - from + to };
        Need { range, ..self.clone() }
    }
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
            Some(argv) => {
                let words: Vec<_> = argv.items().filter_map(super::model::text).collect();
                let joined: Vec<&str> = words.iter().map(|word| &*word.text).collect();
                words.first().map(|first| Text { text: joined.join(" ").into(), range: first.range })
            }
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
        "command" => {
            begins_with_template(&named)
                || named.split_whitespace().next().is_some_and(|word| shell::behind_wrappers(&[word, "x"]) == Some(1))
                    && is_template(&named)
        }
        "shell" | "raw" => named.split(['\n', ';', '&', '|', '(']).any(begins_with_template),
        _ => is_template(&named),
    };
    Some(Source { text: text.text.to_string(), is_made })
}

/// What a file that is run with `script` certainly needs: where a shell runs it, by its first line.
pub(crate) fn needs_of_file(file: &PlayFile, task: &Task, run: &SourceFile) -> Vec<Need> {
    let Some(module) = &task.module else { return Vec::new() };
    let argument = |name: &str| file.argument(module, name).is_some();
    let Some(text) = file.text_argument(module, "cmd").or_else(|| file.free_form(module)) else { return Vec::new() };
    let is_unclear = ["creates", "removes", "executable"].iter().any(|name| argument(name) || text.text.contains(&format!("{name}=")));
    let Some(first) = run.text().lines().next().and_then(|line| line.strip_prefix("#!")).filter(|_| !is_unclear) else { return Vec::new() };
    let words: Vec<&str> = first.split_whitespace().collect();
    match words[..] {
        [shell] | ["/usr/bin/env", shell] if SHELLS.contains(&shell) => shell_needs(file, &text, run.text(), false),
        [shell, "-e" | "-eu" | "-ex" | "-eux"] if SHELLS.contains(&shell) => shell_needs(file, &text, run.text(), true),
        _ => Vec::new(),
    }
}

/// What the task certainly needs; none where that is not known.
pub(crate) fn needs(file: &PlayFile, task: &Task, render: Render<'_>) -> Vec<Need> {
    let Some(module) = &task.module else { return Vec::new() };
    match &*module.name {
        "command" => command(file, module, render),
        "shell" | "raw" => shell(file, module, render),
        "systemd" | "systemd_service" | "service" => service(file, module, render).into_iter().collect(),
        name => match program_of_module(name) {
            Some(program) if !names_place(file, module) => {
                let failure = Failure::Message;
                vec![Need { kind: NeedKind::Program, name: program.to_owned(), directory: None, range: module.range, failure }]
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
pub(super) fn program_of_module(name: &str) -> Option<&'static str> {
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

fn command(file: &PlayFile, module: &Module, render: Render<'_>) -> Vec<Need> {
    command_needs(file, module, render).unwrap_or_default()
}

fn command_needs(file: &PlayFile, module: &Module, render: Render<'_>) -> Option<Vec<Need>> {
    let is_unclear = ["creates", "removes", "executable"].iter().any(|argument| file.argument(module, argument).is_some());
    if is_unclear {
        return None;
    }
    if let Some(argv) = file.argument(module, "argv") {
        let texts: Vec<Text> = argv.items().map_while(super::model::text).collect();
        let words: Vec<String> = texts.iter().map_while(|text| value(&text.text, render)).collect();
        return needs_of(file, &words, Failure::NotStarted, |at| texts.get(at).or(texts.first()));
    }
    let text = file.text_argument(module, "cmd").or_else(|| file.free_form(module))?;
    let words = shell::words(&text.text)?;
    if words.iter().any(|word| word.text.starts_with("creates=") || word.text.starts_with("removes=")) {
        return None;
    }
    let words = words.iter().filter(|word| !PARAMETERS.iter().any(|parameter| word.text.starts_with(parameter)));
    // A template outside quotes may stand for several words. What follows an unknown one is not looked at.
    let made = |word: &shell::Word| {
        let text = value(&word.text, render)?;
        let is_one = word.is_quoted || !is_template(&word.text);
        if is_one { Some(vec![text]) } else { Some(shell::words(&text)?.into_iter().map(|word| word.text).collect()) }
    };
    let words: Vec<String> = words.map_while(made).flatten().collect();
    needs_of(file, &words, Failure::NotStarted, |_| Some(&text))
}

/// The text itself, or what its templates make of it.
fn value(text: &str, render: Render<'_>) -> Option<String> {
    if is_template(text) { render(text) } else { Some(text.to_owned()) }
}

/// What a command needs, given its words, and how it fails when its first word is not there; `text_of` gives the text in which a word stands.
fn needs_of<'t>(file: &PlayFile, words: &[String], failure: Failure, text_of: impl Fn(usize) -> Option<&'t Text>) -> Option<Vec<Need>> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let program = shell::behind_wrappers(&words)?;
    let text = text_of(program)?;
    if let [shell, "-c", inner, ..] = words[program..]
        && SHELLS.contains(&shell)
    {
        let needs = shell_needs(file, text_of(program + 2)?, inner, false);
        return Some(needs.into_iter().map(|need| Need { failure: Failure::Status, ..need }).collect());
    }
    let units = units(&words[program..]).into_iter().map(|unit| Need {
        kind: NeedKind::Service,
        name: unit.to_owned(),
        directory: None,
        range: place_of(file, text, unit),
        failure: Failure::Status,
    });
    let failure = if program == 0 { failure } else { Failure::Status };
    Some(std::iter::once(need(file, text, words[program], failure)).chain(units).collect())
}

/// The services of a `systemctl` that fails when there is none of that name.
fn units<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let Some(("systemctl" | "/bin/systemctl" | "/usr/bin/systemctl", arguments)) = words.split_first().map(|(first, rest)| (*first, rest))
    else {
        return Vec::new();
    };
    let is_usual = |word: &str| matches!(word, "--now" | "-q" | "--quiet" | "--no-block" | "--no-pager" | "--system");
    if arguments.iter().any(|word| word.starts_with('-') && !is_usual(word)) {
        return Vec::new();
    }
    let mut operands = arguments.iter().copied().filter(|word| !word.starts_with('-'));
    match operands.next() {
        Some("start" | "stop" | "restart" | "reload" | "enable") => operands.filter_map(plain_service).collect(),
        _ => Vec::new(),
    }
}

/// The name of a service without its ending; `None` for other units, patterns and instances.
fn plain_service(unit: &str) -> Option<&str> {
    let service = unit.strip_suffix(".service").unwrap_or(unit);
    service.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).then_some(service)
}

/// Shells that read a text as it is read here.
const SHELLS: [&str; 8] = ["/bin/bash", "/bin/dash", "/bin/sh", "/usr/bin/bash", "/usr/bin/dash", "/usr/bin/sh", "bash", "sh"];

fn shell(file: &PlayFile, module: &Module, render: Render<'_>) -> Vec<Need> {
    let of = || {
        if ["creates", "removes"].iter().any(|argument| file.argument(module, argument).is_some()) {
            return None;
        }
        if file.text_argument(module, "executable").is_some_and(|shell| !SHELLS.contains(&&*shell.text)) {
            return None;
        }
        let text = file.text_argument(module, "cmd").or_else(|| file.free_form(module))?;
        if ["creates=", "removes=", "executable="].iter().any(|parameter| text.text.contains(parameter)) {
            return None;
        }
        let rendered = value(&text.text, render)?;
        Some(shell_needs(file, &text, &rendered, false))
    };
    let mut needs = of().unwrap_or_default();
    if &*module.name == "raw" {
        // A connection may have its own way to say so.
        needs.iter_mut().for_each(|need| need.failure = Failure::Status);
    }
    needs
}

/// What a shell text certainly needs; `text` is the place for all of it.
fn shell_needs(file: &PlayFile, text: &Text, rendered: &str, exits_on_failure: bool) -> Vec<Need> {
    let of = |command: shell::Command| {
        let failure = if command.is_alone { Failure::NotFound } else { Failure::Status };
        let words: Vec<String> = command.words.into_iter().map(|word| word.text).collect();
        needs_of(file, &words, failure, |_| Some(text)).unwrap_or_default()
    };
    shell::decisive(rendered, exits_on_failure).into_iter().flat_map(of).collect()
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
    // What a template gives may be `omit`.
    let acts = ["state", "enabled"].iter().any(|name| argument(&[name]).is_some_and(|said| value(&said.text, render).is_some()));
    if !acts || argument(&["masked"]).is_some() || argument(&["scope"]).is_some() || argument(&["use"]).is_some() {
        return None;
    }
    let name = argument(&["name", "service", "unit"])?;
    let rendered = value(&name.text, render)?;
    let service = plain_service(&rendered)?;
    let range = place_of(file, &name, service);
    Some(Need { kind: NeedKind::Service, name: service.to_owned(), directory: None, range, failure: Failure::Message })
}

fn need(file: &PlayFile, text: &Text, program: &str, failure: Failure) -> Need {
    let (directory, name) = match program.rsplit_once('/') {
        Some((directory, name)) => (Some(directory.to_owned()), name),
        None => (None, program),
    };
    Need { kind: NeedKind::Program, name: name.to_owned(), directory, range: place_of(file, text, name), failure }
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
