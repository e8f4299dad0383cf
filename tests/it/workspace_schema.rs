//! The schema of the workspace file and the rules agree.

use std::fs;

use letterform::declaration::{Code, Severity, workspace};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What the rules refuse and the schema cannot say: names among themselves, hosts, and the disk.
const BEYOND_THE_SCHEMA: [Code; 3] = [Code::AccountDuplicate, Code::AccountEndpoint, Code::AccountLetters];

fn one_of(values: Vec<Value>) -> BoxedStrategy<Value> {
    prop::sample::select(values).boxed()
}

/// Values for a field, the first of them good: mostly that one.
fn field(name: &'static str, there: f64, words: Vec<Value>) -> BoxedStrategy<(&'static str, Option<Value>)> {
    let wrong = one_of(vec![json!(null), json!([]), json!({}), json!({"a": 1})]);
    let value = prop_oneof![20 => Just(words[0].clone()), 5 => one_of(words), 1 => wrong];
    prop::option::weighted(there, value).prop_map(move |value| (name, value)).boxed()
}

fn mapping(fields: Vec<BoxedStrategy<(&'static str, Option<Value>)>>) -> BoxedStrategy<Value> {
    (fields, prop::bool::weighted(0.03))
        .prop_map(|(fields, stray)| {
            let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            Value::Object(known.chain(stray.then(|| ("colour".to_owned(), json!("red")))).collect())
        })
        .boxed()
}

fn account() -> BoxedStrategy<Value> {
    let role = "acs:ram::1234567890123456:role/letterform";
    let provider = "acs:ram::1234567890123456:oidc-provider/GitHub";
    mapping(vec![
        field(
            "name",
            0.97,
            vec![json!("retail"), json!("旅行"), json!("a b"), json!("-a"), json!(7), json!(""), json!("a".repeat(65))],
        ),
        field("id", 0.3, vec![json!("1234567890123456"), json!(12), json!("x"), json!(1.5)]),
        field("profile", 0.2, vec![json!("retail"), json!(1)]),
        field("role", 0.3, vec![json!(role), json!("letterform"), json!(provider), json!(1)]),
        field("oidcProvider", 0.1, vec![json!(provider), json!(role), json!("x")]),
        field("region", 0.3, vec![json!("cn-hangzhou"), json!("moon-1"), json!(""), json!(1)]),
        field("endpoint", 0.1, vec![json!("dysmsapi.aliyuncs.com"), json!("https://example.com"), json!(""), json!(1)]),
        field(
            "letters",
            0.97,
            vec![
                json!("retail"),
                json!(["a", "b"]),
                json!([]),
                json!("/a"),
                json!("a\\b"),
                json!("C:/a"),
                json!("../a"),
                json!([1]),
            ],
        ),
    ])
}

fn settings() -> BoxedStrategy<Value> {
    let lints = mapping(vec![
        field("warnings", 0.2, vec![json!("error"), json!("warning"), json!("off"), json!("loud")]),
        field("LF-validity-long", 0.3, vec![json!("off"), json!("error"), json!("warning"), json!("loud"), json!(1)]),
        field("LF-name-too-long", 0.03, vec![json!("error")]),
    ]);
    let numbers = mapping(vec![
        field("parallelism", 0.3, vec![json!(8), json!(0), json!(257), json!("x"), json!(1.5)]),
        field("timeout", 0.3, vec![json!(30), json!(0), json!(3601)]),
        field("expiringDays", 0.3, vec![json!(60), json!(0), json!(-1), json!(4000)]),
    ]);
    (prop::option::weighted(0.4, lints), numbers)
        .prop_map(|(lints, mut settings)| {
            settings.as_object_mut().expect("a mapping").extend(lints.map(|lints| ("lints".to_owned(), lints)));
            settings
        })
        .boxed()
}

fn file() -> BoxedStrategy<Value> {
    let version = prop_oneof![30 => Just(json!(1)), 1 => one_of(vec![json!(2), json!("1"), json!(null)])];
    (version, prop::option::weighted(0.4, settings()), prop::collection::vec(account(), 0..3))
        .prop_map(|(version, settings, accounts)| {
            let mut file = json!({"version": version, "accounts": accounts});
            if let Some(settings) = settings {
                file["settings"] = settings;
            }
            file
        })
        .boxed()
}

#[test]
fn the_schema_and_the_rules_agree() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(workspace::FILE_NAME);
    let schema = serde_json::to_value(workspace::schema::workspace()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let config = ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let counts = std::cell::RefCell::new((0, 0));
    let judged = runner.run(&file(), |file| {
        // A new file each time: to overwrite one costs a wait for the disk.
        let _ = fs::remove_file(&path);
        fs::write(&path, file.to_string()).expect("written");
        let problems = workspace::load(&path).problems;
        let errors = problems.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let errors: Vec<Code> = errors.map(|error| error.code).collect();
        let complaints: Vec<String> =
            validator.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
        match (complaints.is_empty(), errors.is_empty()) {
            (false, true) => prop_assert!(false, "the rules accept it, and the schema says {complaints:?}"),
            (true, false) => prop_assert!(
                errors.iter().all(|code| BEYOND_THE_SCHEMA.contains(code)),
                "the schema accepts it, and the rules say {errors:?}"
            ),
            (false, false) => counts.borrow_mut().0 += 1,
            (true, true) => counts.borrow_mut().1 += 1,
        }
        Ok(())
    });
    judged.unwrap_or_else(|error| panic!("{error}"));
    let (bad, good) = counts.into_inner();
    assert!(bad > 300 && good > 300, "both kinds are tried: {bad} bad, {good} good");
}
