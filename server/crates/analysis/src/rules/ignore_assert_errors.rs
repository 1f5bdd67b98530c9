//! `ignore-assert-errors`: the switch that turns Kubespray's checks off, left in the inventory.

use super::{Findings, Rule, etcd_even_members};
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "ignore-assert-errors", severity: Severity::Warning, tag: None, page: include_str!("ignore-assert-errors.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    // The variables of a test of Kubespray's CI come with `-e`, for one run.
    if cluster.kubespray.is_none() || cluster.request.given.is_some() {
        return;
    }
    for alike in cluster.where_true("ignore_assert_errors | bool") {
        if let Some(winner) = cluster.winner(alike.example, "ignore_assert_errors") {
            let message = format!("ignore_assert_errors is on for {HOSTS}: Kubespray's checks are off in every run");
            // It may be there for the time in which a member of etcd is replaced.
            let change = if etcd_even_members::is_even(cluster) { None } else { cluster.delete(&winner) };
            let fix = change.map(|change| Fix { title: "Delete it".to_owned(), is_safe: false, change });
            findings.report(findings.at(&RULE, winner.key, message).on(alike.all(cluster)).fix(fix));
        }
    }
}
