//! `offline-unused`: the address of a mirror that no download uses.

use hostwise_inventory::Inventory;

use super::{Findings, Rule};
use crate::Severity;

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
    for (name, users) in HELPERS {
        let situations = cluster.situations(name);
        let Some(winner) = situations.iter().find_map(|situation| situation.winner.as_ref()) else { continue };
        if !is_used(&cluster.inventory, name) && !is_used_elsewhere(findings, name) {
            let message = format!("{name} is set, and nothing uses it: downloads still go to the internet until {users} are set with it");
            findings.report(findings.at(&RULE, winner.key, message));
        }
    }
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
