//! Where Kubespray says more about a variable: pages of its documentation, and the defaults of its roles, as of a release.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::variables::parsed;
use crate::{Packs, Variable, Version, sources};

const REPOSITORY: &str = "https://github.com/kubernetes-sigs/kubespray";

/// Roles whose defaults stand somewhere else than in `defaults` of that role.
const ELSEWHERE: [&str; 2] = ["helm-apps", "network_plugin/calico"];

/// A page about a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocPage {
    /// What it is about, for people: `Calico in the documentation of Kubespray 2.31.0`.
    pub title: String,
    pub url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    topic: String,
    /// How the names of its variables begin.
    names: Vec<String>,
    places: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    /// Below `docs`, without `.md`.
    path: String,
    since: Option<Version>,
    before: Option<Version>,
}

/// The page about a variable of a release: the one whose names fit best, else the defaults of the role that gives it one.
pub fn page(variable: &Variable, release: Version) -> Option<DocPage> {
    documentation(&variable.name, release).or_else(|| defaults(variable, release))
}

fn documentation(name: &str, release: Version) -> Option<DocPage> {
    let fit = |topic: &&Topic| topic.names.iter().filter(|known| name.starts_with(known.as_str())).map(String::len).max();
    let topic = topics().iter().filter(|topic| fit(topic).is_some()).max_by_key(fit)?;
    let is_there = |place: &&Place| place.since.is_none_or(|since| since <= release) && place.before.is_none_or(|before| release < before);
    let place = topic.places.iter().find(is_there)?;
    Some(DocPage {
        title: format!("{} in the documentation of Kubespray {release}", topic.topic),
        url: format!("{REPOSITORY}/blob/{}/docs/{}.md", reference(release), place.path),
    })
}

/// The directory, not a file: a role may have several.
fn defaults(variable: &Variable, release: Version) -> Option<DocPage> {
    /// The first release that spells the role of the shared defaults as Python does.
    const RENAMED: Version = Version { major: 2, minor: 28, patch: 0 };
    let role = variable.from.first().filter(|role| !ELSEWHERE.contains(&role.as_str()))?;
    let directory = if role == "kubespray_defaults" && release < RENAMED { "kubespray-defaults" } else { role };
    Some(DocPage {
        title: format!("The defaults of {role} in Kubespray {release}"),
        url: format!("{REPOSITORY}/tree/{}/roles/{directory}/defaults", reference(release)),
    })
}

/// The tag of a release; the branch of the one that is still being made.
fn reference(release: Version) -> String {
    if release == Packs::bundled().development() { "master".to_owned() } else { format!("v{release}") }
}

fn topics() -> &'static [Topic] {
    static TOPICS: OnceLock<Vec<Topic>> = OnceLock::new();
    TOPICS.get_or_init(|| parsed(sources::DOCS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(name: &str, release: &str) -> String {
        let pack = Packs::bundled().nearest(release.parse().expect("a release"));
        let page = pack.variable(name).and_then(|variable| page(variable, pack.version));
        page.map_or_else(|| "none".to_owned(), |page| page.url.replace(REPOSITORY, ""))
    }

    #[test]
    fn pages_are_those_of_the_release() {
        assert_eq!(url("calico_mtu", "2.24.1"), "/blob/v2.24.1/docs/calico.md");
        assert_eq!(url("calico_mtu", "2.31.0"), "/blob/v2.31.0/docs/CNI/calico.md");
        assert_eq!(url("metallb_enabled", "2.32.0"), "/blob/master/docs/ingress/metallb.md");
        assert_eq!(url("container_manager", "2.27.0"), "/tree/v2.27.0/roles/kubespray-defaults/defaults");
        assert_eq!(url("container_manager", "2.28.0"), "/tree/v2.28.0/roles/kubespray_defaults/defaults");
        assert_eq!(url("helm_enabled", "2.31.0"), "/tree/v2.31.0/roles/kubespray_defaults/defaults");
    }

    #[test]
    fn each_topic_has_variables_and_places_that_follow_each_other() {
        for topic in topics() {
            let is_known = |name: &String| Packs::bundled().all().any(|pack| pack.variables().any(|known| known.name.starts_with(name)));
            let unknown: Vec<&String> = topic.names.iter().filter(|name| !is_known(name)).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
            for pair in topic.places.windows(2) {
                assert_eq!(pair[0].before, pair[1].since, "{}", topic.topic);
            }
        }
    }
}
