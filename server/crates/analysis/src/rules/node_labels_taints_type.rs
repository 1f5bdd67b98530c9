//! `node-labels-taints-type`: labels that are no mapping, taints that are no list of `key=value:Effect`.

use hostwise_expression::Value;
use hostwise_inventory::Layer;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::HOSTS;
use crate::values::Situation;

pub(super) const RULE: Rule =
    Rule { id: "node-labels-taints-type", severity: Severity::Error, tag: None, page: include_str!("node-labels-taints-type.md"), check };

fn check(findings: &mut Findings<'_>) {
    if findings.cluster.kubespray.is_none() {
        return;
    }
    each_set(findings, "node_labels", |value| match value {
        Value::Map(_) => None,
        other => Some(format!("node_labels must be a mapping, and is {} on {HOSTS}: labelling the node fails", kind(other)?)),
    });
    each_set(findings, "node_taints", |value| match value {
        Value::List(taints) => taints.iter().find_map(wrong_taint),
        other => Some(format!("node_taints must be a list, and is {} on {HOSTS}: no taint is set", kind(other)?)),
    });
}

/// Judges what the inventory sets; `judge` says what is wrong with a value.
fn each_set(findings: &mut Findings<'_>, name: &str, judge: impl Fn(&Value) -> Option<String>) {
    let cluster = findings.cluster;
    for Situation { value, winner, hosts } in cluster.situations(name).iter() {
        let Some(Layer { key, .. }) = winner else { continue };
        let nodes: Vec<_> = hosts.all(cluster).into_iter().filter(|&host| cluster.is_member(host, "k8s_cluster")).collect();
        if let Some(message) = judge(value)
            && !nodes.is_empty()
        {
            findings.report(findings.at(&RULE, *key, message).on(nodes));
        }
    }
}

/// What a value is, in words; `None` when that is not known, and for nothing at all, which sets nothing.
fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(_) => Some("a text"),
        Value::Int(_) | Value::Float(_) => Some("a number"),
        Value::Bool(_) => Some("a boolean"),
        Value::List(items) if !items.is_empty() => Some("a list"),
        Value::Map(entries) if !entries.is_empty() => Some("a mapping"),
        _ => None,
    }
}

fn wrong_taint(taint: &Value) -> Option<String> {
    match taint {
        Value::String(text) => {
            let effect = text.rsplit_once(':').map(|(_, effect)| effect);
            // A minus at the end takes a taint away.
            let is_known = |effect: &str| matches!(effect.trim_end_matches('-'), "NoSchedule" | "PreferNoSchedule" | "NoExecute");
            let is_right = effect.is_some_and(is_known) && !text.starts_with([':', '=']);
            (!is_right).then(|| {
                format!(
                    "the taint {text} on {HOSTS} is not key=value:Effect with NoSchedule, PreferNoSchedule or NoExecute: kubectl refuses it"
                )
            })
        }
        Value::Map(_) => Some(format!("a taint on {HOSTS} is a mapping, and must be a text: key=value:Effect")),
        _ => None,
    }
}
