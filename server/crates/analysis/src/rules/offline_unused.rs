//! `offline-unused`: the address of a mirror that no download uses.

use hostwise_expression::Value;
use hostwise_inventory::Inventory;
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule {
    id: "offline-unused",
    severity: Severity::Warning,
    tag: Some(super::Tag::Unnecessary),
    page: include_str!("offline-unused.md"),
    check,
};

/// Names of the sample inventory that no role reads: they only serve in other variables. With what would use them.
const HELPERS: [(&str, &str); 5] = [
    ("files_repo", "*_download_url"),
    ("registry_host", "*_image_repo"),
    ("yum_repo", "*_repo_base_url"),
    ("debian_repo", "*_repo_base_url"),
    ("ubuntu_repo", "*_repo_base_url"),
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() {
        return;
    }
    image_names(findings);
    for (name, users) in HELPERS {
        let situations = cluster.situations(name);
        let Some(winner) = situations.iter().find_map(|situation| situation.winner.as_ref()) else { continue };
        if !is_used(&cluster.inventory, name) && !is_used_elsewhere(findings, name) {
            let message = format!("{name} is set, and nothing uses it: downloads still go to the internet until {users} are set with it");
            findings.report(findings.at(&RULE, winner.key, message));
        }
    }
}

/// Images whose names begin like a URL or have an empty part: no engine takes them.
fn image_names(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for name in cluster.inventory.set_variables().iter().filter(|name| name.ends_with("_image_repo")) {
        if cluster.kubespray.as_ref().is_none_or(|release| release.pack.variable(name).is_none()) {
            continue;
        }
        for situation in cluster.situations(name).iter() {
            let (Value::String(repository), Some(winner)) = (&situation.value, &situation.winner) else { continue };
            let plain = plain_name(repository);
            let hosts: Vec<_> = situation.hosts.all(cluster).into_iter().filter(|&host| cluster.has_role(host)).collect();
            if plain == &**repository || hosts.is_empty() {
                continue;
            }
            // The line to change may be that of the registry which the name is made from.
            let is_made_of_it = matches!(&winner.value, syntax::Value::String(text) if text.contains("registry_host"));
            let registry = cluster.winner(situation.hosts.example, "registry_host").filter(|_| is_made_of_it);
            let (line, written) = match &registry {
                Some(registry) => (registry, cluster.value_for_people(situation.hosts.example, "registry_host")),
                None => (winner, repository.to_string()),
            };
            let whose = if registry.is_some() { "registry_host" } else { name };
            let plain_line = plain_name(&written);
            if plain_line == written {
                continue;
            }
            let message = format!(
                "{whose} {written} is no name for images, which have no scheme and no slash at the end: nothing can be pulled on {HOSTS}"
            );
            let is_literal = matches!(&line.value, syntax::Value::String(text) if **text == *written);
            let change = if is_literal { cluster.change_value(line, &syntax::Value::String(plain_line.into())) } else { None };
            let fix = change.map(|change| Fix { title: format!("Write {plain_line}"), is_safe: false, change });
            findings.report(findings.at(&RULE, line.place, message).severity(Severity::Error).on(hosts).fix(fix));
        }
    }
}

/// `r.lan/k8s` of `https://r.lan/k8s/`.
fn plain_name(repository: &str) -> &str {
    let without_scheme = ["http://", "https://"].iter().find_map(|scheme| repository.strip_prefix(scheme));
    without_scheme.unwrap_or(repository).trim_end_matches('/')
}

/// Whether the variable only serves in other variables.
pub(super) fn is_helper(name: &str) -> bool {
    HELPERS.iter().any(|(helper, _)| *helper == name)
}

/// Whether a template of the inventory names the variable, or a file may do so that cannot be read.
fn is_used(inventory: &Inventory, name: &str) -> bool {
    inventory.files().any(|file| file.is_encrypted() || names(file.text(), name))
}

/// Whether a playbook or a role of the workspace names it.
fn is_used_elsewhere(findings: &Findings<'_>, name: &str) -> bool {
    findings.workspace().files().iter().any(|(path, entry)| match entry {
        hostwise_inventory::Entry::File(file) => findings.cluster.inventory.file_id(path).is_none() && names(file.text(), name),
        hostwise_inventory::Entry::Directory => false,
    })
}

/// Whether a line that is no comment has the name as a whole word with a `{` or a `%` somewhere before it.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &text[line_start..at];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_whole = !before.ends_with(is_word) && !text[at + name.len()..].starts_with(is_word);
        is_whole && before.contains(['{', '%']) && !before.trim_start().starts_with(['#', ';'])
    })
}
