//! `enum-value`: a value that is none of those the release knows.

use hostwise_expression::Value;
use hostwise_inventory::{HostId, Layer};
use hostwise_kubespray::{Default, Packs, Variable};
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::nearest::nearest;
use crate::release::Release;
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule { id: "enum-value", severity: Severity::Error, tag: None, page: include_str!("enum-value.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for name in cluster.inventory.set_variables() {
        let Some(variable) = release.pack.variable(name).filter(|variable| !variable.values.is_empty()) else { continue };
        for situation in cluster.situations(name).iter() {
            let Some(winner) = &situation.winner else { continue };
            let Some(written) = written(&situation.value) else { continue };
            let allowed: Vec<String> = variable.values.iter().map(text_of).collect();
            let is_boolean = variable.values.iter().all(|value| matches!(value, Default::Bool(_)));
            // The words for booleans have a rule of their own.
            let is_word = is_boolean && matches!(written.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off");
            if allowed.contains(&written) || is_word || !applies(cluster, situation.hosts.example, name) {
                continue;
            }
            let meant = nearest(&written, allowed.iter().map(String::as_str));
            let removed = removed_in(name, &written, release.pack.version);
            let why = match (&removed, meant) {
                (Some(version), _) => format!(", it was removed in {version}"),
                (None, Some(meant)) => format!(", did you mean {meant}?"),
                (None, None) => String::new(),
            };
            let allowed: Vec<&str> = allowed.iter().map(|value| if value.is_empty() { "''" } else { value }).collect();
            let message =
                format!("Kubespray {} knows no {name} {written} on {HOSTS}{why}: it can be {}", release.version, allowed.join(", "));
            let fix = meant.filter(|_| removed.is_none()).and_then(|meant| {
                let change = cluster.change_value(winner, &syntax::Value::String(meant.into()))?;
                Some(Fix { title: format!("Change {written} to {meant}"), is_safe: meant.eq_ignore_ascii_case(&written), change })
            });
            let fix = fix.or_else(|| the_default(cluster, variable, winner));
            // Where nothing says which release it is, an older one may take the value.
            let severity = if is_taken_by_an_older_one(release, name, &written) { Severity::Information } else { RULE.severity };
            findings.report(findings.at(&RULE, winner.place, message).severity(severity).on(situation.hosts.all(cluster)).fix(fix));
        }
    }
}

/// Whether a release takes the value that is older than the one that is assumed, and not out of the question.
fn is_taken_by_an_older_one(release: &Release, name: &str, value: &str) -> bool {
    let packs = Packs::bundled();
    let mut possible = packs.versions().filter(|version| (release.oldest()..release.version).contains(version));
    possible.any(|version| packs.values(name, version).iter().any(|known| text_of(known) == value))
}

/// The default of the release, when it is one of the values.
fn the_default(cluster: &Cluster, variable: &Variable, winner: &Layer) -> Option<Fix> {
    let default = variable.default.as_ref().filter(|default| variable.values.contains(default))?;
    let value = match default {
        Default::Text(text) => syntax::Value::String(text.as_str().into()),
        Default::Bool(value) => syntax::Value::Bool(*value),
        _ => return None,
    };
    let shown = if text_of(default).is_empty() { "''".to_owned() } else { text_of(default) };
    let change = cluster.change_value(winner, &value)?;
    Some(Fix { title: format!("Take the default, {shown}"), is_safe: false, change })
}

/// A value as it stands in a list of values.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn text_of(value: &Default) -> String {
    match value {
        Default::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether the release looks at the variable on this host: settings of a network plugin that is not used are not read.
fn applies(cluster: &Cluster, host: HostId, name: &str) -> bool {
    let condition = match name {
        "external_cloud_provider" => "cloud_provider == 'external'",
        _ if name.starts_with("calico_") => "kube_network_plugin == 'calico'",
        _ if name.starts_with("cilium_") => "kube_network_plugin == 'cilium' or cilium_deploy_additionally",
        _ => return cluster.has_role(host),
    };
    cluster.has_role(host) && cluster.holds(host, condition)
}

/// The first release without a value that an older one had.
fn removed_in(name: &str, value: &str, version: hostwise_kubespray::Version) -> Option<String> {
    let packs = Packs::bundled();
    let mut had = false;
    for release in packs.versions().take_while(|release| *release <= version) {
        let has = packs.values(name, release).iter().any(|known| text_of(known) == value);
        if had && !has {
            return Some(release.to_string());
        }
        had = has;
    }
    None
}
