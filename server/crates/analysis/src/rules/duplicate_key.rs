//! `duplicate-key`: a key that stands twice in one mapping.

use hostwise_syntax::edit::yaml;

use super::{Finding, Findings, Rule};
use crate::edit::entry_of;
use crate::{Change, Fix, Related, Severity};

pub(super) const RULE: Rule =
    Rule { id: "duplicate-key", severity: Severity::Warning, tag: None, page: include_str!("duplicate-key.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for file in cluster.inventory.files() {
        for &(before, again) in file.repeated_keys() {
            let (before, again) = (file.yaml().node(before), file.yaml().node(again));
            let message = format!("{} stands here again: its value above does not count", again.source());
            let earlier = Related { path: file.path().clone(), range: before.range(), message: "this does not count".to_owned() };
            let fix = entry_of(file, before.range()).zip(entry_of(file, again.range())).and_then(|((_, before), (_, again))| {
                let is_safe = before.value.source() == again.value.source() && before.value.tag() == again.value.tag();
                let title = format!("Delete the {} that does not count", before.key.source());
                Some(Fix { title, is_safe, change: Change::of_file(file.path(), [yaml::delete(&before)?]) })
            });
            findings.report(Finding::in_file(&RULE, file.path(), again.range(), message).because([earlier]).fix(fix));
        }
    }
}
