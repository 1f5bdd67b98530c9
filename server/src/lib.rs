//! hostwise: a language server for Ansible inventories that knows Kubespray, and the same answers on the command line.
//!
//! This library is the seam for the program and its tests; `ARCHITECTURE.md` has the plan of the house.

mod transport;

mod main_loop;

mod capabilities;
mod checkouts;
mod client;
mod diagnostics;
mod dispatch;
mod documents;
mod files;
mod handlers;
mod history;
mod logging;
mod pages;
mod play_files;
mod proto;
mod settings;
mod watch;
mod written;

mod cli;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use hostwise_analysis::Settings;
use hostwise_inventory::Files;
use tokio::io::{AsyncRead, AsyncWrite};

/// A language server for Ansible inventories that knows Kubespray in depth.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Debug, clap::Args)]
struct ServerArgs {
    /// Accepted for editors that say so; there is no other way
    #[arg(long)]
    stdio: bool,
    /// Log to the end of this file; the variable HOSTWISE_LOG says how much: error, warn, info (the default), debug, or trace
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Speak the language server protocol on stdin and stdout (the default)
    Server(ServerArgs),
    Check(cli::check::CheckArgs),
    Convert(cli::convert::ConvertArgs),
    Explain(cli::explain::ExplainArgs),
    Inventory(cli::inventory::InventoryArgs),
    Rule(cli::rule::RuleArgs),
}

/// The JSON schema of the settings (section `hostwise` of an editor, and `hostwise.toml`).
pub fn settings_schema() -> serde_json::Value {
    settings::schema()
}

/// Runs the program with the arguments of the process. Exit 2 for usage and for what cannot be read.
pub fn run() -> ExitCode {
    let Arguments { command, server } = Arguments::parse();
    let outcome = match command {
        None => serve_stdio(server.log.as_deref()),
        Some(Command::Server(args)) => serve_stdio(args.log.as_deref()),
        Some(Command::Check(args)) => cli::check::run(&args),
        Some(Command::Convert(args)) => cli::convert::run(&args),
        Some(Command::Explain(args)) => cli::explain::run(&args),
        Some(Command::Inventory(args)) => cli::inventory::run(&args),
        Some(Command::Rule(args)) => cli::rule::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("hostwise: {error:#}");
        ExitCode::from(2)
    })
}

/// Whether the methods for tests of the server itself are offered: `test/panic`, `test/hold`, `test/release`, `test/text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probes {
    Off,
    On,
}

/// The settings in the `hostwise.toml` files among `files`, and what is wrong with them in words.
pub fn settings(files: &Files) -> (Settings, Vec<String>) {
    settings::settings(&serde_json::Value::Null, files, None)
}

/// Serves one client until it says `exit` or `input` ends; whether it said `shutdown` before. Needs a tokio runtime.
pub async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite, probes: Probes) -> bool {
    transport::serve(input, output, probes).await
}

/// Exit 0 after `shutdown`, 1 without it. The process ends at `exit` even when stdin stays open.
fn serve_stdio(log: Option<&Path>) -> anyhow::Result<ExitCode> {
    logging::start(log)?;
    tracing::info!("hostwise {} serves on stdin and stdout", env!("CARGO_PKG_VERSION"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let was_shut_down = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), Probes::Off));
    runtime.shutdown_background();
    Ok(if was_shut_down { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
