//! What the server says to its client without being asked. Notifications keep their order; requests are made in tasks of their own with a
//! timeout, because a client that never answers must not hold anything.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::Sender;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::ls_types::{
    ConfigurationItem, Diagnostic, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, LogTraceParams, MessageType,
    NumberOrString, ProgressParams, ProgressParamsValue, Registration, ShowDocumentParams, TraceValue, Uri, WorkDoneProgress,
    WorkDoneProgressBegin, WorkDoneProgressEnd, notification,
};

use crate::logging::TOLD;
use crate::main_loop::Event;

const PATIENCE: Duration = Duration::from_secs(10);

/// Work that takes longer is shown to people.
const LONG: Duration = Duration::from_millis(200);

/// The editor on the other side.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    requests: tower_lsp::Client,
    notifications: mpsc::UnboundedSender<Notification>,
    runtime: Handle,
    events: Sender<Event>,
    /// Whether the client shows a progress.
    shows_progress: Arc<AtomicBool>,
    /// For tokens: several may be shown at a time.
    n_progresses: Arc<AtomicU32>,
    /// A [`TraceValue`].
    trace: Arc<AtomicU8>,
    pages: Arc<Mutex<Pages>>,
}

/// The directory with the pages that were opened, and how many there are. It goes with the server.
#[derive(Debug, Default)]
struct Pages {
    directory: Option<TempDir>,
    n: usize,
}

#[derive(Debug)]
enum Notification {
    Diagnostics(Uri, Vec<Diagnostic>, Option<i32>),
    Log(MessageType, String),
    Trace(LogTraceParams),
    Progress(ProgressParams),
    Inventories(Value),
}

/// `hostwise/inventoriesChanged`.
enum InventoriesChanged {}

impl notification::Notification for InventoriesChanged {
    type Params = Value;
    const METHOD: &'static str = "hostwise/inventoriesChanged";
}

impl Client {
    pub(crate) fn new(client: tower_lsp::Client, runtime: Handle, events: Sender<Event>) -> Self {
        let (notifications, mut waiting) = mpsc::unbounded_channel();
        let sender = client.clone();
        runtime.spawn(async move {
            while let Some(notification) = waiting.recv().await {
                match notification {
                    Notification::Diagnostics(uri, diagnostics, version) => sender.publish_diagnostics(uri, diagnostics, version).await,
                    Notification::Log(kind, message) => sender.log_message(kind, message).await,
                    Notification::Trace(params) => sender.send_notification::<notification::LogTrace>(params).await,
                    Notification::Progress(params) => sender.send_notification::<notification::Progress>(params).await,
                    Notification::Inventories(params) => sender.send_notification::<InventoriesChanged>(params).await,
                }
            }
        });
        Self {
            requests: client,
            notifications,
            runtime,
            events,
            shows_progress: Arc::default(),
            n_progresses: Arc::default(),
            trace: Arc::default(),
            pages: Arc::default(),
        }
    }

    pub(crate) fn publish(&self, uri: Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.notify(Notification::Diagnostics(uri, diagnostics, version));
    }

    /// Says something in the log of the editor.
    pub(crate) fn log(&self, kind: MessageType, message: String) {
        match kind {
            MessageType::ERROR => tracing::error!(target: TOLD, "{message}"),
            MessageType::WARNING => tracing::warn!(target: TOLD, "{message}"),
            _ => tracing::info!(target: TOLD, "{message}"),
        }
        self.notify(Notification::Log(kind, message));
    }

    /// How much is told of what the server does.
    pub(crate) fn set_trace(&self, value: TraceValue) {
        self.trace.store(value as u8, Ordering::Relaxed);
    }

    /// Whether details are wanted.
    pub(crate) fn traces_verbosely(&self) -> bool {
        self.trace.load(Ordering::Relaxed) == TraceValue::Verbose as u8
    }

    /// Tells what the server did, if the client follows that.
    pub(crate) fn trace(&self, message: String, details: Option<String>) {
        tracing::debug!(target: TOLD, "{message}");
        if self.trace.load(Ordering::Relaxed) != TraceValue::Off as u8 {
            let verbose = details.filter(|_| self.traces_verbosely());
            self.notify(Notification::Trace(LogTraceParams { message, verbose }));
        }
    }

    pub(crate) fn tell_inventories(&self, overview: Value) {
        self.notify(Notification::Inventories(overview));
    }

    /// Asks for the settings of the section `hostwise`; the answer comes as [`Event::Configuration`].
    pub(crate) fn ask_configuration(&self) {
        let (client, events) = (self.requests.clone(), self.events.clone());
        self.request(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some("hostwise".to_owned()) };
            if let Ok(answers) = client.configuration(vec![item]).await
                && let Some(answer) = answers.into_iter().next()
            {
                let _ = events.send(Event::Configuration(answer));
            }
        });
    }

    /// Asks to be told of changes that the editor sees on disk.
    pub(crate) fn watch_files(&self) {
        let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String("**/*".to_owned()), kind: None };
        let options = serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] }).ok();
        let method = "workspace/didChangeWatchedFiles".to_owned();
        let registration = Registration { id: "hostwise-files".to_owned(), method, register_options: options };
        let client = self.requests.clone();
        self.request(async move {
            let _ = client.register_capability(vec![registration]).await;
        });
    }

    /// Opens a text to read: as a file that only this user can read, because it says what an inventory says.
    pub(crate) fn open_page(&self, name: String, text: String) {
        let client = self.clone();
        self.request(async move {
            let pages = Arc::clone(&client.pages);
            let write = move || pages.lock().unwrap_or_else(PoisonError::into_inner).write(&name, &text);
            let written = tokio::task::spawn_blocking(write).await;
            let path = match written.map_err(io::Error::from).flatten() {
                Ok(path) => path,
                Err(error) => return client.log(MessageType::ERROR, format!("a page cannot be written: {error}")),
            };
            let Some(uri) = Uri::from_file_path(&path) else { return };
            let params = ShowDocumentParams { uri, external: Some(false), take_focus: Some(true), selection: None };
            let _ = client.requests.show_document(params).await;
        });
    }

    /// Removes the pages that were opened.
    pub(crate) fn remove_pages(&self) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).directory = None;
    }

    pub(crate) fn refresh_diagnostics(&self) {
        let client = self.requests.clone();
        self.request(async move {
            let _ = client.workspace_diagnostic_refresh().await;
        });
    }

    pub(crate) fn refresh_inlay_hints(&self) {
        let client = self.requests.clone();
        self.request(async move {
            let _ = client.inlay_hint_refresh().await;
        });
    }

    pub(crate) fn refresh_code_lenses(&self) {
        let client = self.requests.clone();
        self.request(async move {
            let _ = client.code_lens_refresh().await;
        });
    }

    pub(crate) fn set_shows_progress(&self, shows: bool) {
        self.shows_progress.store(shows, Ordering::Relaxed);
    }

    /// Shows a progress with this title until the guard is dropped, if the client does. Nothing is shown before it has agreed.
    pub(crate) fn progress(&self, title: &str) -> Progress {
        let (guard, mut dropped) = oneshot::channel();
        if self.shows_progress.load(Ordering::Relaxed) {
            let (client, title) = (self.clone(), title.to_owned());
            self.runtime.spawn(async move { client.show_until(&title, &mut dropped).await });
        }
        Progress { _guard: guard }
    }

    /// The same for work that is over in a moment most of the time, and is shown only when it is not.
    pub(crate) fn progress_if_long(&self, title: &str) -> Progress {
        let (guard, mut dropped) = oneshot::channel();
        if self.shows_progress.load(Ordering::Relaxed) {
            let (client, title) = (self.clone(), title.to_owned());
            self.runtime.spawn(async move {
                if tokio::time::timeout(LONG, &mut dropped).await.is_err() {
                    client.show_until(&title, &mut dropped).await;
                }
            });
        }
        Progress { _guard: guard }
    }

    async fn show_until(&self, title: &str, dropped: &mut oneshot::Receiver<()>) {
        let token = NumberOrString::String(format!("hostwise/{}", self.n_progresses.fetch_add(1, Ordering::Relaxed)));
        let created = tokio::time::timeout(PATIENCE, self.requests.create_work_done_progress(token.clone())).await;
        if matches!(created, Ok(Ok(()))) {
            let begin = WorkDoneProgressBegin { title: title.to_owned(), ..WorkDoneProgressBegin::default() };
            self.notify_progress(&token, WorkDoneProgress::Begin(begin));
            // Resolves when the guard is dropped.
            let _ = dropped.await;
            self.notify_progress(&token, WorkDoneProgress::End(WorkDoneProgressEnd { message: None }));
        }
    }

    fn notify_progress(&self, token: &NumberOrString, value: WorkDoneProgress) {
        let value = ProgressParamsValue::WorkDone(value);
        self.notify(Notification::Progress(ProgressParams { token: token.clone(), value }));
    }

    fn notify(&self, notification: Notification) {
        // The task lives as long as the runtime.
        let _ = self.notifications.send(notification);
    }

    fn request(&self, request: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(async move { tokio::time::timeout(PATIENCE, request).await });
    }
}

impl Pages {
    /// Writes a page into a directory of its own, so that one with the same name stays as it is.
    fn write(&mut self, name: &str, text: &str) -> io::Result<PathBuf> {
        let directory = match &self.directory {
            Some(directory) => directory,
            None => self.directory.insert(tempfile::Builder::new().prefix("hostwise-").tempdir()?),
        };
        self.n += 1;
        let of_page = directory.path().join(self.n.to_string());
        std::fs::create_dir(&of_page)?;
        let path = of_page.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

/// A progress is shown as long as this lives.
#[derive(Debug)]
pub(crate) struct Progress {
    _guard: oneshot::Sender<()>,
}
