//! Why? The whole of a host, one component on it, or one variable with the line that decided.

use std::sync::Arc;

use hostwise_expression::{Evaluator, Outcome, Value};
use hostwise_inventory::{HostId, Layer, LayerKind};
use hostwise_syntax::TextRange;
use serde::Serialize;

use crate::checkout::Declared;
use crate::cluster::Cluster;
use crate::components::{self, Answer, Because, BecauseKind, State, Verdict};
use crate::release::Release;
use crate::scope::{DIALECT, HostScope, from_inventory};
use crate::{Workspace, ci, json};

/// What a host becomes. Serialises as `hostwise explain --format json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostExplanation {
    pub host: Arc<str>,
    pub role: String,
    pub layout: String,
    /// Sorted, at run time: `k8s_cluster` is there although no file names it.
    pub groups: Vec<Arc<str>>,
    /// Groups that Kubespray makes for itself while it runs; sorted.
    #[serde(skip)]
    pub helper_groups: Vec<Arc<str>>,
    /// `None` when the inventory has no group of Kubespray.
    pub kubespray: Option<KubesprayRelease>,
    pub components: Vec<ComponentExplanation>,
}

impl HostExplanation {
    /// The components in this state, those with the same reason together: names and reason, in the order of the pack.
    pub fn by_reason(&self, state: State) -> Vec<(Vec<&str>, &str)> {
        let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
        for component in self.components.iter().filter(|component| component.state == state) {
            let reason = if self.components.len() == 1 { &component.reason } else { &component.brief };
            match groups.iter_mut().find(|(_, known)| known == reason) {
                Some((names, _)) => names.push(&component.name),
                None => groups.push((vec![&component.name], reason)),
            }
        }
        groups
    }
}

/// The release whose knowledge was used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KubesprayRelease {
    pub version: String,
    /// How the release is known.
    pub source: String,
    /// The absolute path in [`Self::source`].
    #[serde(skip)]
    pub path: Option<Arc<str>>,
    /// The directory of the checkout.
    #[serde(skip)]
    pub root: Option<Arc<str>>,
    /// What of the checkout could not be read, a line each.
    #[serde(skip)]
    pub problems: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentExplanation {
    pub name: Arc<str>,
    #[serde(serialize_with = "state_name")]
    pub state: State,
    /// Whether it is fetched onto the host, installed or not; `None` when nothing of it is downloaded.
    #[serde(skip)]
    pub downloaded: Option<Answer>,
    /// Whether it runs on the host, or from it in the cluster; `None` for what is only a program.
    #[serde(skip)]
    pub running: Option<Answer>,
    /// One line without a full stop.
    pub reason: String,
    /// The same for a list of many: what all of a kind have in common.
    #[serde(skip)]
    pub brief: String,
    /// The facts that decided, each with the line that says so for this host; empty where hosts are only listed.
    pub because: Vec<BecauseExplanation>,
}

/// A group, variable or fact that decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BecauseExplanation {
    #[serde(serialize_with = "because_name")]
    pub kind: BecauseKind,
    pub name: String,
    pub value: String,
    /// Absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Arc<str>>,
    /// One-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Bytes of the file at `path`.
    #[serde(skip)]
    pub range: Option<TextRange>,
}

/// The value of a variable on a host.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariableExplanation {
    pub host: Arc<str>,
    pub variable: String,
    /// As written; null for a vaulted value, and for a default of which the pack keeps only a part.
    pub value: serde_json::Value,
    /// With templates evaluated; null when a part of it is not known.
    pub rendered: serde_json::Value,
    pub known: bool,
    /// Why it is not known: one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    pub origin: Origin,
    /// What the value beat, the strongest first.
    pub overridden: Vec<Overridden>,
    /// What would hold without any of these: the default of the release.
    #[serde(skip)]
    pub default: Option<Overridden>,
    /// The variables that a template was computed from, in the order of reading.
    #[serde(skip)]
    pub reads: Vec<BecauseExplanation>,
    #[serde(skip)]
    pub kubespray: Option<KubesprayRelease>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Origin {
    /// `group-vars`, `inventory-host`, ..., `kubespray-default`, or `role-vars` for what a role sets over the inventory.
    pub kind: &'static str,
    /// Absolute; none for a default that is known without a checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Arc<str>>,
    /// One-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The key, as bytes of the file at `path`.
    #[serde(skip)]
    pub range: Option<TextRange>,
    /// The group that brought it.
    #[serde(skip)]
    pub group: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overridden {
    #[serde(flatten)]
    pub origin: Origin,
    pub value: serde_json::Value,
}

/// The explanation of `host` by the first inventory that has it; of those that read the file at `path` when one is given.
pub fn explain_host(workspace: &Workspace, path: Option<&str>, host: &str) -> Option<HostExplanation> {
    let (cluster, host) = find(workspace, path, host)?;
    let mut explanation = of_host(cluster, host);
    add_facts(cluster, host, &mut explanation.components);
    Some(explanation)
}

/// The explanation of `host` with one component only; `None` when host or component are unknown.
pub fn explain_component(workspace: &Workspace, path: Option<&str>, host: &str, component: &str) -> Option<HostExplanation> {
    let (cluster, host) = find(workspace, path, host)?;
    let mut explanation = of_host(cluster, host);
    explanation.components.retain(|known| &*known.name == component);
    let why = cluster.why(host, component)?;
    explanation.components.first_mut()?.because = why.facts.iter().map(|because| of_because(cluster, because)).collect();
    Some(explanation)
}

/// The explanation of a variable on `host`; `None` when the host is unknown, or the variable is neither set nor a default of the release.
pub fn explain_variable(workspace: &Workspace, path: Option<&str>, host: &str, name: &str) -> Option<VariableExplanation> {
    let (cluster, host) = find(workspace, path, host)?;
    of_variable(cluster, host, name)
}

/// `None` when the variable is neither set for the host nor a default of the release.
pub(crate) fn of_variable(cluster: &Cluster, host: HostId, name: &str) -> Option<VariableExplanation> {
    let release = cluster.kubespray.as_ref();
    let mut said: Vec<Overridden> = Vec::new();
    if let Some(declared) = release.and_then(|release| release.shadowing(name)) {
        said.push(of_role("role-vars", declared, name));
    } else if let Some(value) = release.and_then(|release| release.shadowing_value(name)) {
        said.push(of_pack("role-vars", &value));
    }
    if let Some(variable) = cluster.inventory.variable(host, name) {
        said.extend(std::iter::once(&variable.winner).chain(&variable.overridden).map(|layer| of_layer(cluster, layer, name)));
    }
    let default = release.and_then(|release| default(release, name));
    let (winner, overridden) = match said.split_first() {
        Some((winner, overridden)) => (winner.clone(), overridden.to_vec()),
        None => (default.clone()?, Vec::new()),
    };
    let scope = HostScope { cluster, host, without_own: false };
    let evaluator = Evaluator::new(&scope, DIALECT);
    let Outcome { result: rendered, read, .. } = evaluator.variable(name);
    let is_known = rendered.reasons().is_empty() && !matches!(rendered, Value::Undefined(_) | Value::Error(_));
    Some(VariableExplanation {
        host: Arc::clone(&cluster.inventory.host(host).name),
        variable: name.to_owned(),
        value: winner.value,
        rendered: if is_known { json::from_value(&rendered) } else { serde_json::Value::Null },
        known: is_known,
        unknown: (!is_known).then(|| components::for_people(&rendered)),
        default: default.filter(|default| default.origin != winner.origin),
        origin: winner.origin,
        overridden,
        reads: components::variables_read(cluster, host, &evaluator, read.iter().filter(|read| &***read != name))
            .iter()
            .map(|because| of_because(cluster, because))
            .collect(),
        kubespray: release.map(of_release),
    })
}

/// The default of a release: as its checkout declares it, else as the pack knows it.
pub(crate) fn default(release: &Release, name: &str) -> Option<Overridden> {
    if let Some(declared) = release.declared(name).first() {
        return Some(of_role("kubespray-default", declared, name));
    }
    Some(of_pack("kubespray-default", &release.default(name)?))
}

fn of_pack(kind: &'static str, value: &Value) -> Overridden {
    let kept = if value.reasons().is_empty() { json::from_value(value) } else { serde_json::Value::Null };
    Overridden { origin: Origin { kind, path: None, line: None, range: None, group: None }, value: kept }
}

fn of_role(kind: &'static str, declared: &Declared, name: &str) -> Overridden {
    let path = Some(Arc::clone(declared.file.path()));
    let origin = Origin { kind, path, line: Some(declared.line()), range: Some(declared.key), group: None };
    Overridden { origin, value: json::from_value(declared.value(name)) }
}

/// All names that [`explain_component`] and [`explain_variable`] know on `host`: components in the order of the pack, then variables, sorted.
pub fn explainable_names(workspace: &Workspace, host: &str) -> Vec<Arc<str>> {
    let Some((cluster, host)) = find(workspace, None, host) else { return Vec::new() };
    let mut names = cluster.inventory.variable_names(host);
    names.extend(cluster.kubespray.iter().flat_map(Release::names));
    names.sort_unstable();
    names.dedup();
    let components = cluster.kubespray.iter().flat_map(|release| release.pack.components.keys());
    components.map(|name| Arc::from(name.as_str())).chain(names).collect()
}

/// The names of all hosts of the workspace, in order of appearance.
pub fn explainable_hosts(workspace: &Workspace) -> Vec<Arc<str>> {
    let hosts = workspace.clusters().iter().flat_map(|cluster| cluster.inventory.hosts().map(|(_, host)| Arc::clone(&host.name)));
    hosts.collect()
}

/// Puts the facts behind each state to all components of a host.
pub(crate) fn add_facts(cluster: &Cluster, host: HostId, components: &mut [ComponentExplanation]) {
    for (component, because) in components.iter_mut().zip(cluster.because_of_all(host)) {
        component.because = because.iter().map(|because| of_because(cluster, because)).collect();
    }
}

/// The explanation of a host without the facts behind each state: what many hosts are listed with.
pub(crate) fn of_host(cluster: &Cluster, host: HostId) -> HostExplanation {
    let view = cluster.view(host);
    let inventory = &cluster.inventory;
    let mut groups: Vec<Arc<str>> = inventory.groups_of(host).iter().map(|&group| Arc::clone(&inventory.group(group).name)).collect();
    groups.retain(|group| &**group != "all");
    groups.sort_unstable();
    // Kubespray's own helpers start with an underscore. One that is made of every host says nothing.
    let mut helper_groups: Vec<Arc<str>> = groups.extract_if(.., |group| group.starts_with('_')).collect();
    helper_groups.retain(|group| &**group != "_all");
    HostExplanation {
        host: Arc::clone(&inventory.host(host).name),
        role: view.role.to_string(),
        layout: cluster.layout().to_string(),
        groups,
        helper_groups,
        kubespray: cluster.kubespray.as_ref().map(of_release),
        components: view.components.iter().map(of_component).collect(),
    }
}

pub(crate) fn of_release(release: &Release) -> KubesprayRelease {
    KubesprayRelease {
        version: release.to_string(),
        source: release.source.to_string(),
        path: release.source.path().cloned(),
        root: release.checkout.as_ref().map(|checkout| Arc::clone(&checkout.root)),
        problems: release.checkout.as_ref().map(|checkout| checkout.problems().to_vec()).unwrap_or_default(),
    }
}

fn of_component(verdict: &Verdict) -> ComponentExplanation {
    ComponentExplanation {
        name: Arc::clone(&verdict.name),
        state: verdict.state,
        downloaded: verdict.downloaded,
        running: verdict.running,
        reason: verdict.reason.clone(),
        brief: verdict.brief.clone(),
        because: Vec::new(),
    }
}

fn of_because(cluster: &Cluster, because: &Because) -> BecauseExplanation {
    let declared = || {
        let declared = cluster.kubespray.as_ref()?.decisive(&because.name).filter(|_| because.kind == BecauseKind::Variable)?;
        Some((Arc::clone(declared.file.path()), declared.line(), declared.key))
    };
    let of_inventory = because.place.map(|place| (cluster.path_and_line(place), place.range));
    let place = of_inventory.map(|((path, line), range)| (path, line, range)).or_else(declared);
    let (path, line, range) = place.map_or((None, None, None), |(path, line, range)| (Some(path), Some(line), Some(range)));
    BecauseExplanation { kind: because.kind, name: because.name.clone(), value: because.value.clone(), path, line, range }
}

/// The host in the first inventory that has it; of those that read the file at `path` when one is given.
pub(crate) fn find<'w>(workspace: &'w Workspace, path: Option<&str>, host: &str) -> Option<(&'w Cluster, HostId)> {
    let clusters =
        || workspace.clusters().iter().map(|cluster| &**cluster).filter(|cluster| path.is_none_or(|path| cluster.concerns(path)));
    let named = clusters().find_map(|cluster| Some((cluster, cluster.inventory.host_named(host)?)));
    named.or_else(|| clusters().find_map(|cluster| Some((cluster, ci::instance(workspace, cluster, host)?))))
}

fn of_layer(cluster: &Cluster, layer: &Layer, name: &str) -> Overridden {
    let (path, line) = cluster.path_and_line(layer.key);
    let group = layer.group.map(|group| Arc::clone(&cluster.inventory.group(group).name));
    let origin = Origin { kind: layer_name(layer.kind), path: Some(path), line: Some(line), range: Some(layer.key.range), group };
    Overridden { origin, value: json::from_value(&from_inventory(&layer.value, name)) }
}

/// The name of a step of precedence in JSON output.
fn layer_name(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::InventoryAll => "inventory-all",
        LayerKind::InventoryGroup => "inventory-group",
        LayerKind::GroupVarsAll => "group-vars-all",
        LayerKind::PlaybookGroupVarsAll => "playbook-group-vars-all",
        LayerKind::GroupVars => "group-vars",
        LayerKind::PlaybookGroupVars => "playbook-group-vars",
        LayerKind::InventoryHost => "inventory-host",
        LayerKind::HostVars => "host-vars",
        LayerKind::PlaybookHostVars => "playbook-host-vars",
        LayerKind::ExtraVars => "extra-vars",
    }
}

fn state_name<S: serde::Serializer>(state: &State, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.name())
}

fn because_name<S: serde::Serializer>(kind: &BecauseKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}
