//! The steps of a script that may fail for want of a tool, for all inventories of a release alike.

use std::sync::Arc;

use hostwise_kubespray::Pack;

use super::model::{Keywords, Loop, PlayFile, is_template};
use super::needs::Source;
use super::script::{FrameKind, Script, ScriptPlay, Step};
use super::toolset::{ToolTable, Tools};

/// A step that may need something that Kubespray installs, and whose failure nothing catches.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Index in the script.
    pub(crate) step: usize,
    /// Index of its play in the script.
    pub(crate) play: usize,
    pub(crate) tools: Tools,
    pub(crate) identity: Identity,
}

/// What the step, everything around it and the names of its script are, by the places of these things in memory: what was found for an inventory
/// holds for a step of a later script with the same identity, as long as the earlier script is still there.
pub(crate) type Identity = Box<[usize]>;

/// The candidates of a script, by play.
pub(crate) fn candidates(script: &Script, pack: &Pack) -> Vec<Candidate> {
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
    let file = |index: u32| Arc::as_ptr(&script.files[index as usize]).cast::<PlayFile>().addr();
    let mut identity = vec![Arc::as_ptr(&script.names).addr(), usize::from(play.has_defaults), file(step.file), step.task as usize];
    if script.is_handler(step) {
        // It depends on the tasks that notify it.
        identity.push(std::ptr::from_ref(script).addr());
    }
    identity.extend(script.file_run_by(step).map(|file| Arc::as_ptr(file).addr()));
    for frame in script.frames_of(step) {
        identity.extend([file(frame.file), frame.keywords as usize]);
        if let FrameKind::Role(role) = &frame.kind {
            identity.extend(role.vars.iter().chain(&role.defaults).map(|&of_role| file(of_role)));
        }
    }
    identity.into()
}
