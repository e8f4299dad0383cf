//! The official tests of YAML, run against the reader of declarations.
//!
//! `tests/data/yaml-test-suite.json` has their texts and the documents in them: mappings as lists
//! of pairs, scalars as texts, aliases as what they stand for, and the texts of blocks without the
//! white space around them, which declarations drop.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use serde_json::{Value as Json, json};

use super::{
    FileId, LintLevels, SourceFile,
    collector::Collector,
    tree::{Node, Value},
    yaml,
};

#[derive(serde::Deserialize)]
struct Suite {
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    id: String,
    yaml: String,
    /// `None` for what is no YAML.
    documents: Option<Vec<Json>>,
}

/// What the reader makes of a case, and what the suite does.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Same,
    Refused,
    RefusedWithReason(String),
    RefusedThoughYaml(String),
    ReadThoughNoYaml(String),
    ReadDifferently(String),
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Scalar(text) => json!(**text),
        Value::Sequence(items) => items.iter().map(json).collect(),
        Value::Mapping(entries) => {
            json!({"map": entries.iter().map(|entry| json!([json(&entry.key), json(&entry.value)])).collect::<Vec<_>>()})
        }
        Value::Refused => Json::Null,
    }
}

fn outcome(case: &Case) -> Outcome {
    let mut collector = Collector::new(LintLevels::default());
    let text = case.yaml.strip_prefix('\u{FEFF}').unwrap_or(&case.yaml);
    let source = SourceFile::new("case", text);
    let read = yaml::parse(&source, &mut collector.for_file(FileId(0)), yaml::Limits::USUAL);
    let problem = collector.finish().into_iter().next();
    match (read, problem, &case.documents) {
        (_, Some(_), None) => Outcome::Refused,
        (_, Some(problem), Some(_)) => {
            let why = format!("{}: {}", problem.code, problem.message);
            if problem.code == super::Code::YamlSyntax {
                Outcome::RefusedThoughYaml(why)
            } else {
                Outcome::RefusedWithReason(why)
            }
        }
        (Some(yaml::Trees { documents, .. }), None, expected) => {
            let documents: Vec<Json> = documents.iter().map(json).collect();
            match expected {
                Some(expected) if *expected == documents => Outcome::Same,
                Some(expected) => {
                    Outcome::ReadDifferently(format!("{} instead of {}", json!(documents), json!(expected)))
                }
                None => Outcome::ReadThoughNoYaml(json!(documents).to_string()),
            }
        }
        (None, None, _) => panic!("{} was refused without a word", case.id),
    }
}

#[test]
fn the_official_tests_are_read_or_refused_for_a_reason() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/yaml-test-suite.json");
    let Ok(text) = fs::read(path) else { return }; // A package has no test data.
    let suite: Suite = serde_json::from_slice(&text).unwrap();
    let mut outcomes: BTreeMap<Outcome, Vec<&str>> = BTreeMap::new();
    for case in &suite.cases {
        outcomes.entry(outcome(case)).or_default().push(&case.id);
    }
    let mut table = String::new();
    for (outcome, cases) in &outcomes {
        match outcome {
            Outcome::Same => writeln!(table, "read as the suite does: {}", cases.len()),
            Outcome::Refused => writeln!(table, "no YAML, and refused: {}", cases.len()),
            Outcome::RefusedWithReason(why) => {
                writeln!(table, "YAML that declarations can't have: {} ({why})", cases.join(", "))
            }
            Outcome::RefusedThoughYaml(why) => writeln!(table, "YAML that is refused: {} ({why})", cases.join(", ")),
            Outcome::ReadThoughNoYaml(what) => writeln!(table, "no YAML, and read: {} as {what}", cases.join(", ")),
            Outcome::ReadDifferently(what) => writeln!(table, "read differently: {} as {what}", cases.join(", ")),
        }
        .unwrap();
    }
    insta::assert_snapshot!(table);
}
