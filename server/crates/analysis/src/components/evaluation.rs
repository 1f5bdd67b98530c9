//! The conditions of a release on one host: each is evaluated once, however many components share it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use hostwise_expression::{Evaluator, Reason, Scope, Truth, Value};
use hostwise_inventory::HostId;
use hostwise_kubespray::{Component, Download, DownloadForm, Need, Pack};
use rustc_hash::FxHashMap;

use super::{Answer, Because, BecauseKind, Fetched, HostView, State, Verdict, Why, filled, for_people, variables_read};
use crate::cluster::Cluster;
use crate::layout::Role;
use crate::scope::{DIALECT, HostScope};

/// The view of a host, and the names that were read for it (sorted).
pub(super) fn evaluate(cluster: &Cluster, host: HostId, without_own: bool) -> (HostView, Vec<Arc<str>>) {
    let role = Role::of(cluster, host);
    let Some(release) = &cluster.kubespray else {
        return (HostView { role, components: Vec::new(), image_tool: None }, Vec::new());
    };
    let scopes = Scopes::new(HostScope { cluster, host, without_own });
    let stages = scopes.stages(&release.pack);
    let before = stages.before();
    let of_component = |(name, component): (&String, &Component)| {
        let downloads = component.downloads.iter().map(|download| before.fetched(download)).collect();
        stages.of(component).verdict(name, component, downloads)
    };
    let components = release.pack.components.iter().map(of_component).collect();
    let engine = before.evaluator.variable("container_manager");
    let image_tool = match engine.result {
        Value::String(engine) => release.pack.image_tools.get(&*engine).cloned(),
        _ => None,
    };
    let mut read = engine.read;
    read.extend(stages.names_read());
    read.sort_unstable();
    read.dedup();
    (HostView { role, components, image_tool }, read)
}

/// The facts that decided about each component on a host, in the order of the pack.
pub(super) fn because_of_all(cluster: &Cluster, host: HostId) -> Vec<Vec<Because>> {
    let Some(release) = &cluster.kubespray else { return Vec::new() };
    let scopes = Scopes::new(HostScope { cluster, host, without_own: false });
    let stages = scopes.stages(&release.pack);
    release.pack.components.values().map(|component| stages.of(component).facts(component)).collect()
}

/// Why one component comes onto a host or does not; `None` when the release does not have it.
pub(super) fn why(cluster: &Cluster, host: HostId, name: &str) -> Option<Why> {
    let release = cluster.kubespray.as_ref()?;
    let component = release.pack.components.get(name)?;
    let scopes = Scopes::new(HostScope { cluster, host, without_own: false });
    let stages = scopes.stages(&release.pack);
    let evaluation = stages.of(component);
    Some(Why { reason: evaluation.verdict(name, component, Vec::new()).reason, facts: evaluation.facts(component) })
}

/// A host before etcd is installed, and after.
struct Scopes<'c> {
    before: HostScope<'c>,
    now: HostScope<'c>,
}

impl<'c> Scopes<'c> {
    fn new(now: HostScope<'c>) -> Scopes<'c> {
        Scopes { before: HostScope { cluster: now.cluster.prepared(), ..now }, now }
    }

    fn stages<'e>(&'e self, pack: &'e Pack) -> Stages<'e> {
        // Mostly there is no difference: then what is judged is judged once.
        let differs = !std::ptr::eq(self.now.cluster, self.before.cluster);
        Stages { before: differs.then(|| Evaluation::new(&self.before, pack)), now: Evaluation::new(&self.now, pack) }
    }
}

/// The evaluations of the two times.
struct Stages<'e> {
    /// `None` where it is the same.
    before: Option<Evaluation<'e>>,
    now: Evaluation<'e>,
}

impl<'e> Stages<'e> {
    fn before(&self) -> &Evaluation<'e> {
        self.before.as_ref().unwrap_or(&self.now)
    }

    fn of(&self, component: &Component) -> &Evaluation<'e> {
        if component.before_etcd { self.before() } else { &self.now }
    }

    /// The names that were read for the conditions so far, in no order.
    fn names_read(self) -> impl Iterator<Item = Arc<str>> {
        self.before.into_iter().chain([self.now]).flat_map(Evaluation::names_read)
    }
}

struct Evaluation<'e> {
    cluster: &'e Cluster,
    host: HostId,
    pack: &'e Pack,
    scope: &'e HostScope<'e>,
    evaluator: Evaluator<'e>,
    judged: RefCell<FxHashMap<Rc<str>, Rc<Judged>>>,
    /// The names that were read for the words of reasons.
    worded: RefCell<Vec<Arc<str>>>,
}

/// A condition on this host.
struct Judged {
    truth: Truth,
    /// In the order of first reading.
    read: Vec<Arc<str>>,
}

/// What the needs of a component come to.
struct Decision<'c> {
    state: State,
    /// The needs that decided: all of them where they hold.
    by: Vec<&'c Need>,
    /// What is judged of the need that is unknown.
    depends_on: Option<Rc<Judged>>,
}

impl<'e> Evaluation<'e> {
    fn new(scope: &'e HostScope<'e>, pack: &'e Pack) -> Evaluation<'e> {
        let HostScope { cluster, host, .. } = *scope;
        Evaluation {
            cluster,
            host,
            pack,
            scope,
            evaluator: Evaluator::new(scope, DIALECT),
            judged: RefCell::default(),
            worded: RefCell::default(),
        }
    }

    fn names_read(self) -> impl Iterator<Item = Arc<str>> {
        self.judged.into_inner().into_values().flat_map(|judged| judged.read.clone()).chain(self.worded.into_inner())
    }

    fn judged(&self, condition: &str) -> Rc<Judged> {
        let known = self.judged.borrow().get(condition).cloned();
        known.unwrap_or_else(|| {
            let outcome = self.evaluator.condition(condition);
            let judged = Rc::new(Judged { truth: outcome.result, read: outcome.read });
            self.judged.borrow_mut().insert(condition.into(), Rc::clone(&judged));
            judged
        })
    }

    /// All needs must hold; the first that certainly does not decides, else the first that is unknown.
    fn decision<'c>(&self, component: &'c Component) -> Decision<'c> {
        let mut decision = Decision { state: State::Installed, by: Vec::new(), depends_on: None };
        for need in &component.needs {
            let judged = self.judged(&need.when);
            match &judged.truth {
                Truth::False => return Decision { state: State::NotInstalled, by: vec![need], depends_on: None },
                Truth::True if decision.state == State::Installed => decision.by.push(need),
                Truth::Unknown(_) | Truth::Error(_) if decision.state == State::Installed => {
                    decision = Decision { state: State::Unknown, by: vec![need], depends_on: Some(judged) };
                }
                Truth::True | Truth::Unknown(_) | Truth::Error(_) => {}
            }
        }
        decision
    }

    fn verdict(&self, name: &str, component: &Component, downloads: Vec<Fetched>) -> Verdict {
        let Decision { state, by, depends_on } = self.decision(component);
        let mut reasons: Vec<String> = match depends_on.as_deref().map(|judged| &judged.truth) {
            Some(Truth::Unknown(causes)) => vec![super::depends_on(causes)],
            Some(Truth::Error(message)) => vec![message.to_string()],
            _ => by.iter().map(|need| self.words(if state == State::Installed { &need.yes } else { &need.no })).collect(),
        };
        reasons.retain(|reason| !reason.is_empty());
        reasons.dedup();
        let reason = reasons.join(", ");
        let brief = by.iter().find_map(|need| need.brief.clone()).filter(|_| state == State::NotInstalled);
        Verdict {
            name: name.into(),
            state,
            brief: brief.unwrap_or_else(|| reason.clone()),
            reason,
            downloaded: self.downloaded(component, state, &downloads),
            running: self.running(component, state),
            downloads,
        }
    }

    /// The facts that decided about a component.
    fn facts(&self, component: &Component) -> Vec<Because> {
        let decision = self.decision(component);
        let mut facts: Vec<Because> = decision.by.iter().flat_map(|need| self.because(&need.when, &self.judged(&need.when).read)).collect();
        if let Some(Truth::Unknown(causes)) = decision.depends_on.as_deref().map(|judged| &judged.truth) {
            facts.extend(causes.iter().filter_map(fact));
        }
        facts.dedup();
        facts
    }

    fn fetched(&self, download: &Download) -> Fetched {
        let is_image = download.form == DownloadForm::Image;
        let mut conditions = vec![self.pack.download_when.as_str()];
        conditions.extend(is_image.then_some(self.pack.image_download_when.as_str()));
        let by_its_groups = download.groups.iter().any(|group| self.cluster.is_member(self.host, group));
        let (is_enabled, is_meant) = match self.in_table_of_checkout(&download.item) {
            Some((is_enabled, by_its_groups)) => (is_enabled, by_its_groups),
            None => {
                let is_enabled = download.when.as_deref().map_or(Answer::Yes, |condition| self.answer(condition));
                (is_enabled, if by_its_groups { Answer::Yes } else { Answer::No })
            }
        };
        let is_meant = if is_meant == Answer::Yes { is_meant } else { either(is_meant, self.answer(&self.pack.download_for_all_when)) };
        let answers = conditions.into_iter().map(|condition| self.answer(condition));
        Fetched { item: download.item.as_str().into(), is_image, answer: all(answers.chain([is_enabled, is_meant])) }
    }

    /// Whether the table `downloads` of the user's checkout enables an item, and lists a group of this host for it; `None` without such a table.
    fn in_table_of_checkout(&self, item: &str) -> Option<(Answer, Answer)> {
        self.cluster.kubespray.as_ref()?.declared("downloads").first()?;
        let entry = format!("downloads['{item}']");
        let is_enabled = self.answer(&format!("{entry} is defined and {entry}.enabled"));
        Some((is_enabled, self.answer(&format!("{entry} is defined and {entry}.groups | intersect(group_names)"))))
    }

    fn downloaded(&self, component: &Component, state: State, downloads: &[Fetched]) -> Option<Answer> {
        let by_its_role = component.direct.then(|| answer_of(state));
        downloads.iter().map(|fetched| fetched.answer).chain(by_its_role).reduce(either)
    }

    fn running(&self, component: &Component, state: State) -> Option<Answer> {
        if component.services.is_empty() && component.pods.is_empty() {
            return None;
        }
        Some(all([answer_of(state)].into_iter().chain(component.runs_when.as_deref().map(|condition| self.answer(condition)))))
    }

    fn answer(&self, condition: &str) -> Answer {
        match self.judged(condition).truth {
            Truth::True => Answer::Yes,
            Truth::False => Answer::No,
            Truth::Unknown(_) | Truth::Error(_) => Answer::Unknown,
        }
    }

    /// The groups and variables behind a condition, each with its line.
    fn because(&self, condition: &str, read: &[Arc<str>]) -> Vec<Because> {
        let mut because = Vec::new();
        let templates = read.iter().filter_map(|name| match self.scope.lookup(name) {
            Some(Value::Template(text)) => Some(text),
            _ => None,
        });
        let texts = std::iter::once(Arc::from(condition)).chain(templates);
        let texts: Vec<Arc<str>> = texts.filter(|text| text.contains("group")).collect();
        // A text may be called like a group: `calico_datastore == 'etcd'`.
        let names_group = |group: &str| {
            let forms = [format!("'{group}' in group_names"), format!("'{group}' not in group_names"), format!("groups['{group}']")];
            texts.iter().any(|text| forms.iter().any(|form| text.contains(form)))
        };
        if !texts.is_empty() {
            let groups = self.pack.groups.keys().filter(|group| names_group(group));
            because.extend(groups.map(|group| self.membership(group)));
        }
        because.extend(variables_read(self.cluster, self.host, &self.evaluator, read));
        because
    }

    fn membership(&self, group: &str) -> Because {
        let value = if self.cluster.is_member(self.host, group) { "member" } else { "not a member" };
        let place = self.cluster.membership_source(self.host, group);
        Because { kind: BecauseKind::Group, name: group.to_owned(), value: value.to_owned(), place }
    }

    /// The words of a need with `{name}` replaced by the value of that variable.
    fn words(&self, words: &str) -> String {
        filled(words, |name| {
            let outcome = self.evaluator.variable(name);
            self.worded.borrow_mut().extend(outcome.read);
            for_people(&outcome.result)
        })
    }
}

fn answer_of(state: State) -> Answer {
    match state {
        State::Installed => Answer::Yes,
        State::NotInstalled => Answer::No,
        State::Unknown => Answer::Unknown,
    }
}

fn either(a: Answer, b: Answer) -> Answer {
    match (a, b) {
        (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
        (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
        (Answer::No, Answer::No) => Answer::No,
    }
}

fn all(answers: impl Iterator<Item = Answer>) -> Answer {
    answers.fold(Answer::Yes, |a, b| match (a, b) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
        (Answer::Yes, Answer::Yes) => Answer::Yes,
    })
}

fn fact(reason: &Reason) -> Option<Because> {
    match reason {
        Reason::Fact(name) => Some(Because { kind: BecauseKind::Fact, name: name.to_string(), value: "unknown".to_owned(), place: None }),
        _ => None,
    }
}
