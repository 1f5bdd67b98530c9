//! `kube-version-unsupported`: a Kubernetes version that the release cannot download.

use hostwise_expression::Value;
use hostwise_inventory::Layer;
use hostwise_kubespray::Version;
use hostwise_syntax as syntax;

use super::{Findings, Rule};
use crate::cluster::Cluster;
use crate::findings::HOSTS;
use crate::release::Release;
use crate::{Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "kube-version-unsupported", severity: Severity::Error, tag: None, page: include_str!("kube-version-unsupported.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = cluster.kubespray.as_ref().filter(|_| cluster.inventory.sets("kube_version")) else { return };
    let known = Known::of(release);
    // Up to 2.27 an inventory can bring checksums of its own.
    if known.versions.is_empty() || (!cluster.is_since(28) && cluster.inventory.sets("kubelet_checksums")) {
        return;
    }
    for situation in cluster.situations("kube_version").iter() {
        let Some(winner) = &situation.winner else { continue };
        let hosts: Vec<_> = situation.hosts.all(cluster).into_iter().filter(|&host| cluster.has_role(host)).collect();
        if hosts.is_empty() {
            continue;
        }
        let told = match &situation.value {
            Value::Float(_) | Value::Int(_) => Some(number(cluster, &known, winner)),
            Value::String(version) => text(cluster, release, &known, winner, version),
            _ => None,
        };
        if let Some((message, fix)) = told {
            findings.report(findings.at(&RULE, winner.place, message).on(hosts).fix(fix));
        }
    }
}

/// What a release can download.
struct Known {
    /// Newest first, as the release writes them.
    versions: Vec<String>,
    /// Whether there cannot be others.
    is_complete: bool,
}

impl Known {
    fn of(release: &Release) -> Known {
        let checksums = release
            .checkout
            .as_ref()
            .and_then(|_| release.shadowing_value("kubelet_checksums").or_else(|| release.default("kubelet_checksums")));
        if release.checkout.is_some() {
            let Some(Value::Map(architectures)) = checksums else { return Known { versions: Vec::new(), is_complete: false } };
            let of_amd64 = architectures.iter().find(|(name, _)| name.to_string() == "amd64").map(|(_, versions)| versions);
            let versions = match of_amd64 {
                Some(Value::Map(versions)) => versions.keys().map(ToString::to_string).collect(),
                _ => Vec::new(),
            };
            return Known { versions, is_complete: true };
        }
        Known { versions: release.pack.kube_versions.known.clone(), is_complete: release.version == release.pack.version }
    }

    /// The newest version of the same minor release as `version`, else the newest of all.
    fn nearest(&self, version: &str) -> &str {
        let same = self.versions.iter().find(|known| minor(known) == minor(version));
        same.or(self.versions.first()).map_or("", String::as_str)
    }

    fn window(&self) -> String {
        match (self.versions.last(), self.versions.first()) {
            (Some(oldest), Some(newest)) => format!("{oldest} to {newest}"),
            _ => String::new(),
        }
    }
}

/// `1.33` of `v1.33.5`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn number(cluster: &Cluster, known: &Known, winner: &Layer) -> (String, Option<Fix>) {
    let written = cluster.inventory.file(winner.place.file).text().get(winner.place.range.span()).unwrap_or_default();
    let value = cluster.inventory.file(winner.place.file).text().get(winner.key.range.span()).unwrap_or("kube_version");
    let nearest = known.nearest(written);
    let message = format!("{value} {written} is a number and no version on {HOSTS}: write all three parts, such as {nearest}");
    (message, set(cluster, winner, nearest, Confidence::Guess))
}

fn text(cluster: &Cluster, release: &Release, known: &Known, winner: &Layer, version: &str) -> Option<(String, Option<Fix>)> {
    if version.is_empty() || known.versions.iter().any(|known| known == version) {
        return None;
    }
    let with_v = version.starts_with('v');
    let other = if with_v { version.trim_start_matches('v').to_owned() } else { format!("v{version}") };
    let wants_v = known.versions.iter().all(|known| known.starts_with('v'));
    if known.versions.contains(&other) {
        let how = if wants_v { "needs a v in front of it" } else { "must not begin with v" };
        let message = format!("kube_version {version} {how} on Kubespray {}, on {HOSTS}", release.version);
        return Some((message, set(cluster, winner, &other, Confidence::Certain)));
    }
    // A patch release that is not known here may bring more patches of Kubernetes, and a minor release more minors.
    let same_minor = |a: Version, b: Version| (a.major, a.minor) == (b.major, b.minor);
    let is_certain = known.is_complete
        || (same_minor(release.version, release.pack.version) && !known.versions.iter().any(|known| minor(known) == minor(version)));
    let nearest = known.nearest(version);
    let message = format!("Kubespray {} cannot download kube_version {version} on {HOSTS}: it knows {}", release.version, known.window());
    is_certain.then(|| (message, set(cluster, winner, nearest, Confidence::Guess)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Confidence {
    Certain,
    Guess,
}

fn set(cluster: &Cluster, winner: &Layer, version: &str, confidence: Confidence) -> Option<Fix> {
    let change = cluster.change_value(winner, &syntax::Value::String(version.into()))?;
    Some(Fix { title: format!("Set kube_version to {version}"), is_safe: confidence == Confidence::Certain, change })
}
