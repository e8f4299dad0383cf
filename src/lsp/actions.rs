//! Quick fixes, and all safe fixes of a file at once.

use std::collections::HashMap;

use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};

use super::{diagnostics, documents::Documents, position};
use crate::declaration::{Edit, FileId, Safety, SourceFile};

/// All safe fixes of a file, as an action that an editor may do when it saves.
pub(super) const FIX_ALL: &str = "source.fixAll.letterform";

/// What can be done about the problems in a range.
pub(super) fn actions(
    documents: &Documents,
    (uri, file, range): (&Uri, FileId, Range),
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeActionOrCommand> {
    let source = documents.live.source(file);
    let wanted = |kind: &str| only.is_none_or(|only| only.iter().any(|only| kind.starts_with(only.as_str())));
    let mut actions = Vec::new();
    let fixable = documents.live.problems(file).iter().filter_map(|problem| {
        let place = problem.place.filter(|place| place.file == file)?;
        Some((problem, place, problem.fix.as_deref()?))
    });
    let fixable: Vec<_> = fixable.collect();
    if wanted(CodeActionKind::QUICKFIX.as_str()) {
        for (problem, place, fix) in &fixable {
            let at = position::range(source, place.span);
            if at.start > range.end || at.end < range.start {
                continue;
            }
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostics::diagnostic(documents, problem)]),
                edit: Some(workspace_edit(uri, text_edits(source, &fix.edits))),
                is_preferred: Some(fix.safety == Safety::Safe),
                ..CodeAction::default()
            }));
        }
    }
    let safe = fixable.iter().filter(|(.., fix)| fix.safety == Safety::Safe);
    let edits: Vec<TextEdit> = crate::declaration::apart(safe.map(|(.., fix)| &fix.edits[..]))
        .into_iter()
        .map(|edit| text_edit(source, edit))
        .collect();
    if wanted(FIX_ALL) && !edits.is_empty() {
        actions.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: "Apply all safe fixes".to_owned(),
            kind: Some(CodeActionKind::from(FIX_ALL)),
            edit: Some(workspace_edit(uri, edits)),
            ..CodeAction::default()
        }));
    }
    actions
}

fn text_edits(source: &SourceFile, edits: &[Edit]) -> Vec<TextEdit> {
    edits.iter().map(|edit| text_edit(source, edit)).collect()
}

fn text_edit(source: &SourceFile, edit: &Edit) -> TextEdit {
    TextEdit { range: position::range(source, edit.place.span), new_text: edit.text.clone() }
}

#[allow(clippy::mutable_key_type, reason = "the protocol's own type; nothing changes it")]
pub(super) fn workspace_edit(uri: &Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}
