//! `hostwise rule`: the page of a rule, or the list of all.

use std::io::Write;
use std::process::ExitCode;

use anyhow::bail;
use hostwise_analysis::{RULES, Rule};

/// Print the page of a rule, or the list of all rules.
#[derive(Debug, clap::Args)]
pub(crate) struct RuleArgs {
    /// The id of a rule, as in a finding's brackets
    id: Option<String>,
}

/// Exit 0: printed; 2 (by the caller): an unknown id.
pub(crate) fn run(args: &RuleArgs) -> anyhow::Result<ExitCode> {
    let text = match args.id.as_deref() {
        Some(id) => match Rule::named(id) {
            Some(rule) => rule.page.to_owned(),
            None => bail!("no rule {id}: hostwise rule lists them"),
        },
        None => RULES.iter().map(|rule| format!("{:<24} {:<12} {}\n", rule.id, rule.severity.name(), rule.summary())).collect(),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
