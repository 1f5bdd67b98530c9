//! `hostwise explain --play`: which tasks of a playbook run on which hosts, for people.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::bail;
use hostwise_analysis::{PlayExplanation, Situation, TaskOutcome, TaskRun, Workspace, explain_host, explain_play};

use super::Format;
use super::human::wrap;
use crate::cli::load::Loaded;

/// Which tasks of the playbook at `path` run on `host`, or on every host of the inventory. An error for an unknown host, and for what is no playbook.
pub(super) fn render(workspace: &Workspace, loaded: &Loaded, path: &str, host: Option<&str>, format: Format) -> anyhow::Result<String> {
    if let Some(host) = host.filter(|host| explain_host(workspace, None, host).is_none()) {
        bail!("no host {host} in this inventory");
    }
    let Some(mut explanation) = explain_play(workspace, path, host) else { bail!("{} is no playbook", loaded.relative(path)) };
    let relative = |path: &mut Arc<str>| *path = loaded.relative(path).into();
    relative(&mut explanation.path);
    for play in &mut explanation.plays {
        relative(&mut play.path);
        play.situations.iter_mut().flat_map(|situation| &mut situation.tasks).for_each(|task| relative(&mut task.path));
    }
    Ok(match format {
        Format::Human => human(&explanation),
        Format::Json => serde_json::to_string_pretty(&explanation)? + "\n",
    })
}

fn human(explanation: &PlayExplanation) -> String {
    let mut out = String::new();
    for play in &explanation.plays {
        let name = play.name.as_deref().map(|name| format!("{name}, ")).unwrap_or_default();
        let separator = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{separator}{}:{}  {name}hosts: {}", play.path, play.line, play.pattern);
        match &play.situations[..] {
            [] if play.known => out.push_str("  no hosts\n"),
            [] => out.push_str("  the hosts are not known here\n"),
            situations => situations.iter().for_each(|situation| of_situation(&mut out, situation)),
        }
    }
    out
}

fn of_situation(out: &mut String, situation: &Situation) {
    let _ = writeln!(out, "  {} ({})", wrap(&situation.hosts.join(", "), 2), situation.roles.join("; "));
    for task in &situation.tasks {
        let handler = if task.handler { "handler: " } else { "" };
        let _ = writeln!(out, "    {:<11} {handler}{}", outcome(task), task.task);
        let words = task.lacks.as_ref().map(|tool| format!("{tool} is not installed here")).or_else(|| task.reason.clone());
        if let Some(words) = words {
            let _ = writeln!(out, "                {}", wrap(&words, 16));
        }
    }
}

fn outcome(task: &TaskRun) -> &'static str {
    match (task.outcome, &task.lacks) {
        (_, Some(_)) => "fails",
        (TaskOutcome::Runs, None) => "runs",
        (TaskOutcome::Skipped, None) => "skipped",
        (TaskOutcome::Unknown, None) => "unknown",
        (TaskOutcome::NotReached, None) => "not reached",
    }
}
