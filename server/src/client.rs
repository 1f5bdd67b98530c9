//! What the server says to its client without being asked. Notifications keep their order; requests are made in tasks of their own with a
//! timeout, because a client that never answers must not hold anything.

use std::time::Duration;

use crossbeam_channel::Sender;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tower_lsp::ls_types::{
    ConfigurationItem, Diagnostic, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, MessageType, NumberOrString,
    ProgressParams, ProgressParamsValue, Registration, Uri, WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd, notification,
};

use crate::main_loop::Event;

const PATIENCE: Duration = Duration::from_secs(10);

/// The editor on the other side.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    requests: tower_lsp::Client,
    notifications: mpsc::UnboundedSender<Notification>,
    runtime: Handle,
    events: Sender<Event>,
}

#[derive(Debug)]
enum Notification {
    Diagnostics(Uri, Vec<Diagnostic>, Option<i32>),
    Log(MessageType, String),
    Progress(ProgressParams),
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
                    Notification::Progress(params) => sender.send_notification::<notification::Progress>(params).await,
                }
            }
        });
        Self { requests: client, notifications, runtime, events }
    }

    pub(crate) fn publish(&self, uri: Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.notify(Notification::Diagnostics(uri, diagnostics, version));
    }

    pub(crate) fn log(&self, kind: MessageType, message: String) {
        self.notify(Notification::Log(kind, message));
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

    pub(crate) fn refresh_inlay_hints(&self) {
        let client = self.requests.clone();
        self.request(async move {
            let _ = client.inlay_hint_refresh().await;
        });
    }

    /// Shows a progress with this title until the guard is dropped.
    pub(crate) fn progress(&self, title: &str) -> Progress {
        let token = NumberOrString::String("hostwise/scan".to_owned());
        let (client, created) = (self.requests.clone(), token.clone());
        self.request(async move {
            let _ = client.create_work_done_progress(created).await;
        });
        let begin = WorkDoneProgressBegin { title: title.to_owned(), ..WorkDoneProgressBegin::default() };
        self.notify_progress(token.clone(), WorkDoneProgress::Begin(begin));
        Progress { client: self.clone(), token }
    }

    fn notify_progress(&self, token: NumberOrString, value: WorkDoneProgress) {
        self.notify(Notification::Progress(ProgressParams { token, value: ProgressParamsValue::WorkDone(value) }));
    }

    fn notify(&self, notification: Notification) {
        // The task lives as long as the runtime.
        let _ = self.notifications.send(notification);
    }

    fn request(&self, request: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(async move { tokio::time::timeout(PATIENCE, request).await });
    }
}

/// A progress that is being shown.
#[derive(Debug)]
pub(crate) struct Progress {
    client: Client,
    token: NumberOrString,
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.client.notify_progress(self.token.clone(), WorkDoneProgress::End(WorkDoneProgressEnd { message: None }));
    }
}
