//! Which release a checkout is: the tag it stands on, what it says of itself, else the shape of its roles and the versions of Kubernetes it can install.

use std::sync::Arc;

use hostwise_expression::Value;
use hostwise_inventory::{Files, SourceFile};
use hostwise_kubespray::Version;

use super::roles::Roles;
use super::{CHECKOUT_TAG, IDENTITIES, SHARED_ROLES};

/// The versions of Kubernetes that a release can install.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) release: Version,
    pub(crate) from: Version,
    pub(crate) to: Version,
}

/// Oldest release first: the keys of `kubelet_checksums`. A release that changed nothing about them is left out; the last is under development.
pub(crate) const WINDOWS: &[Window] = &[
    window([2, 22, 0], [1, 24, 0], [1, 26, 5]),
    window([2, 22, 2], [1, 24, 0], [1, 26, 13]),
    window([2, 23, 0], [1, 25, 0], [1, 27, 5]),
    window([2, 23, 1], [1, 25, 0], [1, 27, 7]),
    window([2, 23, 2], [1, 25, 0], [1, 27, 9]),
    window([2, 23, 3], [1, 25, 0], [1, 27, 10]),
    window([2, 24, 0], [1, 26, 0], [1, 29, 1]),
    window([2, 24, 3], [1, 26, 0], [1, 29, 9]),
    window([2, 25, 0], [1, 27, 0], [1, 29, 5]),
    window([2, 25, 1], [1, 27, 0], [1, 29, 10]),
    window([2, 26, 0], [1, 28, 0], [1, 30, 4]),
    window([2, 26, 1], [1, 28, 0], [1, 30, 6]),
    window([2, 27, 0], [1, 29, 0], [1, 31, 4]),
    window([2, 27, 1], [1, 29, 0], [1, 31, 9]),
    window([2, 28, 0], [1, 30, 0], [1, 32, 5]),
    window([2, 28, 1], [1, 30, 0], [1, 32, 8]),
    window([2, 29, 0], [1, 31, 0], [1, 33, 5]),
    window([2, 29, 1], [1, 31, 0], [1, 33, 7]),
    window([2, 30, 0], [1, 32, 0], [1, 34, 3]),
    window([2, 31, 0], [1, 33, 0], [1, 35, 4]),
    window([2, 32, 0], [1, 34, 0], [1, 36, 4]),
];

const fn window(release: [u32; 3], from: [u32; 3], to: [u32; 3]) -> Window {
    const fn version([major, minor, patch]: [u32; 3]) -> Version {
        Version { major, minor, patch }
    }
    Window { release: version(release), from: version(from), to: version(to) }
}

/// The release of the checkout at `root`, and the path of what says so.
pub(super) fn of(files: &Files, root: &str, roles: &Roles) -> Option<(Version, Arc<str>)> {
    let written = IDENTITIES.iter().filter_map(|name| files.file(&format!("{root}/{name}")));
    let said = written.filter_map(|file| Some((identity(file)??, Arc::clone(file.path())))).next();
    let of_roles = || Some((by_shape(files, root, roles)?, Arc::from(format!("{root}/roles"))));
    let tag = files.file(&format!("{root}/{CHECKOUT_TAG}")).and_then(|file| tag(file.text()));
    let by_git = |version| Some((version, Arc::from(format!("{root}/.git"))));
    match (&said, tag) {
        (_, Some((version, true))) => return by_git(version),
        // Between two releases the file has the number of the next one, unless it was forgotten.
        (Some((written, _)), Some((version, false))) if *written <= version => return by_git(version),
        (None, Some((version, false))) => return by_git(version),
        _ => {}
    }
    match said {
        // Four releases still carry the number of the one before.
        Some((Version { major: 2, minor: 21, patch: 0 }, path)) => of_roles().or(Some((Version { major: 2, minor: 22, patch: 0 }, path))),
        Some((Version { major: 2, minor: 22, patch: 1 }, path)) => of_roles().or(Some((Version { major: 2, minor: 23, patch: 0 }, path))),
        Some(said) => Some(said),
        None => of_roles(),
    }
}

/// The release in what `git describe` says, and whether it is exactly that: `v2.30.0` is, `v2.30.0-57-g46dbdd3` is later.
fn tag(described: &str) -> Option<(Version, bool)> {
    let (tag, later) = described.trim().split_once('-').map_or((described.trim(), None), |(tag, later)| (tag, Some(later)));
    Some((tag.strip_prefix('v')?.parse().ok()?, later.is_none()))
}

/// Of a `galaxy.yml` or `MANIFEST.json` of Kubespray, the release it says, when it is a number.
pub(super) fn identity(file: &SourceFile) -> Option<Option<Version>> {
    let root = file.yaml().root()?;
    let about = root.get("collection_info").map_or(root, |entry| entry.value);
    let text = |key| about.get(key).map(|entry| entry.value.text());
    let is_kubespray = text("namespace")? == "kubernetes_sigs" && text("name")? == "kubespray";
    is_kubespray.then(|| {
        let version = text("version")?;
        let number = version.split(['-', '+']).next().unwrap_or_default();
        number.parse().ok()
    })
}

/// The releases with these roles, and among them the one with this window of Kubernetes versions.
fn by_shape(files: &Files, root: &str, roles: &Roles) -> Option<Version> {
    let has = |path: &str| files.get(&format!("{root}/{path}")).is_some();
    let [new, old] = SHARED_ROLES;
    let minors = if has("roles/container-engine/tasks/main.yml") {
        31..=u32::MAX
    } else if has("roles/dynamic_groups") {
        29..=30
    } else if has(&format!("roles/{new}")) || has("roles/validate_inventory") {
        28..=28
    } else if has(&format!("roles/{old}/defaults/main/download.yml")) {
        24..=27
    } else if has("roles/download/defaults/main/checksums.yml") {
        23..=23
    } else if has(&format!("roles/{old}")) {
        0..=22
    } else {
        return None;
    };
    let mut releases = WINDOWS.iter().filter(|window| minors.contains(&window.release.minor)).rev();
    let newest = releases.clone().next()?;
    let (from, to) = installable(roles).unwrap_or((newest.from, newest.to));
    let exact = releases.clone().find(|window| (window.from, window.to) == (from, to));
    let same_start = || releases.find(|window| (window.from.major, window.from.minor) == (from.major, from.minor));
    Some(exact.or_else(same_start).unwrap_or(newest).release)
}

/// The lowest and the highest version of Kubernetes with checksums.
fn installable(roles: &Roles) -> Option<(Version, Version)> {
    let name = "kubelet_checksums";
    let Value::Map(architectures) = roles.vars(name).first().or(roles.defaults(name).first())?.value(name) else { return None };
    let versions = architectures.values().filter_map(|checksums| match checksums {
        Value::Map(checksums) => Some(checksums.keys().filter_map(|version| version.to_string().parse::<Version>().ok())),
        _ => None,
    });
    versions.flatten().fold(None, |range, version| {
        let (from, to) = range.unwrap_or((version, version));
        Some((from.min(version), to.max(version)))
    })
}

#[cfg(test)]
mod tests {
    use hostwise_kubespray::Packs;

    use super::*;

    #[test]
    fn windows_are_those_of_the_packs() {
        let number = |version: &String| version.parse::<Version>().ok();
        for window in WINDOWS.iter().rev() {
            let pack = Packs::bundled().nearest(window.release);
            let known = pack.kube_versions.known.iter().filter_map(number);
            if pack.version == window.release {
                assert_eq!((known.clone().min(), known.max()), (Some(window.from), Some(window.to)), "{}", window.release);
            }
        }
    }
}
