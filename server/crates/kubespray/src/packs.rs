//! The packs bundled with this build.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::variables::parsed;
use crate::{Default, Pack, Removed, Version, sources};

/// The packs bundled with this build, oldest first. Each is read when it is first asked for.
#[derive(Debug)]
pub struct Packs {
    packs: Vec<(Version, OnceLock<Arc<Pack>>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Releases {
    development: Version,
}

impl Packs {
    /// # Panics
    /// When a bundled pack is malformed, which a test excludes.
    pub fn bundled() -> &'static Packs {
        static PACKS: OnceLock<Packs> = OnceLock::new();
        PACKS.get_or_init(|| {
            let release = |(release, _): &(&str, &str)| release.parse().expect("files are named after releases");
            Packs { packs: sources::VARIABLES.iter().map(|source| (release(source), OnceLock::new())).collect() }
        })
    }

    /// The pack of the newest release; that of the development branch is not one.
    pub fn newest(&self) -> &Arc<Pack> {
        let development = self.development();
        self.at(self.packs.iter().rposition(|(known, _)| *known != development).unwrap_or(0))
    }

    /// The number that the development branch carries.
    pub fn development(&self) -> Version {
        let releases: Releases = parsed(sources::RELEASES);
        releases.development
    }

    /// The nearest pack at or below `version`, else the oldest.
    pub fn nearest(&self, version: Version) -> &Arc<Pack> {
        self.at(self.packs.iter().rposition(|(known, _)| *known <= version).unwrap_or(0))
    }

    /// Whether any release has, or had, a variable of this name. Reads no pack for it.
    pub fn know(&self, variable: &str) -> bool {
        crate::variables::is_known(variable)
    }

    /// What is known of a name that an earlier release read and `release` does not. Reads no pack for it.
    pub fn removed(&self, variable: &str, release: Version) -> Option<Removed> {
        crate::variables::removed(variable, release)
    }

    /// The values that a release accepts for a variable; empty when any is. Reads no pack for it.
    pub fn values(&self, variable: &str, release: Version) -> Vec<Default> {
        crate::variables::values(variable, release)
    }

    /// The release whose tag names a commit, given in hexadecimal. Reads no pack for it.
    pub fn tagged(&self, commit: &str) -> Option<Version> {
        let commits: FxHashMap<String, Version> = parsed(sources::COMMITS);
        commits.get(commit).copied()
    }

    /// The releases that have a pack, oldest first.
    pub fn versions(&self) -> impl ExactSizeIterator<Item = Version> {
        self.packs.iter().map(|(version, _)| *version)
    }

    /// All packs, oldest first.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Pack>> {
        (0..self.packs.len()).map(|index| self.at(index))
    }

    fn at(&self, index: usize) -> &Arc<Pack> {
        let (version, pack) = &self.packs[index];
        pack.get_or_init(|| Arc::new(Pack::of(*version)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_are_sorted_and_the_nearest_is_at_or_below() {
        let packs = Packs::bundled();
        assert!(packs.versions().is_sorted());
        let development = packs.development();
        assert!(packs.newest().version < development, "the development branch is no release");
        assert_eq!(packs.nearest(Version { minor: development.minor + 1, ..development }).version, development);
        assert_eq!(packs.nearest(Version { major: 1, minor: 0, patch: 0 }).version, Version { major: 2, minor: 24, patch: 0 });
        assert_eq!(packs.nearest(Version { major: 2, minor: 28, patch: 9 }).version, Version { major: 2, minor: 28, patch: 1 });
    }

    #[test]
    fn every_release_but_the_one_in_development_has_the_commit_of_its_tag() {
        let commits: FxHashMap<String, Version> = parsed(sources::COMMITS);
        assert!(commits.keys().all(|commit| commit.len() == 40 && commit.bytes().all(|digit| digit.is_ascii_hexdigit())));
        let packs = Packs::bundled();
        for version in packs.versions().filter(|version| *version != packs.development()) {
            assert_eq!(commits.values().filter(|tagged| **tagged == version).count(), 1, "{version}");
        }
        assert_eq!(packs.tagged("f4ccdb5e72395eaf9f3444056ebd1a6625ddb89a"), Some(Version { major: 2, minor: 30, patch: 0 }));
        assert_eq!(packs.tagged("46dbdd3"), None);
    }

    #[test]
    fn a_pack_speaks_of_what_it_knows() {
        for pack in Packs::bundled().all() {
            let known = |group: &String| group == "all" || pack.groups.contains_key(group);
            let legacy = |group: &String| pack.groups.values().any(|knowledge| knowledge.legacy_names.contains(group));
            assert!(
                pack.groups.values().flat_map(|group| &group.filled_from).all(|group| known(group) || legacy(group)),
                "{}",
                pack.version
            );
            assert!(pack.layouts.values().flat_map(|layout| &layout.hosts).flatten().all(known), "{}", pack.version);
            for tool in pack.image_tools.values() {
                assert!(pack.components.contains_key(tool), "{tool}");
            }
            for (name, check) in &pack.checks {
                assert!(known(&check.on), "{name}");
                let variables =
                    check.change.iter().map(String::as_str).chain(check.says.split('{').skip(1).filter_map(|rest| rest.split('}').next()));
                for variable in variables {
                    assert!(pack.variable(variable).is_some(), "{}: {name}: {variable}", pack.version);
                }
            }
            for (name, component) in &pack.components {
                assert!(!component.needs.is_empty() && !component.purpose.is_empty(), "{name}");
                for need in &component.needs {
                    let words = format!("{} {}", need.yes, need.no);
                    let mut placeholders = words.split('{').skip(1).filter_map(|rest| rest.split('}').next());
                    assert!(placeholders.all(|variable| pack.variable(variable).is_some()), "{}: {name}: {words}", pack.version);
                }
            }
        }
    }
}
