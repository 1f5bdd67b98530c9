//! `hostwise explain`: what a host becomes, and the line that decided.

mod human;
mod play;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use hostwise_analysis::{
    HostExplanation, KubesprayRelease, VariableExplanation, Workspace, explain_component, explain_host, explain_variable,
    explainable_hosts, explainable_names, near_misses,
};

use super::load::Loaded;

/// Say what a host becomes, and which line decided.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// A file, or a folder in which inventories are discovered; given several times, all are one inventory as for Ansible
    #[arg(short, long, default_value = ".", value_name = "PATH")]
    inventory: Vec<PathBuf>,
    /// A host of the inventory
    #[arg(required_unless_present = "play")]
    host: Option<String>,
    /// A component (nerdctl) or a variable (kube_network_plugin); without it the whole host is explained
    #[arg(conflicts_with = "play")]
    name: Option<String>,
    /// A playbook: list which of its tasks run on each host, or on the host
    #[arg(long, value_name = "PLAYBOOK")]
    play: Option<PathBuf>,
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

/// So many names that may be meant are shown.
const N_MEANT: usize = 3;

/// Exit 0: explained; 2 (by the caller): an unknown host or name, or an unreadable path.
pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let mut loaded = Loaded::read(&args.inventory)?;
    let playbook = args.play.as_ref().map(|playbook| loaded.read_playbook(playbook)).transpose()?;
    let workspace = match &args.inventory[..] {
        [_] => loaded.workspace(args.kubespray.as_deref())?,
        _ => loaded.one_inventory(args.kubespray.as_deref())?,
    };
    let host = args.host.as_deref();
    if let Some(playbook) = playbook {
        let text = play::render(&workspace, &loaded, &playbook, host, args.format)?;
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut explained = explained(&workspace, host.unwrap_or_default(), args.name.as_deref())?;
    let is_for_people = matches!(args.format, Format::Human);
    explained.relative_paths(|path, kubespray| {
        let below = kubespray.filter(|_| is_for_people).and_then(|kubespray| human::below_checkout(path, Some(kubespray)));
        below.unwrap_or_else(|| loaded.relative(path))
    });
    let text = match (args.format, &explained) {
        (Format::Human, explained) => human::render(explained, std::io::stdout().is_terminal()),
        (Format::Json, Explained::Host(host) | Explained::Component(host)) => serde_json::to_string_pretty(host)? + "\n",
        (Format::Json, Explained::Variable(variable)) => serde_json::to_string_pretty(variable)? + "\n",
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// What was asked for.
enum Explained {
    Host(HostExplanation),
    /// A host with one component.
    Component(HostExplanation),
    Variable(Box<VariableExplanation>),
}

fn explained(workspace: &Workspace, host: &str, name: Option<&str>) -> anyhow::Result<Explained> {
    let Some(whole) = explain_host(workspace, None, host) else {
        bail!("no host {host} in this inventory{}", meant(host, &explainable_hosts(workspace)))
    };
    let Some(name) = name else { return Ok(Explained::Host(whole)) };
    let component = explain_component(workspace, None, host, name).map(Explained::Component);
    match component.or_else(|| explain_variable(workspace, None, host, name).map(Box::new).map(Explained::Variable)) {
        Some(explained) => Ok(explained),
        None => bail!("{name} is no component and no variable of {host}{}", meant(name, &explainable_names(workspace, host))),
    }
}

/// `: did you mean a or b?`
fn meant(name: &str, known: &[std::sync::Arc<str>]) -> String {
    let near = near_misses(name, known.iter().map(|name| &**name), N_MEANT);
    if near.is_empty() { String::new() } else { format!(": did you mean {}?", near.join(" or ")) }
}

impl Explained {
    /// Makes all paths those that `shown` gives for them.
    fn relative_paths(&mut self, shown: impl Fn(&str, Option<&KubesprayRelease>) -> String) {
        let (paths, kubespray): (Vec<_>, _) = match self {
            Explained::Host(host) | Explained::Component(host) => {
                let because = host.components.iter_mut().flat_map(|component| &mut component.because);
                (because.filter_map(|because| because.path.as_mut()).collect(), &mut host.kubespray)
            }
            Explained::Variable(variable) => {
                let beaten = variable.overridden.iter_mut().chain(&mut variable.default);
                let origins = std::iter::once(&mut variable.origin).chain(beaten.map(|beaten| &mut beaten.origin));
                let of_reads = variable.reads.iter_mut().filter_map(|read| read.path.as_mut());
                (origins.filter_map(|origin| origin.path.as_mut()).chain(of_reads).collect(), &mut variable.kubespray)
            }
        };
        paths.into_iter().for_each(|path| *path = shown(path, kubespray.as_ref()).into());
        if let Some(kubespray) = kubespray {
            if let Some(path) = &kubespray.path {
                kubespray.source = kubespray.source.replace(&**path, &shown(path, None));
            }
            kubespray.problems.iter_mut().for_each(|problem| *problem = shown(problem, None));
        }
    }
}
