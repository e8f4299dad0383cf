//! What the server can do, and what an editor says that it can.

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, HoverProviderCapability,
    InitializeParams, OneOf, RenameOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::actions::FIX_ALL;

/// What the server can do.
pub(super) fn of_server() -> ServerCapabilities {
    let fixes = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::from(FIX_ALL)]),
        ..CodeActionOptions::default()
    };
    let triggers = [" ", "[", ",", "-", "/"].map(str::to_owned).to_vec();
    let completion = CompletionOptions { trigger_characters: Some(triggers), ..CompletionOptions::default() };
    let rename =
        RenameOptions { prepare_provider: Some(true), work_done_progress_options: WorkDoneProgressOptions::default() };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(fixes)),
        completion_provider: Some(completion),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        declaration_provider: Some(lsp_types::DeclarationCapability::Simple(true)),
        implementation_provider: Some(lsp_types::ImplementationProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(rename)),
        workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
        ..ServerCapabilities::default()
    }
}

/// What an editor can do.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Editor {
    /// It tells of files that change on the disk.
    pub(super) tells_of_files: bool,
    /// It shows pictures within texts.
    pub(super) shows_pictures: bool,
}

impl Editor {
    pub(super) fn of(parameters: &InitializeParams) -> Self {
        let watching = parameters.capabilities.workspace.as_ref().and_then(|w| w.did_change_watched_files);
        let tells_of_files = watching.is_some_and(|watching| watching.dynamic_registration == Some(true));
        Self { tells_of_files, shows_pictures: shows_pictures(parameters) }
    }
}

/// Whether an editor shows pictures within texts. Others would show kilobytes of letters and
/// digits.
fn shows_pictures(parameters: &InitializeParams) -> bool {
    const EDITORS: [&str; 4] = ["Visual Studio Code", "VSCodium", "Cursor", "Windsurf"];
    let asked = parameters.initialization_options.as_ref().and_then(|options| options.get("pictures")?.as_bool());
    let name = parameters.client_info.as_ref().map_or("", |client| &client.name);
    asked.unwrap_or_else(|| EDITORS.iter().any(|editor| name.starts_with(editor)))
}
