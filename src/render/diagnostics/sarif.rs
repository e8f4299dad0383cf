use serde_json::{Value, json};

use super::shown::{Show, Shown};
use crate::{
    checkout::{Checkout, encoded},
    declaration::{Code, Diagnostic, Loaded, Location, Severity, SourceFile, Span},
    escape::visible,
    render::json::pretty,
};

/// How many results of a run GitHub's code scanning shows. It refuses a run with more than 25,000.
const MAX_RESULTS: usize = 5_000;
/// How many more locations of a result it shows.
const MAX_RELATED: usize = 99;
/// Where a file of declarations is expected, when a problem is about none.
const EXPECTED: &str = "letters.yaml";

/// What `validate` found as a SARIF 2.1.0 log, for code scanning: every result has a location,
/// relative to the root of the repository.
pub fn sarif(loaded: &Loaded, checkout: &Checkout) -> String {
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    let shown = Shown::of(loaded, Show::First(MAX_RESULTS));
    let files = Files::of(loaded, &shown, checkout);
    let results: Vec<Value> = shown.diagnostics.iter().map(|diagnostic| result(diagnostic, &files)).collect();
    let notifications: Vec<Value> =
        shown.rest().map(|rest| json!({"level": "warning", "message": {"text": rest}})).into_iter().collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    let rule = code.rule();
    let source = rule.provenance();
    let help = format!(
        "{}\n\nSource: {source}\n\nRight:\n\n```yaml\n{}\n```\n\nWrong:\n\n```yaml\n{}\n```\n",
        rule.reason, rule.good, rule.bad
    );
    let mut described = json!({
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.reason},
        "help": {"text": rule.reason, "markdown": help},
        "defaultConfiguration": {"level": level(rule.severity)},
    });
    if let Some(url) = rule.url() {
        described["helpUri"] = url.into();
    }
    described
}

/// The files of the results, as they are named in the log.
struct Files<'a> {
    loaded: &'a Loaded,
    checkout: Checkout,
}

impl<'a> Files<'a> {
    fn of(loaded: &'a Loaded, shown: &Shown<'_>, checkout: &Checkout) -> Self {
        let read = loaded.files.iter().map(SourceFile::name);
        let others = shown.diagnostics.iter().filter_map(|diagnostic| diagnostic.path.as_deref());
        Self { loaded, checkout: checkout.rooted(read.chain(others)) }
    }

    /// The file of a place.
    fn at(&self, place: Location) -> Value {
        self.named(self.loaded.files[place.file.index()].name())
    }

    /// A file that can't be read, or where one is expected.
    fn without_text(&self, path: Option<&str>) -> Value {
        let first = self.loaded.files.first().map_or(EXPECTED, |file| file.name());
        self.named(path.filter(|path| !path.is_empty()).unwrap_or(first))
    }

    fn named(&self, name: &str) -> Value {
        match self.checkout.path(name) {
            Some(path) => json!({"uri": encoded(&path), "uriBaseId": "%SRCROOT%"}),
            // Outside the repository: no forge has it, and its own address is the only right one.
            None if name.starts_with('/') => json!({"uri": format!("file://{}", encoded(name))}),
            None => json!({"uri": encoded(name)}),
        }
    }
}

fn result(diagnostic: &Diagnostic, files: &Files<'_>) -> Value {
    let index = Code::ALL.iter().position(|code| *code == diagnostic.code);
    let mut message = visible(&diagnostic.message).into_owned();
    if let Some(help) = &diagnostic.help {
        message = format!("{message} ({})", visible(help));
    }
    let location = match diagnostic.place {
        Some(place) => physical(place, files),
        None => json!({
            "artifactLocation": files.without_text(diagnostic.path.as_deref()),
            "region": {"startLine": 1},
        }),
    };
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": index,
        "level": level(diagnostic.severity),
        "message": {"text": message},
        "locations": [{"physicalLocation": location}],
    });
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().take(MAX_RELATED).map(|related| {
            json!({
                "physicalLocation": physical(related.place, files),
                "message": {"text": visible(&related.label)},
            })
        });
        result["relatedLocations"] = related.collect();
    }
    if let (Some(place), Some(fix)) = (diagnostic.place, &diagnostic.fix) {
        let replacements = fix
            .edits
            .iter()
            .map(|edit| json!({"deletedRegion": region(edit.place.span), "insertedContent": {"text": edit.text}}));
        result["fixes"] = json!([{
            "description": {"text": visible(&fix.title)},
            "artifactChanges": [{
                "artifactLocation": files.at(place),
                "replacements": replacements.collect::<Vec<_>>(),
            }],
        }]);
    }
    result
}

fn physical(place: Location, files: &Files<'_>) -> Value {
    json!({"artifactLocation": files.at(place), "region": region(place.span)})
}

fn region(span: Span) -> Value {
    let (start, end) = (span.start, span.end);
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}
