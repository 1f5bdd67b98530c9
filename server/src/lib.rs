//! hostwise: a language server for Ansible inventories that knows Kubespray, and the same answers on the command line.
//!
//! This library is the seam for the program and its tests; `ARCHITECTURE.md` has the plan of the house.

mod cli;
mod files;

use std::process::ExitCode;

use clap::Parser;

/// A language server for Ansible inventories that knows Kubespray in depth.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(cli::check::CheckArgs),
    Explain(cli::explain::ExplainArgs),
    Rule(cli::rule::RuleArgs),
}

/// Runs the program with the arguments of the process. Exit 2 for usage and for what cannot be read.
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        None => Ok(ExitCode::SUCCESS),
        Some(Command::Check(args)) => cli::check::run(&args),
        Some(Command::Explain(args)) => cli::explain::run(&args),
        Some(Command::Rule(args)) => cli::rule::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("hostwise: {error:#}");
        ExitCode::from(2)
    })
}
