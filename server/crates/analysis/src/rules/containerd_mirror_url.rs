//! `containerd-mirror-url`: a mirror of a registry without a scheme, or a prefix with one.

use std::sync::Arc;

use hostwise_expression::Value;
use hostwise_inventory::Place;
use hostwise_syntax::TextRange;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "containerd-mirror-url", severity: Severity::Warning, tag: None, page: include_str!("containerd-mirror-url.md"), check };

const VARIABLE: &str = "containerd_registries_mirrors";

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() {
        return;
    }
    for situation in cluster.situations(VARIABLE).iter() {
        let host = situation.hosts.example;
        let (Some(winner), Value::List(registries)) = (&situation.winner, &situation.value) else { continue };
        let is_read = cluster.value(host, "container_manager") == Value::text("containerd");
        for text in registries.iter().filter(|_| is_read).flat_map(wrong_texts) {
            let (place, is_written) = place_of(cluster, winner.place, text.key(), text.text());
            let message = match &text {
                Wrong::Host(host) => format!("{host} has no http:// or https://: containerd on {HOSTS} asks the registry itself instead"),
                Wrong::Prefix(prefix) => format!("{prefix} is a URL, not the name of a registry: containerd on {HOSTS} never matches it"),
            };
            let place = if is_written { place } else { winner.key };
            let fix = is_written.then(|| text.fix(cluster.inventory.file(place.file).path(), place.range)).flatten();
            findings.report(findings.at(&RULE, place, message).on(situation.hosts.all(cluster)).fix(fix));
        }
    }
}

enum Wrong {
    Host(Arc<str>),
    Prefix(Arc<str>),
}

impl Wrong {
    /// The key that it stands behind.
    fn key(&self) -> &'static str {
        match self {
            Wrong::Host(_) => "host",
            Wrong::Prefix(_) => "prefix",
        }
    }

    fn text(&self) -> &Arc<str> {
        match self {
            Wrong::Host(text) | Wrong::Prefix(text) => text,
        }
    }

    /// https is only likely, so the fix is offered and not applied by itself; a scheme in front of a prefix is certainly too much.
    fn fix(&self, path: &Arc<str>, range: TextRange) -> Option<Fix> {
        let (title, new_text, is_safe) = match self {
            Wrong::Host(host) => (format!("Use https://{host}"), format!("https://{host}"), false),
            Wrong::Prefix(prefix) => {
                let name = prefix.split_once("://")?.1.trim_end_matches('/');
                (format!("Use {name}"), name.to_owned(), true)
            }
        };
        let edits = vec![FileEdit { path: Arc::clone(path), range, new_text }];
        Some(Fix { title, is_safe, change: Change { edits, renames: Vec::new() } })
    }
}

/// What is wrong in one item of the list; nothing when its shape is another one.
fn wrong_texts(registry: &Value) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if let Some(Value::String(prefix)) = registry.field("prefix")
        && prefix.contains("://")
    {
        wrong.push(Wrong::Prefix(Arc::clone(prefix)));
    }
    if let Some(Value::List(mirrors)) = registry.field("mirrors") {
        let hosts = mirrors.iter().filter_map(|mirror| match mirror.field("host") {
            Some(Value::String(host)) if !host.is_empty() && !host.contains("://") => Some(Wrong::Host(Arc::clone(host))),
            _ => None,
        });
        wrong.extend(hosts);
    }
    wrong
}

/// The scalar below `value` that says exactly `text` behind `key`, and whether there is one.
fn place_of(cluster: &Cluster, value: Place, key: &str, text: &str) -> (Place, bool) {
    let file = cluster.inventory.file(value.file);
    let source = &file.text()[value.range.span()];
    let found = source.match_indices(text).find(|(at, _)| {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '/' | ':');
        let before = source[..*at].chars().next_back();
        let after = source[at + text.len()..].chars().next();
        let quotes = ['"', '\''];
        let words = source[..*at].trim_end_matches(quotes).trim_end();
        let is_behind_key = words.strip_suffix(':').is_some_and(|words| words.trim_end_matches(quotes).ends_with(key));
        is_behind_key && !before.is_some_and(is_part) && !after.is_some_and(is_part)
    });
    match found {
        Some((at, _)) => {
            let start = value.range.start as usize + at;
            (Place { file: value.file, range: TextRange::new(start, start + text.len()) }, true)
        }
        None => (value, false),
    }
}
