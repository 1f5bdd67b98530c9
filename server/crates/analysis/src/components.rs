//! What each host gets, and why: the conditions of the release, evaluated where they differ and shared where they do not.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_expression::{Evaluator, Reason, Scope, Truth, Value};
use hostwise_inventory::{HostId, Place, ProfileId};
use hostwise_kubespray::{Component, Pack};
use rustc_hash::FxHashMap;

use crate::cluster::Cluster;
use crate::layout::Role;
use crate::scope::{DIALECT, HostScope};
use crate::values::Alike;

/// Whether a component comes onto a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Installed,
    NotInstalled,
    /// It depends on something that is not in the files.
    Unknown,
}

impl State {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            State::Installed => "installed",
            State::NotInstalled => "not-installed",
            State::Unknown => "unknown",
        }
    }
}

/// One component on one host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) name: String,
    pub(crate) state: State,
    /// One line without a full stop.
    pub(crate) reason: String,
    pub(crate) because: Vec<Because>,
}

/// A fact that decided.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Because {
    pub(crate) kind: BecauseKind,
    pub(crate) name: String,
    /// As people read it: `member`, `not a member`, `docker`, `unknown`.
    pub(crate) value: String,
    /// The line that says so; none for a default of the release and for what is absent.
    pub(crate) place: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BecauseKind {
    Group,
    Variable,
    Fact,
}

impl BecauseKind {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            BecauseKind::Group => "group",
            BecauseKind::Variable => "variable",
            BecauseKind::Fact => "fact",
        }
    }
}

/// A host as Kubespray sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HostView {
    pub(crate) role: Role,
    /// In the order of the pack.
    pub(crate) components: Vec<Verdict>,
    /// The tool that lists images on a host with this engine; `None` when the engine is not known.
    pub(crate) image_tool: Option<String>,
}

impl HostView {
    pub(crate) fn component(&self, name: &str) -> Option<&Verdict> {
        self.components.iter().find(|verdict| verdict.name == name)
    }
}

/// The views made so far.
#[derive(Debug, Default)]
pub(crate) struct Views {
    shared: Mutex<FxHashMap<ProfileId, Arc<Shared>>>,
    /// The views of all hosts, one for those that are alike.
    all: OnceLock<Vec<(HostView, Alike)>>,
}

/// The view of all hosts of a profile that set none of the names it was made from.
#[derive(Debug)]
struct Shared {
    view: Arc<HostView>,
    /// Sorted.
    read: Vec<Arc<str>>,
}

impl Views {
    pub(crate) fn of(&self, cluster: &Cluster, host: HostId) -> Arc<HostView> {
        let profile = cluster.inventory.profile(host);
        let known = self.shared.lock().unwrap_or_else(PoisonError::into_inner).get(&profile).cloned();
        let shared = known.unwrap_or_else(|| {
            let (view, read) = evaluate(cluster, host, true);
            let shared = Arc::new(Shared { view: Arc::new(view), read });
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).insert(profile, Arc::clone(&shared));
            shared
        });
        let is_own = |name: &Arc<str>| &**name == "inventory_hostname" || cluster.inventory.has_own_variable(host, name);
        if shared.read.iter().any(is_own) { Arc::new(evaluate(cluster, host, false).0) } else { Arc::clone(&shared.view) }
    }
}

impl Cluster {
    /// The hosts on which a component is in this state, by reason, in the order of the inventory.
    pub(crate) fn hosts_by_reason(&self, component: &str, state: State) -> Vec<(&str, Vec<HostId>)> {
        let views = self.views.all.get_or_init(|| self.partition(|host, without_own| evaluate(self, host, without_own)));
        let mut reasons: Vec<(&str, Vec<HostId>)> = Vec::new();
        for (view, alike) in views {
            let Some(verdict) = view.component(component).filter(|verdict| verdict.state == state) else { continue };
            match reasons.iter_mut().find(|(reason, _)| *reason == verdict.reason) {
                Some((_, hosts)) => hosts.extend(alike.all(self)),
                None => reasons.push((&verdict.reason, alike.all(self))),
            }
        }
        reasons.iter_mut().for_each(|(_, hosts)| hosts.sort_unstable());
        reasons.sort_by_key(|(_, hosts)| hosts.first().copied());
        reasons
    }
}

/// The view of a host, and the names that were read for it (sorted).
fn evaluate(cluster: &Cluster, host: HostId, without_own: bool) -> (HostView, Vec<Arc<str>>) {
    let role = Role::of(cluster, host);
    let Some(release) = &cluster.kubespray else {
        return (HostView { role, components: Vec::new(), image_tool: None }, Vec::new());
    };
    let scope = HostScope { cluster, host, without_own };
    let evaluation = Evaluation { cluster, host, pack: &release.pack, scope: &scope, evaluator: Evaluator::new(&scope, DIALECT) };
    let mut read = Vec::new();
    let components = release.pack.components.iter().map(|(name, component)| evaluation.verdict(name, component, &mut read)).collect();
    let engine = evaluation.evaluator.variable("container_manager");
    read.extend(engine.read);
    let image_tool = match engine.result {
        Value::String(engine) => release.pack.image_tools.get(&*engine).cloned(),
        _ => None,
    };
    read.sort_unstable();
    read.dedup();
    (HostView { role, components, image_tool }, read)
}

struct Evaluation<'e> {
    cluster: &'e Cluster,
    host: HostId,
    pack: &'e Pack,
    scope: &'e HostScope<'e>,
    evaluator: Evaluator<'e>,
}

impl Evaluation<'_> {
    /// All needs must hold; the first that certainly does not decides, else the first that is unknown.
    fn verdict(&self, name: &str, component: &Component, read: &mut Vec<Arc<str>>) -> Verdict {
        let (mut state, mut reasons, mut because) = (State::Installed, Vec::new(), Vec::new());
        for need in &component.needs {
            let outcome = self.evaluator.condition(&need.when);
            read.extend(outcome.read.iter().cloned());
            let decided_by = self.because(&need.when, &outcome.read);
            match outcome.result {
                Truth::True if state == State::Installed => {
                    reasons.push(self.words(&need.yes));
                    because.extend(decided_by);
                }
                Truth::True => {}
                Truth::False => {
                    (state, reasons, because) = (State::NotInstalled, vec![self.words(&need.no)], decided_by);
                    break;
                }
                Truth::Unknown(causes) if state == State::Installed => {
                    (state, reasons, because) = (State::Unknown, vec![depends_on(&causes)], decided_by);
                    because.extend(causes.iter().filter_map(fact));
                }
                Truth::Error(message) if state == State::Installed => {
                    (state, reasons, because) = (State::Unknown, vec![message.to_string()], decided_by);
                }
                Truth::Unknown(_) | Truth::Error(_) => {}
            }
        }
        reasons.retain(|reason| !reason.is_empty());
        reasons.dedup();
        because.dedup();
        Verdict { name: name.to_owned(), state, reason: reasons.join(", "), because }
    }

    /// The groups and variables behind a condition, each with its line.
    fn because(&self, condition: &str, read: &[Arc<str>]) -> Vec<Because> {
        let mut because = Vec::new();
        let templates = read.iter().filter_map(|name| match self.scope.lookup(name) {
            Some(Value::Template(text)) => Some(text),
            _ => None,
        });
        let texts: Vec<Arc<str>> = std::iter::once(condition.into()).chain(templates).collect();
        let names_group = |group: &str| texts.iter().any(|text| text.contains(&format!("'{group}'")));
        for group in self.pack.groups.keys().filter(|group| names_group(group)) {
            because.push(self.membership(group));
        }
        because.extend(variables_read(self.cluster, self.host, &self.evaluator, read));
        because
    }

    fn membership(&self, group: &str) -> Because {
        let value = if self.cluster.is_member(self.host, group) { "member" } else { "not a member" };
        let place = self.cluster.membership_place(self.host, group);
        Because { kind: BecauseKind::Group, name: group.to_owned(), value: value.to_owned(), place }
    }

    /// The words of a need with `{name}` replaced by the value of that variable.
    fn words(&self, words: &str) -> String {
        let mut out = String::new();
        let mut rest = words;
        while let Some((before, after)) = rest.split_once('{')
            && let Some((name, behind)) = after.split_once('}')
        {
            out.push_str(before);
            out.push_str(&for_people(&self.evaluator.variable(name).result));
            rest = behind;
        }
        out + rest
    }
}

/// The variables among the names that were read, each with its value on the host and the line that gives it.
pub(crate) fn variables_read<'n>(
    cluster: &Cluster,
    host: HostId,
    evaluator: &Evaluator<'_>,
    read: impl IntoIterator<Item = &'n Arc<str>>,
) -> Vec<Because> {
    let is_variable =
        |name: &&Arc<str>| !matches!(&***name, "group_names" | "groups" | "hostvars" | "inventory_hostname" | "ansible_facts");
    let because = |name: &Arc<str>| {
        let value = for_people(&evaluator.variable(name).result);
        let place = cluster.inventory.variable(host, name).map(|variable| variable.winner.key);
        Because { kind: BecauseKind::Variable, name: name.to_string(), value, place }
    };
    read.into_iter().filter(is_variable).map(because).collect()
}

/// A value in one line.
pub(crate) fn for_people(value: &Value) -> String {
    match value {
        Value::Unknown(reasons) => format!("unknown ({})", depends_on(reasons)),
        Value::Undefined(_) => "not defined".to_owned(),
        Value::Error(message) => format!("unknown ({message})"),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        other => other.to_string(),
    }
}

/// `depends on ansible_facts.architecture, a fact of the host`.
pub(crate) fn depends_on(reasons: &[Reason]) -> String {
    let mut words: Vec<String> = reasons.iter().map(cause).collect();
    words.dedup();
    format!("depends on {}", words.join(" and "))
}

fn cause(reason: &Reason) -> String {
    match reason {
        Reason::Fact(name) => format!("{name}, a fact of the host"),
        Reason::Vaulted(name) => format!("{name}, which is vaulted"),
        Reason::Lookup(name) => format!("the lookup {name}"),
        Reason::Unsupported(name) => format!("{name}, which is not evaluated here"),
        Reason::Runtime(name) => format!("{name}, which no file of this inventory sets"),
        Reason::Limit(name) => format!("{name}, which is too deep to evaluate"),
    }
}

fn fact(reason: &Reason) -> Option<Because> {
    match reason {
        Reason::Fact(name) => Some(Because { kind: BecauseKind::Fact, name: name.to_string(), value: "unknown".to_owned(), place: None }),
        _ => None,
    }
}
