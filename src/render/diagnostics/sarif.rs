use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{
    declaration::{Code, Diagnostic, Loaded, Location, Severity, SourceFile},
    escape::visible,
    render::json::pretty,
};

/// What `validate` found as a SARIF 2.1.0 log, for code scanning.
pub fn sarif(loaded: &Loaded) -> String {
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = loaded.diagnostics.iter().map(|diagnostic| result(diagnostic, &loaded.files)).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
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

fn result(diagnostic: &Diagnostic, files: &[SourceFile]) -> Value {
    let index = Code::ALL.iter().position(|code| *code == diagnostic.code);
    let mut message = visible(&diagnostic.message).into_owned();
    if let Some(help) = &diagnostic.help {
        message = format!("{message} ({})", visible(help));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": index,
        "level": level(diagnostic.severity),
        "message": {"text": message},
    });
    let Some(place) = diagnostic.place else { return result };
    result["locations"] = json!([{"physicalLocation": physical(place, files)}]);
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().map(|related| {
            json!({
                "physicalLocation": physical(related.place, files),
                "message": {"text": visible(&related.label)},
            })
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some(suggestion) = &diagnostic.suggestion {
        result["fixes"] = json!([{"artifactChanges": [{
            "artifactLocation": {"uri": uri(files[place.file.index()].name())},
            "replacements": [{"deletedRegion": region(place), "insertedContent": {"text": suggestion}}],
        }]}]);
    }
    result
}

fn physical(place: Location, files: &[SourceFile]) -> Value {
    json!({"artifactLocation": {"uri": uri(files[place.file.index()].name())}, "region": region(place)})
}

fn region(place: Location) -> Value {
    let (start, end) = (place.span.start, place.span.end);
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

/// A path as a URI reference, relative when the path is.
fn uri(path: &str) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    let path: String = utf8_percent_encode(path, &KEPT).collect();
    if path.starts_with('/') { format!("file://{path}") } else { path }
}
