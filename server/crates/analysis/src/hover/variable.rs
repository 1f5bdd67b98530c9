//! A variable: what it is for, its values and where they come from, what Kubespray does with it.

use hostwise_expression::Value;
use hostwise_inventory::{FileId, HostId, Layer, Place};
use hostwise_kubespray::{Default, Kind, Variable};

use super::{hosts_of, release_line, short_path, short_place};
use crate::cluster::Cluster;
use crate::components::for_people;
use crate::discovery::is_variable_file;
use crate::json::{self, value_in_line};
use crate::reach::{self, FileReach};
use crate::release::Release;
use crate::values::Situation;

/// More values are counted.
const N_VALUES: usize = 6;

/// More roles are counted.
const N_ROLES: usize = 5;

/// More of a value is not shown.
const MAX_VALUE: usize = 100;

/// A value, what gives it, and the hosts on which it holds.
struct Holds {
    value: String,
    winner: Option<Place>,
    hosts: Vec<HostId>,
}

/// The hover on `name`; `here` is the key under the cursor when it sets the variable. `None` for a name that nothing is known of.
pub(super) fn markdown(cluster: &Cluster, name: &str, here: Option<Place>) -> Option<String> {
    let release = cluster.kubespray.as_ref();
    let variable = release.and_then(|release| release.pack.variable(name));
    let values = values(cluster, name, here);
    let about = release.map(|release| about(cluster, release, name, variable)).unwrap_or_default();
    let is_fact = name.starts_with("ansible_") && values.is_empty() && here.is_none();
    if values.is_empty() && about.is_empty() && here.is_none() && !is_fact {
        return None;
    }
    let mut lines = vec![match variable.and_then(|variable| variable.purpose.as_deref()) {
        Some(purpose) => format!("**{name}**: {purpose}"),
        None => format!("**{name}**"),
    }];
    if is_fact {
        lines.extend([String::new(), "A fact of the host: known when Ansible runs".to_owned()]);
    }
    let is_winner = values.iter().any(|holds| holds.winner == here);
    let is_shadowed = release.is_some_and(|release| release.shadowing_value(name).is_some());
    if let Some(here) = here.filter(|_| !is_winner && !is_shadowed) {
        let words = if beaten(cluster, name, here) { "Beaten on every host that this line reaches" } else { "This line reaches no host" };
        lines.extend([String::new(), words.to_owned()]);
    }
    if !values.is_empty() {
        lines.push(String::new());
        for holds in values.iter().take(N_VALUES) {
            let place = match holds.winner {
                Some(place) if Some(place) == here => "this line".to_owned(),
                Some(place) => short_place(cluster, place),
                None => "default".to_owned(),
            };
            lines.push(format!("- {} on {}: {place}", holds.value, hosts_of(cluster, &holds.hosts)));
        }
        if values.len() > N_VALUES {
            lines.push(format!("- and {} more values", values.len() - N_VALUES));
        }
    }
    if let Some(reach) = here.and_then(|here| of_variable_file(cluster, here.file)) {
        lines.extend([String::new(), format!("This file {reach}")]);
    }
    if !about.is_empty() {
        lines.push(String::new());
        lines.extend(about);
        lines.extend(release_line(cluster).into_iter().flat_map(|release| [String::new(), release]));
    }
    Some(lines.join("\n"))
}

/// The values on all hosts: that of this line first, then those on most hosts. Hosts for which nothing says a value are left out, and so is what has
/// no effect.
fn values(cluster: &Cluster, name: &str, here: Option<Place>) -> Vec<Holds> {
    let mut all: Vec<Holds> = Vec::new();
    if cluster.kubespray.as_ref().is_some_and(|release| release.shadowing_value(name).is_some()) {
        return all;
    }
    for Situation { value, winner, hosts } in cluster.situations(name).iter() {
        let has_default = || cluster.kubespray.as_ref().is_some_and(|release| release.default(name).is_some());
        if winner.is_none() && !has_default() {
            continue;
        }
        let value = match value {
            Value::Undefined(_) | Value::Error(_) => for_people(value),
            value if !value.reasons().is_empty() => for_people(value),
            value => format!("`{}`", shortened(&value_in_line(&json::from_value(value)))),
        };
        let winner = winner.as_ref().map(|winner: &Layer| winner.key);
        let hosts = hosts.all(cluster);
        match all.iter_mut().find(|holds| holds.winner == winner && holds.value == value) {
            Some(holds) => holds.hosts.extend(hosts),
            None => all.push(Holds { value, winner, hosts }),
        }
    }
    all.iter_mut().for_each(|holds| holds.hosts.sort_unstable());
    all.sort_by_key(|holds| (here.is_none() || holds.winner != here, usize::MAX - holds.hosts.len(), holds.hosts.first().copied()));
    all
}

/// Whom the file reaches, when it is a variable file.
fn of_variable_file(cluster: &Cluster, file: FileId) -> Option<FileReach> {
    let text = cluster.inventory.file(file);
    let (reach, _) = is_variable_file(text.path()).then(|| reach::of_file(cluster, file, text)).flatten()?;
    Some(reach)
}

/// Whether the line at `here` says something for a host on which another line wins.
fn beaten(cluster: &Cluster, name: &str, here: Place) -> bool {
    let situations = cluster.situations(name);
    situations.iter().any(|situation| {
        let variable = cluster.inventory.variable(situation.hosts.example, name);
        variable.is_some_and(|variable| variable.overridden.iter().any(|layer| layer.key == here))
    })
}

/// What the release says of the variable, an item each.
fn about(cluster: &Cluster, release: &Release, name: &str, variable: Option<&Variable>) -> Vec<String> {
    let mut items = Vec::new();
    if let Some(removed) = release.pack.removed(name) {
        let last = removed.last.map(|last| format!(", the last release that did is {last}")).unwrap_or_default();
        items.push(format!("- **not read** by Kubespray {}{last}", release.version));
        items.extend(removed.instead.map(|instead| format!("- instead: `{instead}`")));
    }
    let shadowing = release.shadowing(name).map(|declared| {
        let value = source(declared.value(name));
        format!(
            "- **an inventory has no effect**: role `{}` sets it ({}:{}) to `{}`",
            declared.role,
            short_path(cluster, declared.file.path()),
            declared.line(),
            shortened(&value)
        )
    });
    let shadowed = || variable.filter(|variable| variable.shadowed && release.checkout.is_none());
    items.extend(shadowing.or_else(|| {
        Some(format!(
            "- **an inventory has no effect**: {} {} it",
            roles(&shadowed()?.from),
            if shadowed()?.from.len() == 1 { "sets" } else { "set" }
        ))
    }));
    if let Some(variable) = variable {
        items.extend(kind(variable));
    }
    items.extend(defaults(cluster, release, name, variable));
    if let Some(variable) = variable {
        if !variable.roles.is_empty() {
            items.push(format!("- read by {}", roles(&variable.roles)));
        }
        items.extend(variable.since.map(|since| format!("- since {since}")));
        if variable.set_by_tasks {
            items.push("- a task may set it while Ansible runs".to_owned());
        }
    }
    items
}

/// `type: text, one of ...`
fn kind(variable: &Variable) -> Option<String> {
    let kind = match variable.kind {
        Kind::Bool => "true or false",
        Kind::Int => "whole number",
        Kind::Float => "number",
        Kind::Text => "text",
        Kind::List => "list",
        Kind::Map => "mapping",
        Kind::Checksums => "checksums by architecture and version",
        Kind::Any => "",
    };
    let values: Vec<String> = variable.values.iter().map(|value| format!("`{value}`")).collect();
    match (kind, values.is_empty()) {
        ("", true) => None,
        (kind, true) => Some(format!("- type: {kind}")),
        ("", false) => Some(format!("- one of {}", values.join(", "))),
        (kind, false) => Some(format!("- type: {kind}, one of {}", values.join(", "))),
    }
}

/// The default, or each of them where roles differ.
fn defaults(cluster: &Cluster, release: &Release, name: &str, variable: Option<&Variable>) -> Vec<String> {
    let declared = release.declared(name);
    if let Some(first) = declared.first() {
        let differ = declared.iter().any(|other| other.text() != first.text());
        let shown = if differ { declared } else { &declared[..1] };
        return shown
            .iter()
            .map(|declared| {
                let place = format!("{}:{}", short_path(cluster, declared.file.path()), declared.line());
                format!(
                    "- default{}: `{}` ({place})",
                    if differ { format!(" of `{}`", declared.role) } else { String::new() },
                    shortened(&source(declared.value(name)))
                )
            })
            .collect();
    }
    let Some(variable) = variable.filter(|variable| !variable.shadowed) else { return Vec::new() };
    let of = |default: &Default| shortened(&default.to_string());
    match &variable.default {
        Some(_) if variable.kind == Kind::Checksums => vec!["- default: those of the release".to_owned()],
        Some(default) if variable.differs.is_empty() => vec![format!("- default: `{}`", of(default))],
        Some(default) => {
            let first = format!("- default of {}: `{}`", roles(&variable.from), of(default));
            std::iter::once(first)
                .chain(variable.differs.iter().map(|(role, default)| format!("- default of `{role}`: `{}`", of(default))))
                .collect()
        }
        None if variable.computed => vec!["- default: computed while Ansible runs".to_owned()],
        None => Vec::new(),
    }
}

/// A default as written in a line.
fn source(value: &Value) -> String {
    match value {
        Value::Template(text) => text.to_string(),
        other => value_in_line(&json::from_value(other)),
    }
}

fn roles(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(N_ROLES).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(N_ROLES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// In a line that can stand between backticks.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    match line.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
