//! `host-vars-unread`: `host_vars` that no run reads.

use super::{Finding, Findings, Rule, Tag};
use crate::Severity;
use crate::discovery::name_of;
use crate::nearest::nearest;
use crate::unread::{self, Kind};

pub(super) const RULE: Rule = Rule {
    id: "host-vars-unread",
    severity: Severity::Warning,
    tag: Some(Tag::Unnecessary),
    page: include_str!("host-vars-unread.md"),
    check,
};

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for unread in unread::of(cluster, findings.workspace(), Kind::Host) {
        let name = name_of(&unread.path);
        let hosts = || cluster.inventory.hosts().map(|(_, host)| &*host.name);
        // Numbers tell hosts apart: node2 is no slip for node1.
        let is_other = |host: &&str| host.chars().filter(char::is_ascii_digit).eq(unread.name.chars().filter(char::is_ascii_digit));
        let meant = nearest(&unread.name, hosts().filter(is_other));
        let (severity, message, fix) = match (&unread.hidden_by, meant) {
            (Some(hidden_by), _) => (RULE.severity, format!("{name} is not read: {} comes first", name_of(hidden_by)), None),
            (None, Some(meant)) => {
                let message = format!("host_vars/{name} matches no host: nothing in it is read, the host is called {meant}");
                (RULE.severity, message, unread::rename(findings.workspace(), &unread, meant))
            }
            (None, None) => (Severity::Information, format!("host_vars/{name} matches no host: nothing in it is read"), None),
        };
        for file in &unread.files {
            let range = file.lines().line_range(0, file.text());
            let finding = Finding::in_file(&RULE, file.path(), range, message.clone());
            findings.report(finding.severity(severity).fix(fix.clone()));
        }
    }
}
