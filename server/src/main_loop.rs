//! One thread that owns everything mutable and takes one event after the other. It computes nothing that takes long.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender};
use hostwise_analysis::{Token, Workspace};
use hostwise_inventory::{Content, Entry, Files, SourceFile};
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams, InitializeResult, MessageType, Uri, WorkspaceFolder,
};

use crate::capabilities::{self, Abilities};
use crate::client::Client;
use crate::diagnostics::{Diagnoser, Findings, Published};
use crate::dispatch::{Job, Pool, Snapshot};
use crate::documents::{Documents, Stale};
use crate::files::{self, path_text};
use crate::proto::{from, to};
use crate::settings;
use crate::watch::Watcher;

/// Everything that can happen.
pub(crate) enum Event {
    Initialize(Box<InitializeParams>, oneshot::Sender<InitializeResult>),
    Initialized,
    Opened(DidOpenTextDocumentParams),
    Changed(DidChangeTextDocumentParams),
    Saved(DidSaveTextDocumentParams),
    Closed(DidCloseTextDocumentParams),
    WatchedFiles(DidChangeWatchedFilesParams),
    Folders(DidChangeWorkspaceFoldersParams),
    /// The client says that settings changed, and may say to what.
    ConfigurationChanged(Value),
    /// The client's answer to a question for its settings.
    Configuration(Value),
    Request(Job),
    /// A folder was read.
    Scanned(Files),
    /// These paths changed on disk.
    DiskChanged(Vec<PathBuf>),
    Diagnosed {
        revision: u64,
        findings: Findings,
    },
}

/// Runs until the process ends.
pub(crate) fn run(incoming: &Receiver<Event>, events: Sender<Event>, client: Client) {
    let mut state = State {
        diagnoser: Diagnoser::new(events.clone()),
        watcher: Watcher::new(events.clone()),
        events,
        client,
        pool: Pool::new(),
        abilities: Abilities::default(),
        roots: BTreeSet::new(),
        client_settings: Value::Null,
        told_settings: Vec::new(),
        documents: Documents::default(),
        files: Files::default(),
        workspace: Arc::default(),
        revision: Arc::default(),
        n_scans: 0,
        published: Published::default(),
    };
    for event in incoming {
        state.take(event);
    }
}

struct State {
    events: Sender<Event>,
    client: Client,
    pool: Pool,
    diagnoser: Diagnoser,
    watcher: Watcher,
    abilities: Abilities,
    roots: BTreeSet<PathBuf>,
    client_settings: Value,
    /// What was said about wrong settings.
    told_settings: Vec<String>,
    documents: Documents,
    /// The disk with the open buffers over it.
    files: Files,
    workspace: Arc<Workspace>,
    revision: Arc<AtomicU64>,
    /// Folders that are being read: until they are there, findings would be premature.
    n_scans: usize,
    published: Published,
}

impl State {
    fn take(&mut self, event: Event) {
        match event {
            Event::Initialize(params, answer) => self.initialize(*params, answer),
            Event::Initialized => self.initialized(),
            Event::Opened(params) => self.opened(params),
            Event::Changed(params) => self.changed(params),
            Event::Saved(params) => self.disk_changed(from::file_path(&params.text_document.uri).into_iter().collect()),
            Event::Closed(params) => self.closed(&params.text_document.uri),
            Event::WatchedFiles(params) => {
                self.disk_changed(params.changes.iter().filter_map(|change| from::file_path(&change.uri)).collect());
            }
            Event::Folders(params) => self.folders(params),
            Event::ConfigurationChanged(settings) => self.configuration_changed(settings),
            Event::Configuration(settings) => self.configuration(settings),
            Event::Request(job) => {
                let snapshot = Snapshot { workspace: Arc::clone(&self.workspace), encoding: self.abilities.encoding };
                self.pool.run(job, snapshot);
            }
            Event::Scanned(found) => self.scanned(&found),
            Event::DiskChanged(paths) => self.disk_changed(paths),
            Event::Diagnosed { revision, findings } => self.diagnosed(revision, &findings),
        }
    }

    fn initialize(&mut self, params: InitializeParams, answer: oneshot::Sender<InitializeResult>) {
        self.abilities = Abilities::of(&params.capabilities);
        self.client_settings = params.initialization_options.unwrap_or_default();
        self.roots = roots(params.workspace_folders.as_deref().unwrap_or_default());
        #[expect(deprecated, reason = "older clients send only this")]
        let root = params.root_uri.as_ref().and_then(from::file_path);
        if params.workspace_folders.is_none() {
            self.roots.extend(root);
        }
        // The client may have gone.
        let _ = answer.send(capabilities::initialize_result(self.abilities));
    }

    fn initialized(&mut self) {
        if self.abilities.configuration {
            self.client.ask_configuration();
        }
        if self.abilities.watched_files {
            self.client.watch_files();
        }
        for root in self.roots.clone() {
            self.scan(move |files| {
                files::scan(&root, files);
                files::read_around(&root, files);
            });
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = from::path(&document.uri);
        self.documents.open(&path, document.uri.clone(), document.version, &document.text);
        if let Some(on_disk) = from::file_path(&document.uri).filter(|on_disk| !self.is_below_a_root(on_disk)) {
            self.scan(move |files| files::read_beside(&on_disk, files));
        }
        self.buffer_changed(&path);
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let path = from::path(&params.text_document.uri);
        let version = params.text_document.version;
        match self.documents.change(&path, version, params.content_changes, self.abilities.encoding) {
            Some(Ok(())) => self.buffer_changed(&path),
            Some(Err(Stale { known })) => {
                self.client.log(MessageType::WARNING, format!("{path}: version {version} comes after {known} and is ignored"));
            }
            None => self.client.log(MessageType::WARNING, format!("{path}: an edit of a document that is not open is ignored")),
        }
    }

    fn closed(&mut self, uri: &Uri) {
        let path = from::path(uri);
        self.documents.close(&path);
        match from::file_path(uri) {
            Some(on_disk) => files::read_into(&on_disk, &mut self.files),
            None => self.files.remove(&path),
        }
        self.update();
    }

    /// Puts the text of an open buffer over the file on disk.
    fn buffer_changed(&mut self, path: &Arc<str>) {
        if let Some(text) = self.documents.text(path) {
            let is_executable = self.files.file(path).is_some_and(|file| file.is_executable());
            let file = SourceFile::new(Arc::clone(path), Content::Text(text), is_executable);
            self.files.insert(path, Entry::File(Arc::new(file)));
        }
        self.update();
    }

    fn disk_changed(&mut self, paths: Vec<PathBuf>) {
        let mut is_changed = false;
        for path in paths {
            let text = path_text(&path);
            if path.is_dir() {
                let known = self.files.get(&text).is_some();
                if !known && self.is_below_a_root(&path) {
                    self.scan(move |files| {
                        files::scan(&path, files);
                    });
                }
                continue;
            }
            if self.documents.is_open(&text) || !(self.files.get(&text).is_some() || files::is_wanted(&path, &self.files)) {
                continue;
            }
            let before = self.files.file(&text).map(|file| (file.content().clone(), file.is_executable()));
            files::read_into(&path, &mut self.files);
            let after = self.files.file(&text).map(|file| (file.content().clone(), file.is_executable()));
            is_changed |= before != after;
        }
        if is_changed {
            self.watcher.watch_all(&self.files);
            self.update();
        }
    }

    fn folders(&mut self, params: DidChangeWorkspaceFoldersParams) {
        for root in roots(&params.event.removed) {
            self.roots.remove(&root);
            self.files.remove(&path_text(&root));
        }
        self.restore_buffers();
        for root in roots(&params.event.added) {
            self.roots.insert(root.clone());
            self.scan(move |files| {
                files::scan(&root, files);
                files::read_around(&root, files);
            });
        }
        self.update();
    }

    fn configuration_changed(&mut self, settings: Value) {
        if self.abilities.configuration {
            self.client.ask_configuration();
        } else if let Some(settings) = settings.get("hostwise") {
            self.configuration(settings.clone());
        }
    }

    fn configuration(&mut self, settings: Value) {
        if !settings.is_null() {
            self.client_settings = settings;
            self.update();
        }
    }

    /// Reads files on a thread of its own; they arrive as [`Event::Scanned`].
    fn scan(&mut self, read: impl FnOnce(&mut Files) + Send + 'static) {
        self.n_scans += 1;
        let events = self.events.clone();
        let progress = self.abilities.progress.then(|| self.client.progress("Reading inventories"));
        std::thread::spawn(move || {
            let mut files = Files::default();
            read(&mut files);
            drop(progress);
            // The loop lives as long as the process.
            let _ = events.send(Event::Scanned(files));
        });
    }

    fn scanned(&mut self, found: &Files) {
        self.n_scans -= 1;
        for (path, entry) in found.iter().filter(|(path, _)| !self.documents.is_open(path)) {
            if self.files.get(path).is_none() || matches!(entry, Entry::File(_)) {
                self.files.insert(path, entry.clone());
            }
        }
        self.restore_buffers();
        self.watcher.watch_all(&self.files);
        self.update();
    }

    /// Puts all open buffers over the files on disk again, with what is known of the files by now.
    fn restore_buffers(&mut self) {
        let paths: Vec<Arc<str>> = self.documents.paths().cloned().collect();
        for path in paths {
            let is_executable = files::is_executable_path(Path::new(&*path));
            let known = self.files.file(&path).is_some_and(|file| file.is_executable() == is_executable);
            if let Some(text) = self.documents.text(&path).filter(|_| !known) {
                let file = SourceFile::new(Arc::clone(&path), Content::Text(text), is_executable);
                self.files.insert(&path, Entry::File(Arc::new(file)));
            }
        }
    }

    /// A new state: everything that is computed from now on is computed from it.
    fn update(&mut self) {
        let open = self.documents.paths().cloned().collect();
        let (settings, wrong) = settings::settings(&self.client_settings, &self.files, self.roots.first().map(PathBuf::as_path));
        if wrong != self.told_settings {
            wrong.iter().for_each(|wrong| self.client.log(MessageType::WARNING, wrong.clone()));
            self.told_settings = wrong;
        }
        if let Some(checkout) = settings.kubespray.as_deref().filter(|asked| asked.starts_with('/'))
            && self.workspace.settings().kubespray != settings.kubespray
        {
            files::read_checkout(Path::new(checkout), &mut self.files);
        }
        self.workspace = Arc::new(self.workspace.change(self.files.clone(), open, settings));
        let revision = self.revision.fetch_add(1, Ordering::SeqCst) + 1;
        if self.n_scans == 0 {
            self.diagnoser.ask(Arc::clone(&self.workspace), revision, Token::new(&self.revision));
        }
    }

    /// Publishes what differs from what is shown, unless an edit has overtaken it.
    fn diagnosed(&mut self, revision: u64, findings: &Findings) {
        if revision != self.revision.load(Ordering::SeqCst) {
            return;
        }
        let changed = self.published.update(findings, self.documents.versions());
        let is_changed = !changed.is_empty();
        for (path, found) in changed {
            let Some(uri) = self.documents.uri(&path).cloned().or_else(|| to::uri(&path)) else { continue };
            let file = self.files.file(&path);
            let encoding = self.abilities.encoding;
            let diagnostics = found.iter().filter_map(|finding| Some(to::diagnostic(&self.files, file?, finding, encoding)));
            self.client.publish(uri, diagnostics.collect(), self.documents.version(&path));
        }
        if is_changed && self.abilities.inlay_hint_refresh {
            self.client.refresh_inlay_hints();
        }
    }

    fn is_below_a_root(&self, path: &Path) -> bool {
        self.roots.iter().any(|root| path.starts_with(root))
    }
}

fn roots(folders: &[WorkspaceFolder]) -> BTreeSet<PathBuf> {
    folders.iter().filter_map(|folder| from::file_path(&folder.uri)).collect()
}
