//! The only file that names the LSP framework's trait. Every handler's first statement forwards to the main loop; nothing is decided here.
//!
//! The framework polls up to 256 handlers in one task, in the order of arrival up to their first wait: a notification that is forwarded before
//! anything waits can neither be lost nor be overtaken.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossbeam_channel::Sender;
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::request::{GotoDeclarationParams, GotoDeclarationResponse};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction, CodeActionParams, CodeActionResponse, CodeLensParams,
    CompletionItem, CompletionParams, CompletionResponse, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult, DocumentHighlight, DocumentHighlightParams,
    DocumentLink, DocumentLinkParams, DocumentSymbolParams, ExecuteCommandParams, FoldingRange, FoldingRangeParams, GotoDefinitionParams,
    GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult, InitializedParams, InlayHint, InlayHintParams, LSPAny,
    PrepareRenameResponse, ReferenceParams, RenameFilesParams, RenameParams, SelectionRange, SelectionRangeParams,
    SemanticTokensDeltaParams, SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult,
    SetTraceParams, TextDocumentPositionParams, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult, WorkspaceEdit,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use tower_lsp::{LanguageServer, LspService, Server};

use crate::client::Client;
use crate::dispatch::{Job, Snapshot, job};
use crate::handlers::add_host::AddHostParams;
use crate::handlers::compare_hosts::CompareHostsParams;
use crate::handlers::effective_variables::EffectiveVariablesParams;
use crate::handlers::execute_command::Page;
use crate::handlers::explain::ExplainParams;
use crate::handlers::topology::TopologyParams;
use crate::main_loop::{self, Event};
use crate::written::{Outlet, Renamed, Written};
use crate::{Probes, handlers};

/// The requests whose answers are large: by the name of the protocol, and the one under which they are answered here.
const LARGE: [(&str, &str); 4] = [
    ("textDocument/codeLens", "hostwise/written/codeLens"),
    ("textDocument/documentSymbol", "hostwise/written/documentSymbol"),
    ("textDocument/references", "hostwise/written/references"),
    ("textDocument/semanticTokens/full", "hostwise/written/semanticTokens"),
];

/// With the framework's default of 4, four slow requests would hold back edits and cancellations.
const CONCURRENCY: usize = 256;

/// Serves one client until `exit` or the end of `input`; whether `shutdown` came before.
pub(crate) async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite, probes: Probes) -> bool {
    let (events, incoming) = crossbeam_channel::unbounded();
    let was_shut_down = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&was_shut_down);
    let for_loop = events.clone();
    let mut kept = None;
    let written = Written::default();
    let output = Outlet::new(Box::pin(output), written.clone());
    let builder = LspService::build(|client| {
        let client = Client::new(client, tokio::runtime::Handle::current(), for_loop.clone());
        let for_requests = client.clone();
        kept = Some(client.clone());
        std::thread::spawn(move || main_loop::run(&incoming, for_loop, client));
        Transport { events, client: for_requests, written, was_shut_down: flag }
    })
    .custom_method("$/setTrace", Transport::set_trace)
    .custom_method("hostwise/addHost", Transport::add_host)
    .custom_method(LARGE[0].1, Transport::written_code_lens)
    .custom_method(LARGE[1].1, Transport::written_document_symbol)
    .custom_method(LARGE[2].1, Transport::written_references)
    .custom_method(LARGE[3].1, Transport::written_semantic_tokens)
    .custom_method("hostwise/compareHosts", Transport::compare_hosts)
    .custom_method("hostwise/effectiveVariables", Transport::effective_variables)
    .custom_method("hostwise/explain", Transport::explain)
    .custom_method("hostwise/topology", Transport::topology);
    let builder = match probes {
        Probes::Off => builder,
        Probes::On => builder
            .custom_method("test/panic", Transport::test_panic)
            .custom_method("test/hold", Transport::test_hold)
            .custom_method("test/release", Transport::test_release)
            .custom_method("test/text", Transport::test_text),
    };
    let (inner, socket) = builder.finish();
    let service = Renamed { inner, names: &LARGE };
    Server::new(input, output, socket).concurrency_level(CONCURRENCY).serve(service).await;
    kept.inspect(Client::remove_pages);
    was_shut_down.load(Ordering::SeqCst)
}

struct Transport {
    events: Sender<Event>,
    client: Client,
    written: Written,
    was_shut_down: Arc<AtomicBool>,
}

impl Transport {
    fn forward(&self, event: Event) {
        // The loop is gone only when the process ends.
        let _ = self.events.send(event);
    }

    /// Forwards a request as a job and waits for its answer. When the client cancels, the framework drops this future, and with it the receiver.
    async fn ask<P, R, F>(&self, method: &'static str, handler: F, params: P) -> Result<R>
    where
        P: Debug + Send + 'static,
        R: Send + 'static,
        F: FnOnce(&Snapshot, P) -> Result<R> + Send + 'static,
    {
        let asked = Instant::now();
        let details = self.client.traces_verbosely().then(|| format!("{params:?}"));
        let (job, answer): (Job, _) = job(method, handler, params, self.client.clone());
        self.forward(Event::Request(job));
        let answer = answer.await.unwrap_or_else(|_| Err(Error::internal_error()));
        let outcome = if answer.is_ok() { "answered" } else { "refused" };
        self.client.trace(format!("{method} {outcome} after {:.1} ms", asked.elapsed().as_secs_f64() * 1000.0), details);
        answer
    }

    /// The same for a large answer, which is written where it is computed.
    async fn ask_written<P, R, F>(&self, method: &'static str, handler: F, params: P) -> Result<Value>
    where
        P: Debug + Send + 'static,
        R: Serialize + 'static,
        F: FnOnce(&Snapshot, P) -> Result<R> + Send + 'static,
    {
        let write = move |snapshot: &Snapshot, params| {
            let answer = handler(snapshot, params)?;
            serde_json::to_string(&answer).map_err(|_| Error::internal_error())
        };
        Ok(self.written.keep(self.ask(method, write, params).await?))
    }

    async fn written_code_lens(&self, params: CodeLensParams) -> Result<Value> {
        self.ask_written("textDocument/codeLens", handlers::code_lens::handle, params).await
    }

    async fn written_document_symbol(&self, params: DocumentSymbolParams) -> Result<Value> {
        self.ask_written("textDocument/documentSymbol", handlers::document_symbol::handle, params).await
    }

    async fn written_references(&self, params: ReferenceParams) -> Result<Value> {
        self.ask_written("textDocument/references", handlers::references::handle, params).await
    }

    async fn written_semantic_tokens(&self, params: SemanticTokensParams) -> Result<Value> {
        self.ask_written("textDocument/semanticTokens/full", handlers::semantic_tokens::full, params).await
    }

    async fn set_trace(&self, params: SetTraceParams) {
        self.client.set_trace(params.value);
    }

    async fn add_host(&self, params: AddHostParams) -> Result<Value> {
        self.ask("hostwise/addHost", handlers::add_host::handle, params).await
    }

    async fn compare_hosts(&self, params: CompareHostsParams) -> Result<Value> {
        self.ask_written("hostwise/compareHosts", handlers::compare_hosts::handle, params).await
    }

    async fn effective_variables(&self, params: EffectiveVariablesParams) -> Result<Value> {
        self.ask_written("hostwise/effectiveVariables", handlers::effective_variables::handle, params).await
    }

    async fn explain(&self, params: ExplainParams) -> Result<Value> {
        self.ask("hostwise/explain", handlers::explain::handle, params).await
    }

    async fn topology(&self, params: TopologyParams) -> Result<Value> {
        self.ask_written("hostwise/topology", handlers::topology::handle, params).await
    }

    async fn test_panic(&self) -> Result<Value> {
        self.ask("test/panic", |_, ()| panic!("as asked"), ()).await
    }

    async fn test_hold(&self, gate: (String,)) -> Result<Value> {
        self.ask("test/hold", handlers::probes::hold, gate).await
    }

    async fn test_release(&self, (gate,): (String,)) -> Result<Value> {
        handlers::probes::release(gate);
        Ok(Value::Null)
    }

    async fn test_text(&self, path: (String,)) -> Result<Value> {
        self.ask("test/text", handlers::probes::text, path).await
    }
}

impl LanguageServer for Transport {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let (answer, result) = oneshot::channel();
        self.forward(Event::Initialize(Box::new(params), answer));
        result.await.map_err(|_| Error::internal_error())
    }

    async fn initialized(&self, _: InitializedParams) {
        self.forward(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        self.was_shut_down.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.forward(Event::Opened(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.forward(Event::Changed(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.forward(Event::Saved(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.forward(Event::Closed(params));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.forward(Event::WatchedFiles(params));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.forward(Event::Folders(params));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.forward(Event::ConfigurationChanged(params.settings));
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.ask("textDocument/diagnostic", handlers::diagnostic::document, params).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask("workspace/diagnostic", handlers::diagnostic::workspace, params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask("textDocument/hover", handlers::hover::handle, params).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.ask("textDocument/definition", handlers::definition::handle, params).await
    }

    async fn goto_declaration(&self, params: GotoDeclarationParams) -> Result<Option<GotoDeclarationResponse>> {
        self.ask("textDocument/declaration", handlers::definition::declared, params).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        self.ask("textDocument/documentHighlight", handlers::document_highlight::handle, params).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        self.ask("textDocument/prepareRename", handlers::rename::prepare, params).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        self.ask("textDocument/rename", handlers::rename::handle, params).await
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.ask("workspace/willRenameFiles", handlers::will_rename_files::handle, params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask("textDocument/codeAction", handlers::code_action::handle, params).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        self.ask("codeAction/resolve", handlers::code_action::resolve, action).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        match self.ask("workspace/executeCommand", handlers::execute_command::handle, params).await? {
            Page::Answered(text) => Ok(Some(text.into())),
            Page::Opened { name, text } => {
                self.client.open_page(name, text);
                Ok(None)
            }
        }
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask("workspace/symbol", handlers::workspace_symbol::handle, params).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask("textDocument/documentLink", handlers::document_link::handle, params).await
    }

    async fn prepare_call_hierarchy(&self, params: CallHierarchyPrepareParams) -> Result<Option<Vec<CallHierarchyItem>>> {
        self.ask("textDocument/prepareCallHierarchy", handlers::call_hierarchy::prepare, params).await
    }

    async fn incoming_calls(&self, params: CallHierarchyIncomingCallsParams) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.ask("callHierarchy/incomingCalls", handlers::call_hierarchy::incoming, params).await
    }

    async fn outgoing_calls(&self, params: CallHierarchyOutgoingCallsParams) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.ask("callHierarchy/outgoingCalls", handlers::call_hierarchy::outgoing, params).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.ask("textDocument/completion", handlers::completion::handle, params).await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        self.ask("completionItem/resolve", handlers::completion::resolve, item).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask("textDocument/foldingRange", handlers::folding_range::handle, params).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.ask("textDocument/selectionRange", handlers::selection_range::handle, params).await
    }

    async fn semantic_tokens_full_delta(&self, params: SemanticTokensDeltaParams) -> Result<Option<SemanticTokensFullDeltaResult>> {
        self.ask("textDocument/semanticTokens/full/delta", handlers::semantic_tokens::delta, params).await
    }

    async fn semantic_tokens_range(&self, params: SemanticTokensRangeParams) -> Result<Option<SemanticTokensRangeResult>> {
        self.ask("textDocument/semanticTokens/range", handlers::semantic_tokens::range, params).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask("textDocument/inlayHint", handlers::inlay_hint::handle, params).await
    }
}
