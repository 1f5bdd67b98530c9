//! `hostwise explain`: what a host becomes, and the line that decided.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use hostwise_analysis::{
    ComponentExplanation, HostExplanation, KubesprayRelease, State, VariableExplanation, explain_component, explain_host, explain_variable,
};

use super::load::Loaded;

/// Say what a host becomes, and which line decided.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The inventory: a file, or a folder in which inventories are discovered
    #[arg(short, long, required = true)]
    inventory: Vec<PathBuf>,
    /// A host of the inventory
    host: String,
    /// A component (nerdctl) or a variable (kube_network_plugin); without it the whole host is explained
    name: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The Kubespray release (2.31.0), or the path of a checkout
    #[arg(long, value_name = "VERSION|DIR")]
    kubespray: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
}

/// Exit 0: explained; 2 (by the caller): an unknown host or name, or an unreadable path.
pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let mut loaded = Loaded::read(&args.inventory)?;
    let workspace = loaded.workspace(args.kubespray.as_deref())?;
    let Some(whole) = explain_host(&workspace, None, &args.host) else { bail!("no host {} in this inventory", args.host) };
    let host = match &args.name {
        None => Some(whole),
        Some(name) => explain_component(&workspace, None, &args.host, name),
    };
    let text = if let Some(mut host) = host {
        relative_paths(&mut host, &loaded);
        match args.format {
            Format::Human => human(&host),
            Format::Json => serde_json::to_string_pretty(&host)? + "\n",
        }
    } else {
        let name = args.name.as_deref().unwrap_or_default();
        let Some(mut variable) = explain_variable(&workspace, None, &args.host, name) else {
            bail!("{name} is no component and no variable of {}", args.host)
        };
        let origins = std::iter::once(&mut variable.origin).chain(variable.overridden.iter_mut().map(|beaten| &mut beaten.origin));
        origins.filter_map(|origin| origin.path.as_mut()).for_each(|path| *path = loaded.relative(path).into());
        match args.format {
            Format::Human => human_variable(&variable),
            Format::Json => serde_json::to_string_pretty(&variable)? + "\n",
        }
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn relative_paths(host: &mut HostExplanation, loaded: &Loaded) {
    host.kubespray.iter_mut().for_each(|kubespray| relative_source(kubespray, loaded));
    let because = host.components.iter_mut().flat_map(|component| &mut component.because);
    because.filter_map(|because| because.path.as_mut()).for_each(|path| *path = loaded.relative(path).into());
}

/// The paths of the checkout as people see them.
fn relative_source(kubespray: &mut KubesprayRelease, loaded: &Loaded) {
    if let Some(path) = &kubespray.path {
        kubespray.source = kubespray.source.replace(&**path, &loaded.relative(path));
    }
    kubespray.problems.iter_mut().for_each(|problem| *problem = loaded.relative(problem));
}

fn human(host: &HostExplanation) -> String {
    let mut out = format!("{}: {}", host.host, host.role);
    if host.kubespray.is_some() {
        let _ = write!(out, " in {} layout", host.layout);
    }
    let _ = writeln!(out, "\n  groups     {}", host.groups.join(", "));
    if let Some(kubespray) = &host.kubespray {
        let _ = writeln!(out, "  kubespray  {} ({})", kubespray.version, kubespray.source);
    }
    for (title, state) in [("installed", State::Installed), ("not installed", State::NotInstalled), ("not known", State::Unknown)] {
        let components = host.by_reason(state);
        if !components.is_empty() {
            let _ = writeln!(out, "\n{title}");
        }
        for (names, reason) in components {
            let _ = writeln!(out, "  {}", wrapped(&names.join(", "), 2));
            let _ = writeln!(out, "      {}", wrapped(reason, 6));
        }
    }
    if let [component] = &host.components[..] {
        out.push_str(&chain(component));
    }
    out
}

/// The facts behind a single component, each with its line.
fn chain(component: &ComponentExplanation) -> String {
    let mut out = String::from("\nbecause\n");
    for because in &component.because {
        let place = because.path.as_ref().zip(because.line).map(|(path, line)| format!("  ({path}:{line})"));
        let _ = writeln!(out, "  {}: {}{}", because.name, because.value, place.unwrap_or_default());
    }
    out
}

fn human_variable(variable: &VariableExplanation) -> String {
    let place = |path: &Option<Arc<str>>, line: Option<u32>, kind: &str| match (path, line) {
        (Some(path), Some(line)) => format!("{path}:{line}  ({kind})"),
        _ => kind.to_owned(),
    };
    let mut out = format!("{} on {}\n", variable.variable, variable.host);
    let _ = writeln!(out, "  value  {}", variable.value);
    match &variable.unknown {
        Some(reason) => {
            let _ = writeln!(out, "  here   {reason}");
        }
        None if variable.rendered != variable.value => {
            let _ = writeln!(out, "  here   {}", variable.rendered);
        }
        None => {}
    }
    let _ = writeln!(out, "  from   {}", place(&variable.origin.path, variable.origin.line, variable.origin.kind));
    for beaten in &variable.overridden {
        let origin = &beaten.origin;
        let _ = writeln!(out, "  beats  {}  {}", beaten.value, place(&origin.path, origin.line, origin.kind));
    }
    out
}

/// Breaks a text so that it fits 80 columns behind an indent.
fn wrapped(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split(' ') {
        if column > indent && column + 1 + word.chars().count() > 80 {
            let _ = write!(out, "\n{}", " ".repeat(indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.chars().count();
    }
    out
}
