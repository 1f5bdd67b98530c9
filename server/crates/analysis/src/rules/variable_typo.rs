//! `variable-typo`: a name that nothing reads, and that is nearly one of Kubespray's.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_kubespray::{Pack, Packs, Version};
use rustc_hash::FxHashMap;

use super::removed_variable::is_read;
use super::{Findings, Rule};
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "variable-typo", severity: Severity::Warning, tag: None, page: include_str!("variable-typo.md"), check };

/// The variables by which Ansible itself reaches hosts.
const CONNECTION: [&str; 18] = [
    "ansible_become",
    "ansible_become_method",
    "ansible_become_password",
    "ansible_become_user",
    "ansible_connection",
    "ansible_host",
    "ansible_password",
    "ansible_port",
    "ansible_python_interpreter",
    "ansible_ssh_common_args",
    "ansible_ssh_extra_args",
    "ansible_ssh_host",
    "ansible_ssh_pass",
    "ansible_ssh_port",
    "ansible_ssh_private_key_file",
    "ansible_ssh_user",
    "ansible_sudo_pass",
    "ansible_user",
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for name in cluster.inventory.set_variables() {
        let Some(meant) = meant(&release.pack, name) else { continue };
        if release.default(name).is_some() || is_read(findings.workspace(), cluster, name) {
            continue;
        }
        for definition in cluster.inventory.definitions(name) {
            let layer = &definition.layer;
            let change = cluster.rename_key(layer, meant);
            let fix = change.map(|change| Fix { title: format!("Rename {name} to {meant}"), is_safe: false, change });
            let message = format!("nothing reads {name}, did you mean {meant}?");
            findings.report(findings.at(&RULE, layer.key, message).on(definition.host).fix(fix));
        }
    }
}

/// The variable that was meant by a name that no release knows.
fn meant(pack: &Arc<Pack>, name: &Arc<str>) -> Option<&'static str> {
    type Known = FxHashMap<(Version, Arc<str>), Option<&'static str>>;
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    if name.len() < 6 || name.ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    let known = KNOWN.get_or_init(Mutex::default);
    let question = (pack.version, Arc::clone(name));
    let answer = known.lock().unwrap_or_else(PoisonError::into_inner).get(&question).copied();
    answer.unwrap_or_else(|| {
        let answer = nearest_variable(pack.version, name);
        known.lock().unwrap_or_else(PoisonError::into_inner).insert(question, answer);
        answer
    })
}

fn nearest_variable(version: Version, name: &str) -> Option<&'static str> {
    let packs = Packs::bundled();
    if CONNECTION.contains(&name) || packs.know(name) {
        return None;
    }
    if name.starts_with("ansible_") {
        return nearest_of(name, CONNECTION.into_iter());
    }
    let pack: &'static Arc<Pack> = packs.nearest(version);
    let read = pack.variables().filter(|variable| !variable.roles.is_empty() || variable.sample.is_some());
    nearest_of(name, read.map(|variable| variable.name.as_str()))
}

/// The nearest of names that begin alike: one slip, two in long names.
fn nearest_of<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let n_slips = if name.len() < 12 { 1 } else { 2 };
    let is_near =
        |other: &&str| name.len().abs_diff(other.len()) <= n_slips && other.len() >= 6 && other.as_bytes()[0] == name.as_bytes()[0];
    let distances = known.filter(is_near).map(|other| (strsim::osa_distance(name, other), other));
    distances.filter(|(distance, _)| *distance <= n_slips).min().map(|(_, other)| other)
}
