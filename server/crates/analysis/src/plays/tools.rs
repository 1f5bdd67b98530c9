//! Tasks that certainly run where the program or service that they need is certainly not installed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_expression::{Evaluator, Reason, Truth, Value};
use hostwise_inventory::HostId;
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::candidates::Candidates;
use super::installs::mentions;
use super::library::Library;
use super::missing::{Failing, Missing, OfScript};
use super::needs::{Failure, Need, needs, needs_of_file};
use super::repeats::rounds;
use super::runs::{Hosts, Outcome, by_situation, hosts_of, outcome_of_round, outcomes, outcomes_in};
use super::scope::{Asked, StepScope};
use super::script::{Script, ScriptPlay, Step};
use crate::cluster::Cluster;
use crate::discovery::parent;
use crate::layout::Role;
use crate::scope::{DIALECT, HostScope};

/// A task that will fail on some hosts.
#[derive(Debug)]
pub(crate) struct MissingTool {
    pub(crate) need: Need,
    /// Index of its play and of its step in the script.
    pub(crate) play: usize,
    pub(crate) step: usize,
    /// Of one role, in the order of the play.
    pub(crate) hosts: Vec<HostId>,
    pub(crate) role: Role,
    /// The component that would bring it.
    pub(crate) component: String,
}

/// The tasks of a script that will fail, in order.
pub(crate) fn check(cluster: &Cluster, library: &Library, script: &Arc<Script>) -> Vec<MissingTool> {
    let Some(candidates) = cluster.kubespray.as_ref().map(|release| script.candidates(&release.pack)) else { return Vec::new() };
    let Some(missing) = (!candidates.all.is_empty()).then(|| cluster.missing_tools()).flatten() else { return Vec::new() };
    let of_script = of_script(cluster, script, &candidates, missing);
    let mut found = Vec::new();
    if of_script.failing.is_empty() || overrides_defaults(cluster, library, script) {
        return found;
    }
    let brought = library.installs();
    for failing in &of_script.failing {
        let candidate = &candidates.all[failing.candidate];
        let start = script.task(&script.steps[candidate.step]).range.start;
        let mut by_role: BTreeMap<(usize, String), (Need, Role, Vec<HostId>)> = BTreeMap::new();
        for (host, need) in failing.hosts.iter() {
            if brought.may_bring(&need.name) || is_out_before(cluster, library, script, candidate.step, *host, &need.name) {
                continue;
            }
            let role = Role::of(cluster, *host);
            let key = (need.range.start as usize, format!("{} {role}", need.name));
            by_role.entry(key).or_insert_with(|| (need.moved(failing.start, start), role, Vec::new())).2.push(*host);
        }
        for (need, role, hosts) in by_role.into_values() {
            let component = missing.component(need.kind, &need.name).unwrap_or(&need.name).to_owned();
            found.push(MissingTool { need, play: candidate.play, step: candidate.step, hosts, role, component });
        }
    }
    found
}

/// The candidates that fail somewhere in the inventory. What was found of an earlier script, and still holds, is taken from there.
fn of_script(cluster: &Cluster, script: &Arc<Script>, candidates: &Arc<Candidates>, missing: &Missing) -> Arc<OfScript> {
    let before = cluster.found_tools.get(&script.path);
    if let Some(before) = before.as_ref().filter(|before| Arc::ptr_eq(&before.script, script)) {
        return Arc::clone(before);
    }
    let before = before.map(|before| (candidates.since(&before.candidates), before)).and_then(|(since, before)| {
        let changed = since.names.as_ref()?.iter().filter_map(|name| before.asked.get(name)).fold(0, |all, bit| all | bit);
        Some((since, before, changed))
    });
    let mut found = OfScript {
        script: Arc::clone(script),
        candidates: Arc::clone(candidates),
        failing: Vec::new(),
        asked: before.as_ref().map(|(_, before, _)| Arc::clone(&before.asked)).unwrap_or_default(),
        asked_by: Vec::with_capacity(candidates.all.len()),
    };
    let mut hosts_of_play: Option<(usize, Hosts)> = None;
    for (index, candidate) in candidates.all.iter().enumerate() {
        if let Some((since, before, changed)) = &before
            && let Some(was) = since.was[index]
            && before.asked_by[was] & changed == 0
        {
            found.asked_by.push(before.asked_by[was]);
            let known = before.failing.binary_search_by_key(&was, |failing| failing.candidate);
            found.failing.extend(known.ok().map(|at| Failing { candidate: index, ..before.failing[at].clone() }));
            continue;
        }
        found.asked_by.push(0);
        let play = &script.plays[candidate.play];
        let hosts = match &hosts_of_play {
            Some((of_play, hosts)) if *of_play == candidate.play => hosts,
            _ => &hosts_of_play.insert((candidate.play, hosts_of(cluster, script, play))).1,
        };
        let Hosts::Known(hosts) = hosts else { continue };
        let step = &script.steps[candidate.step];
        let is_delegated = script.keywords_of(step).any(|keywords| keywords.delegate_to.is_some());
        let lacking = if is_delegated { missing.anywhere() } else { missing.on_any(hosts) };
        if (candidate.tools & lacking).is_empty() {
            continue;
        }
        let asked = Asked::default();
        let hosts: Arc<[(HostId, Need)]> = certainly_failing(cluster, script, play, step, hosts, missing, &asked).into();
        if !hosts.is_empty() {
            found.failing.push(Failing { candidate: index, start: script.task(step).range.start, hosts });
        }
        found.asked_by[index] = asked.into_names().into_iter().fold(0, |all, name| all | found.bit(name));
    }
    let found = Arc::new(found);
    cluster.found_tools.put(Arc::clone(&found));
    found
}

/// The hosts on which a step certainly runs and lacks what it needs. A playbook that does not import those of Kubespray may run right after them, with
/// the groups that they make, or alone.
fn certainly_failing(
    cluster: &Cluster,
    script: &Script,
    play: &ScriptPlay,
    step: &Step,
    hosts: &[HostId],
    missing: &Missing,
    asked: &Asked,
) -> Vec<(HostId, Need)> {
    let mut found = failing(cluster, script, play, step, hosts, missing, asked);
    let has_groups = play.has_groups && step.has_groups;
    if !found.is_empty() && !has_groups {
        let alone = cluster.unprepared();
        let also = match hosts_of(alone, script, play) {
            Hosts::Known(hosts) => failing(alone, script, play, step, &hosts, missing, asked),
            Hosts::Unknown => Vec::new(),
        };
        found.retain(|failing| also.contains(failing));
    }
    found
}

fn failing(
    cluster: &Cluster,
    script: &Script,
    play: &ScriptPlay,
    step: &Step,
    hosts: &[HostId],
    missing: &Missing,
    asked: &Asked,
) -> Vec<(HostId, Need)> {
    let (file, task) = (script.file(step), script.task(step));
    if script.keywords_of(step).any(|keywords| keywords.run_once.is_some()) && script.play(play).1.is_some_and(|play| play.has_own_order) {
        return Vec::new();
    }
    let around = StepScope::new(script, play, step, asked);
    let delegated = script.keywords_of(step).find_map(|keywords| keywords.delegate_to.as_ref());
    let has_loop = script.step_keywords(step).repeats.is_some();
    let lacking = |host: HostId, without_own: bool| {
        let read = RefCell::new(FxHashSet::default());
        let rounds = rounds(cluster, &around, host, without_own, &mut read.borrow_mut()).unwrap_or_default();
        let found = rounds.iter().find_map(|round| {
            let on_host = OnHost { cluster, around: round, host, without_own, read: &read };
            let render = |text: &str| on_host.render(text);
            let target = match delegated {
                None => host,
                Some(to) => cluster.inventory.host_named(&render(&to.text)?)?,
            };
            let needs = match script.file_run_by(step) {
                Some(run) => needs_of_file(file, task, run),
                None => needs(file, task, &render),
            };
            let need = needs.into_iter().find(|need| missing.lacks(target, need) && on_host.is_in_bin_dir(target, need))?;
            let runs = !has_loop || on_host.outcome() == Outcome::Runs;
            (runs && on_host.is_failure(need.failure)).then_some((need, target))
        });
        (found, read.into_inner())
    };
    let lacking: Vec<(HostId, (Need, HostId))> =
        by_situation(cluster, hosts, lacking).into_iter().filter_map(|(host, found)| Some((host, found?))).collect();
    if lacking.is_empty() {
        return Vec::new();
    }
    // A delegated step is found for the host that it is delegated to, once.
    let mut known = FxHashSet::default();
    let outcomes: FxHashMap<HostId, Outcome> = outcomes_in(cluster, &around, hosts).into_iter().collect();
    let runs = lacking.into_iter().filter(|(host, _)| outcomes.get(host) == Some(&Outcome::Runs));
    let at_target = runs.map(|(host, (need, target))| if delegated.is_some() { (target, need) } else { (host, need) });
    at_target.filter(|(host, _)| known.insert(*host)).collect()
}

/// One round of a step on a host.
struct OnHost<'a> {
    cluster: &'a Cluster,
    around: &'a StepScope<'a>,
    host: HostId,
    without_own: bool,
    /// The names that were read.
    read: &'a RefCell<FxHashSet<Arc<str>>>,
}

impl OnHost<'_> {
    /// What a template gives. A program in Kubespray's own directory is known by its name, whatever its playbooks make of that directory.
    fn render(&self, text: &str) -> Option<String> {
        let directory = self.bin_dir(self.host).filter(|_| self.around.set("bin_dir").is_none());
        let around = directory.map_or_else(|| self.around.clone(), |directory| self.around.with("bin_dir", Value::String(directory)));
        let scope = around.on(self.cluster, self.host, self.without_own);
        let outcome = Evaluator::new(&scope, DIALECT).template(text);
        self.read.borrow_mut().extend(outcome.read);
        match outcome.result {
            Value::String(text) => Some(text.to_string()),
            Value::Int(_) | Value::Bool(_) => Some(outcome.result.to_string()),
            _ => None,
        }
    }

    /// Where Kubespray puts programs on this host or another.
    fn bin_dir(&self, host: HostId) -> Option<Arc<str>> {
        let scope = HostScope { cluster: self.cluster, host, without_own: self.without_own && host == self.host };
        let outcome = Evaluator::new(&scope, DIALECT).variable("bin_dir");
        self.read.borrow_mut().extend(outcome.read.into_iter().chain(["bin_dir".into()]));
        match outcome.result {
            Value::String(directory) => Some(directory),
            _ => None,
        }
    }

    /// Whether the program is one that is looked for by its name alone, or where Kubespray would put it.
    fn is_in_bin_dir(&self, host: HostId, need: &Need) -> bool {
        need.directory.as_deref().is_none_or(|directory| self.bin_dir(host).as_deref() == Some(directory))
    }

    fn outcome(&self) -> Outcome {
        let (outcome, read) = outcome_of_round(self.cluster, self.around, self.host, self.without_own);
        self.read.borrow_mut().extend(read);
        outcome
    }

    /// Whether a task that cannot start its program is one that failed: `failed_when` has the last word.
    fn is_failure(&self, failure: Failure) -> bool {
        let task = self.around.script.task(self.around.step);
        if task.failed_when.is_empty() {
            return true;
        }
        results(failure).into_iter().all(|result| {
            let around = task.register.as_ref().map_or_else(|| self.around.clone(), |name| self.around.with(&name.text, result));
            let scope = around.on(self.cluster, self.host, self.without_own);
            let evaluator = Evaluator::new(&scope, DIALECT);
            task.failed_when.iter().all(|condition| {
                let outcome = evaluator.condition(&condition.text);
                self.read.borrow_mut().extend(outcome.read);
                outcome.result == Truth::True
            })
        })
    }
}

/// What may be registered when the program or service is missing.
fn results(failure: Failure) -> Vec<Value> {
    let unknown = |name: &str| Value::Unknown(vec![Reason::Runtime(name.into())]);
    let (status, is_silent) = match failure {
        Failure::NotStarted => (2..=2, true),
        Failure::NotFound => (127..=127, false),
        Failure::Status => (1..=255, false),
        Failure::Message => (0..=0, false),
    };
    let of = |status: i128| {
        let mut result = IndexMap::from([("failed", Value::Bool(true))]);
        result.extend(["changed", "msg", "cmd", "start", "end", "delta"].map(|name| (name, unknown(name))));
        if failure != Failure::Message {
            let empty = |name: &'static str, value: Value| (name, if is_silent { value } else { unknown(name) });
            result.insert("rc", Value::Int(status));
            result.extend(["stdout", "stderr"].map(|name| empty(name, Value::String("".into()))));
            result.extend(["stdout_lines", "stderr_lines"].map(|name| empty(name, Value::List(Arc::default()))));
        }
        Value::Map(Arc::new(result.into_iter().map(|(name, value)| (Value::String(name.into()), value)).collect()))
    };
    status.map(of).collect()
}

/// Whether variables beside the playbook may change what Kubespray does.
fn overrides_defaults(cluster: &Cluster, library: &Library, script: &Script) -> bool {
    let Some(release) = &cluster.kubespray else { return false };
    let beside = parent(&script.path);
    if cluster.is_beside(beside) {
        return false;
    }
    let directories = ["group_vars", "host_vars"].map(|name| format!("{beside}/{name}"));
    let files = directories.iter().flat_map(|directory| library.files.under(directory)).filter_map(|(path, _)| library.files.file(path));
    files.into_iter().any(|file| {
        let root = file.yaml().root();
        root.into_iter().flat_map(|root| root.entries()).any(|entry| release.pack.variable(&entry.key.text()).is_some())
            || file.is_encrypted()
    })
}

/// Whether the host has certainly or possibly left the play before the step, or something looked for the tool and could stop there.
fn is_out_before(cluster: &Cluster, library: &Library, script: &Script, index: usize, host: HostId, tool: &str) -> bool {
    let present = script.play_of(index).map(|play| play.steps.clone()).unwrap_or_default();
    script.exits().iter().take_while(|&&earlier| earlier < index).any(|&earlier| {
        let step = &script.steps[earlier];
        let file = script.file(step);
        let Some(module) = &script.task(step).module else { return false };
        let Some(play) = script.play_of(earlier) else { return false };
        match &*module.name {
            "meta" => present.contains(&earlier) && may_run(cluster, script, play, step, host),
            // What Kubespray itself checks ends the whole run: that is for other rules to say.
            "fail" | "assert" if library.is_kubesprays(file.path()) => false,
            "fail" | "assert" => may_run(cluster, script, play, step, host) && may_stop(cluster, script, play, step, host),
            _ => mentions(&file.source.text()[script.task(step).range.span()], tool) && may_run(cluster, script, play, step, host),
        }
    })
}

fn may_run(cluster: &Cluster, script: &Script, play: &ScriptPlay, step: &Step, host: HostId) -> bool {
    match hosts_of(cluster, script, play) {
        Hosts::Unknown => true,
        Hosts::Known(hosts) if !hosts.contains(&host) => false,
        Hosts::Known(_) => {
            outcomes(cluster, script, play, step, &[host]).iter().all(|(_, outcome)| !matches!(outcome, Outcome::Skipped(_)))
        }
    }
}

/// Whether a `fail` or an `assert` that may run may end the play for the host. What only facts decide is taken to be well: any task may fail before.
fn may_stop(cluster: &Cluster, script: &Script, play: &ScriptPlay, step: &Step, host: HostId) -> bool {
    let asked = Asked::default();
    let around = StepScope::new(script, play, step, &asked);
    let scope = around.on(cluster, host, false);
    let evaluator = Evaluator::new(&scope, DIALECT);
    let (file, task) = (script.file(step), script.task(step));
    let conditions: Vec<(String, bool)> = {
        let when = script.conditions(step).into_iter().map(|(when, _)| (when.text.to_string(), true));
        let that = task.module.as_ref().and_then(|module| file.argument(module, "that")).into_iter();
        let that = that.flat_map(|that| if that.is_sequence() { that.items().collect() } else { vec![that] });
        when.chain(that.map(|that| (that.text().into_owned(), false))).collect()
    };
    let is_assert = conditions.iter().any(|(_, is_when)| !is_when);
    let mut stops = !is_assert;
    for (condition, is_when) in conditions {
        match evaluator.condition(&condition).result {
            Truth::True => {}
            Truth::False if is_when => return false,
            Truth::False | Truth::Error(_) => stops = true,
            Truth::Unknown(reasons) => {
                let by_facts = reasons.iter().all(|reason| matches!(reason, Reason::Fact(_)));
                if is_when && by_facts && !is_assert {
                    return false;
                }
                stops |= !by_facts;
            }
        }
    }
    stops
}
