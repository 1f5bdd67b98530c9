//! `wrong-type-list`: a text where a list is meant: its characters become the items.

use hostwise_expression::Value as Known;
use hostwise_inventory::Place;
use hostwise_kubespray::Kind;
use hostwise_syntax::Value;
use hostwise_syntax::yaml::Node;

use super::wrong_type::may_be_evaluated;
use super::{Findings, Rule};
use crate::edit::entry_of;
use crate::findings::HOSTS;
use crate::{Change, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "wrong-type-list", severity: Severity::Error, tag: None, page: include_str!("wrong-type-list.md"), check };

/// Has a rule of its own.
const ELSEWHERE: [&str; 1] = ["node_taints"];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for name in cluster.inventory.set_variables() {
        let Some(variable) = release.judged(name).filter(|variable| variable.kind == Kind::List) else { continue };
        if ELSEWHERE.contains(&&**name) {
            continue;
        }
        for situation in cluster.situations(name).iter() {
            let Some(winner) = &situation.winner else { continue };
            let kind = match &situation.value {
                Known::String(text) if text.trim().is_empty() || variable.also.contains(&Kind::Text) => continue,
                // Since 2.30 a single name or address is as good as a list of one.
                Known::String(text) if &**name == "supplementary_addresses_in_ssl_keys" && cluster.is_since(30) && !text.contains(',') => {
                    continue;
                }
                value if may_be_evaluated(winner, value) => continue,
                Known::String(text) => format!("the text {text}"),
                Known::Map(entries) if !entries.is_empty() && !variable.also.contains(&Kind::Map) => "a mapping".to_owned(),
                Known::Int(number) => format!("the number {number}"),
                _ => continue,
            };
            let change = items(&winner.value).and_then(|list| cluster.change_value(winner, &list));
            let fix = change.map(|change| Fix { title: format!("Make {name} a list"), is_safe: false, change });
            let message = format!("{name} must be a list and is {kind} on {HOSTS}");
            findings.report(findings.at(&RULE, winner.place, message).on(situation.hosts.all(cluster)).fix(fix));
        }
    }
    address_pools(findings);
}

/// A text with commas as the list that it stands for.
fn items(value: &Value) -> Option<Value> {
    let Value::String(text) = value else { return None };
    if text.contains("{{") || text.contains("{%") {
        return None;
    }
    Some(Value::List(text.split(',').map(|item| Value::String(item.trim().into())).collect()))
}

/// `metallb_config.address_pools.*.ip_range`, which MetalLB's template goes through item by item.
fn address_pools(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for situation in cluster.situations("metallb_config").iter() {
        let Some(winner) = &situation.winner else { continue };
        let file = cluster.inventory.file(winner.key.file);
        let Some((_, entry)) = entry_of(file, winner.key.range).filter(|_| file.is_yaml()) else { continue };
        let pools = entry.value.get("address_pools").map(|pools| pools.value);
        for pool in pools.iter().flat_map(|pools| pools.entries()) {
            let Some(range) = pool.value.get("ip_range").map(|range| range.value) else { continue };
            let Ok(value @ Value::String(_)) = range.value() else { continue };
            if range.source().contains("{{") {
                continue;
            }
            let fix = edited(file.path(), range, &value);
            let place = Place { file: winner.key.file, range: range.range() };
            let message = format!("ip_range of the pool {} must be a list and is the text {} on {HOSTS}", pool.key.text(), range.text());
            findings.report(findings.at(&RULE, place, message).on(situation.hosts.all(cluster)).fix(fix));
        }
    }
}

fn edited(path: &std::sync::Arc<str>, node: Node<'_>, value: &Value) -> Option<Fix> {
    let edit = hostwise_syntax::edit::yaml::replace(node, &items(value)?)?;
    Some(Fix { title: "Make ip_range a list".to_owned(), is_safe: false, change: Change::of_file(path, [edit]) })
}
