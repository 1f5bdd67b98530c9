//! The table of variables: the facts of all releases, and what people know beside them.

use std::sync::OnceLock;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value;

use crate::{Changes, Default, Facts, Kind, Version, ranges, sources};

/// A variable in one release.
#[derive(Debug)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
    /// A literal or a template; `None` when no role gives one, or when it is `computed`.
    pub default: Option<Default>,
    /// There is a default that is not kept: too large, or it depends on the operating system.
    pub computed: bool,
    /// The roles that give the default, the one whose value is `default` first; none for a name that only people set.
    pub from: Vec<String>,
    /// Roles whose default is another one.
    pub differs: IndexMap<String, Default>,
    /// The values that the release accepts; empty when any is.
    pub values: Vec<Default>,
    /// What its value must look like, where that is known.
    pub form: Option<Form>,
    /// Kinds that its readers take besides that of the default; [`Kind::Any`] when that is not known.
    pub also: Vec<Kind>,
    /// The first release that has it; `None` when that is older than the oldest pack.
    pub since: Option<Version>,
    /// The roles that read it, sorted; `playbooks` for plays.
    pub roles: Vec<String>,
    /// What it is for: a fragment of a sentence without a full stop.
    pub purpose: Option<String>,
    /// A role variable: setting it in an inventory has no effect.
    pub shadowed: bool,
    /// A task may set it while Ansible runs.
    pub set_by_tasks: bool,
    /// The file of the sample inventory that shows it, below `group_vars`.
    pub sample: Option<String>,
}

impl Variable {
    /// Whether something in Kubespray reads it.
    pub fn is_read(&self) -> bool {
        !self.roles.is_empty() || is_read_by_parts(&self.name)
    }

    /// Whether its default is visible in every play, not only where a certain role runs.
    pub fn is_shared(&self) -> bool {
        self.from.iter().any(|role| role == "kubespray_defaults")
    }
}

/// What a value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// An IP address.
    Address,
    /// An IPv6 address.
    Address6,
    /// A range of addresses, or several with commas.
    Range,
    /// Also as a text.
    WholeNumber,
    /// An amount of Kubernetes: `500m`, `1Gi`.
    Quantity,
    /// A time of Go: `1m30s`.
    Duration,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shapes {
    forms: IndexMap<Form, Vec<String>>,
    also: IndexMap<String, Vec<Kind>>,
}

impl Shapes {
    fn of(release: Version) -> Shapes {
        ranges::select(&parsed(sources::SHAPES), release)
            .and_then(|shapes| serde_json::from_value(shapes).ok())
            .expect("bundled packs are well-formed")
    }
}

/// A name that a release does not read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The last release that read it; `None` when that is older than the oldest pack.
    pub last: Option<Version>,
    /// What is set instead, in words of YAML.
    pub instead: Option<&'static str>,
    /// Whether that is a variable that takes the same value.
    pub renamed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    instead: Option<String>,
    #[serde(default)]
    renamed: bool,
    /// The release that stopped reading it, when the packs do not show that.
    #[serde(default)]
    gone: Option<Version>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Purposes {
    names: FxHashMap<String, String>,
    patterns: Vec<Pattern>,
}

/// Words for all names that end alike; `{}` in them is what stands before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pattern {
    ends: String,
    words: String,
}

impl Purposes {
    fn of(&self, name: &str) -> Option<String> {
        self.names.get(name).cloned().or_else(|| {
            self.patterns.iter().find_map(|pattern| {
                let stem = name.strip_suffix(pattern.ends.as_str())?;
                Some(pattern.words.replace("{}", &stem.replace('_', " ")))
            })
        })
    }
}

/// Everything of the table that is not one release's.
#[derive(Debug)]
struct Table {
    /// Oldest first.
    changes: Vec<Changes>,
    spans: FxHashMap<String, Span>,
    purposes: Purposes,
    removals: IndexMap<String, Removal>,
    values: Value,
}

/// In which releases a name is known, and in which it is read.
#[derive(Debug)]
struct Span {
    first: Version,
    last_read: Option<Version>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let changes: Vec<Changes> = sources::VARIABLES.iter().map(|(_, text)| parsed(text)).collect();
        Table {
            spans: spans(&changes),
            changes,
            purposes: parsed(sources::PURPOSES),
            removals: parsed(sources::REMOVED),
            values: parsed(sources::VALUES),
        }
    })
}

/// A bundled text. A malformed one ends the program, which a test excludes.
pub(crate) fn parsed<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    serde_json::from_str(text).expect("bundled packs are well-formed")
}

/// Whether a template makes the name from parts: what the kubelet leaves to the system, and the commands of the tool for images.
fn is_read_by_parts(name: &str) -> bool {
    let is_reserved = |rest: &str| {
        matches!(rest, "reserved_cgroups" | "cpu_reserved" | "memory_reserved" | "ephemeral_storage_reserved" | "pid_reserved")
    };
    name.strip_prefix("kube_").or_else(|| name.strip_prefix("system_")).is_some_and(is_reserved)
        || name.ends_with("_image_pull_command")
        || name.ends_with("_image_info_command")
}

fn spans(changes: &[Changes]) -> FxHashMap<String, Span> {
    let mut spans: FxHashMap<String, Span> = FxHashMap::default();
    let mut read: IndexMap<&str, bool> = IndexMap::new();
    for changes in changes {
        for (name, facts) in &changes.variables {
            spans.entry(name.clone()).or_insert(Span { first: changes.release, last_read: None });
            read.insert(name, !facts.roles.is_empty() || is_read_by_parts(name));
        }
        for name in &changes.gone {
            read.insert(name, false);
        }
        for (name, _) in read.iter().filter(|(_, is_read)| **is_read) {
            if let Some(span) = spans.get_mut(*name) {
                span.last_read = Some(changes.release);
            }
        }
    }
    spans
}

/// The variables of a release that has a file of changes.
pub(crate) fn of(release: Version) -> IndexMap<String, Variable> {
    let table = table();
    let oldest = table.changes.first().map(|changes| changes.release);
    let mut facts: IndexMap<&str, &Facts> = IndexMap::new();
    for changes in table.changes.iter().take_while(|changes| changes.release <= release) {
        for name in &changes.gone {
            facts.swap_remove(name.as_str());
        }
        facts.extend(changes.variables.iter().map(|(name, facts)| (name.as_str(), facts)));
    }
    facts.sort_unstable_keys();
    let mut values: IndexMap<String, Vec<Default>> = ranges::select(&table.values, release)
        .and_then(|values| serde_json::from_value(values).ok())
        .expect("bundled packs are well-formed");
    let mut shapes = Shapes::of(release);
    let forms: FxHashMap<&str, Form> =
        shapes.forms.iter().flat_map(|(form, names)| names.iter().map(|name| (name.as_str(), *form))).collect();
    let variable = |(name, facts): (&str, &Facts)| {
        let first = table.spans.get(name).map(|span| span.first);
        let variable = Variable {
            name: name.to_owned(),
            kind: facts.kind,
            default: facts.default.clone(),
            computed: facts.computed,
            from: facts.from.clone(),
            differs: facts.differs.clone(),
            values: values.swap_remove(name).unwrap_or_default(),
            form: forms.get(name).copied(),
            also: shapes.also.swap_remove(name).unwrap_or_default(),
            since: first.filter(|first| Some(*first) != oldest),
            roles: facts.roles.clone(),
            purpose: table.purposes.of(name),
            shadowed: facts.shadowed,
            set_by_tasks: facts.set_by_tasks,
            sample: facts.sample.clone(),
        };
        (name.to_owned(), variable)
    };
    facts.into_iter().map(variable).collect()
}

/// What is known of a name that `release` does not read; `None` when it does, or when no earlier release did.
pub(crate) fn removed(name: &str, release: Version) -> Option<Removed> {
    let table = table();
    let removal = table.removals.get(name);
    let instead = removal.and_then(|removal| removal.instead.as_deref());
    let renamed = removal.is_some_and(|removal| removal.renamed);
    match table.spans.get(name).and_then(|span| span.last_read) {
        Some(last) => (last < release).then_some(Removed { last: Some(last), instead, renamed }),
        None => removal?.gone.is_some_and(|gone| gone <= release).then_some(Removed { last: None, instead, renamed }),
    }
}

/// The values that `release` accepts for a variable; empty when any is.
pub(crate) fn values(name: &str, release: Version) -> Vec<Default> {
    let values = table().values.get(name).and_then(|values| ranges::select(values, release));
    values.map_or_else(Vec::new, |values| serde_json::from_value(values).expect("bundled packs are well-formed"))
}

/// Whether any release has, or had, a variable of this name.
pub(crate) fn is_known(name: &str) -> bool {
    let table = table();
    table.spans.contains_key(name) || table.removals.contains_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Packs;

    #[test]
    fn people_wrote_about_variables_that_there_are() {
        let table = table();
        let known = |name: &String| table.spans.contains_key(name);
        let mut unknown: Vec<&String> = table.purposes.names.keys().filter(|name| !known(name)).collect();
        unknown.sort_unstable();
        assert_eq!(unknown, Vec::<&String>::new());
        assert!(table.purposes.names.values().all(|words| !words.ends_with('.') && !words.is_empty()));
        for (name, removal) in &table.removals {
            assert!(known(name) || removal.gone.is_some(), "{name}");
        }
        let values: IndexMap<String, Value> = serde_json::from_value(table.values.clone()).expect("a map");
        assert_eq!(values.keys().filter(|name| !known(name)).collect::<Vec<_>>(), Vec::<&String>::new());
        let shapes = Shapes::of("2.26.0".parse().expect("a release"));
        let mut shaped = shapes.forms.values().flatten().chain(shapes.also.keys());
        assert_eq!(shaped.find(|name| !known(name)), None);
    }

    /// What starts with an underscore is Kubespray's own.
    #[test]
    fn nearly_every_variable_has_a_purpose() {
        for pack in Packs::bundled().all() {
            let public = || pack.variables().filter(|variable| !variable.name.starts_with('_'));
            let without: Vec<&str> =
                public().filter(|variable| variable.purpose.is_none()).map(|variable| variable.name.as_str()).collect();
            assert!(without.len() * 20 <= public().count(), "{}: {without:?}", pack.version);
            let shown = public().filter(|variable| variable.sample.is_some() && variable.purpose.is_none());
            assert_eq!(shown.map(|variable| variable.name.as_str()).collect::<Vec<_>>(), Vec::<&str>::new(), "{}", pack.version);
        }
    }

    #[test]
    fn a_variable_is_what_its_release_says() {
        let packs = Packs::bundled();
        let at = |release: &str| packs.nearest(release.parse().expect("a release"));
        let plugin = at("2.31.0").variable("kube_network_plugin").expect("a variable");
        assert_eq!((plugin.kind, &plugin.default), (Kind::Text, &Some(Default::Text("calico".to_owned()))));
        assert!(plugin.is_shared() && !plugin.shadowed && plugin.since.is_none());
        assert!(plugin.roles.iter().any(|role| role == "validate_inventory"), "{:?}", plugin.roles);
        let has = |release: &str, plugin: &str| {
            at(release).variable("kube_network_plugin").expect("a variable").values.contains(&Default::Text(plugin.to_owned()))
        };
        assert!(has("2.24.0", "weave") && !has("2.24.0", "none") && !has("2.29.1", "weave") && has("2.29.1", "none"));
        assert_eq!(at("2.28.1").variable("ipv6_stack").expect("a variable").since, Some("2.28.0".parse().expect("a release")));
        assert!(at("2.28.1").variable("kubelet_checksums").expect("a variable").shadowed);
        assert!(!at("2.27.1").variable("kubelet_checksums").expect("a variable").shadowed);
        let purpose = |name: &str| at("2.31.0").variable(name).and_then(|variable| variable.purpose.clone());
        assert_eq!(purpose("calico_node_image_repo").as_deref(), Some("image of calico node, with its registry"));
    }

    #[test]
    fn a_name_that_is_gone_has_a_last_release() {
        let release = |text: &str| text.parse::<Version>().expect("a release");
        assert_eq!(
            removed("dashboard_enabled", release("2.31.0")),
            Some(Removed { last: Some(release("2.30.0")), instead: None, renamed: false })
        );
        assert_eq!(removed("dashboard_enabled", release("2.30.0")), None);
        let containerd = removed("containerd_insecure_registries", release("2.24.0")).expect("it is gone");
        assert_eq!((containerd.last, containerd.instead), (None, Some("containerd_registries_mirrors")));
        assert_eq!(removed("kube_network_plugin", release("2.31.0")), None);
        assert_eq!(removed("a_name_of_ours", release("2.31.0")), None);
    }

    #[test]
    fn a_release_downloads_the_versions_of_its_table() {
        for (release, oldest, newest, default) in [
            ("2.24.0", "v1.26.0", "v1.29.1", "v1.28.6"),
            ("2.28.0", "1.30.0", "1.32.5", "1.32.5"),
            ("2.28.1", "1.30.0", "1.32.8", "1.32.8"),
            ("2.31.0", "1.33.0", "1.35.4", "1.35.4"),
            ("2.32.0", "1.34.0", "1.36.4", "1.36.4"),
        ] {
            let versions = &Packs::bundled().nearest(release.parse().expect("a release")).kube_versions;
            let ends = (versions.known.last().map(String::as_str), versions.known.first().map(String::as_str));
            assert_eq!((ends, versions.default.as_str()), ((Some(oldest), Some(newest)), default), "{release}");
        }
    }
}
