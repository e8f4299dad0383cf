//! What is shown of the thing under the mouse.

use std::{fmt::Write as _, path::PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::civil::Date;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use serde_json::Value;

use super::{
    context::{self, Context, contains},
    documents::{Documents, uri_of},
    position,
    previews::Previews,
};
use crate::{
    declaration::{FileId, LetterView, Position, Span, schema},
    letter::Field,
};

/// What is shown of a place.
pub(super) struct Shown {
    text: String,
    range: Option<lsp_types::Range>,
    /// The scan that is there, to be shown as a picture.
    pub(super) scan: Option<PathBuf>,
}

impl Shown {
    /// The hover, with a link to the scan that is there.
    pub(super) fn linked(self) -> Option<Hover> {
        let link = self.scan.as_deref().and_then(uri_of).map(|uri| format!("![scan]({}|width=320)\n\n", uri.as_str()));
        self.with(&link.unwrap_or_default())
    }

    /// The hover, with the scan as a small picture. The first time, it takes as long as decoding
    /// the scan.
    pub(super) fn pictured(self, previews: &Previews) -> Option<Hover> {
        let Some(picture) = self.scan.as_deref().and_then(|scan| previews.of(scan)) else { return self.linked() };
        let picture = BASE64_STANDARD.encode(picture);
        self.with(&format!("![scan](data:image/png;base64,{picture})\n\n"))
    }

    fn with(self, picture: &str) -> Option<Hover> {
        let value = format!("{picture}{}", self.text).trim().to_owned();
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        (!picture.is_empty() || !self.text.trim().is_empty()).then_some(Hover { contents, range: self.range })
    }
}

pub(super) fn hover(documents: &Documents, (file, at): (FileId, Position), today: Date) -> Shown {
    let source = documents.live.source(file);
    let place = documents.live.place(file, at);
    let context = Context::at(source, at).within(place.as_ref());
    let mut text = String::new();
    let (mut range, mut scan) = (None, None);
    let has_letters = documents.live.has_letters(file);
    if let Some(field) = context.field.filter(|_| context.on_key && has_letters) {
        let _ = writeln!(text, "**{field}**\n\n{}", description(field));
    } else if let Some(letter) = context::letter_at(&documents.live, file, at) {
        range = value(documents, &letter, at, today, &mut text);
        if let Some((path, span)) = letter.scan.filter(|(_, span)| contains(*span, at)) {
            range = Some(span);
            scan = documents.live.scan(file, path);
        }
    }
    let problems = documents.live.problems(file).iter();
    let here = problems.filter(|problem| problem.place.is_some_and(|place| contains(place.span, at)));
    for problem in here {
        let rule = problem.code.rule();
        let _ = writeln!(text, "\n**{}**: {}\n\n{}", rule.code, rule.title, rule.reason);
    }
    Shown { text, range: range.map(|span| position::range(source, span)), scan }
}

/// What the schema says of a field.
fn description(field: Field) -> String {
    fn find<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
        let Value::Object(object) = value else { return None };
        let own =
            object.get("properties").and_then(|all| all.get(name)).and_then(|one| one["markdownDescription"].as_str());
        own.or_else(|| object.values().find_map(|inner| find(inner, name)))
    }
    find(schema::letters().as_value(), field.as_str()).unwrap_or_default().to_owned()
}

/// What is known of a value of the letter.
fn value(documents: &Documents, letter: &LetterView<'_>, at: Position, today: Date, text: &mut String) -> Option<Span> {
    if let Some((validity, span)) = letter.validity.filter(|(_, span)| contains(*span, at)) {
        let left = validity.days_left(today);
        let _ = match left {
            0.. => writeln!(text, "Valid until {}: {left} days left", validity.until()),
            _ => writeln!(text, "Expired on {}", validity.until()),
        };
        return Some(span);
    }
    if let Some((code, span)) = letter.organization_code.filter(|(_, span)| contains(*span, at)) {
        let mut owners: Vec<&str> = Vec::new();
        for other in documents.live.letters() {
            if other.organization_code.is_some_and(|(known, _)| known == code)
                && let Some((owner, _)) = other.authorizer.filter(|(owner, _)| !owners.contains(owner))
            {
                owners.push(owner);
            }
        }
        let _ = writeln!(text, "Code of {}", owners.join(", "));
        return Some(span);
    }
    if let Some((name, span)) = letter.signatures.iter().find(|(_, span)| contains(*span, at)) {
        let count = documents.live.letters().filter(|other| other.signatures.iter().any(|(n, _)| n == name)).count();
        let _ = writeln!(text, "In {count} letter{}", if count == 1 { "" } else { "s" });
        return Some(*span);
    }
    None
}
