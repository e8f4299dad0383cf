use serde::Serialize;

use crate::{
    declaration::{Diagnostic, Fix, Loaded, Location, Safety, Severity, SourceFile},
    escape::visible,
    plan::{FORMAT_VERSION, Generator},
    render::json::pretty,
};

/// What `validate` found.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Diagnostics", extend("additionalProperties" = false))]
struct Document<'a> {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the document.
    generator: Generator,
    /// How much was looked at and found.
    summary: Summary,
    /// The problems, in the order of files and lines.
    diagnostics: Vec<Entry<'a>>,
}

/// How much was looked at and found.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "DiagnosticSummary")]
struct Summary {
    /// Files that were read.
    files: usize,
    /// Letters that can be used.
    letters: usize,
    /// Errors.
    errors: usize,
    /// Warnings.
    warnings: usize,
}

/// A problem. Without a place, the fields of one are missing.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Diagnostic")]
struct Entry<'a> {
    /// The [rule](rules.md).
    code: &'static str,
    /// Whether it keeps the declarations from being used.
    severity: Severity,
    /// What is wrong.
    message: String,
    #[serde(flatten)]
    place: Option<Where<'a>>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
    /// What mends it in the file, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixEntry<'a>>,
    /// Other places that have to do with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedEntry<'a>>,
}

/// What mends a problem.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Fix")]
struct FixEntry<'a> {
    /// What it does.
    title: &'a str,
    /// Whether `validate --fix` does it; everything else is for a person to confirm.
    safe: bool,
    /// What is to be changed.
    edits: Vec<EditEntry<'a>>,
}

/// A change of a file.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Edit")]
struct EditEntry<'a> {
    #[serde(flatten)]
    place: Where<'a>,
    /// What is written in the place of what is there.
    text: &'a str,
}

impl<'a> FixEntry<'a> {
    fn new(fix: &'a Fix, files: &'a [SourceFile]) -> Self {
        let edits = fix.edits.iter().map(|edit| EditEntry { place: Where::new(edit.place, files), text: &edit.text });
        Self { title: &fix.title, safe: fix.safety == Safety::Safe, edits: edits.collect() }
    }
}

/// Another place that has to do with a problem.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Related")]
struct RelatedEntry<'a> {
    /// What it has to do with it.
    message: &'a str,
    #[serde(flatten)]
    place: Where<'a>,
}

/// A part of a file. Lines and columns count from 1, columns in characters, the end excluded.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Place")]
struct Where<'a> {
    /// The file.
    file: &'a str,
    /// The line.
    line: u32,
    /// The column.
    column: u32,
    /// The line of the end.
    end_line: u32,
    /// The column of the end.
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
        format_version: FORMAT_VERSION,
        generator: Generator::this(),
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

/// The JSON schema of what `validate` found.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Document<'_>)
}
