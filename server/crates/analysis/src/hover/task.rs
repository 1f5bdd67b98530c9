//! A task of a playbook: where it runs, where it is skipped and by which condition, and where it will fail. A pattern of hosts: who that is.

use std::sync::Arc;

use hostwise_inventory::HostId;

use super::{Hover, release_line};
use crate::Workspace;
use crate::cluster::Cluster;
use crate::discovery::name_of;
use crate::hover::list_of;
use crate::plays::model::{Content, Play, PlayFile, TaskId};
use crate::plays::runs::{self, Hosts, Outcome, Skip};
use crate::plays::script::Script;
use crate::plays::tools::{self, MissingTool};

/// So many inventories are spoken of.
const MAX_INVENTORIES: usize = 3;

/// The hover at byte `offset` of a file with plays or tasks.
pub(super) fn hover(workspace: &Workspace, path: &str, offset: usize) -> Option<Hover> {
    let file = workspace.library().file(path)?;
    match file.task_at(offset) {
        Some(task) => on_task(workspace, &file, task, offset),
        None => on_hosts(workspace, &file, offset),
    }
}

/// On the name of the task, on its module and on the program that is missing.
fn on_task(workspace: &Workspace, file: &PlayFile, id: TaskId, offset: usize) -> Option<Hover> {
    let task = file.task(id);
    let module = task.module.as_ref()?;
    let places = [task.name.as_ref().map(|name| name.range), Some(module.range), Some(file.node(module.value).range())];
    let range = places.into_iter().flatten().find(|range| range.touches(offset))?;
    let title = task.name.as_ref().map_or(&*module.name, |name| &*name.text);
    let mut lines = vec![format!("**{title}**")];
    let inventories = workspace.clusters();
    let mut n_told = 0;
    for cluster in inventories {
        let told = in_inventory(workspace, cluster, file, id);
        if told.is_empty() || n_told == MAX_INVENTORIES {
            continue;
        }
        n_told += 1;
        if inventories.len() > 1 {
            lines.extend([String::new(), format!("In {}:", sources(cluster))]);
        }
        lines.extend(told);
    }
    (n_told > 0).then(|| Hover { range, markdown: lines.join("\n") })
}

fn in_inventory(workspace: &Workspace, cluster: &Cluster, file: &PlayFile, id: TaskId) -> Vec<String> {
    let library = workspace.library();
    let mut lines: Vec<String> = Vec::new();
    let mut etcd_only: Option<HostId> = None;
    for script in library.scripts() {
        let steps: Vec<usize> = script.steps_of(file.path(), id).collect();
        if steps.is_empty() {
            continue;
        }
        let missing = tools::check(cluster, library, script);
        for step in steps {
            let failing: Vec<&MissingTool> = missing.iter().filter(|missing| missing.step == step).collect();
            let told = at_step(cluster, script, step, &failing);
            if !told.is_empty() && !contains(&lines, &told) {
                lines.push(String::new());
                lines.extend(told);
            }
            let lacking = failing.iter().filter(|missing| missing.role.is_etcd_only()).flat_map(|missing| missing.hosts.first());
            etcd_only = etcd_only.or(lacking.copied().next());
        }
    }
    if let Some(check) = etcd_only.and_then(|host| health_check(cluster, host)) {
        lines.extend([String::new(), "The health of a dedicated etcd host is that of etcd:".to_owned(), String::new()]);
        lines.push(check);
    }
    if !lines.is_empty() {
        lines.extend(release_line(cluster).into_iter().flat_map(|release| [String::new(), release]));
    }
    lines
}

/// Several playbooks often say the same of a task.
fn contains(lines: &[String], told: &[String]) -> bool {
    lines.windows(told.len()).any(|known| known == told)
}

fn at_step(cluster: &Cluster, script: &Script, index: usize, failing: &[&MissingTool]) -> Vec<String> {
    let Some(play) = script.play_of(index) else { return Vec::new() };
    let hosts = match runs::hosts_of(cluster, script, play) {
        Hosts::Known(hosts) if hosts.is_empty() => return Vec::new(),
        Hosts::Known(hosts) => hosts,
        Hosts::Unknown => return vec!["- the hosts of its play are not known here".to_owned()],
    };
    let mut by_outcome: Vec<(String, Vec<HostId>)> = Vec::new();
    for (host, outcome) in runs::outcomes(cluster, script, play, &script.steps[index], &hosts) {
        let missing = failing.iter().find(|missing| missing.hosts.contains(&host));
        let words = match (missing, outcome) {
            (Some(missing), _) => format!("**fails**, {} is not installed", missing.need.name),
            (None, Outcome::Runs) => "runs".to_owned(),
            (None, Outcome::Skipped(why @ Skip::Condition(..))) => format!("skipped by `{}`", why.words()),
            (None, Outcome::Skipped(why)) => format!("not run, {}", why.words()),
            (None, Outcome::Unknown(reason)) => format!("not known, {reason}"),
        };
        match by_outcome.iter_mut().find(|(known, _)| *known == words) {
            Some((_, hosts)) => hosts.push(host),
            None => by_outcome.push((words, vec![host])),
        }
    }
    by_outcome.into_iter().map(|(words, hosts)| format!("- {words}: {}", names(cluster, &hosts))).collect()
}

/// A task that asks etcd for its health, with the certificates where Kubespray puts them (`roles/etcd/tasks/configure.yml`), in a directory that only
/// root and etcd may read (`gen_certs_script.yml`). `None` where there is no `etcdctl`: with `etcd_deployment_type: kubeadm` etcd is elsewhere.
fn health_check(cluster: &Cluster, host: HostId) -> Option<String> {
    let view = cluster.view(host);
    let is_there = |name: &str| view.component(name).is_some_and(|verdict| verdict.state == crate::State::Installed);
    if !is_there("etcdctl") {
        return None;
    }
    let said = |name: &str, usual: &str| match cluster.value(host, name) {
        hostwise_expression::Value::String(text) => text.to_string(),
        _ => usual.to_owned(),
    };
    let (programs, certificates) = (said("bin_dir", "/usr/local/bin"), said("etcd_cert_dir", "/etc/ssl/etcd/ssl"));
    Some(format!(
        "```yaml\n- name: Check the health of etcd\n  ansible.builtin.command: >-\n    {programs}/etcdctl --endpoints=https://127.0.0.1:2379\n    \
         --cacert={certificates}/ca.pem\n    --cert={certificates}/admin-{{{{ inventory_hostname }}}}.pem\n    \
         --key={certificates}/admin-{{{{ inventory_hostname }}}}-key.pem\n    endpoint health\n  \
         when: \"'etcd' in group_names\"\n  become: true\n  changed_when: false\n```"
    ))
}

/// On the pattern of a play: its hosts with their roles.
fn on_hosts(workspace: &Workspace, file: &PlayFile, offset: usize) -> Option<Hover> {
    let Content::Playbook(plays) = &file.content else { return None };
    let found = |play: &Play| play.hosts.iter().find(|hosts| hosts.range.touches(offset)).cloned();
    let (play, hosts) = plays.iter().find_map(|play| Some((play, found(play)?)))?;
    if play.hosts.iter().any(|hosts| hosts.is_template()) {
        return None;
    }
    let mut lines = vec![format!("**{}**", hosts.text)];
    let inventories = workspace.clusters();
    for cluster in inventories.iter().take(MAX_INVENTORIES) {
        let Ok(members) = runs::pattern(&play.hosts).hosts(&cluster.inventory) else { continue };
        let heading = if inventories.len() > 1 { format!("In {}: ", sources(cluster)) } else { String::new() };
        lines.push(String::new());
        lines.push(match members.len() {
            0 => format!("{heading}no hosts"),
            1 => format!("{heading}1 host"),
            n => format!("{heading}{n} hosts"),
        });
        lines.push(String::new());
        let mut by_role: Vec<(String, Vec<HostId>)> = Vec::new();
        for host in members {
            let role = cluster.view(host).role.to_string();
            match by_role.iter_mut().find(|(known, _)| *known == role) {
                Some((_, hosts)) => hosts.push(host),
                None => by_role.push((role, vec![host])),
            }
        }
        lines.extend(by_role.into_iter().map(|(role, hosts)| format!("- {role}: {}", names(cluster, &hosts))));
        let late = runs::groups_made_late(cluster, &play.hosts);
        if !late.is_empty() && !is_of_kubespray(workspace, file) {
            let groups = late.iter().map(|group| format!("`{group}`")).collect::<Vec<_>>().join(" and ");
            lines.push(String::new());
            lines.push(format!("{groups}: made by Kubespray's playbooks, without which this play finds no host there"));
        }
    }
    (lines.len() > 1).then(|| Hover { range: hosts.range, markdown: lines.join("\n") })
}

/// Whether a play of the file is one that runs when Kubespray's playbooks have made their groups.
fn is_of_kubespray(workspace: &Workspace, file: &PlayFile) -> bool {
    let in_script = |script: &Arc<Script>| script.plays.iter().any(|play| play.has_groups && script.play(play).0.path() == file.path());
    workspace.library().scripts().iter().any(in_script)
}

fn names(cluster: &Cluster, hosts: &[HostId]) -> String {
    let names: Vec<&Arc<str>> = hosts.iter().map(|&host| &cluster.inventory.host(host).name).collect();
    list_of(names.into_iter())
}

fn sources(cluster: &Cluster) -> String {
    cluster.request.sources.iter().map(|source| name_of(source)).collect::<Vec<_>>().join(", ")
}
