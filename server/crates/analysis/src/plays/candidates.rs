//! The steps of a script that may fail for want of a tool, for all inventories of a release alike.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use hostwise_kubespray::Pack;
use rustc_hash::FxHashMap;

use super::model::{Keywords, KeywordsId, Loop, PlayFile, is_template};
use super::needs::Source;
use super::script::{FileIndex, FrameKind, Names, Script, ScriptPlay, Step};
use super::toolset::{ToolTable, Tools};

/// A step that may need something that Kubespray installs, and whose failure nothing catches.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Index in the script.
    pub(crate) step: usize,
    /// Index of its play in the script.
    pub(crate) play: usize,
    pub(crate) tools: Tools,
    identity: Identity,
}

/// What is written for the step and for everything around it, by the places of these texts in memory: what was found for an inventory holds for a step
/// of a later script with the same identity, as long as the earlier script is still there, and names mean the same.
type Identity = Box<[usize]>;

/// The candidates of a script, by play.
#[derive(Debug)]
pub(crate) struct Candidates {
    pub(crate) all: Vec<Candidate>,
    names: Arc<Names>,
    /// What [`Candidates::since`] found.
    since: Mutex<Vec<(Weak<Candidates>, Arc<Since>)>>,
}

/// Candidates compared with earlier ones.
#[derive(Debug)]
pub(crate) struct Since {
    /// For each candidate the index of one before that is the same.
    pub(crate) was: Vec<Option<usize>>,
    /// The names that mean something else now; `None` when any may.
    pub(crate) names: Option<Vec<Arc<str>>>,
}

impl Candidates {
    pub(crate) fn of(script: &Script, pack: &Pack) -> Candidates {
        Candidates { all: candidates(script, pack), names: Arc::clone(&script.names), since: Mutex::default() }
    }

    /// What has become of earlier candidates of a playbook; compared once for all inventories.
    pub(crate) fn since(&self, before: &Arc<Candidates>) -> Arc<Since> {
        let mut known = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, since)) = known.iter().find(|(known, _)| std::ptr::eq(known.as_ptr(), Arc::as_ptr(before))) {
            return Arc::clone(since);
        }
        let earlier: FxHashMap<&Identity, usize> =
            before.all.iter().enumerate().map(|(index, candidate)| (&candidate.identity, index)).collect();
        let was = self.all.iter().map(|candidate| earlier.get(&candidate.identity).copied()).collect();
        let since = Arc::new(Since { was, names: self.names.since(&before.names) });
        known.push((Arc::downgrade(before), Arc::clone(&since)));
        since
    }
}

fn candidates(script: &Script, pack: &Pack) -> Vec<Candidate> {
    let table = ToolTable::of(pack);
    let tools_of_files: Vec<Arc<[Tools]>> = script.files.iter().map(|file| file.tools(&table, pack.version)).collect();
    let mut found = Vec::new();
    for (number, play) in script.plays.iter().enumerate() {
        for index in play.steps.clone() {
            let step = &script.steps[index];
            let tools = match script.file_run_by(step) {
                Some(file) => table.needed(&Source { text: file.text().to_owned(), is_made: false }),
                None => tools_of_files[step.file as usize].get(step.task as usize).copied().unwrap_or_default(),
            };
            if !tools.is_empty() && may_fail(script, step) {
                found.push(Candidate { step: index, play: number, tools, identity: identity(script, play, step) });
            }
        }
    }
    found
}

fn may_fail(script: &Script, step: &Step) -> bool {
    let task = script.task(step);
    if task.may_be_left || task.is_local || step.is_after_unknown || step.is_after_script {
        return false;
    }
    let is_caught = script.frames_of(step).any(|frame| matches!(frame.kind, FrameKind::Guarded | FrameKind::Rescue));
    let repeats = |keywords: &Keywords| keywords.repeats.as_ref().map(|repeats| repeats.says);
    // The items of its own loop are looked at later.
    let may_have_no_items =
        script.frames_of(step).any(|frame| matches!(repeats(script.frame_keywords(frame)), Some(Loop::Unknown | Loop::Empty)));
    let module = task.module.as_ref().map(|module| &*module.name).unwrap_or_default();
    let gives_arguments = |keywords: &Keywords| keywords.defaults_of.iter().any(|of| gives_defaults(of, module));
    !is_caught && !may_have_no_items && !script.keywords_of(step).any(|keywords| is_forgiving(keywords) || gives_arguments(keywords))
}

/// Whether an entry of `module_defaults` is for this module, or may be: groups are of the modules of collections.
fn gives_defaults(entry: &str, module: &str) -> bool {
    entry == module || is_template(entry) || entry.starts_with("group/") && module.contains('.')
}

fn is_forgiving(keywords: &Keywords) -> bool {
    let is_elsewhere = |connection: &str| !matches!(connection, "ssh" | "smart" | "paramiko" | "paramiko_ssh");
    keywords.ignores_errors
        || keywords.has_check_mode
        || keywords.has_never_tag
        || keywords.changes_path
        || keywords.connection.as_ref().is_some_and(|connection| is_elsewhere(&connection.text))
}

fn identity(script: &Script, play: &ScriptPlay, step: &Step) -> Identity {
    let mut identity = vec![usize::from(play.has_defaults), usize::from(play.has_groups && step.has_groups)];
    add_surroundings(script, step, &mut identity);
    identity.extend(script.file_run_by(step).map(|file| Arc::as_ptr(file).addr()));
    if let Some(handler) = script.handler_of(step) {
        // It depends on the tasks that notify it.
        identity.push(usize::from(handler.is_ambiguous));
        for notifier in &handler.notified_by {
            identity.push(usize::from(notifier.is_certain));
            add_surroundings(script, &script.steps[notifier.step], &mut identity);
        }
    }
    identity.into()
}

/// Adds what is written for a step and around it.
fn add_surroundings(script: &Script, step: &Step, identity: &mut Vec<usize>) {
    let file = |index: FileIndex| Arc::as_ptr(&script.files[index as usize]).cast::<PlayFile>().addr();
    let written = |file: FileIndex, keywords: KeywordsId| script.files[file as usize].keywords(keywords).written.as_ptr().addr();
    identity.push(written(step.file, script.task(step).keywords));
    for frame in script.frames_of(step) {
        identity.push(written(frame.file, frame.keywords));
        match &frame.kind {
            FrameKind::Role(role) => identity.extend(role.vars.iter().chain(&role.defaults).map(|&of_role| file(of_role))),
            FrameKind::Rescue => identity.push(0),
            FrameKind::Handler(_) => identity.push(1),
            FrameKind::Import | FrameKind::Play | FrameKind::Block | FrameKind::Guarded | FrameKind::Include => {}
        }
    }
}
