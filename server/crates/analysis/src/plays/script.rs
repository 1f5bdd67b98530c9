//! What a playbook does, in order: roles, includes and imports followed as far as their names are written out. Of no inventory in particular.

mod build;
mod handlers;
mod names;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_inventory::SourceFile;
use hostwise_kubespray::{Pack, Version};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::candidates::Candidates;
use super::installs::mentions;
use super::model::{Keywords, KeywordsId, Play, PlayFile, Task, TaskId, Text};

pub(super) use build::build;

/// All steps of a playbook.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) path: Arc<str>,
    /// Every file that was followed.
    pub(crate) files: Vec<Arc<PlayFile>>,
    /// Every text that it was made of.
    pub(super) sources: IndexMap<Arc<str>, Arc<SourceFile>, FxBuildHasher>,
    pub(super) frames: Vec<Frame>,
    pub(crate) plays: Vec<ScriptPlay>,
    /// Of all plays, in order.
    pub(crate) steps: Vec<Step>,
    pub(super) names: Arc<Names>,
    pub(super) handlers: Vec<Handler>,
    /// The files that tasks run with `script`.
    pub(crate) scripts: Vec<Arc<SourceFile>>,
    /// What [`Script::exits`] found.
    exits: OnceLock<Vec<usize>>,
    /// By release: what [`Script::candidates`] found.
    pub(super) candidates: Mutex<BTreeMap<Version, Arc<Candidates>>>,
}

/// Names that get values besides the inventory.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Set while Ansible runs: registered, `set_fact`, `include_vars`, `vars_files`, prompts.
    pub(super) runtime: FxHashSet<Arc<str>>,
    /// Set by the `vars` of some role: they reach further than the role.
    pub(super) of_roles: FxHashSet<Arc<str>>,
    /// Set by `group_vars` and `host_vars` beside a playbook: these directories.
    pub(super) beside: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    /// Groups are made that are not Kubespray's.
    pub(super) groups_change: bool,
}

impl Names {
    /// The names that mean something else than before, in no order; `None` when any may.
    pub(super) fn since(&self, before: &Names) -> Option<Vec<Arc<str>>> {
        let sets = [(&self.runtime, &before.runtime), (&self.of_roles, &before.of_roles)];
        let differences = sets.into_iter().flat_map(|(now, before)| now.symmetric_difference(before));
        let beside = self.beside.keys().chain(before.beside.keys()).filter(|name| self.beside.get(*name) != before.beside.get(*name));
        (self.groups_change == before.groups_change).then(|| differences.chain(beside).cloned().collect())
    }
}

/// Index of a file in [`Script::files`].
pub(super) type FileIndex = u32;
/// Index of a frame in [`Script::frames`].
pub(super) type FrameIndex = u32;

/// Something around tasks whose keywords hold for them.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) parent: Option<FrameIndex>,
    pub(super) file: FileIndex,
    pub(super) keywords: KeywordsId,
    pub(super) kind: FrameKind,
}

#[derive(Debug)]
pub(super) enum FrameKind {
    Import,
    Play,
    Role(Arc<RoleFiles>),
    Block,
    /// A block whose failures are caught.
    Guarded,
    /// What is done when a block failed.
    Rescue,
    Include,
    /// A handler, by its index in [`Script::handlers`].
    Handler(usize),
}

/// Who tells a handler.
#[derive(Debug, Default)]
pub(super) struct Handler {
    /// The steps that name it themselves, or among which a template may.
    pub(super) notified_by: Vec<Notifier>,
    /// Another handler has the same name, a template makes it, or a file that could not be followed names it.
    pub(super) is_ambiguous: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Notifier {
    /// Index of the step.
    pub(super) step: usize,
    /// The task itself names the handler, not something around it and no template.
    pub(super) is_certain: bool,
}

/// The variables of a role.
#[derive(Debug, Default)]
pub(super) struct RoleFiles {
    pub(super) vars: Vec<FileIndex>,
    pub(super) defaults: Vec<FileIndex>,
}

#[derive(Debug)]
pub(crate) struct ScriptPlay {
    pub(super) file: FileIndex,
    /// Index in its file.
    index: u32,
    /// Indices of its steps.
    pub(crate) steps: Range<usize>,
    /// Whether the defaults of Kubespray are there.
    pub(super) has_defaults: bool,
    /// Whether the groups that Kubespray's playbooks make are there, for the `hosts` of the play.
    pub(crate) has_groups: bool,
}

impl ScriptPlay {
    /// Whether the defaults of Kubespray are there.
    pub(crate) fn has_defaults(&self) -> bool {
        self.has_defaults
    }
}

/// One task at one place of the order.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(super) file: FileIndex,
    pub(super) task: TaskId,
    pub(super) frame: FrameIndex,
    /// Something before it could not be followed, and may have done anything.
    pub(super) is_after_unknown: bool,
    /// A script ran before it, which may have installed anything.
    pub(super) is_after_script: bool,
    /// The groups that Kubespray's playbooks make are there.
    pub(super) has_groups: bool,
    /// The file that `script` runs, by its index in [`Script::scripts`].
    pub(super) runs_file: Option<u32>,
}

impl Script {
    pub(crate) fn file(&self, step: &Step) -> &Arc<PlayFile> {
        &self.files[step.file as usize]
    }

    /// The file that a step runs with `script`, when it is here.
    pub(crate) fn file_run_by(&self, step: &Step) -> Option<&Arc<SourceFile>> {
        self.scripts.get(step.runs_file? as usize)
    }

    pub(crate) fn task(&self, step: &Step) -> &Task {
        self.file(step).task(step.task)
    }

    pub(crate) fn play(&self, play: &ScriptPlay) -> (&Arc<PlayFile>, Option<&Play>) {
        let file = &self.files[play.file as usize];
        let plays = match &file.content {
            super::model::Content::Playbook(plays) => &plays[..],
            _ => &[],
        };
        (file, plays.get(play.index as usize))
    }

    /// The steps that may need a tool of this release.
    pub(super) fn candidates(&self, pack: &Pack) -> Arc<Candidates> {
        let mut known = self.candidates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(pack.version).or_insert_with(|| Arc::new(Candidates::of(self, pack))))
    }

    /// The steps behind which a host may be out of the play, or that look whether a program is there, in order.
    pub(super) fn exits(&self) -> &[usize] {
        let may_be_exit = |step: &Step| {
            let (file, task) = (self.file(step), self.task(step));
            let Some(module) = &task.module else { return false };
            match &*module.name {
                "meta" => file.free_form(module).is_some_and(|what| what.text.starts_with("end_")),
                "fail" | "assert" => true,
                "command" | "shell" | "raw" => {
                    let text = &file.source.text()[task.range.span()];
                    ["command -v", "which", "type", "hash"].iter().any(|probe| mentions(text, probe))
                }
                _ => false,
            }
        };
        let find = || self.steps.iter().enumerate().filter(|(_, step)| may_be_exit(step)).map(|(index, _)| index).collect();
        self.exits.get_or_init(find)
    }

    /// The index of the play that a step belongs to.
    pub(crate) fn play_of(&self, step: usize) -> Option<&ScriptPlay> {
        self.plays.iter().find(|play| play.steps.contains(&step))
    }

    /// The steps that are this task of this file.
    pub(crate) fn steps_of<'s>(&'s self, path: &'s str, task: TaskId) -> impl Iterator<Item = usize> + 's {
        let file = self.files.iter().position(|file| &**file.path() == path).map(|index| index as FileIndex);
        let is_it = move |(_, step): &(usize, &Step)| Some(step.file) == file && step.task == task;
        self.steps.iter().enumerate().filter(is_it).map(|(index, _)| index)
    }

    /// The frames around a step, innermost first.
    pub(super) fn frames_of(&self, step: &Step) -> impl Iterator<Item = &Frame> {
        let mut next = Some(step.frame);
        std::iter::from_fn(move || {
            let frame = &self.frames[next? as usize];
            next = frame.parent;
            Some(frame)
        })
    }

    pub(super) fn frame_keywords(&self, frame: &Frame) -> &Keywords {
        self.files[frame.file as usize].keywords(frame.keywords)
    }

    pub(super) fn step_keywords(&self, step: &Step) -> &Keywords {
        self.file(step).keywords(self.task(step).keywords)
    }

    /// The keywords that hold for a step, its own first, then outwards.
    pub(crate) fn keywords_of(&self, step: &Step) -> impl Iterator<Item = &Keywords> {
        std::iter::once(self.step_keywords(step)).chain(self.frames_of(step).map(|frame| self.frame_keywords(frame)))
    }

    /// The handler that a step is, or is part of.
    pub(super) fn handler_of(&self, step: &Step) -> Option<&Handler> {
        let index = self.frames_of(step).find_map(|frame| match frame.kind {
            FrameKind::Handler(index) => Some(index),
            _ => None,
        })?;
        self.handlers.get(index)
    }

    /// Whether a step runs only when another tells it to.
    pub(crate) fn is_handler(&self, step: &Step) -> bool {
        self.handler_of(step).is_some()
    }

    /// The conditions of a step, the outermost first, each with its file.
    pub(super) fn conditions(&self, step: &Step) -> Vec<(&Text, &Arc<PlayFile>)> {
        let own = self.step_keywords(step).when.iter().rev().map(|when| (when, self.file(step)));
        let around = self
            .frames_of(step)
            .flat_map(|frame| self.frame_keywords(frame).when.iter().rev().map(|when| (when, &self.files[frame.file as usize])));
        let mut conditions: Vec<_> = own.chain(around).collect();
        conditions.reverse();
        conditions
    }
}

/// How many steps a playbook may have: more are left out, and then nothing behind them is certain.
const MAX_STEPS: usize = 60_000;

/// While a script is built: files by path.
type FileIndices = FxHashMap<Arc<str>, FileIndex>;
