//! What is to be said about an item that is looked at.

use super::CompletionKind;
use crate::cluster::Cluster;
use crate::knowledge::CONNECTION;
use crate::{Rule, Workspace, hover, occurrences};

/// Markdown about the item `label` that was offered in the file at `path`.
pub fn documentation(workspace: &Workspace, path: &str, kind: CompletionKind, label: &str) -> Option<String> {
    if kind == CompletionKind::Rule {
        return Rule::named(label).map(Rule::summary);
    }
    let cluster = occurrences::clusters(workspace, path).into_iter().next()?;
    match kind {
        CompletionKind::Host => cluster.inventory.host_named(label).map(|host| hover::of_host(cluster, host)),
        CompletionKind::Group => match cluster.inventory.group_named(label) {
            Some(group) => Some(hover::of_group(cluster, group)),
            None => {
                let knowledge = cluster.kubespray.as_ref()?.pack.groups.get(label)?;
                Some(format!("**{label}**: {}\n\nNot in this inventory yet", knowledge.purpose))
            }
        },
        CompletionKind::Variable => variable(cluster, label),
        CompletionKind::Section
        | CompletionKind::Value
        | CompletionKind::Filter
        | CompletionKind::Test
        | CompletionKind::Keyword
        | CompletionKind::Rule
        | CompletionKind::Setting => None,
    }
}

fn variable(cluster: &Cluster, name: &str) -> Option<String> {
    match CONNECTION.iter().find(|(known, _)| *known == name) {
        Some((_, words)) => Some(format!("**{name}**: {words}")),
        None => hover::of_variable(cluster, name),
    }
}
