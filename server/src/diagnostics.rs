//! When findings are computed, and which are published: the newest state only, without delay, and only what changed.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};
use hostwise_analysis::{Cancelled, Diagnostic, Token, Workspace};

use crate::dispatch::words_of;
use crate::main_loop::Event;

/// The findings of a workspace, by path.
pub(crate) type Findings = BTreeMap<Arc<str>, Arc<[Diagnostic]>>;

/// Asks a thread of its own for the findings of a workspace; of several questions only the last is answered.
#[derive(Debug)]
pub(crate) struct Diagnoser {
    questions: Sender<Question>,
}

#[derive(Debug)]
struct Question {
    workspace: Arc<Workspace>,
    revision: u64,
    token: Token,
}

impl Diagnoser {
    pub(crate) fn new(events: Sender<Event>) -> Self {
        let (questions, waiting) = crossbeam_channel::unbounded();
        std::thread::spawn(move || answer(&waiting, &events));
        Self { questions }
    }

    pub(crate) fn ask(&self, workspace: Arc<Workspace>, revision: u64, token: Token) {
        // The thread lives as long as this sender.
        let _ = self.questions.send(Question { workspace, revision, token });
    }
}

fn answer(waiting: &Receiver<Question>, events: &Sender<Event>) {
    for first in waiting {
        let question = waiting.try_iter().last().unwrap_or(first);
        let found = catch_unwind(AssertUnwindSafe(|| question.workspace.diagnostics(&question.token)));
        match found {
            Ok(Ok(findings)) => {
                let _ = events.send(Event::Diagnosed { revision: question.revision, findings });
            }
            Ok(Err(Cancelled)) => {}
            Err(panic) => tracing::error!("computing findings panicked: {}", words_of(&*panic)),
        }
    }
}

/// What the client shows now.
#[derive(Debug, Default)]
pub(crate) struct Published {
    shown: BTreeMap<Arc<str>, Shown>,
}

#[derive(Debug)]
struct Shown {
    findings: Arc<[Diagnostic]>,
    version: Option<i32>,
}

impl Published {
    /// The paths whose findings differ from what is shown, or whose buffer has another version; from then on they count as shown.
    pub(crate) fn update(&mut self, findings: &Findings, version: impl Fn(&str) -> Option<i32>) -> Vec<(Arc<str>, Arc<[Diagnostic]>)> {
        let mut changed = Vec::new();
        let gone: Vec<Arc<str>> = self.shown.keys().filter(|path| !findings.contains_key(*path)).cloned().collect();
        for path in gone {
            let was_empty = self.shown.get(&path).is_none_or(|shown| shown.findings.is_empty());
            if version(&path).is_none() {
                self.shown.remove(&path);
            }
            if !was_empty {
                changed.push((path, Arc::from([])));
            }
        }
        for (path, found) in findings {
            let same = |shown: &Shown| shown.findings == *found && shown.version == version(path);
            if !self.shown.get(path).is_some_and(same) {
                changed.push((Arc::clone(path), Arc::clone(found)));
            }
        }
        for (path, found) in &changed {
            self.shown.insert(Arc::clone(path), Shown { findings: Arc::clone(found), version: version(path) });
        }
        changed
    }
}
