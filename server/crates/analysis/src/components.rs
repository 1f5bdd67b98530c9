//! What each host gets, and why: the conditions of the release, evaluated where they differ and shared where they do not.

mod evaluation;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_expression::{Evaluator, Reason, Value};
use hostwise_inventory::{HostId, Place, ProfileId};
use rustc_hash::FxHashMap;

use crate::cluster::Cluster;
use crate::layout::Role;
use crate::values::{Alike, memo};
use evaluation::evaluate;

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

/// A yes or no that may depend on something that is not in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Unknown,
}

impl Answer {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
        }
    }
}

/// One component on one host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) name: Arc<str>,
    pub(crate) state: State,
    /// One line without a full stop.
    pub(crate) reason: String,
    /// The same for a list of many components: what all of a kind have in common.
    pub(crate) brief: String,
    /// Whether any of its downloads comes onto the host, installed or not; `None` when nothing of it is downloaded.
    pub(crate) downloaded: Option<Answer>,
    /// Whether it runs on the host, or from it in the cluster; `None` for what is only a program.
    pub(crate) running: Option<Answer>,
    /// What the download role fetches for it, by the names in Kubespray's table.
    pub(crate) downloads: Vec<Fetched>,
}

/// An entry of Kubespray's table of downloads on one host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fetched {
    pub(crate) item: Arc<str>,
    pub(crate) is_image: bool,
    pub(crate) answer: Answer,
}

/// A fact that decided about a component on one host. The line is that host's own, so it is not part of what hosts share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Because {
    pub(crate) kind: BecauseKind,
    pub(crate) name: String,
    /// As people read it: `member`, `not a member`, `docker`, `unknown`.
    pub(crate) value: String,
    /// The line that says so; none for a default of the release and for what is absent.
    pub(crate) place: Option<Place>,
}

/// Why a component comes onto a host or does not.
#[derive(Debug)]
pub(crate) struct Why {
    /// As in [`Verdict::reason`].
    pub(crate) reason: String,
    pub(crate) facts: Vec<Because>,
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
        self.components.iter().find(|verdict| &*verdict.name == name)
    }
}

/// The views made so far.
#[derive(Debug, Default)]
pub(crate) struct Views {
    shared: Mutex<FxHashMap<ProfileId, Arc<Shared>>>,
    /// Of hosts that are alone in their situation.
    single: Mutex<FxHashMap<HostId, Arc<HostView>>>,
    /// The views of all hosts, one for those that are alike.
    all: OnceLock<Vec<(Arc<HostView>, Alike)>>,
    /// By component: what [`Cluster::where_installed`] found.
    installed: Mutex<FxHashMap<Arc<str>, Arc<[HostId]>>>,
    /// By component and host: what [`Cluster::why`] found.
    why: Mutex<FxHashMap<Arc<str>, Option<Arc<Why>>>>,
}

/// The view of all hosts of a profile that set none of the names it was made from.
#[derive(Debug)]
struct Shared {
    view: Arc<HostView>,
    /// Sorted.
    read: Vec<Arc<str>>,
    /// The hosts of the profile for which it does not hold, sorted.
    without: Vec<HostId>,
}

impl Views {
    pub(crate) fn of(&self, cluster: &Cluster, host: HostId) -> Arc<HostView> {
        let shared = self.shared(cluster, host);
        if shared.without.binary_search(&host).is_err() {
            return Arc::clone(&shared.view);
        }
        let known = self.single.lock().unwrap_or_else(PoisonError::into_inner).get(&host).cloned();
        known.unwrap_or_else(|| {
            let view = Arc::new(evaluate(cluster, host, false).0);
            self.single.lock().unwrap_or_else(PoisonError::into_inner).insert(host, Arc::clone(&view));
            view
        })
    }

    /// What the hosts of the profile of `host` have in common.
    fn shared(&self, cluster: &Cluster, host: HostId) -> Arc<Shared> {
        let profile = cluster.inventory.profile(host);
        let known = self.shared.lock().unwrap_or_else(PoisonError::into_inner).get(&profile).cloned();
        known.unwrap_or_else(|| {
            let (view, read) = evaluate(cluster, host, true);
            let without = cluster.alone(profile, &read);
            let shared = Arc::new(Shared { view: Arc::new(view), read, without });
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).insert(profile, Arc::clone(&shared));
            shared
        })
    }
}

impl Cluster {
    /// Why one component comes onto a host or does not, without a view of all components; `None` when the release does not have it.
    pub(crate) fn why(&self, host: HostId, component: &str) -> Option<Arc<Why>> {
        memo(&self.views.why, &format!("{component} {}", host.0), || evaluation::why(self, host, component).map(Arc::new))
    }

    /// The hosts on which a component is installed, sorted; none when the release does not have it.
    pub(crate) fn where_installed(&self, component: &str) -> Arc<[HostId]> {
        memo(&self.views.installed, component, || {
            let known = self.kubespray.as_ref().and_then(|release| release.pack.components.get(component));
            let Some(component) = known else { return Arc::default() };
            let cluster = if component.before_etcd { self.prepared() } else { self };
            let mut hosts: Vec<HostId> = self.inventory.hosts().map(|(host, _)| host).collect();
            hosts.sort_unstable();
            for need in &component.needs {
                let mut holds: Vec<HostId> = cluster.where_true(&need.when).iter().flat_map(|alike| alike.all(cluster)).collect();
                holds.sort_unstable();
                hosts.retain(|host| holds.binary_search(host).is_ok());
            }
            hosts.into()
        })
    }

    /// The facts that decided about each component on a host, in the order of the pack.
    pub(crate) fn because_of_all(&self, host: HostId) -> Vec<Vec<Because>> {
        evaluation::because_of_all(self, host)
    }

    /// What all hosts become, one view for those that are alike.
    pub(crate) fn all_views(&self) -> &[(Arc<HostView>, Alike)] {
        let view = |host, without_own, read: &mut Vec<Arc<str>>| {
            if without_own {
                let shared = self.views.shared(self, host);
                read.extend(shared.read.iter().cloned());
                Arc::clone(&shared.view)
            } else {
                self.view(host)
            }
        };
        self.views.all.get_or_init(|| self.partition(view))
    }

    /// The hosts on which a component is in this state, by reason, in the order of the inventory.
    pub(crate) fn hosts_by_reason(&self, component: &str, state: State) -> Vec<(&str, Vec<HostId>)> {
        let mut reasons: Vec<(&str, Vec<HostId>)> = Vec::new();
        for (view, alike) in self.all_views() {
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
        let place = cluster.winner(host, name).map(|winner| winner.key);
        Because { kind: BecauseKind::Variable, name: name.to_string(), value, place }
    };
    read.into_iter().filter(is_variable).map(because).collect()
}

/// Words with each `{name}` replaced by the value of that variable.
pub(crate) fn filled(words: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{')
        && let Some((name, behind)) = after.split_once('}')
    {
        out.push_str(before);
        out.push_str(&value(name));
        rest = behind;
    }
    out + rest
}

/// A value in one line.
pub(crate) fn for_people(value: &Value) -> String {
    let reasons = value.reasons();
    match value {
        _ if !reasons.is_empty() => format!("unknown ({})", depends_on(&reasons)),
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
        Reason::NotKept(name) => format!("{name}, which only a checkout of the release has"),
        Reason::Limit(name) => format!("{name}, which is too deep to evaluate"),
    }
}
