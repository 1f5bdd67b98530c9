//! Which hosts a task runs on: the hosts of its play, and its conditions on each of them in three values.

use std::sync::Arc;

use hostwise_expression::{Evaluator, Reason, Truth};
use hostwise_inventory::{HostId, HostPattern};
use rustc_hash::{FxHashMap, FxHashSet};

use super::model::{Keywords, Loop, PlayFile, Text};
use super::repeats::rounds;
use super::scope::{Asked, StepScope};
use super::script::{FrameKind, Handler, Script, ScriptPlay, Step};
use crate::cluster::Cluster;
use crate::components::depends_on;
use crate::scope::DIALECT;

/// What a task does on a host of its play.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Runs,
    Skipped(Skip),
    /// It depends on something: `depends on ...`.
    Unknown(String),
}

/// Why a task is not run on a host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Skip {
    /// The condition that is false there, and its file.
    Condition(Text, Arc<str>),
    /// It runs once, on the first host.
    RunsOnce,
    NoItems,
    /// No task that runs there tells the handler to.
    NotNotified,
}

impl Skip {
    /// In a few words; the condition as it is written, in one line.
    pub(crate) fn words(&self) -> String {
        match self {
            Skip::Condition(condition, _) => condition.text.split_whitespace().collect::<Vec<_>>().join(" "),
            Skip::RunsOnce => "runs once, on the first host".to_owned(),
            Skip::NoItems => "its loop has no items".to_owned(),
            Skip::NotNotified => "nothing notifies it here".to_owned(),
        }
    }
}

/// The hosts of a play, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Hosts {
    Known(Arc<[HostId]>),
    /// The pattern is made by a template, or groups are made while Ansible runs.
    Unknown,
}

/// The groups in the patterns of a play that are only there while Kubespray's playbooks run, which make them.
pub(crate) fn groups_made_late<'c>(cluster: &'c Cluster, hosts: &[Text]) -> Vec<&'c str> {
    let named = |part: &str, group: &str| part.trim_start_matches(['&', '!']).split('[').next() == Some(group);
    let is_named = |group: &str| hosts.iter().any(|text| text.text.split([':', ',']).any(|part| named(part.trim(), group)));
    let is_made = |group: &str| cluster.plain().group_named(group).is_none() && is_named(group);
    cluster.inventory.groups().map(|(_, group)| &*group.name).filter(|group| is_made(group)).collect()
}

/// The hosts of a play in an inventory.
pub(crate) fn hosts_of(cluster: &Cluster, script: &Script, play: &ScriptPlay) -> Hosts {
    let (_, Some(model)) = script.play(play) else { return Hosts::Unknown };
    if model.hosts.is_empty() || model.hosts.iter().any(Text::is_template) || script.names.groups_change {
        return Hosts::Unknown;
    }
    cluster.hosts_of_pattern(&model.hosts).map_or(Hosts::Unknown, Hosts::Known)
}

/// The patterns of a list are one.
pub(crate) fn pattern(hosts: &[Text]) -> HostPattern {
    HostPattern::of_list(hosts.iter().map(|hosts| HostPattern::parse(&hosts.text)))
}

/// The outcomes of a step on the hosts of its play, in their order.
pub(crate) fn outcomes(cluster: &Cluster, script: &Script, play: &ScriptPlay, step: &Step, hosts: &[HostId]) -> Vec<(HostId, Outcome)> {
    outcomes_in(cluster, &StepScope::new(script, play, step, &Asked::default()), hosts)
}

/// The same of the step in a scope.
pub(super) fn outcomes_in(cluster: &Cluster, around: &StepScope<'_>, hosts: &[HostId]) -> Vec<(HostId, Outcome)> {
    let StepScope { script, step, .. } = *around;
    let once = script.keywords_of(step).find_map(|keywords| keywords.run_once.as_ref());
    let runs_once = once.is_some_and(|once| !once.is_template());
    let may_run_once = once.is_some() && !runs_once;
    let of = |host, without_own| outcome(cluster, around, host, without_own);
    if runs_once {
        let first = hosts.first().map(|&host| (host, of(host, false).0));
        let others = hosts.iter().skip(1).map(|&host| (host, Outcome::Skipped(Skip::RunsOnce)));
        return first.into_iter().chain(others).collect();
    }
    let known = by_situation(cluster, hosts, of);
    if !may_run_once {
        return known;
    }
    let but_once = |(host, outcome)| match outcome {
        Outcome::Runs => (host, Outcome::Unknown("depends on run_once".to_owned())),
        other => (host, other),
    };
    known.into_iter().map(but_once).collect()
}

/// A result per host. Hosts of the same groups share one, unless they set a name of their own that was read for it.
pub(crate) fn by_situation<T: Clone>(
    cluster: &Cluster,
    hosts: &[HostId],
    of: impl Fn(HostId, bool) -> (T, FxHashSet<Arc<str>>),
) -> Vec<(HostId, T)> {
    let mut shared = FxHashMap::default();
    let result = |&host: &HostId| {
        let (value, read): &(T, FxHashSet<Arc<str>>) = shared.entry(cluster.inventory.profile(host)).or_insert_with(|| of(host, true));
        #[expect(clippy::iter_over_hash_type, reason = "any of them, in no order")]
        for name in read {
            if &**name == "inventory_hostname" || cluster.inventory.has_own_variable(host, name) {
                return (host, of(host, false).0);
            }
        }
        (host, value.clone())
    };
    hosts.iter().map(result).collect()
}

/// The outcome on a host: of a loop, it runs when it runs for some item.
fn outcome(cluster: &Cluster, around: &StepScope<'_>, host: HostId, without_own: bool) -> (Outcome, FxHashSet<Arc<str>>) {
    let mut read: FxHashSet<Arc<str>> = FxHashSet::default();
    let is_empty = |keywords: &Keywords| keywords.repeats.as_ref().is_some_and(|repeats| repeats.says == Loop::Empty);
    if around.script.keywords_of(around.step).any(is_empty) {
        return (Outcome::Skipped(Skip::NoItems), read);
    }
    let rounds = rounds(cluster, around, host, without_own, &mut read).unwrap_or_else(|| vec![around.clone()]);
    let mut outcome = Outcome::Skipped(Skip::NoItems);
    for (number, round) in rounds.iter().enumerate() {
        let (of_round, of_names) = outcome_of_round(cluster, round, host, without_own);
        read.extend(of_names);
        if number == 0 || matches!((&outcome, &of_round), (Outcome::Skipped(_), _) | (_, Outcome::Runs)) {
            outcome = of_round;
        }
        if outcome == Outcome::Runs {
            break;
        }
    }
    (outcome, read)
}

/// The outcome for one item of a loop.
pub(super) fn outcome_of_round(
    cluster: &Cluster,
    around: &StepScope<'_>,
    host: HostId,
    without_own: bool,
) -> (Outcome, FxHashSet<Arc<str>>) {
    let scope = around.on(cluster, host, without_own);
    let evaluator = Evaluator::new(&scope, DIALECT);
    let mut read: FxHashSet<Arc<str>> = FxHashSet::default();
    let mut unknown: Option<String> = None;
    if let Some(handler) = around.script.handler_of(around.step) {
        match notified(cluster, around, handler, host, without_own, &mut read) {
            Notified::Certainly => {}
            Notified::Perhaps(reason) => unknown = Some(reason),
            Notified::Never => return (Outcome::Skipped(Skip::NotNotified), read),
        }
    }
    for (condition, file) in around.script.conditions(around.step) {
        let outcome = evaluator.condition(&condition.text);
        read.extend(outcome.read);
        match outcome.result {
            Truth::True => {}
            Truth::False => return (Outcome::Skipped(Skip::Condition(condition.clone(), Arc::clone(PlayFile::path(file)))), read),
            Truth::Unknown(reasons) => {
                unknown.get_or_insert_with(|| depends_on_run(&reasons));
            }
            Truth::Error(message) => {
                unknown.get_or_insert_with(|| message.to_string());
            }
        }
    }
    let in_rescue = around.script.frames_of(around.step).any(|frame| matches!(frame.kind, FrameKind::Rescue));
    let has_never = around.script.keywords_of(around.step).any(|keywords| keywords.has_never_tag);
    let outcome = match unknown {
        Some(unknown) => Outcome::Unknown(unknown),
        None if in_rescue => Outcome::Unknown("runs when the block before it fails".to_owned()),
        None if has_never => Outcome::Unknown("runs when its tag is asked for".to_owned()),
        None => Outcome::Runs,
    };
    (outcome, read)
}

/// Whether a handler is told to run on a host.
enum Notified {
    Certainly,
    /// It depends on something: in words.
    Perhaps(String),
    Never,
}

fn notified(
    cluster: &Cluster,
    around: &StepScope<'_>,
    handler: &Handler,
    host: HostId,
    without_own: bool,
    read: &mut FxHashSet<Arc<str>>,
) -> Notified {
    let script = around.script;
    let mut found = if handler.is_ambiguous || around.step.is_after_unknown {
        Notified::Perhaps("runs when something notifies it".to_owned())
    } else {
        Notified::Never
    };
    for notifier in &handler.notified_by {
        let step = &script.steps[notifier.step];
        let task = script.task(step);
        let name = task.name.as_ref().map(|name| &name.text).or(task.module.as_ref().map(|module| &module.name));
        let perhaps = || Notified::Perhaps(format!("runs when {} changes something", name.map_or("a task", |name| &**name)));
        // Handlers that tell each other are not followed.
        if script.handler_of(step).is_some() {
            found = perhaps();
            continue;
        }
        let (outcome, of_notifier) = outcome(cluster, &around.at(step), host, without_own);
        read.extend(of_notifier);
        let is_plain = || {
            let mut keywords = script.keywords_of(step);
            let may_have_no_items = |keywords: &Keywords| keywords.repeats.as_ref().is_some_and(|repeats| repeats.says == Loop::Unknown);
            let is_doubtful = |keywords: &Keywords| {
                keywords.run_once.is_some() || keywords.has_check_mode || keywords.ignores_errors || may_have_no_items(keywords)
            };
            // What failed tells nobody.
            task.failed_when.is_empty() && !keywords.any(is_doubtful)
        };
        match outcome {
            Outcome::Skipped(_) => {}
            Outcome::Runs if notifier.is_certain && !handler.is_ambiguous && task.always_changes && is_plain() => {
                return Notified::Certainly;
            }
            Outcome::Runs | Outcome::Unknown(_) => found = perhaps(),
        }
    }
    found
}

/// What decides while Ansible runs is said as such: it is no fault of the inventory that it does not set it.
fn depends_on_run(reasons: &[Reason]) -> String {
    match reasons {
        [Reason::Runtime(name)] => format!("depends on {name}, which is set while Ansible runs or elsewhere"),
        reasons => depends_on(reasons),
    }
}
