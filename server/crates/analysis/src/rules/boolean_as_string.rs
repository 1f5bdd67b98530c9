//! `boolean-as-string`: a text where a boolean is meant.

use hostwise_expression::Value as Known;
use hostwise_inventory::Layer;
use hostwise_kubespray::Kind;
use hostwise_syntax::Value;

use super::{Findings, Rule};
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "boolean-as-string", severity: Severity::Warning, tag: None, page: include_str!("boolean-as-string.md"), check };

/// Kubespray stops when one of these is a text (role `validate_inventory`, before that `kubernetes/preinstall`).
const CHECKED: [&str; 4] = ["download_run_once", "download_always_pull", "helm_enabled", "openstack_lbaas_enabled"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for name in cluster.inventory.set_variables() {
        if release.judged(name).is_none_or(|variable| variable.kind != Kind::Bool) {
            continue;
        }
        for situation in cluster.situations(name).iter() {
            let Some(winner) = &situation.winner else { continue };
            let Known::String(text) = &situation.value else { continue };
            // Up to ansible-core 2.18 a template that makes the word of a boolean as Python writes it makes that.
            let is_evaluated = may_be_template(winner) && matches!(&**text, "True" | "False");
            let Some(meant) = boolean(text).filter(|_| !is_evaluated) else { continue };
            let (severity, effect) = match meant {
                _ if CHECKED.contains(&&**name) => (Severity::Error, "Kubespray stops"),
                false => (RULE.severity, "a text counts as true"),
                true => (RULE.severity, "ansible-core 2.19 refuses it"),
            };
            let is_yaml = cluster.inventory.file(winner.place.file).is_yaml();
            let how = if is_yaml { "without quotes it is a boolean" } else { "in INI a boolean is True or False" };
            let change = if may_be_template(winner) { None } else { cluster.change_value(winner, &Value::Bool(meant)) };
            let fix = change.map(|change| Fix { title: format!("Make {name} a boolean"), is_safe: true, change });
            let message = format!("{name} is the text {text} on {HOSTS}, and {effect}: {how}");
            findings.report(findings.at(&RULE, winner.place, message).severity(severity).on(situation.hosts.all(cluster)).fix(fix));
        }
    }
}

fn may_be_template(layer: &Layer) -> bool {
    !matches!(&layer.value, Value::String(text) if !text.contains("{{") && !text.contains("{%"))
}

/// The boolean that people mean by a word.
fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
