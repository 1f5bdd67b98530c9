//! What is offered to the client, and what the client offers.

use hostwise_analysis::TokenType;
use hostwise_syntax::Encoding;
use tower_lsp::ls_types::{
    CallHierarchyServerCapability, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    DeclarationCapability, DiagnosticOptions, DiagnosticServerCapabilities, DocumentLinkOptions, ExecuteCommandOptions,
    FileOperationFilter, FileOperationPattern, FileOperationRegistrationOptions, FoldingRangeProviderCapability, HoverProviderCapability,
    InitializeParams, InitializeResult, OneOf, PositionEncodingKind, RenameOptions, ResourceOperationKind, SaveOptions,
    SelectionRangeProviderCapability, SemanticTokenModifier, SemanticTokenType, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, SemanticTokensServerCapabilities, ServerCapabilities, ServerInfo, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use crate::handlers::execute_command;

/// What this client can do, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abilities {
    pub(crate) encoding: Encoding,
    pub(crate) progress: bool,
    pub(crate) configuration: bool,
    pub(crate) watched_files: bool,
    pub(crate) inlay_hint_refresh: bool,
    /// The client asks for findings; to others they are published.
    pub(crate) pulls_diagnostics: bool,
    pub(crate) diagnostics_refresh: bool,
    /// Findings of other files beside those of a document.
    pub(crate) related_documents: bool,
    /// Findings of all files.
    pub(crate) workspace_diagnostics: bool,
    pub(crate) code_lens_refresh: bool,
    /// Edits of documents with their versions.
    pub(crate) document_changes: bool,
    pub(crate) create_files: bool,
    pub(crate) rename_files: bool,
    /// The server may open documents.
    pub(crate) show_document: bool,
    /// Our own: the client wants `hostwise/inventoriesChanged`.
    pub(crate) inventories_changed: bool,
    /// Definitions with the range of the name that was asked for.
    pub(crate) definition_links: bool,
    /// The same of declarations.
    pub(crate) declaration_links: bool,
    /// Completions with places to type into.
    pub(crate) snippets: bool,
    /// Symbols of a document inside each other.
    pub(crate) symbol_tree: bool,
    /// Asking whether something can be renamed.
    pub(crate) prepare_rename: bool,
    /// Asking what follows before files are renamed.
    pub(crate) will_rename_files: bool,
    /// Asking for the edit of a code action when it is chosen.
    pub(crate) resolve_actions: bool,
    /// Showing code actions that cannot be had, with the reason.
    pub(crate) disabled_actions: bool,
}

impl Abilities {
    pub(crate) fn of(params: &InitializeParams) -> Self {
        let client = &params.capabilities;
        let workspace = client.workspace.as_ref();
        let document = client.text_document.as_ref();
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edits.and_then(|edits| edits.resource_operations.as_deref()).unwrap_or_default();
        let pull = document.and_then(|document| document.diagnostic.as_ref());
        let is_called = |name: &str| params.client_info.as_ref().is_some_and(|client| client.name == name);
        // Helix can, and says so under a name that is not the protocol's.
        let is_helix = is_called("helix");
        let refresh = workspace.and_then(|workspace| workspace.diagnostics.as_ref()?.refresh_support);
        let diagnostics_refresh = refresh.unwrap_or(is_helix);
        let related_documents = pull.and_then(|pull| pull.related_document_support).unwrap_or_default();
        let encodings = client.general.as_ref().and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
        let actions = document.and_then(|document| document.code_action.as_ref());
        let resolved = actions.and_then(|actions| Some(&actions.resolve_support.as_ref()?.properties));
        Self {
            encoding: encoding(encodings),
            resolve_actions: resolved.is_some_and(|properties| properties.iter().any(|property| property == "edit"))
                && actions.and_then(|actions| actions.data_support).unwrap_or_default(),
            disabled_actions: actions.and_then(|actions| actions.disabled_support).unwrap_or_default(),
            progress: client.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or_default(),
            show_document: client
                .window
                .as_ref()
                .and_then(|window| window.show_document.as_ref())
                .is_some_and(|show_document| show_document.support),
            configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or_default(),
            watched_files: workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref()?.dynamic_registration)
                .unwrap_or_default(),
            code_lens_refresh: workspace.and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support).unwrap_or_default(),
            inlay_hint_refresh: workspace.and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support).unwrap_or_default(),
            // An edit changes findings of other files. A client that neither can be told so nor takes them would show old ones.
            pulls_diagnostics: pull.is_some() && (diagnostics_refresh || related_documents),
            diagnostics_refresh,
            related_documents,
            // Told of new findings, Neovim 0.12 would then ask for those of the workspace only, and leave its open buffers as they are.
            workspace_diagnostics: !(related_documents && is_called("Neovim")),
            document_changes: edits.and_then(|edits| edits.document_changes).unwrap_or_default(),
            create_files: operations.contains(&ResourceOperationKind::Create),
            declaration_links: document.and_then(|document| document.declaration.as_ref()?.link_support).unwrap_or_default(),
            definition_links: document.and_then(|document| document.definition.as_ref()?.link_support).unwrap_or_default(),
            prepare_rename: document.and_then(|document| document.rename.as_ref()?.prepare_support).unwrap_or_default(),
            will_rename_files: workspace.and_then(|workspace| workspace.file_operations.as_ref()?.will_rename).unwrap_or_default(),
            symbol_tree: document
                .and_then(|document| document.document_symbol.as_ref()?.hierarchical_document_symbol_support)
                .unwrap_or_default(),
            snippets: document
                .and_then(|document| document.completion.as_ref()?.completion_item.as_ref()?.snippet_support)
                .unwrap_or_default(),
            rename_files: operations.contains(&ResourceOperationKind::Rename),
            inventories_changed: client
                .experimental
                .as_ref()
                .is_some_and(|experimental| experimental["hostwise"]["inventoriesChanged"] == true),
        }
    }
}

/// UTF-8 where it is offered; UTF-32 only where UTF-16, which every client must know, is left out of the offer.
fn encoding(offered: &[PositionEncodingKind]) -> Encoding {
    if offered.contains(&PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offered.contains(&PositionEncodingKind::UTF32) && !offered.contains(&PositionEncodingKind::UTF16) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

/// The answer to `initialize`.
pub(crate) fn initialize_result(abilities: Abilities) -> InitializeResult {
    let encoding = match abilities.encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let folders = WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(encoding),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            declaration_provider: Some(DeclarationCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            rename_provider: Some(rename_provider(abilities)),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_EXTRACT, CodeActionKind::REFACTOR_REWRITE]),
                resolve_provider: Some(true),
                ..CodeActionOptions::default()
            })),
            document_symbol_provider: Some(OneOf::Left(true)),
            workspace_symbol_provider: Some(OneOf::Left(true)),
            document_link_provider: Some(DocumentLinkOptions {
                resolve_provider: None,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
            code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
            completion_provider: Some(completion_options()),
            diagnostic_provider: abilities.pulls_diagnostics.then(|| diagnostic_provider(abilities)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            execute_command_provider: Some(execute_command_options(abilities)),
            folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
            inlay_hint_provider: Some(OneOf::Left(true)),
            selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
            semantic_tokens_provider: Some(semantic_tokens_provider()),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(folders),
                file_operations: abilities.will_rename_files.then(file_operations),
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo { name: "hostwise".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) }),
        offset_encoding: None,
    }
}

fn execute_command_options(abilities: Abilities) -> ExecuteCommandOptions {
    let openers = if abilities.show_document { &execute_command::OPENERS[..] } else { &[] };
    ExecuteCommandOptions {
        commands: execute_command::TEXTS.iter().chain(openers).map(|&command| command.to_owned()).collect(),
        ..ExecuteCommandOptions::default()
    }
}

fn diagnostic_provider(abilities: Abilities) -> DiagnosticServerCapabilities {
    DiagnosticServerCapabilities::Options(DiagnosticOptions {
        identifier: None,
        inter_file_dependencies: true,
        workspace_diagnostics: abilities.workspace_diagnostics,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    })
}

fn semantic_tokens_provider() -> SemanticTokensServerCapabilities {
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: TokenType::ALL.iter().map(|token_type| SemanticTokenType::from(token_type.name())).collect(),
            token_modifiers: vec![SemanticTokenModifier::DEFINITION],
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    }
    .into()
}

/// The signs behind which something can be completed that is no word yet.
fn completion_options() -> CompletionOptions {
    let signs = [" ", "{", "[", "'", "\"", "|", ".", "=", "!", "&", ":"];
    CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(signs.map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    }
}

fn rename_provider(abilities: Abilities) -> OneOf<bool, RenameOptions> {
    if abilities.prepare_rename {
        OneOf::Right(RenameOptions { prepare_provider: Some(true), work_done_progress_options: WorkDoneProgressOptions::default() })
    } else {
        OneOf::Left(true)
    }
}

/// Variable files and directories carry names of groups and hosts.
fn file_operations() -> WorkspaceFileOperationsServerCapabilities {
    let pattern = FileOperationPattern { glob: "**/{group_vars,host_vars}/*".to_owned(), ..FileOperationPattern::default() };
    let filter = FileOperationFilter { scheme: Some("file".to_owned()), pattern };
    WorkspaceFileOperationsServerCapabilities {
        will_rename: Some(FileOperationRegistrationOptions { filters: vec![filter] }),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_one_that_the_client_knows() {
        let chosen = |offered: &[&'static str]| encoding(&offered.iter().map(|&name| PositionEncodingKind::from(name)).collect::<Vec<_>>());
        assert_eq!(chosen(&["utf-16", "utf-32", "utf-8"]), Encoding::Utf8);
        assert_eq!(chosen(&["utf-32", "utf-16"]), Encoding::Utf16);
        assert_eq!(chosen(&["utf-32"]), Encoding::Utf32);
        assert_eq!(chosen(&[]), Encoding::Utf16);
    }
}
