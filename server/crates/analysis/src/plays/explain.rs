//! Who runs what: each task of a playbook on each host, and why not where it is not run.

use std::sync::Arc;

use hostwise_inventory::HostId;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::model::{Content, PlayFile};
use super::runs::{self, Hosts, Outcome, Skip};
use super::script::{self, Script, ScriptPlay};
use super::tools;
use crate::Workspace;
use crate::cluster::Cluster;

/// What a playbook does on the hosts of an inventory. Serialises as `hostwise explain --play --format json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlayExplanation {
    /// Absolute.
    pub path: Arc<str>,
    /// In the order of running, imports followed.
    pub plays: Vec<PlayRuns>,
}

/// One play.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlayRuns {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// The patterns of `hosts`, joined by commas.
    pub pattern: String,
    /// Absolute.
    pub path: Arc<str>,
    /// One-based.
    pub line: u32,
    /// Whether the hosts are known; without that nothing is said of the tasks.
    pub known: bool,
    /// Groups in its patterns that are only there in a run of Kubespray's own playbooks, which this one does not import.
    #[serde(rename = "madeByKubespray", skip_serializing_if = "Vec::is_empty")]
    pub made_late: Vec<Arc<str>>,
    /// Hosts on which all tasks come out the same, in the order of the play.
    pub situations: Vec<Situation>,
}

/// Hosts that are alike to a play.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Situation {
    pub hosts: Vec<Arc<str>>,
    /// Their roles, in order.
    pub roles: Vec<String>,
    pub tasks: Vec<TaskRun>,
}

/// One task on hosts that are alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskRun {
    /// Its name, or its module.
    pub task: String,
    /// Absolute.
    pub path: Arc<str>,
    /// One-based.
    pub line: u32,
    pub outcome: TaskOutcome,
    /// The condition that is false, or what it depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Another task tells it to run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub handler: bool,
    /// The program or service that is certainly missing: the task fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
}

/// What becomes of a task on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskOutcome {
    Runs,
    Skipped,
    Unknown,
    /// An earlier task fails on the host, and Ansible goes on without it.
    NotReached,
}

/// What the playbook at `path` does on the hosts of the first inventory of the workspace, or on one of them. `None` when there is no inventory, the file
/// is no playbook, or the host is not known.
pub fn explain_play(workspace: &Workspace, path: &str, host: Option<&str>) -> Option<PlayExplanation> {
    let library = workspace.library();
    let file = library.file(path).filter(|file| matches!(file.content, Content::Playbook(_)))?;
    let cluster = workspace.clusters().first()?;
    let only = match host {
        Some(host) => Some(cluster.inventory.host_named(host)?),
        None => None,
    };
    let known = library.scripts().iter().find(|script| script.path == *file.path()).cloned();
    let script = known.unwrap_or_else(|| Arc::new(script::build(library, file.path())));
    let mut lacking: FxHashMap<(usize, HostId), String> = FxHashMap::default();
    for missing in tools::check(cluster, library, &script) {
        lacking.extend(missing.hosts.iter().map(|&host| ((missing.step, host), missing.need.name.clone())));
    }
    let mut failed = FxHashSet::default();
    let plays = script.plays.iter().map(|play| of_play(cluster, &script, play, only, &lacking, &mut failed)).collect();
    Some(PlayExplanation { path: Arc::clone(file.path()), plays })
}

/// What is said of a task on a host.
#[derive(Debug, PartialEq)]
enum Told {
    Outcome(Outcome),
    /// It runs without this.
    Fails(String),
    NotReached,
}

fn of_play(
    cluster: &Cluster,
    script: &Script,
    play: &ScriptPlay,
    only: Option<HostId>,
    lacking: &FxHashMap<(usize, HostId), String>,
    failed: &mut FxHashSet<HostId>,
) -> PlayRuns {
    let (file, model) = script.play(play);
    let patterns: Vec<&str> = model.iter().flat_map(|model| &model.hosts).map(|hosts| &*hosts.text).collect();
    let hosts = runs::hosts_of(cluster, script, play);
    let situations = match &hosts {
        Hosts::Known(hosts) => situations(cluster, script, play, hosts, only, lacking, failed),
        Hosts::Unknown => Vec::new(),
    };
    PlayRuns {
        name: model.and_then(|model| model.name.as_ref()).map(|name| Arc::clone(&name.text)),
        pattern: patterns.join(","),
        path: Arc::clone(file.path()),
        line: model.map_or(1, |model| line_of(file, file.node(model.node).range().start)),
        known: hosts != Hosts::Unknown,
        made_late: match model {
            Some(model) if !play.has_groups => runs::groups_made_late(cluster, &model.hosts).into_iter().map(Arc::from).collect(),
            _ => Vec::new(),
        },
        situations,
    }
}

fn situations(
    cluster: &Cluster,
    script: &Script,
    play: &ScriptPlay,
    hosts: &[HostId],
    only: Option<HostId>,
    lacking: &FxHashMap<(usize, HostId), String>,
    failed: &mut FxHashSet<HostId>,
) -> Vec<Situation> {
    // Of each step the different outcomes, and for each host which of them it is.
    let mut outcomes: Vec<Vec<Told>> = Vec::new();
    let mut rows: FxHashMap<HostId, Vec<u32>> = hosts.iter().map(|&host| (host, Vec::new())).collect();
    for index in play.steps.clone() {
        let mut different: Vec<Told> = Vec::new();
        for (host, outcome) in runs::outcomes(cluster, script, play, &script.steps[index], hosts) {
            let outcome = match lacking.get(&(index, host)) {
                _ if failed.contains(&host) => Told::NotReached,
                Some(tool) => Told::Fails(tool.clone()),
                None => Told::Outcome(outcome),
            };
            if matches!(outcome, Told::Fails(_)) {
                failed.insert(host);
            }
            let number = different.iter().position(|known| *known == outcome).unwrap_or_else(|| {
                different.push(outcome);
                different.len() - 1
            });
            rows.entry(host).or_default().push(number as u32);
        }
        outcomes.push(different);
    }
    let mut alike: IndexMap<&[u32], Vec<HostId>> = IndexMap::new();
    for host in hosts.iter().filter(|&&host| only.is_none_or(|only| only == host)) {
        alike.entry(&rows[host]).or_default().push(*host);
    }
    let of = |(row, hosts): (&[u32], Vec<HostId>)| Situation {
        roles: hosts.iter().map(|&host| cluster.view(host).role.to_string()).collect::<IndexSet<_>>().into_iter().collect(),
        hosts: hosts.iter().map(|&host| Arc::clone(&cluster.inventory.host(host).name)).collect(),
        tasks: row
            .iter()
            .enumerate()
            // A handler that nobody tells to run is no task of the host.
            .filter(|&(at, &number)| !matches!(outcomes[at][number as usize], Told::Outcome(Outcome::Skipped(Skip::NotNotified))))
            .map(|(at, &number)| task_run(script, play.steps.start + at, &outcomes[at][number as usize]))
            .collect(),
    };
    alike.into_iter().map(of).collect()
}

fn task_run(script: &Script, index: usize, told: &Told) -> TaskRun {
    let step = &script.steps[index];
    let (file, task) = (script.file(step), script.task(step));
    let (outcome, reason) = match told {
        Told::Fails(_) => (TaskOutcome::Runs, None),
        Told::NotReached => (TaskOutcome::NotReached, Some("an earlier task fails on the host".to_owned())),
        Told::Outcome(Outcome::Runs) => (TaskOutcome::Runs, None),
        Told::Outcome(Outcome::Skipped(why)) => (TaskOutcome::Skipped, Some(why.words())),
        Told::Outcome(Outcome::Unknown(reason)) => (TaskOutcome::Unknown, Some(reason.clone())),
    };
    let module = task.module.as_ref().map(|module| &*module.name).unwrap_or_default();
    TaskRun {
        task: task.name.as_ref().map_or(module, |name| &name.text).to_owned(),
        path: Arc::clone(file.path()),
        line: line_of(file, task.range.start),
        outcome,
        reason,
        handler: script.is_handler(step),
        lacks: if let Told::Fails(tool) = told { Some(tool.clone()) } else { None },
    }
}

fn line_of(file: &PlayFile, offset: u32) -> u32 {
    file.source.lines().line_of(offset as usize) as u32 + 1
}
