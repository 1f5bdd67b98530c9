//! `wrong-type`: a value that cannot be what its variable stands for: no address, no range, no number, no mapping.

mod grammar;

use std::net::IpAddr;

use hostwise_expression::Value;
use hostwise_inventory::{HostId, Layer};
use hostwise_kubespray::{Default, Form, Kind, Variable};
use hostwise_syntax as syntax;
use ipnet::IpNet;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::values::Situation;
use crate::{Fix, Severity};

pub(super) const RULE: Rule = Rule { id: "wrong-type", severity: Severity::Error, tag: None, page: include_str!("wrong-type.md"), check };

/// Numbers that are compared or counted with as they are: a text of digits stops Ansible. With where that happens, and where else nothing does.
const NUMBERS: [(&str, &str); 3] = [
    ("kube_network_node_prefix", "kube_network_plugin != 'calico' and ipv4_stack | default(true) | bool"),
    ("minimal_master_memory_mb", "not ignore_assert_errors"),
    ("minimal_node_memory_mb", "not ignore_assert_errors"),
];

/// What a value must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Form(Form),
    Port,
    Mapping,
    Text,
}

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for name in cluster.inventory.set_variables() {
        let Some(variable) = release.judged(name) else { continue };
        let Some(wanted) = wanted(variable) else { continue };
        for situation in cluster.situations(name).iter() {
            let Some(winner) = &situation.winner else { continue };
            if is_wrong(wanted, &situation.value) && !is_taken(variable, &situation.value) && !may_be_evaluated(winner, &situation.value) {
                let message = message(name, wanted, &situation.value);
                report(findings, situation, winner, message, || better(cluster, wanted, winner, &situation.value));
            }
        }
    }
    digits(findings);
    cut_versions(findings);
}

fn report(findings: &mut Findings<'_>, situation: &Situation, winner: &Layer, message: String, fix: impl FnOnce() -> Option<Fix>) {
    let cluster = findings.cluster;
    let hosts: Vec<HostId> = situation.hosts.all(cluster).into_iter().filter(|&host| cluster.has_role(host)).collect();
    if !hosts.is_empty() {
        findings.report(findings.at(&RULE, winner.place, message).on(hosts).fix(fix()));
    }
}

fn wanted(variable: &Variable) -> Option<Wanted> {
    let is_literal = matches!(&variable.default, Some(Default::Text(text)) if !text.is_empty() && !text.contains(['{', '%']));
    match variable.kind {
        _ if variable.name.ends_with("_port") && (variable.kind == Kind::Int || variable.form == Some(Form::WholeNumber)) => {
            Some(Wanted::Port)
        }
        _ if variable.form.is_some() => variable.form.map(Wanted::Form),
        _ if !variable.is_read() => None,
        Kind::Int => Some(Wanted::Form(Form::WholeNumber)),
        Kind::Map => Some(Wanted::Mapping),
        Kind::Text if is_literal => Some(Wanted::Text),
        _ => None,
    }
}

/// Whether the value is certainly none that is wanted. Nothing at all sets nothing.
fn is_wrong(wanted: Wanted, value: &Value) -> bool {
    let is_filled = match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => true,
        _ => false,
    };
    is_filled
        && match (wanted, value) {
            (Wanted::Mapping, Value::Map(_) | Value::Bool(_)) => false,
            (Wanted::Mapping, _) | (Wanted::Form(_) | Wanted::Port, Value::List(_) | Value::Map(_) | Value::Bool(_)) => true,
            (Wanted::Text, value) => matches!(value, Value::List(_) | Value::Map(_)),
            (Wanted::Port, Value::Int(port)) => !(0..=65535).contains(port),
            (Wanted::Port, Value::String(text)) => text.trim().parse::<u16>().is_err(),
            (Wanted::Port, _) => true,
            (Wanted::Form(form), Value::String(text)) => !fits(form, text.trim()),
            (Wanted::Form(Form::WholeNumber | Form::Quantity), _) => false,
            (Wanted::Form(Form::Duration), Value::Int(number)) => *number != 0,
            (Wanted::Form(_), _) => true,
        }
}

fn fits(form: Form, text: &str) -> bool {
    match form {
        Form::Address => text.parse::<IpAddr>().is_ok(),
        Form::Address6 => text.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()),
        // A list of ranges is read by some templates.
        Form::Range => text.split(',').all(|range| range.trim().parse::<IpNet>().is_ok()),
        Form::WholeNumber => grammar::is_number(text),
        Form::Quantity => grammar::is_quantity(text),
        Form::Duration => grammar::is_duration(text),
    }
}

/// Whether a reader takes this kind of value as well.
fn is_taken(variable: &Variable, value: &Value) -> bool {
    let kind = match value {
        Value::String(_) => Kind::Text,
        Value::List(_) => Kind::List,
        Value::Map(_) => Kind::Map,
        _ => return false,
    };
    variable.also.contains(&kind)
}

/// Up to ansible-core 2.18 a template that makes the text of a list or mapping makes that.
pub(super) fn may_be_evaluated(winner: &Layer, value: &Value) -> bool {
    let is_template = matches!(&winner.value, syntax::Value::String(text) if text.contains("{{") || text.contains("{%"));
    is_template && matches!(value, Value::String(text) if text.trim_start().starts_with(['[', '{']))
}

fn message(name: &str, wanted: Wanted, value: &Value) -> String {
    let wanted = match wanted {
        Wanted::Form(Form::Address) => "an address",
        Wanted::Form(Form::Address6) => "an IPv6 address",
        Wanted::Form(Form::Range) => "a range such as 10.233.0.0/18",
        Wanted::Form(Form::WholeNumber) => "a whole number",
        Wanted::Form(Form::Quantity) => "an amount such as 500m or 1Gi",
        Wanted::Form(Form::Duration) => "a time with its unit, such as 90s or 1m30s",
        Wanted::Port => "a port, 1 to 65535",
        Wanted::Mapping => "a mapping",
        Wanted::Text => "a text",
    };
    match value {
        Value::List(_) => format!("{name} must be {wanted} and is a list on {HOSTS}"),
        Value::Map(_) => format!("{name} must be {wanted} and is a mapping on {HOSTS}"),
        value => format!("{name} {value} on {HOSTS} must be {wanted}"),
    }
}

/// What was probably meant.
fn better(cluster: &Cluster, wanted: Wanted, winner: &Layer, value: &Value) -> Option<Fix> {
    let meant = match wanted {
        Wanted::Form(Form::Quantity) => grammar::meant_quantity(&value.to_string())?,
        Wanted::Form(Form::Duration) => grammar::meant_duration(&value.to_string())?,
        _ => return None,
    };
    let change = cluster.change_value(winner, &syntax::Value::String(meant.as_str().into()))?;
    Some(Fix { title: format!("Write {meant}"), is_safe: false, change })
}

/// Texts of digits where only a number will do.
fn digits(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    // Kubespray looks at the first host of the inventory, once.
    let Some((first, _)) = cluster.inventory.hosts().next() else { return };
    for (name, condition) in NUMBERS {
        for situation in cluster.situations(name).iter() {
            let (Some(winner), Value::String(text)) = (&situation.winner, &situation.value) else { continue };
            let Ok(number) = text.trim().parse::<i64>() else { continue };
            if !situation.hosts.all(cluster).contains(&first) || !cluster.holds(first, condition) {
                continue;
            }
            let message = format!("{name} is the text {text} on {HOSTS}: Kubespray counts with it, and stops");
            report(findings, situation, winner, message, || {
                let change = cluster.change_value(winner, &syntax::Value::Int(number))?;
                Some(Fix { title: format!("Make {name} a number"), is_safe: true, change })
            });
        }
    }
}

/// Versions that YAML and INI read as numbers: `3.10` is 3.1.
fn cut_versions(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    let is_version = |name: &str| (name.ends_with("_version") || name.ends_with("_image_tag")) && name != "kube_version";
    for name in cluster.inventory.set_variables().iter().filter(|name| is_version(name) && release.judged(name).is_some()) {
        for situation in cluster.situations(name).iter() {
            let (Some(winner), Value::Float(_)) = (&situation.winner, &situation.value) else { continue };
            let written = cluster.inventory.file(winner.place.file).text().get(winner.place.range.span()).unwrap_or_default();
            if !written.contains('.') || !written.ends_with('0') || !matches!(winner.value, syntax::Value::Float(_)) {
                continue;
            }
            let message = format!("{name} {written} on {HOSTS} is the number {}: in quotes it is a version", situation.value);
            report(findings, situation, winner, message, || {
                let change = cluster.change_value(winner, &syntax::Value::String(written.into()))?;
                Some(Fix { title: format!("Put {written} in quotes"), is_safe: true, change })
            });
        }
    }
}
