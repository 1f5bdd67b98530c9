//! `tool-not-installed`: a task runs on a host where its program or its service is not there.

use std::sync::Arc;

use hostwise_inventory::HostId;
use hostwise_syntax::Value;
use hostwise_syntax::edit::{Edit, yaml as edit};

use super::Rule;
use crate::cluster::Cluster;
use crate::findings::{Finding, Findings, HOSTS};
use crate::layout::{Layout, Role};
use crate::plays::model::{PlayFile, Task};
use crate::plays::needs::NeedKind;
use crate::plays::runs::{self, Hosts};
use crate::plays::script::{Script, ScriptPlay};
use crate::plays::tools::{self, MissingTool};
use crate::{Change, FileEdit, Fix, Related, Severity};

pub(super) const RULE: Rule =
    Rule { id: "tool-not-installed", severity: Severity::Warning, tag: None, page: include_str!("tool-not-installed.md"), check };

fn check(findings: &mut Findings<'_>) {
    let (cluster, library) = (findings.cluster, findings.workspace().library());
    if cluster.kubespray.is_none() {
        return;
    }
    for script in library.scripts() {
        for missing in tools::check(cluster, library, script) {
            report(findings, script, &missing);
        }
    }
}

fn report(findings: &mut Findings<'_>, script: &Script, missing: &MissingTool) {
    let cluster = findings.cluster;
    let file = script.file(&script.steps[missing.step]);
    let subject = match missing.need.kind {
        NeedKind::Program => missing.need.name.clone(),
        NeedKind::Service => format!("the service {}", missing.need.name),
    };
    let message = format!("{subject} is not installed on {HOSTS} ({}): this task will fail there", situation(cluster, missing.role));
    let finding = Finding::in_file(&RULE, file.path(), missing.need.range, message).on(missing.hosts.iter().copied());
    findings.report(finding.because(related(findings, missing)).fix(fixes(cluster, script, missing)));
}

/// `etcd-only in separate mode`
fn situation(cluster: &Cluster, role: Role) -> String {
    match cluster.layout() {
        Layout::Separate if role.is_etcd_only() => format!("{role} in separate mode"),
        _ => role.to_string(),
    }
}

/// Where the host is put into its groups, and the variables that keep the component away.
fn related(findings: &Findings<'_>, missing: &MissingTool) -> Vec<Related> {
    let cluster = findings.cluster;
    let Some(&host) = missing.hosts.first() else { return Vec::new() };
    let name = &cluster.inventory.host(host).name;
    let Some(why) = cluster.why(host, &missing.component) else { return Vec::new() };
    let group =
        ["etcd", "kube_node", "kube_control_plane", "calico_rr"].into_iter().find_map(|group| cluster.membership_place(host, group));
    let member = group.map(|place| findings.related(place, format!("{name} gets no {}: {}", missing.component, why.reason)));
    let decided = why.facts.iter().filter_map(|because| {
        let place = because.place.filter(|place| Some(*place) != group)?;
        Some(findings.related(place, format!("{} is {}", because.name, because.value)))
    });
    member.into_iter().chain(decided).collect()
}

/// Ways to leave the hosts out: the hosts of the play, a condition by group, the condition of the tool itself.
fn fixes(cluster: &Cluster, script: &Script, missing: &MissingTool) -> Vec<Fix> {
    let play = &script.plays[missing.play];
    let step = &script.steps[missing.step];
    let (file, task) = (script.file(step), script.task(step));
    let mut fixes = Vec::new();
    if script.keywords_of(step).any(|keywords| keywords.delegate_to.is_some()) {
        // It fails on one host, whichever hosts delegate it there.
        return fixes;
    }
    let by_groups = |are_made_late: bool, title_end: &str| {
        let mut fixes = Vec::new();
        if let Hosts::Known(hosts) = runs::hosts_of(cluster, script, play)
            && let Some(groups) = groups_that_have(cluster, play, &hosts, missing, are_made_late)
        {
            let (play_file, model) = script.play(play);
            let hosts = model.and_then(|model| play_file.node(model.node).get("hosts"));
            let pattern = groups.join(":");
            if let Some(edit) = hosts.and_then(|hosts| edit::replace(hosts.value, &Value::String(pattern.as_str().into()))) {
                fixes.push(fix(format!("Run the play on {pattern} only{title_end}"), play_file, edit));
            }
            let condition = groups.iter().map(|group| format!("'{group}' in group_names")).collect::<Vec<_>>().join(" or ");
            fixes.extend(guard(file, task, &condition).map(|edit| fix(format!("Run the task on {pattern} only{title_end}"), file, edit)));
        }
        fixes
    };
    fixes.extend(by_groups(false, ""));
    if play.has_defaults()
        && let Some(needs) = cluster.kubespray.as_ref().and_then(|release| release.pack.components.get(&missing.component))
    {
        let conditions: Vec<&str> = needs.needs.iter().map(|need| need.when.as_str()).collect();
        let condition = match conditions[..] {
            [only] => only.to_owned(),
            _ => conditions
                .iter()
                .map(|when| if when.contains(" or ") { format!("({when})") } else { (*when).to_owned() })
                .collect::<Vec<_>>()
                .join(" and "),
        };
        fixes.extend(
            guard(file, task, &condition).map(|edit| fix(format!("Run the task where {} is installed", missing.component), file, edit)),
        );
    }
    fixes.extend(by_groups(true, ", in the same run as Kubespray"));
    fixes
}

fn fix(title: String, file: &PlayFile, edit: Edit) -> Fix {
    let edit = FileEdit { path: Arc::clone(file.path()), range: edit.range, new_text: edit.new_text };
    Fix { title, is_safe: false, change: Change { edits: vec![edit], ..Change::default() } }
}

/// The task with one more condition.
fn guard(file: &PlayFile, task: &Task, condition: &str) -> Option<Edit> {
    let node = file.node(task.node);
    let text = |text: &str| Value::String(text.into());
    match node.get("when") {
        None => edit::insert(node, edit::Place::Last, &edit::Fragment::new("when", text(condition))),
        Some(when) if when.value.is_sequence() => edit::insert_item(when.value, edit::ItemPlace::Last, &edit::Item::new(text(condition))),
        Some(when) => {
            let both = match when.value.value().ok()? {
                Value::Null => text(condition),
                known => Value::List(vec![known, text(condition)].into()),
            };
            edit::replace(when.value, &both)
        }
    }
}

/// The groups of Kubespray whose hosts in the play all have the component, and that none of the failing hosts is in: those that are there when the play
/// starts, or those that Kubespray's playbooks make in the same run. Without these a play finds no host in the latter.
fn groups_that_have(
    cluster: &Cluster,
    play: &ScriptPlay,
    hosts: &[HostId],
    missing: &MissingTool,
    are_made_late: bool,
) -> Option<Vec<&'static str>> {
    const CHOICES: [&[&str]; 4] = [&["k8s_cluster"], &["kube_control_plane", "kube_node", "calico_rr"], &["kube_control_plane"], &["etcd"]];
    let is_there = |group: &&&str| are_made_late != (play.has_groups || cluster.plain().group_named(group).is_some());
    let has_members = |group: &&&str| hosts.iter().any(|&host| cluster.is_member(host, group));
    let installed = cluster.where_installed(&missing.component);
    let has = |host: HostId| installed.binary_search(&host).is_ok();
    CHOICES.into_iter().find_map(|choice| {
        let groups: Vec<&str> = choice.iter().filter(is_there).filter(has_members).copied().collect();
        let is_in = |host: HostId| groups.iter().any(|group| cluster.is_member(host, group));
        let all_have = hosts.iter().filter(|&&host| is_in(host)).all(|&host| has(host));
        (!groups.is_empty() && all_have && !missing.hosts.iter().any(|&host| is_in(host))).then_some(groups)
    })
}
