//! `version-pinned-behind`: a Kubernetes version of the inventory that is older than the one this Kubespray would take.

use hostwise_expression::Value;
use hostwise_kubespray::Packs;

use super::{Findings, Rule};
use crate::findings::HOSTS;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "version-pinned-behind", severity: Severity::Information, tag: None, page: include_str!("version-pinned-behind.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    // A checkout may have other versions than the release it is nearest to, and an older release is only guessed from the version.
    let is_older_guess = release.is_guessed() && release.version != Packs::bundled().newest().version;
    if release.pack.version != release.version || is_older_guess {
        return;
    }
    let known = &release.pack.kube_versions;
    let Some(newest) = numbers(&known.default) else { return };
    for situation in cluster.situations("kube_version").iter() {
        let (Value::String(version), Some(winner)) = (&situation.value, &situation.winner) else { continue };
        let is_behind = known.known.iter().any(|known| **known == **version) && numbers(version).is_some_and(|pinned| pinned < newest);
        if is_behind {
            let message = format!(
                "kube_version is {version} on {HOSTS}: Kubespray {} would take {} without this line",
                release.version, known.default
            );
            let delete = cluster.delete(winner).map(|change| Fix { title: "Delete kube_version".to_owned(), is_safe: false, change });
            findings.report(findings.at(&RULE, winner.key, message).on(situation.hosts.all(cluster)).fix(delete));
        }
    }
}

/// `1.33.5` or `v1.33.5` in numbers.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.strip_prefix('v').unwrap_or(version).split('.').map(|part| part.parse().ok()).collect()
}
