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
mod play_files;
mod proto;
mod settings;
mod watch;

mod cli;

use std::process::ExitCode;

use clap::Parser;
use hostwise_analysis::Settings;
use hostwise_inventory::Files;
use tokio::io::{AsyncRead, AsyncWrite};

/// A language server for Ansible inventories that knows Kubespray in depth.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Speak the language server protocol on stdin and stdout (the default)
    Server {
        /// Accepted for editors that say so; there is no other way
        #[arg(long)]
        stdio: bool,
    },
    Check(cli::check::CheckArgs),
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
    let outcome = match Arguments::parse().command {
        None | Some(Command::Server { .. }) => serve_stdio(),
        Some(Command::Check(args)) => cli::check::run(&args),
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
fn serve_stdio() -> anyhow::Result<ExitCode> {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr).with_ansi(false);
    // Saying on stderr that stderr is closed would panic.
    log.log_internal_errors(false).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let was_shut_down = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), Probes::Off));
    runtime.shutdown_background();
    Ok(if was_shut_down { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
