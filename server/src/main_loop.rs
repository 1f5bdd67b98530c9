//! One thread that owns everything mutable and takes one event after the other. It computes nothing that takes long.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};
use hostwise_analysis::{Diagnostic, Diagnostics, Environment, Token, Workspace};
use hostwise_inventory::{Content, Entry, Files, SourceFile};
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams, InitializeResult, MessageType, Uri, WorkspaceFolder,
};

use crate::capabilities::{self, Abilities};
use crate::checkouts::{self, Found};
use crate::client::Client;
use crate::diagnostics::{Diagnoser, Published};
use crate::dispatch::{Job, Pool, Snapshot, words_of};
use crate::documents::{Documents, Stale};
use crate::files::{self, path_text};
use crate::handlers::diagnostic::Reported;
use crate::history::{self, LastCommit};
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
    /// What was asked of the disk was read.
    Scanned(Vec<Scan>, Files),
    /// The copies of Kubespray were read.
    CheckoutsRead(Found),
    /// These paths changed on disk.
    DiskChanged(Vec<PathBuf>),
    /// The disk changed more than could be told.
    DiskUnclear,
    /// The last commit has other files than was known.
    Committed(LastCommit),
    Diagnosed {
        revision: u64,
        findings: Diagnostics,
    },
}

/// What is to be read from disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// The inventories below a folder.
    Folder(PathBuf),
    /// What belongs to an inventory or a variable file that is open or named.
    Around(PathBuf),
}

/// Runs until the process ends.
pub(crate) fn run(incoming: &Receiver<Event>, events: Sender<Event>, client: Client) {
    let mut state = State {
        diagnoser: Diagnoser::new(events.clone(), client.clone()),
        watcher: Watcher::new(events.clone(), client.clone()),
        events,
        client,
        pool: Pool::new(),
        abilities: Abilities::default(),
        roots: BTreeSet::new(),
        client_settings: Value::Null,
        environment: checkouts::environment(),
        told_settings: Vec::new(),
        documents: Documents::default(),
        files: Files::default(),
        workspace: Arc::default(),
        revision: Arc::default(),
        scans: Vec::new(),
        is_scanning: false,
        changed_meanwhile: Vec::new(),
        waiting: Vec::new(),
        checkouts: Checkouts::default(),
        are_hints_stale: false,
        edited: None,
        reported: Arc::default(),
        last_commit: history::Key::default(),
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
    environment: Environment,
    /// What was said about wrong settings.
    told_settings: Vec<String>,
    documents: Documents,
    /// The disk with the open buffers over it.
    files: Files,
    workspace: Arc<Workspace>,
    revision: Arc<AtomicU64>,
    /// What is to be read when the present reading ends. Until all is there, answers would be premature.
    scans: Vec<Scan>,
    is_scanning: bool,
    /// What changed on disk since the present reading began: it may have been read before the change.
    changed_meanwhile: Vec<PathBuf>,
    /// Requests that wait for the end of reading.
    waiting: Vec<Job>,
    checkouts: Checkouts,
    /// Whether hints may have changed that the client does not ask for by itself.
    are_hints_stale: bool,
    /// The buffer that the client opened or edited, if that was the last change: it asks for its findings by itself.
    edited: Option<Arc<str>>,
    reported: Arc<Reported>,
    last_commit: history::Key,
    published: Published,
}

/// Reading the copies of Kubespray, apart from all other reading: until it is done the packs answer.
#[derive(Default)]
struct Checkouts {
    is_reading: bool,
    /// Something changed since the present reading began.
    is_stale: bool,
    /// The directories of those that were read.
    roots: Vec<Arc<str>>,
    /// What was said about what could not be read.
    told: Vec<String>,
}

impl State {
    fn take(&mut self, event: Event) {
        match event {
            Event::Initialize(params, answer) => self.initialize(*params, answer),
            Event::Initialized => self.initialized(),
            Event::Opened(params) => self.opened(params),
            Event::Changed(params) => self.changed(params),
            Event::Saved(params) => {
                self.disk_changed(from::file_path(&params.text_document.uri).into_iter().collect());
                self.look_at_history();
            }
            Event::Closed(params) => self.closed(&params.text_document.uri),
            Event::WatchedFiles(params) => {
                self.disk_changed(params.changes.iter().filter_map(|change| from::file_path(&change.uri)).collect());
            }
            Event::Folders(params) => self.folders(params),
            Event::ConfigurationChanged(settings) => self.configuration_changed(settings),
            Event::Configuration(settings) => self.configuration(settings),
            Event::Request(job) if self.is_scanning => self.waiting.push(job),
            Event::Request(job) => self.run(job),
            Event::Scanned(scans, found) => self.scanned(&scans, &found),
            Event::CheckoutsRead(found) => self.checkouts_read(&found),
            Event::DiskUnclear => self.scan(self.roots.iter().cloned().map(Scan::Folder).collect()),
            Event::DiskChanged(paths) if paths.iter().all(|path| history::is_of_git(path)) => self.look_at_history(),
            Event::DiskChanged(paths) => self.disk_changed(paths),
            Event::Committed(commit) => self.committed(commit),
            Event::Diagnosed { revision, findings } => self.diagnosed(revision, &findings),
        }
    }

    fn initialize(&mut self, params: InitializeParams, answer: oneshot::Sender<InitializeResult>) {
        self.abilities = Abilities::of(&params);
        self.client.set_trace(params.trace.unwrap_or_default());
        self.client.set_shows_progress(self.abilities.progress);
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
        self.client.trace(format!("initialized with {} folders", self.roots.len()), Some(format!("{:?} {:?}", self.roots, self.abilities)));
        if self.abilities.configuration {
            self.client.ask_configuration();
        }
        if self.abilities.watched_files {
            self.client.watch_files();
        }
        self.scan(self.roots.iter().cloned().map(Scan::Folder).collect());
    }

    fn run(&self, job: Job) {
        let snapshot = Snapshot {
            workspace: Arc::clone(&self.workspace),
            encoding: self.abilities.encoding,
            abilities: self.abilities,
            open: Arc::new(self.documents.names()),
            token: Token::new(&self.revision),
            reported: Arc::clone(&self.reported),
            root: self.roots.first().map(|root| Arc::from(root.as_path())),
        };
        self.pool.run(job, snapshot);
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = from::path(&document.uri);
        self.documents.open(&path, document.uri.clone(), document.version, &document.text);
        self.published.forget(&path);
        if let Some(on_disk) = from::file_path(&document.uri).filter(|_| self.files.get(&path).is_none()) {
            self.scan(vec![Scan::Around(on_disk)]);
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
            Some(on_disk) => {
                files::read_into(&on_disk, &mut self.files);
                if self.is_scanning {
                    self.changed_meanwhile.push(on_disk);
                }
            }
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
        // A client asks anew for the hints of the buffer that it changes, not for those of others.
        let are_hints_stale = self.are_hints_stale || self.documents.paths().any(|other| other != path);
        self.update();
        self.are_hints_stale = are_hints_stale;
        self.edited = Some(Arc::clone(path));
    }

    fn disk_changed(&mut self, paths: Vec<PathBuf>) {
        if self.is_scanning {
            self.changed_meanwhile.extend(paths);
            return;
        }
        let (mut is_changed, mut is_kubespray) = (false, false);
        for path in paths {
            let text = path_text(&path);
            is_kubespray |= checkouts::is_signpost(&path) || self.checkouts.roots.iter().any(|root| path.starts_with(&**root));
            if path.is_dir() {
                if self.may_hold_inventories(&path) {
                    self.scan(vec![Scan::Folder(path)]);
                }
            } else if matches!(self.files.get(&text), Some(Entry::Directory)) {
                self.files.remove(&text);
                is_changed = true;
            } else if !self.documents.is_open(&text) && (self.files.get(&text).is_some() || files::is_wanted(&path, &self.files)) {
                let before = self.files.file(&text).cloned();
                files::read_into(&path, &mut self.files);
                is_changed |= match (before, self.files.file(&text)) {
                    (Some(before), Some(after)) => !is_same(&before, after),
                    (before, after) => before.is_some() || after.is_some(),
                };
            }
        }
        if is_changed {
            self.restore_buffers();
            self.update();
        }
        if is_kubespray {
            self.read_checkouts();
        }
    }

    /// Whether a directory that changed is to be read: below a folder of the workspace, or with the variables of a file that is known.
    fn may_hold_inventories(&self, directory: &Path) -> bool {
        let in_workspace = self.roots.iter().any(|root| directory.starts_with(root) && !files::is_skipped(directory, root));
        let is_beside = || directory.parent().is_some_and(|parent| self.files.get(&path_text(parent)).is_some());
        in_workspace || (files::is_variable_dir(directory) && is_beside())
    }

    fn folders(&mut self, params: DidChangeWorkspaceFoldersParams) {
        let removed = roots(&params.event.removed);
        for root in &removed {
            self.roots.remove(root);
            self.files.remove(&path_text(root));
        }
        self.restore_buffers();
        // One folder may lie in another.
        let overlaps = |root: &PathBuf| removed.iter().any(|removed| removed.starts_with(root) || root.starts_with(removed));
        let mut unread: BTreeSet<PathBuf> = self.roots.iter().filter(|root| overlaps(root)).cloned().collect();
        unread.extend(roots(&params.event.added));
        self.roots.extend(unread.iter().cloned());
        self.scan(unread.into_iter().map(Scan::Folder).collect());
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

    /// Reads from disk on a thread of its own, one after the other; what was found arrives as [`Event::Scanned`].
    fn scan(&mut self, scans: Vec<Scan>) {
        for scan in scans {
            if !self.scans.contains(&scan) {
                self.scans.push(scan);
            }
        }
        if self.is_scanning || self.scans.is_empty() {
            return;
        }
        self.is_scanning = true;
        let scans = std::mem::take(&mut self.scans);
        let is_of_root = |scan: &Scan| matches!(scan, Scan::Folder(folder) if self.roots.contains(folder));
        let is_first = scans.iter().any(is_of_root);
        let title = "Reading inventories";
        let progress = if is_first { self.client.progress(title) } else { self.client.progress_if_long(title) };
        let (events, watcher, client) = (self.events.clone(), self.watcher.clone(), self.client.clone());
        std::thread::spawn(move || {
            let started = Instant::now();
            // Everything waits for this: it must be told to end whatever happens.
            let read = catch_unwind(AssertUnwindSafe(|| read(&scans, &watcher))).unwrap_or_else(|panic| {
                client.log(MessageType::ERROR, format!("reading {scans:?} panicked: {}", words_of(&*panic)));
                Files::default()
            });
            drop(progress);
            let took = started.elapsed().as_secs_f64() * 1000.0;
            client.trace(format!("{} files and directories read after {took:.1} ms", read.iter().count()), Some(format!("{scans:?}")));
            // The loop lives as long as the process.
            let _ = events.send(Event::Scanned(scans, read));
        });
    }

    fn scanned(&mut self, scans: &[Scan], found: &Files) {
        self.is_scanning = false;
        for scan in scans {
            if let Scan::Folder(folder) = scan {
                self.forget_gone(&path_text(folder), found);
            }
        }
        self.take_in(found);
        self.restore_buffers();
        // What was asked for meanwhile, unless it came with this.
        self.scans.retain(|scan| !matches!(scan, Scan::Around(path) if found.get(&path_text(path)).is_some()));
        let changed = std::mem::take(&mut self.changed_meanwhile);
        self.disk_changed(changed);
        self.scan(Vec::new());
        self.update();
        if !self.is_scanning {
            self.read_checkouts();
            self.look_at_history();
            for job in std::mem::take(&mut self.waiting) {
                self.run(job);
            }
        }
    }

    /// Puts what was read over what is known, but not over open buffers.
    fn take_in(&mut self, found: &Files) {
        for (path, entry) in found.iter().filter(|(path, _)| !self.documents.is_open(path)) {
            let is_news = match (self.files.get(path), entry) {
                (None, _) => true,
                (Some(Entry::File(known)), Entry::File(file)) => !is_same(known, file),
                (Some(_), entry) => matches!(entry, Entry::File(_)),
            };
            if is_news {
                self.files.insert(path, entry.clone());
            }
        }
    }

    /// Reads the copies of Kubespray on a thread of its own.
    fn read_checkouts(&mut self) {
        if self.is_scanning || std::mem::replace(&mut self.checkouts.is_reading, true) {
            self.checkouts.is_stale = true;
            return;
        }
        self.checkouts.is_stale = false;
        let (workspace, events) = (Arc::clone(&self.workspace), self.events.clone());
        let (watcher, client) = (self.watcher.clone(), self.client.clone());
        std::thread::spawn(move || {
            let _progress = client.progress_if_long("Reading Kubespray");
            let read = || checkouts::read(&workspace, &mut |directory| watcher.watch(directory));
            let found = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
                client.log(MessageType::ERROR, format!("reading Kubespray panicked: {}", words_of(&*panic)));
                Found::default()
            });
            // The loop lives as long as the process.
            let _ = events.send(Event::CheckoutsRead(found));
        });
    }

    fn checkouts_read(&mut self, found: &Found) {
        self.checkouts.is_reading = false;
        let before = self.files.clone();
        for root in std::mem::replace(&mut self.checkouts.roots, found.roots.clone()) {
            self.forget_gone(&root, &found.files);
        }
        self.take_in(&found.files);
        self.restore_buffers();
        if !before.differences(&self.files).is_empty() {
            self.update();
        }
        if found.problems != self.checkouts.told {
            found.problems.iter().for_each(|problem| self.client.log(MessageType::WARNING, problem.clone()));
            self.checkouts.told = found.problems.clone();
        }
        if self.checkouts.is_stale {
            self.read_checkouts();
        }
    }

    /// Reads the last commit on a thread of its own when there is a new one; what it has arrives as [`Event::Committed`].
    fn look_at_history(&self) {
        let (workspace, known, events) = (Arc::clone(&self.workspace), self.last_commit.clone(), self.events.clone());
        std::thread::spawn(move || {
            if let Some(commit) = history::last_commit(workspace.sources(), &known) {
                // The loop lives as long as the process.
                let _ = events.send(Event::Committed(commit));
            }
        });
    }

    fn committed(&mut self, commit: LastCommit) {
        commit.key.git_directories().for_each(|directory| self.watcher.watch(&directory));
        self.workspace = Arc::new(self.workspace.change_committed(commit.files));
        self.last_commit = commit.key;
        self.update();
    }

    /// Takes out what was known below a folder and stands there no more.
    fn forget_gone(&mut self, folder: &str, found: &Files) {
        let is_gone = |path: &str| found.get(path).is_none() && !self.documents.is_open(path) && !Path::new(path).exists();
        let gone: Vec<Arc<str>> = self.files.under(folder).map(|(path, _)| path).filter(|path| is_gone(path)).cloned().collect();
        gone.iter().for_each(|path| self.files.remove(path));
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
        let (mut settings, wrong) = settings::settings(&self.client_settings, &self.files, self.roots.first().map(PathBuf::as_path));
        settings.environment = self.environment.clone();
        if wrong != self.told_settings {
            wrong.iter().for_each(|wrong| self.client.log(MessageType::WARNING, wrong.clone()));
            self.told_settings = wrong;
        }
        let is_asked_anew = self.workspace.settings().kubespray != settings.kubespray;
        if let Some(checkout) = settings.kubespray.as_deref().filter(|asked| is_asked_anew && asked.starts_with('/')) {
            files::read_identity(Path::new(checkout), &mut self.files);
        }
        let before = self.workspace.settings();
        if before.inventories != settings.inventories || before.sources != settings.sources {
            let named = settings.inventories.iter().chain(&settings.sources);
            self.scan(named.map(|path| Scan::Around(PathBuf::from(&**path))).collect());
        }
        self.are_hints_stale = true;
        self.edited = None;
        self.workspace = Arc::new(self.workspace.change(self.files.clone(), open, settings));
        if is_asked_anew {
            self.read_checkouts();
        }
        let revision = self.revision.fetch_add(1, Ordering::SeqCst) + 1;
        if !self.is_scanning {
            self.diagnoser.ask(Arc::clone(&self.workspace), revision, Token::new(&self.revision));
        }
    }

    /// Publishes what differs from what is shown, or says that there is something new, unless an edit has overtaken it.
    fn diagnosed(&mut self, revision: u64, findings: &Diagnostics) {
        if revision != self.revision.load(Ordering::SeqCst) {
            return;
        }
        let changed = self.published.update(findings, self.documents.versions());
        if self.abilities.pulls_diagnostics {
            if self.abilities.diagnostics_refresh && changed.iter().any(|(path, _)| self.edited.as_ref() != Some(path)) {
                self.client.refresh_diagnostics();
            }
        } else {
            self.publish(changed);
        }
        if self.abilities.inventories_changed {
            self.client.tell_inventories(to::overview(&self.workspace));
        }
        if std::mem::take(&mut self.are_hints_stale) {
            if self.abilities.inlay_hint_refresh {
                self.client.refresh_inlay_hints();
            }
            if self.abilities.code_lens_refresh {
                self.client.refresh_code_lenses();
            }
        }
    }

    fn publish(&self, changed: Vec<(Arc<str>, Arc<[Diagnostic]>)>) {
        for (path, found) in changed {
            let Some(uri) = self.documents.uri(&path).cloned().or_else(|| to::uri(&path)) else { continue };
            let file = self.files.file(&path);
            let encoding = self.abilities.encoding;
            let diagnostics = found.iter().filter_map(|finding| Some(to::diagnostic(&self.files, file?, finding, encoding)));
            self.client.publish(uri, diagnostics.collect(), self.documents.version(&path));
        }
    }
}

fn is_same(a: &SourceFile, b: &SourceFile) -> bool {
    a.content() == b.content() && a.is_executable() == b.is_executable()
}

/// Reads what was asked for. Directories are watched before they are listed: a change in between is seen.
fn read(scans: &[Scan], watcher: &Watcher) -> Files {
    let mut files = Files::default();
    let enter = &mut |directory: &Path| watcher.watch_if_few(directory);
    for scan in scans {
        let (path, walk) = match scan {
            Scan::Folder(folder) => (folder, files::walk(folder, enter)),
            Scan::Around(path) => (path, files::walk_around(path, enter)),
        };
        walk.holders.iter().for_each(|directory| watcher.watch(directory));
        walk.read(&mut files);
        files::read_around(path, &mut files);
    }
    files
}

fn roots(folders: &[WorkspaceFolder]) -> BTreeSet<PathBuf> {
    folders.iter().filter_map(|folder| from::file_path(&folder.uri)).collect()
}
