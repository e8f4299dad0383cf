//! What can be written at a position.

use std::collections::BTreeSet;

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, InsertTextFormat, TextEdit};
use walkdir::WalkDir;

use super::{context::Context, documents::Documents, position};
use crate::{
    declaration::{FileId, LetterView, Position, SourceFile, Span, write},
    letter::Field,
};

/// The most items that are offered.
const MOST: usize = 1_000;
/// How many files of a folder are looked at for scans.
const FILES: usize = 20_000;

const LETTER: &str = "name: ${1:授权书名称}\n  authorizer: ${2:授权方公司全称}\n  authorizedParty: ${3:被授权方公司全称}\n  \
                      organizationCode: ${4:统一社会信用代码}\n  validity: ${5:2026-01-01}~${6:2028-12-31}\n  \
                      signatures: [${7:签名}]\n  scan: ${8:scans/scan.jpg}";

/// The items, each with the text that it replaces: editors have words of their own, which end at a
/// slash and at a bracket.
pub(super) fn completion(documents: &Documents, file: FileId, at: Position) -> Vec<CompletionItem> {
    if !documents.live.has_letters(file) {
        return Vec::new();
    }
    let source = documents.live.source(file);
    if source.line(at.line).trim_start().starts_with('#') {
        return Vec::new();
    }
    let place = documents.live.place(file, at);
    let context = Context::at(source, at).within(place.as_ref());
    let mut items = match context.field {
        Some(field) if !context.on_key => values(documents, file, field),
        _ if context.indent == 0 => keys(&missing_sections(source, at.line)),
        _ => {
            let fields = place.as_ref().map_or_else(|| fields_around(source, at.line), |place| place.fields.clone());
            let in_defaults = section(source, at.line).is_some_and(|line| line.starts_with("defaults"));
            let mut items = keys(&missing(&fields, in_defaults));
            if !in_defaults && !context.in_braces && begins_a_letter(source, at.line, context.indent) {
                items.insert(0, letter(source.line(at.line).trim_start().starts_with('-')));
            }
            items
        }
    };
    let range = position::range(source, Span { start: context.typed, end: at });
    let quoted = context.within_quotes(source);
    for item in &mut items {
        let new_text = item.insert_text.take().filter(|_| !quoted).unwrap_or_else(|| item.label.clone());
        // A colon without a space is a part of a text.
        let new_text = if context.follows_colon(source) { format!(" {new_text}") } else { new_text };
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit { range, new_text }));
    }
    items
}

/// A whole letter; its mark is written when the line has none.
fn letter(marked: bool) -> CompletionItem {
    CompletionItem {
        label: "letter".to_owned(),
        kind: Some(CompletionItemKind::SNIPPET),
        detail: Some("A whole letter".to_owned()),
        insert_text: Some(if marked { LETTER.to_owned() } else { format!("- {LETTER}") }),
        insert_text_format: Some(InsertTextFormat::SNIPPET),
        ..CompletionItem::default()
    }
}

fn keys(names: &[&str]) -> Vec<CompletionItem> {
    let item = |name: &&str| CompletionItem {
        label: (*name).to_owned(),
        kind: Some(CompletionItemKind::FIELD),
        insert_text: Some(format!("{name}: ")),
        ..CompletionItem::default()
    };
    names.iter().map(item).collect()
}

/// The line that begins what a line is a part of: a field of the document.
fn section(source: &SourceFile, line: u32) -> Option<&str> {
    let lines = (1..=line).rev().map(|line| source.line(line));
    lines.into_iter().find(|text| !text.is_empty() && !text.starts_with([' ', '#', '\t']))
}

/// The fields that a document does not have yet, whatever is typed on a line.
fn missing_sections(source: &SourceFile, line: u32) -> Vec<&'static str> {
    let last = u32::try_from(source.line_count()).unwrap_or(u32::MAX);
    let has = |name: &str| {
        let mut others = (1..=last).filter(|other| *other != line);
        others.any(|other| source.line(other).strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))
    };
    ["version", "defaults", "letters"].into_iter().filter(|name| !has(name)).collect()
}

/// Whether a line is one on which a letter can begin: with a mark, or empty and no deeper than the
/// mark before.
fn begins_a_letter(source: &SourceFile, line: u32, indent: usize) -> bool {
    let text = source.line(line);
    let mark = |line: u32| {
        let text = source.line(line);
        text.trim_start().starts_with("- ").then(|| text.len() - text.trim_start().len())
    };
    let before = || (1..line).rev().take(100).find_map(mark);
    text.trim_start().starts_with('-') || text.trim().is_empty() && before().is_none_or(|mark| indent <= mark)
}

/// The fields that the letter around a line has, as its lines tell.
fn fields_around(source: &SourceFile, line: u32) -> Vec<Field> {
    const QUOTES: [char; 2] = ['"', '\''];
    let has = |line: u32| {
        source.line(line).split([',', '{']).filter_map(|part| {
            let content = part.trim_start_matches([' ', '-', '"', '\'']);
            let is_followed = |rest: &str| rest.trim_start_matches(QUOTES).starts_with(':');
            Field::ALL.into_iter().find(|field| content.strip_prefix(field.as_str()).is_some_and(is_followed))
        })
    };
    let begins = |line: &u32| source.line(*line).trim_start().starts_with("- ");
    let last = u32::try_from(source.line_count()).unwrap_or(u32::MAX);
    let first = (1..=line).rev().take(100).find(begins).unwrap_or(line);
    let rest = (first + 1..=last).take(100).take_while(|line| !begins(line));
    std::iter::once(first).chain(rest).flat_map(has).collect()
}

/// The fields that are missing in a letter with these, or in defaults.
fn missing(fields: &[Field], in_defaults: bool) -> Vec<&'static str> {
    let is_picture = |field: &Field| matches!(field, Field::Scan | Field::FileKey);
    let pictured = fields.iter().any(is_picture);
    let own = |field: &Field| *field == Field::Name || is_picture(field);
    let wanted =
        |field: &Field| !(fields.contains(field) || pictured && is_picture(field) || in_defaults && own(field));
    Field::ALL.into_iter().filter(wanted).map(Field::as_str).collect()
}

/// What other letters have in this field, or the pictures that none has.
fn values(documents: &Documents, file: FileId, field: Field) -> Vec<CompletionItem> {
    let of = |letter: &LetterView<'_>| -> Vec<String> {
        let one = |placed: Option<(&str, _)>| placed.map(|(text, _)| text.to_owned()).into_iter().collect();
        match field {
            Field::Authorizer => one(letter.authorizer),
            Field::AuthorizedParty => one(letter.authorized_party),
            Field::OrganizationCode => one(letter.organization_code),
            Field::Signatures => letter.signatures.iter().map(|(name, _)| (*name).to_owned()).collect(),
            Field::Validity => letter.validity.map(|(validity, _)| validity.to_string()).into_iter().collect(),
            Field::Name | Field::Scan | Field::FileKey => Vec::new(),
        }
    };
    let found: BTreeSet<String> = match field {
        Field::Scan => unused_scans(documents, file),
        _ => documents.live.letters().flat_map(|letter| of(&letter)).collect(),
    };
    let kind = if field == Field::Scan { CompletionItemKind::FILE } else { CompletionItemKind::VALUE };
    let item = |label: String| CompletionItem {
        insert_text: Some(value(&label)),
        label,
        kind: Some(kind),
        ..CompletionItem::default()
    };
    found.into_iter().take(MOST).map(item).collect()
}

/// A value as it is written: plain where it can be. Every scalar is the text that stands there,
/// also one of digits.
fn value(text: &str) -> String {
    if text.chars().all(char::is_alphanumeric) { text.to_owned() } else { write::scalar(text) }
}

/// The pictures below the folder of a file that no letter has, as the file would name them.
fn unused_scans(documents: &Documents, file: FileId) -> BTreeSet<String> {
    let folder = |file: FileId| documents.live.path(file).parent().unwrap_or(documents.live.path(file)).to_owned();
    let used: BTreeSet<_> =
        documents.live.letters().filter_map(|letter| Some(folder(letter.file).join(letter.scan?.0))).collect();
    let root = folder(file);
    let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let entries = WalkDir::new(&root).max_depth(6).into_iter().filter_entry(|entry| !hidden(entry));
    let pictures = entries.take(FILES).filter_map(Result::ok).filter(|entry| {
        let extension = entry.path().extension().map(|extension| extension.to_string_lossy().to_lowercase());
        entry.file_type().is_file() && extension.is_some_and(|e| matches!(&*e, "jpg" | "jpeg" | "png" | "gif"))
    });
    let unused = pictures.filter(|entry| !used.contains(entry.path()));
    let names = unused.filter_map(|entry| Some(entry.path().strip_prefix(&root).ok()?.to_str()?.replace('\\', "/")));
    names.collect()
}
