//! `hostwise convert`: an inventory source in the other language, on stdout.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;

use super::load::Loaded;

/// Print an INI inventory as YAML, or a YAML inventory as INI, comments kept
///
/// What is printed means the same: hosts, groups, their order and every variable are compared before. When the other language cannot say it, nothing is
/// printed but the reason.
#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    /// The file of an inventory
    path: PathBuf,
}

/// Exit 2 when the file cannot be read or converted.
pub(crate) fn run(args: &ConvertArgs) -> anyhow::Result<ExitCode> {
    let mut loaded = Loaded::read(std::slice::from_ref(&args.path))?;
    let workspace = loaded.workspace(None)?;
    let path = loaded.path(&args.path);
    let converted = hostwise_analysis::convert(&workspace, &path).map_err(|reason| anyhow!("{}: {reason}", args.path.display()))?;
    std::io::stdout().write_all(converted.text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
