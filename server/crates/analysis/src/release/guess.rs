//! The release that an inventory was made for, by what it holds: a guess, and said to be one.
//!
//! `kube_version` decides: releases up to 2.27 need its leading `v` and later ones refuse it, and each release installs a window of versions only.
//! Without it the files that a copied sample brings decide. What contradicts itself is no hint.

use std::fmt;
use std::sync::Arc;

use hostwise_inventory::{Entry, Files, Request, SourceFile};
use hostwise_kubespray::{Packs, Version};
use hostwise_syntax::ini::SectionKind;

use crate::checkout::{WINDOWS, Window};
use crate::discovery::parent;

/// What an inventory hints at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    what: String,
    pub(crate) path: Arc<str>,
    /// One-based; none for a file that is a hint by being there.
    line: Option<u32>,
    /// The oldest release that fits as well; none when releases fit that are older than all that are known.
    pub(crate) oldest: Option<Version>,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.what, self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ")")
    }
}

/// The first release that no longer takes `v1.31.4` for a version.
const WITHOUT_V: Version = Version { major: 2, minor: 28, patch: 0 };

/// Files of the sample inventory, and the releases whose sample has them: from the first minor number to the second.
const SAMPLE: [(&str, u32, u32); 4] = [
    ("group_vars/k8s_cluster/kube_control_plane.yml", 28, u32::MAX),
    ("group_vars/k8s_cluster/k8s-net-weave.yml", 0, 28),
    ("group_vars/etcd.yml", 0, 28),
    ("patches", 0, 26),
];

/// What the sample of these releases pins `kube_version` to: a copied sample says it still. Later samples do not pin it.
const PINNED: [(&str, [u32; 3]); 9] = [
    ("v1.28.6", [2, 24, 1]),
    ("v1.28.10", [2, 24, 2]),
    ("v1.28.14", [2, 24, 3]),
    ("v1.29.5", [2, 25, 0]),
    ("v1.29.10", [2, 25, 1]),
    ("v1.30.4", [2, 26, 0]),
    ("v1.30.6", [2, 26, 1]),
    ("v1.31.4", [2, 27, 0]),
    ("v1.31.9", [2, 27, 1]),
];

/// The newest release that fits what the inventory holds, and what decided.
pub(super) fn of(files: &Files, request: &Request) -> Option<(Version, Hint)> {
    let homes: Vec<&str> = request.sources.iter().map(|source| home(files, source)).collect();
    let by_version = homes.iter().find_map(|home| kube_version(files, home)).and_then(|(text, path, line)| {
        let (oldest, release) = installing(&text)?;
        Some((release, Hint { what: format!("kube_version is {text}"), path, line: Some(line), oldest: Some(oldest) }))
    });
    by_version.or_else(|| homes.iter().find_map(|home| by_sample(files, request, home)))
}

fn home<'f>(files: &Files, source: &'f str) -> &'f str {
    if matches!(files.get(source), Some(Entry::Directory)) { source } else { parent(source) }
}

/// The `kube_version` that a variable file beside the inventory sets, with its path and one-based line. Only a plain text counts.
fn kube_version(files: &Files, home: &str) -> Option<(String, Arc<str>, u32)> {
    let set = |file: &Arc<SourceFile>| {
        let entry = file.yaml().root()?.get("kube_version")?;
        let line = file.lines().line_of(entry.key.range().start as usize) as u32 + 1;
        Some((entry.value.text().into_owned(), Arc::clone(file.path()), line))
    };
    let directory = format!("{home}/group_vars");
    let entries = files.under(&directory).map(|(_, entry)| entry);
    entries.filter_map(|entry| if let Entry::File(file) = entry { set(file) } else { None }).next()
}

/// The oldest release that installs this version of Kubernetes, written as the release wants it, and the likely one: whose sample pins it, else the
/// newest.
fn installing(text: &str) -> Option<(Version, Version)> {
    let version: Version = text.parse().ok()?;
    let has_v = text.starts_with('v');
    let fits = |release: Version| has_v == (release < WITHOUT_V);
    let installs = |window: &&Window| fits(window.release) && (window.from..=window.to).contains(&version);
    // The development branch only when nothing that was released fits.
    let released = WINDOWS.iter().rev().filter(|window| window.release <= Packs::bundled().newest().version);
    let newest = released.chain(WINDOWS.iter().rev()).find(installs)?.release;
    let oldest = WINDOWS.iter().find(installs)?.release;
    let pinned = PINNED.iter().find(|(pinned, _)| *pinned == text);
    Some((oldest, pinned.map_or(newest, |(_, [major, minor, patch])| Version { major: *major, minor: *minor, patch: *patch })))
}

fn by_sample(files: &Files, request: &Request, home: &str) -> Option<(Version, Hint)> {
    let there = SAMPLE.iter().filter(|(path, ..)| files.get(&format!("{home}/{path}")).is_some());
    let (mut from, mut to, mut decisive) = (0, u32::MAX, None);
    for (path, first, last) in there {
        (from, to) = (from.max(*first), to.min(*last));
        decisive = decisive.or(Some(*path));
    }
    let path = decisive?;
    // A static k8s_cluster alone says nothing: people keep it. Beside other old files it does.
    if to <= 28 && request.sources.iter().any(|source| files.file(source).is_some_and(|file| has_static_cluster(file))) {
        to = to.min(26);
    }
    let newest = Packs::bundled().newest().version;
    let mut releases = WINDOWS.iter().map(|window| window.release).filter(|release| *release <= newest);
    let release = releases.rfind(|release| (from..=to).contains(&release.minor)).filter(|release| *release != newest)?;
    let oldest = (from > 0).then_some(Version { major: 2, minor: from, patch: 0 });
    Some((release, Hint { what: format!("{path} is there"), path: format!("{home}/{path}").into(), line: None, oldest }))
}

/// Whether the inventory lists the children of `k8s_cluster`, as the sample did up to 2.26.
fn has_static_cluster(file: &SourceFile) -> bool {
    let text = file.text();
    let mut sections = file.ini().sections.iter();
    sections.any(|section| section.kind == SectionKind::Children && section.name.is_some_and(|name| &text[name.span()] == "k8s_cluster"))
}
