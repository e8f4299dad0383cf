use serde::Serialize;

use crate::{
    declaration::{Diagnostic, Fix, Loaded, Location, Safety, Severity, SourceFile},
    escape::visible,
    render::json::pretty,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    format_version: u32,
    generator: Generator,
    summary: Summary,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Generator {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    letters: usize,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: Severity,
    message: String,
    #[serde(flatten)]
    place: Option<Where<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedEntry<'a>>,
}

/// What mends the problem: `safe` when `validate --fix` does it.
#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    text: &'a str,
}

impl<'a> FixEntry<'a> {
    fn new(fix: &'a Fix, files: &'a [SourceFile]) -> Self {
        let edits = fix.edits.iter().map(|edit| EditEntry { place: Where::new(edit.place, files), text: &edit.text });
        Self { title: &fix.title, safe: fix.safety == Safety::Safe, edits: edits.collect() }
    }
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Where<'a>,
}

/// Lines and columns count from 1, columns in characters, the end excluded.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Where<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'a> Where<'a> {
    fn new(place: Location, files: &'a [SourceFile]) -> Self {
        let (start, end) = (place.span.start, place.span.end);
        let file = files[place.file.index()].name();
        Self { file, line: start.line, column: start.column, end_line: end.line, end_column: end.column }
    }
}

impl<'a> Entry<'a> {
    fn new(diagnostic: &'a Diagnostic, files: &'a [SourceFile]) -> Self {
        let related = diagnostic.related.iter();
        Self {
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity,
            message: visible(&diagnostic.message).into_owned(),
            place: diagnostic.place.map(|place| Where::new(place, files)),
            help: diagnostic.help.as_deref(),
            suggestion: diagnostic.suggestion.as_deref(),
            fix: diagnostic.fix.as_deref().map(|fix| FixEntry::new(fix, files)),
            related: related
                .map(|related| RelatedEntry { message: &related.label, place: Where::new(related.place, files) })
                .collect(),
        }
    }
}

/// What `validate` found, for programs.
pub fn json(loaded: &Loaded) -> String {
    let document = Document {
        format_version: 1,
        generator: Generator { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        summary: Summary {
            files: loaded.files.len(),
            letters: loaded.letters.len(),
            errors: loaded.count(Severity::Error),
            warnings: loaded.count(Severity::Warning),
        },
        diagnostics: loaded.diagnostics.iter().map(|diagnostic| Entry::new(diagnostic, &loaded.files)).collect(),
    };
    pretty(&document)
}
