//! `duplicate-localhost`: the local host under several names.

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "duplicate-localhost", severity: Severity::Warning, tag: None, page: include_str!("duplicate-localhost.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let mut known = cluster.inventory.hosts().filter(|(_, host)| matches!(&*host.name, "localhost" | "127.0.0.1" | "::1"));
    let Some((_, first)) = known.next() else { return };
    let because = first.mentions.first().map(|mention| findings.related(mention.place, format!("{} is the local host", first.name)));
    for (id, host) in known {
        let Some(mention) = host.mentions.first() else { continue };
        let message = format!("{} is another name of {}: Ansible takes the first for the local host", host.name, first.name);
        findings.report(findings.at(&RULE, mention.place, message).on([id]).because(because.clone()));
    }
}
