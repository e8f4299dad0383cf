//! From a letter to what it has to do with: its successor, its predecessor, its scan, and those of
//! the same signature.

use lsp_types::{
    DocumentSymbol, Location, Position as LspPosition, Range, SymbolInformation, SymbolKind, TextEdit, Uri,
    WorkspaceEdit,
};
use std::collections::HashMap;

use super::{
    context::{self, contains},
    documents::{Documents, uri_of},
    position,
};
use crate::{
    declaration::{FileId, LetterView, Position, SourceFile, Span},
    letter::{Letter, LetterName, Successions},
};

/// The file of a scan, the successor of a letter, or where a default of it is written.
pub(super) fn definition(documents: &Documents, file: FileId, at: Position) -> Vec<Location> {
    let Some(letter) = context::letter_at(&documents.live, file, at) else { return Vec::new() };
    if let Some((path, _)) = letter.scan.filter(|(_, span)| contains(*span, at)) {
        let scan = documents.live.path(file).parent().map(|folder| folder.join(path)).filter(|scan| scan.is_file());
        let uri = scan.and_then(|scan| uri_of(&scan));
        return uri.map(|uri| Location { uri, range: Range::default() }).into_iter().collect();
    }
    let Some((name, _)) = letter.name.filter(|(_, span)| contains(*span, at)) else { return Vec::new() };
    let letters = documents.live.whole_letters();
    let Some((this, ..)) = letters.iter().find(|(letter, ..)| letter.name.as_str() == name) else { return Vec::new() };
    let successions = Successions::among(letters.iter().map(|(letter, ..)| letter));
    let successor = successions.successor(this).cloned();
    named(documents, &letters, |letter| Some(&letter.name) == successor.as_ref())
}

/// The letters that the letter at a position succeeds.
pub(super) fn predecessors(documents: &Documents, file: FileId, at: Position) -> Vec<Location> {
    let letter = context::letter_at(&documents.live, file, at);
    let Some((name, _)) = letter.and_then(|letter| letter.name) else { return Vec::new() };
    let letters = documents.live.whole_letters();
    let Some((this, ..)) = letters.iter().find(|(letter, ..)| letter.name.as_str() == name) else { return Vec::new() };
    named(documents, &letters, |other| this.succeeds(other))
}

/// Where the values are written that the letter at a position has from the defaults.
pub(super) fn defaults(documents: &Documents, file: FileId, at: Position) -> Vec<Location> {
    let Some(letter) = context::letter_at(&documents.live, file, at) else { return Vec::new() };
    let spans = [letter.authorizer, letter.authorized_party, letter.organization_code].into_iter().flatten();
    let spans = spans.map(|(_, span)| span).chain(letter.validity.map(|(_, span)| span));
    let spans = spans.chain(letter.signatures.first().map(|(_, span)| *span));
    let inherited = spans.filter(|span| !(letter.span.start..letter.span.end).contains(&span.start));
    inherited.filter_map(|span| documents.location(file, span)).collect()
}

fn named(
    documents: &Documents,
    letters: &[(Letter<()>, FileId, Span)],
    wanted: impl Fn(&Letter<()>) -> bool,
) -> Vec<Location> {
    let found = letters.iter().filter(|(letter, ..)| wanted(letter));
    found.filter_map(|(_, file, span)| documents.location(*file, *span)).collect()
}

/// Every place where the signature at a position is listed.
pub(super) fn references(documents: &Documents, file: FileId, at: Position) -> Vec<Location> {
    let letter = context::letter_at(&documents.live, file, at);
    let signatures = letter.map(|letter| letter.signatures).unwrap_or_default();
    let Some((wanted, _)) = signatures.into_iter().find(|(_, span)| contains(*span, at)) else { return Vec::new() };
    let places = documents.live.letters().flat_map(|letter| {
        let file = letter.file;
        letter.signatures.into_iter().filter(|(name, _)| *name == wanted).map(move |(_, span)| (file, span))
    });
    places.filter_map(|(file, span)| documents.location(file, span)).collect()
}

/// The letters of a file.
#[allow(deprecated, reason = "the protocol's type has a field that is")]
pub(super) fn symbols(documents: &Documents, file: FileId) -> Vec<DocumentSymbol> {
    let source = documents.live.source(file);
    let letters: Vec<LetterView<'_>> = documents.live.letters_of(file).collect();
    let last = u32::try_from(source.line_count()).unwrap_or(u32::MAX);
    let ends = letters.iter().skip(1).map(|next| next.line.saturating_sub(1)).chain([last]);
    let symbol = |(letter, end): (&LetterView<'_>, u32)| {
        let (name, span) = letter.name?;
        let selection_range = position::range(source, span);
        let start = LspPosition { line: letter.line.saturating_sub(1), character: 0 };
        let end = LspPosition { line: end, character: 0 }.max(selection_range.end);
        Some(DocumentSymbol {
            name: name.to_owned(),
            detail: letter.validity.map(|(validity, _)| validity.to_string()),
            kind: SymbolKind::OBJECT,
            tags: None,
            deprecated: None,
            range: Range { start, end },
            selection_range,
            children: None,
        })
    };
    letters.iter().zip(ends).filter_map(symbol).collect()
}

/// The letters whose names have the text in them.
#[allow(deprecated, reason = "the protocol's type has a field that is")]
pub(super) fn workspace_symbols(documents: &Documents, query: &str) -> Vec<SymbolInformation> {
    const MOST: usize = 200;
    let query = query.to_lowercase();
    let found = documents.live.letters().filter_map(|letter| {
        let (name, span) = letter.name.filter(|(name, _)| name.to_lowercase().contains(&query))?;
        Some(SymbolInformation {
            name: name.to_owned(),
            kind: SymbolKind::OBJECT,
            tags: None,
            deprecated: None,
            location: documents.location(letter.file, span)?,
            container_name: letter.authorizer.map(|(authorizer, _)| authorizer.to_owned()),
        })
    });
    found.take(MOST).collect()
}

/// The name of the letter at a position, when the position is on it.
pub(super) fn renamable(documents: &Documents, file: FileId, at: Position) -> Option<Range> {
    let (_, span) = context::letter_at(&documents.live, file, at)?.name.filter(|(_, span)| contains(*span, at))?;
    Some(position::range(documents.live.source(file), span))
}

/// The edits that give a letter another name, in its declaration and in the comments that name it.
///
/// # Errors
/// When no letter can have that name, or the position is on none.
#[allow(clippy::mutable_key_type, reason = "the protocol's own type; nothing changes it")]
pub(super) fn rename(documents: &Documents, file: FileId, at: Position, new: &str) -> Result<WorkspaceEdit, String> {
    LetterName::check_new(new).map_err(|error| error.to_string())?;
    let letter = context::letter_at(&documents.live, file, at);
    let named = letter.and_then(|letter| letter.name.filter(|(_, span)| contains(*span, at)));
    let (old, _) = named.ok_or("no letter's name is here")?;
    if documents.live.letters().any(|other| other.name.is_some_and(|(name, _)| name == new)) {
        return Err(format!("a letter named {new} is declared already"));
    }
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for id in documents.live.files() {
        let source = documents.live.source(id);
        let declared = documents.live.letters_of(id).filter_map(|letter| letter.name.filter(|(name, _)| *name == old));
        let mut spans: Vec<Span> = declared.filter_map(|(_, span)| written(source, span, old)).collect();
        if source.text().contains('#') {
            spans.extend(in_comments(source, old));
        }
        if spans.is_empty() {
            continue;
        }
        let edit = |span| TextEdit { range: position::range(source, span), new_text: new.to_owned() };
        if let Some(uri) = documents.uri(id) {
            changes.entry(uri).or_default().extend(spans.into_iter().map(edit));
        }
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

/// The part of a value's place that is the value itself, without quotation marks.
fn written(source: &SourceFile, span: Span, value: &str) -> Option<Span> {
    occurrences(source.line(span.start.line), value, span.start.line)
        .find(|found| span.start <= found.start && found.end <= span.end)
}

/// The comments in which a name stands as a word.
fn in_comments<'s>(source: &'s SourceFile, name: &'s str) -> impl Iterator<Item = Span> + 's {
    let last = u32::try_from(source.line_count()).unwrap_or(u32::MAX);
    let comments = (1..=last).filter(|line| source.line(*line).trim_start().starts_with('#'));
    comments.flat_map(move |line| occurrences(source.line(line), name, line))
}

/// Where a word stands on a line, with no letter or digit beside it.
fn occurrences<'t>(text: &'t str, word: &'t str, line: u32) -> impl Iterator<Item = Span> + 't {
    text.match_indices(word).filter_map(move |(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        if before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric) {
            return None;
        }
        let column = |text: &str| u32::try_from(text.chars().count() + 1).unwrap_or(u32::MAX);
        let position = |text: &str| Position { line, column: column(text) };
        Some(Span { start: position(before), end: position(&text[..at + word.len()]) })
    })
}
