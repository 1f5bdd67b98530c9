//! The handlers of a play: they stand at the end of its steps, each with the steps that may tell it to run.

use std::sync::Arc;

use super::build::{Builder, Place};
use super::{FrameKind, Handler, Notifier};
use crate::plays::model::{Content, Item, PlayFile, Task, Text};

/// Handlers of a role that the play uses, or of the play itself.
pub(super) struct Pending<'p> {
    pub(super) file: Arc<PlayFile>,
    pub(super) place: Place<'p>,
    /// The name of the role, by which its handlers may be called as well.
    pub(super) role: Option<Arc<str>>,
}

/// One handler that was followed.
struct Followed {
    /// Index in the script's handlers.
    index: usize,
    /// `None` when a template makes one of them.
    names: Option<Vec<String>>,
}

impl Builder<'_> {
    /// Adds the steps of the handlers to the play whose steps begin at `first`.
    pub(super) fn handlers(&mut self, pending: &[Pending<'_>], first: usize) {
        let mut followed: Vec<Followed> = Vec::new();
        for of_file in pending {
            let items = match &of_file.file.content {
                Content::Tasks(items) => items,
                Content::Playbook(plays) => match plays.get(of_file.place.play as usize) {
                    Some(play) => &play.handlers,
                    None => continue,
                },
                Content::Variables(_) | Content::Dependencies(_) => continue,
            };
            for item in items {
                let Item::Task(id) = item else { continue };
                let task = of_file.file.task(*id);
                let index = self.script.handlers.len();
                self.script.handlers.push(Handler::default());
                let frame = self.frame(Some(of_file.place.frame), of_file.place.file, task.keywords, FrameKind::Handler(index));
                self.task(*id, &of_file.file, Place { frame, ..of_file.place });
                followed.push(Followed { index, names: names_of(task, of_file.role.as_deref()) });
            }
        }
        let notifying = if followed.is_empty() { Vec::new() } else { self.notifying(first) };
        for handler in &followed {
            let is_same = |other: &&Followed| match (&handler.names, &other.names) {
                (Some(own), Some(names)) => own.first().is_some_and(|own| names.first() == Some(own)),
                _ => true,
            };
            let is_perhaps_notified = || handler.names.iter().flatten().any(|name| self.perhaps_notified.contains(name.as_str()));
            let is_ambiguous = handler.names.is_none() || followed.iter().filter(is_same).count() > 1 || is_perhaps_notified();
            let notified_by = notifying.iter().filter_map(|(step, notify)| notifier(*step, notify, handler)).collect();
            self.script.handlers[handler.index] = Handler { notified_by, is_ambiguous };
        }
    }

    /// The steps from `first` on that notify anything, each with what it names, and whether it does so itself.
    fn notifying(&self, first: usize) -> Vec<(usize, Vec<(Text, bool)>)> {
        let of_step = |step: usize| {
            let this = &self.script.steps[step];
            let own = self.script.step_keywords(this).notify.iter().map(|text| (text.clone(), true));
            let around = self.script.frames_of(this).flat_map(|frame| &self.script.frame_keywords(frame).notify);
            (step, own.chain(around.map(|text| (text.clone(), false))).collect::<Vec<_>>())
        };
        (first..self.script.steps.len()).map(of_step).filter(|(_, notify)| !notify.is_empty()).collect()
    }
}

/// Whether a step tells the handler, and how certainly.
fn notifier(step: usize, notify: &[(Text, bool)], handler: &Followed) -> Option<Notifier> {
    let mut found: Option<Notifier> = None;
    for (text, is_own) in notify {
        let is_named = match &handler.names {
            Some(names) => names.iter().any(|name| *name == *text.text),
            None => true,
        };
        if is_named || text.is_template() {
            let is_certain = is_named && *is_own && handler.names.is_some();
            found = Some(Notifier { step, is_certain: is_certain || found.is_some_and(|found| found.is_certain) });
        }
    }
    found
}

/// The names by which a handler is called, its own first.
fn names_of(task: &Task, role: Option<&str>) -> Option<Vec<String>> {
    let named = task.name.iter().chain(&task.listen);
    if named.clone().any(|name| name.is_template()) {
        return None;
    }
    let mut names: Vec<String> = named.map(|name| name.text.to_string()).collect();
    if let (Some(role), Some(name)) = (role, &task.name) {
        names.push(format!("{role} : {}", name.text));
    }
    Some(names)
}
