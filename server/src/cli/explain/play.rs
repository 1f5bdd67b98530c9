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
        let heading = format!("{}:{}  {name}hosts: {}", play.path, play.line, play.pattern);
        let _ = writeln!(out, "{separator}{}", wrap(&heading, 2));
        if !play.made_late.is_empty() {
            let groups = play.made_late.join(" and ");
            let note = format!("{groups}: made by Kubespray's playbooks, without which this play finds no host there");
            let _ = writeln!(out, "  {}", wrap(&note, 2));
        }
        match &play.situations[..] {
            [] if play.known => out.push_str("  no hosts\n"),
            [] => out.push_str("  the hosts are not known here\n"),
            situations => situations.iter().for_each(|situation| of_situation(&mut out, situation)),
        }
    }
    out
}

/// The column of the names of tasks.
const TASK: usize = 16;

fn of_situation(out: &mut String, situation: &Situation) {
    let heading = format!("{} ({})", situation.hosts.join(", "), situation.roles.join("; "));
    let _ = writeln!(out, "  {}", wrap(&heading, 2));
    // What has the same reason is said together.
    for alike in situation.tasks.chunk_by(|a, b| a.reason.is_some() && outcome(a) == outcome(b) && a.reason == b.reason) {
        if let [first, _, ..] = alike
            && first.outcome == TaskOutcome::NotReached
        {
            let _ = writeln!(out, "    {:<11} {} more tasks: an earlier task fails on the host", outcome(first), alike.len());
            continue;
        }
        for (number, task) in alike.iter().enumerate() {
            let handler = if task.handler { "handler: " } else { "" };
            let outcome = if number == 0 { outcome(task) } else { "" };
            let _ = writeln!(out, "    {outcome:<11} {}", wrap(&format!("{handler}{}", task.task), TASK));
        }
        let Some(last) = alike.last() else { continue };
        let words = last.lacks.as_ref().map(|tool| format!("{tool} is not installed here")).or_else(|| last.reason.clone());
        if let Some(words) = words {
            let _ = writeln!(out, "{:TASK$}  {}", "", wrap(&words, TASK + 2));
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
