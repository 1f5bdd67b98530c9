//! `host-pattern-unknown`: a play names a group or host that no inventory of the workspace has.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_inventory::{HostPattern, ProblemKind};
use hostwise_syntax::TextRange;

use super::Rule;
use crate::cluster::Cluster;
use crate::findings::{Finding, Findings};
use crate::nearest::nearest;
use crate::plays::library::Library;
use crate::plays::model::{Content, PlayFile, Text};
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "host-pattern-unknown", severity: Severity::Warning, tag: None, page: include_str!("host-pattern-unknown.md"), check };

fn check(findings: &mut Findings<'_>) {
    let clusters = findings.workspace().clusters();
    // It is about all inventories together, so once is enough.
    let is_first = clusters.first().is_some_and(|first| std::ptr::eq(&**first, findings.cluster));
    if !is_first || clusters.iter().any(|cluster| !is_known(cluster)) {
        return;
    }
    let library = findings.workspace().library();
    let made = OnceCell::new();
    let may_be_made =
        |name: &str| made.get_or_init(|| made_while_running(library)).as_ref().is_none_or(|made: &BTreeSet<Arc<str>>| made.contains(name));
    for file in library.playbooks().iter().filter(|file| !library.is_kubesprays(file.path())) {
        let Content::Playbook(plays) = &file.content else { continue };
        for hosts in plays.iter().flat_map(|play| &play.hosts).filter(|hosts| !hosts.is_template()) {
            let pattern = HostPattern::parse(&hosts.text);
            let in_all =
                clusters.iter().map(|cluster| pattern.unknown_parts(&cluster.inventory).map(|part| part.range).collect::<BTreeSet<_>>());
            let unknown = in_all.reduce(|all, these| &all & &these).unwrap_or_default();
            for part in pattern.parts.iter().filter(|part| unknown.contains(&part.range)) {
                let Some(name) = part.name() else { continue };
                let text = &hosts.text[name.span()];
                if !is_of_kubespray(clusters, text) && !may_be_made(text) {
                    report(findings, file, hosts, name);
                }
            }
        }
    }
}

fn report(findings: &mut Findings<'_>, file: &PlayFile, hosts: &Text, name: TextRange) {
    let text = &hosts.text[name.span()];
    let mut known: Vec<Arc<str>> = Vec::new();
    for cluster in findings.workspace().clusters() {
        known.extend(cluster.inventory.groups().map(|(_, group)| Arc::clone(&group.name)));
        known.extend(cluster.inventory.hosts().map(|(_, host)| Arc::clone(&host.name)));
    }
    let meant = nearest(text, known.iter().map(|name| &**name));
    // In a text with escapes or folds the places are not those of the source.
    let is_plain = file.source.text()[hosts.range.span()] == *hosts.text;
    let start = (hosts.range.start + name.start) as usize;
    let range = if is_plain { TextRange::new(start, start + name.len()) } else { hosts.range };
    let message = match meant {
        Some(meant) => format!("no group and no host is called {text}: {meant} is"),
        None => format!("no group and no host is called {text} in the inventories of this workspace"),
    };
    let fix = meant.filter(|_| is_plain).map(|meant| Fix {
        title: format!("Change {text} to {meant}"),
        is_safe: false,
        change: Change { edits: vec![FileEdit { path: Arc::clone(file.path()), range, new_text: meant.to_owned() }], ..Change::default() },
    });
    let severity = if meant.is_some() { Severity::Warning } else { Severity::Information };
    findings.report(Finding::in_file(&RULE, file.path(), range, message).severity(severity).fix(fix));
}

/// Whether all hosts of an inventory are known.
fn is_known(cluster: &Cluster) -> bool {
    let hides_hosts =
        |kind| matches!(kind, ProblemKind::DynamicSource | ProblemKind::Encrypted | ProblemKind::Unavailable | ProblemKind::UnparsedSource);
    !cluster.inventory.problems().iter().any(|problem| hides_hosts(problem.kind))
}

/// Groups that a release knows need not be in every inventory.
fn is_of_kubespray(clusters: &[Arc<Cluster>], name: &str) -> bool {
    let made_by_tests = ["for_scale", "fake_hosts"];
    let mut packs = clusters.iter().filter_map(|cluster| cluster.kubespray.as_ref()).map(|release| &release.pack);
    made_by_tests.contains(&name) || packs.any(|pack| pack.groups.contains_key(name))
}

/// The groups and hosts that playbooks of the workspace make while they run; `None` when a template names some.
fn made_while_running(library: &Library) -> Option<BTreeSet<Arc<str>>> {
    let mut made = BTreeSet::new();
    for file in library.task_files().iter().filter(|file| !library.is_kubesprays(file.path())) {
        for module in file.tasks.iter().filter_map(|task| task.module.as_ref()) {
            if !matches!(&*module.name, "add_host" | "group_by") {
                continue;
            }
            let arguments = ["name", "hostname", "host", "groups", "group", "groupname", "key", "parents"];
            let nodes = arguments.iter().filter_map(|argument| file.argument(module, argument));
            let said: Vec<_> = nodes.flat_map(|node| if node.is_sequence() { node.items().collect() } else { vec![node] }).collect();
            if said.is_empty() || said.iter().any(|node| crate::plays::model::is_template(node.source())) {
                return None;
            }
            made.extend(said.iter().flat_map(|node| node.text().split(',').map(|name| Arc::from(name.trim())).collect::<Vec<_>>()));
        }
    }
    Some(made)
}
