//! From a request to its answer: a job that runs on the pool against a snapshot, and whose panic is an answer, too.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::Sender;
use hostwise_analysis::{Token, Workspace};
use hostwise_syntax::Encoding;
use hostwise_syntax::paint::Canvas;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{MessageType, Uri};

use crate::capabilities::Abilities;
use crate::client::Client;
use crate::handlers::diagnostic::Reported;
use crate::handlers::semantic_tokens::SentTokens;

/// The state of the moment at which a request arrived.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) encoding: Encoding,
    pub(crate) abilities: Abilities,
    /// The buffers that the editor has open, by path.
    pub(crate) open: Arc<BTreeMap<Arc<str>, OpenDocument>>,
    /// Says stop when the workspace has moved on: for answers that the client asks for again.
    pub(crate) token: Token,
    pub(crate) reported: Arc<Reported>,
    /// The first folder of the workspace: paths for people begin there.
    pub(crate) root: Option<Arc<Path>>,
}

/// What is known of a buffer beside its text.
#[derive(Clone, Debug)]
pub(crate) struct OpenDocument {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) canvas: Canvas,
    pub(crate) tokens: Arc<SentTokens>,
}

impl Snapshot {
    /// The canvas of a buffer; a blank one for a file that is not open.
    pub(crate) fn canvas(&self, path: &str) -> Canvas {
        self.open.get(path).map(|document| document.canvas.clone()).unwrap_or_default()
    }

    /// The snapshot of a server that has nothing else.
    #[cfg(test)]
    pub(crate) fn of(workspace: Workspace) -> Self {
        Self {
            workspace: Arc::new(workspace),
            encoding: Encoding::default(),
            abilities: Abilities::default(),
            open: Arc::default(),
            token: Token::never(),
            reported: Arc::default(),
            root: None,
        }
    }
}

/// A request that waits for its snapshot.
pub(crate) type Job = Box<dyn FnOnce(&Snapshot) + Send>;

/// The job of a request, and where its answer comes out. A request whose asker has gone is not computed. The client is told of a panic.
pub(crate) fn job<P, R, F>(method: &'static str, handler: F, params: P, client: Client) -> (Job, oneshot::Receiver<Result<R>>)
where
    P: Send + 'static,
    R: Send + 'static,
    F: FnOnce(&Snapshot, P) -> Result<R> + Send + 'static,
{
    let (answer, result) = oneshot::channel();
    let job = move |snapshot: &Snapshot| {
        if answer.is_closed() {
            return;
        }
        let _progress = client.progress_if_long(&format!("Answering {method}"));
        let outcome = catch_unwind(AssertUnwindSafe(|| handler(snapshot, params))).unwrap_or_else(|panic| {
            client.log(MessageType::ERROR, format!("{method} panicked: {}", words_of(&*panic)));
            Err(Error::internal_error())
        });
        // The asker may have gone meanwhile.
        let _ = answer.send(outcome);
    };
    (Box::new(job), result)
}

/// What a panic said.
pub(crate) fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}

/// Threads that run jobs.
#[derive(Debug)]
pub(crate) struct Pool {
    jobs: Sender<(Job, Snapshot)>,
}

impl Pool {
    /// One thread per core, at least two, so that one slow request does not hold the others.
    pub(crate) fn new() -> Self {
        let (jobs, waiting) = crossbeam_channel::unbounded::<(Job, Snapshot)>();
        let n_threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        for _ in 0..n_threads {
            let waiting = waiting.clone();
            std::thread::spawn(move || waiting.iter().for_each(|(job, snapshot)| job(&snapshot)));
        }
        Self { jobs }
    }

    pub(crate) fn run(&self, job: Job, snapshot: Snapshot) {
        // The threads live as long as this sender.
        let _ = self.jobs.send((job, snapshot));
    }
}
