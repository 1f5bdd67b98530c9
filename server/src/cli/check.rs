//! `hostwise check`: the findings of inventories, for people and for programs.

mod fix;
mod human;
mod json;
mod sarif;
mod services;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use hostwise_analysis::{Diagnostic, Severity, Token, Workspace};

use super::load::Loaded;

/// Find what will break, before Ansible runs.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// An inventory file, an inventory directory, or a folder in which inventories are discovered
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How the findings are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The Kubespray release (2.31.0), or the path of a checkout
    #[arg(long, value_name = "VERSION|DIR")]
    kubespray: Option<String>,
    /// Exit with 1 when a finding is at least this severe
    #[arg(long, value_name = "SEVERITY", value_parser = severity, default_value = "error")]
    deny: Severity,
    /// Apply the fixes that are certainly what was meant, and check the result
    #[arg(long)]
    fix: bool,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// The code quality report of GitLab
    Gitlab,
}

/// The findings of one file, with what is needed to print them.
struct Report<'w> {
    /// Relative to the working directory, with `/`.
    path: String,
    file: &'w hostwise_inventory::SourceFile,
    diagnostics: Arc<[Diagnostic]>,
}

struct Reports<'w> {
    workspace: &'w Workspace,
    loaded: &'w Loaded,
    /// By path.
    files: Vec<Report<'w>>,
}

/// Exit 0: nothing at or above the denied severity; 1: something; 2 (by the caller): usage or an unreadable path.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let mut loaded = Loaded::read(&args.paths)?;
    let mut workspace = loaded.workspace(args.kubespray.as_deref())?;
    if args.fix {
        let fixed = hostwise_analysis::fix_all(&workspace);
        fix::write(&loaded, &fixed)?;
        workspace = fixed.workspace;
    }
    let diagnostics = workspace.diagnostics(&Token::never()).into_iter().flatten();
    let files = diagnostics.filter_map(|(path, diagnostics)| {
        let file = workspace.files().file(path)?;
        Some(Report { path: loaded.relative(path), file, diagnostics: Arc::clone(diagnostics) })
    });
    let reports = Reports { workspace: &workspace, loaded: &loaded, files: files.collect() };
    let text = match args.format {
        Format::Human => human::render(&reports, std::io::stdout().is_terminal()),
        Format::Json => json::render(&reports)?,
        Format::Sarif => sarif::render(&reports)?,
        Format::Github => services::github(&reports),
        Format::Gitlab => services::gitlab(&reports)?,
    };
    std::io::stdout().write_all(text.as_bytes())?;
    let denied = reports.all().any(|(_, diagnostic)| diagnostic.severity >= args.deny);
    Ok(if denied { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl<'w> Reports<'w> {
    fn all(&self) -> impl Iterator<Item = (&Report<'w>, &Diagnostic)> {
        self.files.iter().flat_map(|report| report.diagnostics.iter().map(move |diagnostic| (report, diagnostic)))
    }

    fn count(&self, severity: Severity) -> usize {
        self.all().filter(|(_, diagnostic)| diagnostic.severity == severity).count()
    }
}

fn severity(name: &str) -> Result<Severity, String> {
    Severity::named(name).ok_or_else(|| "one of hint, information, warning, error".to_owned())
}
