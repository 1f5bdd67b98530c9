//! When findings are computed, and which are published: the newest state only, without delay, and only what changed.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};
use hostwise_analysis::{Cancelled, Diagnostic, Diagnostics, Token, Workspace};
use tower_lsp::ls_types::MessageType;

use crate::client::Client;
use crate::dispatch::words_of;
use crate::main_loop::Event;

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
    pub(crate) fn new(events: Sender<Event>, client: Client) -> Self {
        let (questions, waiting) = crossbeam_channel::unbounded();
        std::thread::spawn(move || answer(&waiting, &events, &client));
        Self { questions }
    }

    pub(crate) fn ask(&self, workspace: Arc<Workspace>, revision: u64, token: Token) {
        // The thread lives as long as this sender.
        let _ = self.questions.send(Question { workspace, revision, token });
    }
}

fn answer(waiting: &Receiver<Question>, events: &Sender<Event>, client: &Client) {
    for first in waiting {
        let question = waiting.try_iter().last().unwrap_or(first);
        let started = Instant::now();
        let _progress = client.progress_if_long("Checking inventories");
        let found = catch_unwind(AssertUnwindSafe(|| question.workspace.diagnostics(&question.token).cloned()));
        match found {
            Ok(Ok(findings)) => {
                let n: usize = findings.values().map(|findings| findings.len()).sum();
                let took = started.elapsed().as_secs_f64() * 1000.0;
                client.trace(format!("{n} findings in {} files after {took:.1} ms, revision {}", findings.len(), question.revision), None);
                let _ = events.send(Event::Diagnosed { revision: question.revision, findings });
            }
            Ok(Err(Cancelled)) => {}
            Err(panic) => client.log(MessageType::ERROR, format!("computing findings panicked: {}", words_of(&*panic))),
        }
    }
}

/// What the client shows now.
#[derive(Debug, Default)]
pub(crate) struct Published {
    shown: BTreeMap<Arc<str>, Shown>,
}

#[derive(Debug, PartialEq)]
struct Shown {
    findings: Arc<[Diagnostic]>,
    version: Option<i32>,
}

impl Published {
    /// What must be published: for each path where findings or the version of its buffer differ from what is shown, `open` ones also when there is
    /// nothing to show. From then on it counts as shown.
    pub(crate) fn update<'p>(
        &mut self,
        findings: &Diagnostics,
        open: impl Iterator<Item = (&'p Arc<str>, i32)>,
    ) -> Vec<(Arc<str>, Arc<[Diagnostic]>)> {
        let mut wanted: BTreeMap<Arc<str>, Shown> = BTreeMap::new();
        let nothing: Arc<[Diagnostic]> = Arc::from([]);
        for (path, findings) in findings {
            wanted.insert(Arc::clone(path), Shown { findings: Arc::clone(findings), version: None });
        }
        for (path, version) in open {
            let shown = wanted.entry(Arc::clone(path)).or_insert_with(|| Shown { findings: Arc::clone(&nothing), version: None });
            shown.version = Some(version);
        }
        let gone = self.shown.iter().filter(|(path, shown)| !wanted.contains_key(*path) && !shown.findings.is_empty());
        let mut changed: Vec<_> = gone.map(|(path, _)| (Arc::clone(path), Arc::clone(&nothing))).collect();
        let differs = |path: &Arc<str>, wanted: &Shown| self.shown.get(path) != Some(wanted);
        changed.extend(
            wanted.iter().filter(|(path, shown)| differs(path, shown)).map(|(path, shown)| (Arc::clone(path), Arc::clone(&shown.findings))),
        );
        self.shown = wanted;
        changed
    }

    /// A document is opened: some clients have dropped what was published for it before.
    pub(crate) fn forget(&mut self, path: &str) {
        self.shown.remove(path);
    }
}

#[cfg(test)]
mod tests {
    use hostwise_analysis::Severity;

    use super::*;

    fn found(paths: &[&str]) -> Diagnostics {
        let diagnostic = Diagnostic {
            range: Default::default(),
            severity: Severity::Error,
            code: "x",
            message: "y".to_owned(),
            host: None,
            related: Vec::new(),
            fixes: Vec::new(),
            tag: None,
        };
        paths.iter().map(|&path| (path.into(), Arc::from([diagnostic.clone()]))).collect()
    }

    #[test]
    fn only_differences_are_published() {
        let mut published = Published::default();
        let (a, b): (Arc<str>, Arc<str>) = ("/a".into(), "/b".into());
        let mut update = |findings: &[&str], open: &[(&Arc<str>, i32)]| -> Vec<String> {
            let changed = published.update(&found(findings), open.iter().copied());
            changed.iter().map(|(path, findings)| format!("{path} {}", findings.len())).collect()
        };
        assert_eq!(update(&["/a"], &[(&b, 1)]), ["/a 1", "/b 0"]);
        assert_eq!(update(&["/a"], &[(&b, 1)]), [""; 0]);
        assert_eq!(update(&["/a"], &[(&b, 2)]), ["/b 0"]);
        assert_eq!(update(&["/a"], &[(&a, 1), (&b, 2)]), ["/a 1"], "the buffer has a version now");
        assert_eq!(update(&[], &[]), ["/a 0"], "closed and gone");
        published.update(&found(&["/a"]), [(&a, 1)].into_iter());
        published.forget("/a");
        assert_eq!(published.update(&found(&["/a"]), [(&a, 1)].into_iter()).len(), 1, "opened again under the same version");
    }
}
