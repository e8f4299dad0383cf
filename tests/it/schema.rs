//! The generated schemas are what the code makes, and the schema and the rules agree.

use std::path::Path;

use crate::generated::generated;
use crate::project::Project;
use letterform::{
    declaration::{Code, LoadOptions, Severity, load_text, schema},
    letter::Field,
};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn generated_schemas_are_what_the_program_prints() {
    let unknown = Project::new().run(&["schema", "nothing"]).exits(1).stderr;
    let (_, kinds) = unknown.split_once("possible values: ").expect(&unknown);
    let kinds: Vec<&str> = kinds.split(']').next().unwrap_or_default().split(", ").collect();
    assert!(kinds.len() >= 14, "{kinds:?}");
    for kind in kinds {
        let printed = Project::new().run(&["schema", kind]).exits(0).stdout;
        generated(&format!("schema/{kind}.schema.json"), &printed);
        let schema: Value = serde_json::from_str(&printed).expect("JSON");
        assert!(jsonschema::meta::is_valid(&schema), "{kind}");
    }
    assert_eq!(Project::new().run(&["schema"]).stdout, Project::new().run(&["schema", "letters"]).stdout);
}

/// What the rules refuse and the schema cannot say, or does not.
const BEYOND_THE_SCHEMA: [Code; 8] = [
    // Letters are compared with each other, and scans with the disk, by the rules alone.
    Code::NameDuplicate,
    Code::ScanMissing,
    Code::ScanOutside,
    Code::ScanUnreadable,
    // The calendar, in a text of two dates.
    Code::ValidityDate,
    Code::ValidityReversed,
    // A text that JSON has as a number or a boolean has no characters to a schema.
    Code::SignatureCharacter,
    Code::SignatureLength,
];

fn validator() -> jsonschema::Validator {
    let schema = serde_json::to_value(schema::letters()).expect("JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

/// The errors of the rules for a declaration.
fn errors(declaration: &Value) -> Vec<Code> {
    let options = LoadOptions::new("2026-06-01".parse().expect("a date"));
    let loaded = load_text(Path::new("/nowhere/letters.yaml"), declaration.to_string().into_bytes(), &options);
    let errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|error| error.code).collect()
}

fn one_of(values: Vec<Value>) -> BoxedStrategy<Value> {
    prop::sample::select(values).boxed()
}

/// Values for a field: good ones, bad ones, and ones of another type.
fn value(field: Field) -> BoxedStrategy<Value> {
    let wrong = one_of(vec![
        json!(null),
        json!([]),
        json!({}),
        json!(["x"]),
        json!({"from": "2026-01-01"}),
        json!(12),
        json!(true),
    ]);
    let padded = |text: &str| json!(format!(" \u{85}{text}\t"));
    let characters = prop::collection::vec(
        prop::sample::select(
            "菜鸟〇é٣Ⅷa Z09·【】（）()&-_/.\\:~ \u{3000}\n\u{1}\u{301}\u{feff}😀ａ".chars().collect::<Vec<_>>(),
        ),
        0..6,
    );
    let random = characters.prop_map(|chars| json!(chars.into_iter().collect::<String>()));
    let words = match field {
        Field::Name => {
            vec![json!("委托"), json!("2026"), json!("字".repeat(100)), json!("字".repeat(101)), padded("委托")]
        }
        Field::Authorizer | Field::AuthorizedParty => vec![
            json!("甲(中国)公司"),
            json!("2026"),
            json!(" 2026 "),
            json!("字".repeat(150)),
            json!("字".repeat(151)),
            padded(&"字".repeat(150)),
            json!(""),
            json!("  "),
        ],
        Field::OrganizationCode => {
            vec![
                json!("91330100799655058B"),
                json!("0".repeat(150)),
                json!("0".repeat(151)),
                padded("0123"),
                json!("0 1"),
            ]
        }
        Field::Validity => vec![
            json!("2026-01-01~2028-01-01"),
            padded("2026-01-01~2028-01-01"),
            json!("2026-01-01～2028-01-01"),
            json!("2026-02-30~2028-01-01"),
            json!({"from": "2026-01-01", "to": "2028-01-01"}),
            json!({"from": "2026-02-30", "to": "2028-01-01"}),
            json!({"from": " 2026-01-01", "to": "2028-01-01"}),
            json!({"from": "2026-01-01", "to": "2028-01-01", "until": "x"}),
            json!("2028-01-01~2026-01-01"),
        ],
        Field::Signatures => vec![
            json!(["菜鸟"]),
            json!(["菜鸟", "裹裹"]),
            json!(["菜鸟", "菜鸟"]),
            json!(["菜"]),
            json!(["字".repeat(13)]),
            json!([12306, true]),
            json!(["菜鸟", null]),
            json!(["【菜鸟】"]),
            json!((0..101).map(|i| format!("菜鸟{i}")).collect::<Vec<_>>()),
        ],
        Field::Scan => {
            vec![json!("a.png"), json!("/a.png"), json!("C:/a.png"), json!("a\\b.png"), json!(""), json!("../a")]
        }
        Field::FileKey => {
            vec![json!("1/a.jpg"), json!("/a"), json!("a/"), json!("a//b"), json!("a".repeat(1024)), padded("1/a")]
        }
    };
    let good = words[0].clone();
    prop_oneof![20 => Just(good), 4 => one_of(words), 1 => random, 1 => wrong].boxed()
}

/// A mapping with some of the fields, and sometimes with one that is not known.
fn fields(fields: &'static [Field], there: f64) -> BoxedStrategy<Value> {
    let each: Vec<_> = fields.iter().map(|field| prop::option::weighted(there, value(*field))).collect();
    (each, prop::bool::weighted(0.03))
        .prop_map(move |(values, stray)| {
            let known =
                fields.iter().zip(values).filter_map(|(field, value)| Some((field.as_str().to_owned(), value?)));
            let stray = stray.then(|| ("signatur".to_owned(), json!("x")));
            Value::Object(known.chain(stray).collect())
        })
        .boxed()
}

fn letter() -> BoxedStrategy<Value> {
    const COMMON: &[Field] = &[
        Field::Name,
        Field::Authorizer,
        Field::AuthorizedParty,
        Field::OrganizationCode,
        Field::Validity,
        Field::Signatures,
    ];
    let picture = prop_oneof![
        20 => value(Field::FileKey).prop_map(|key| json!({"fileKey": key})),
        4 => value(Field::Scan).prop_map(|scan| json!({"scan": scan})),
        1 => Just(json!({})),
        1 => Just(json!({"scan": "a.png", "fileKey": "1/a"})),
    ];
    (fields(COMMON, 0.93), picture)
        .prop_map(|(mut letter, picture)| {
            let picture = picture.as_object().expect("a mapping").clone();
            letter.as_object_mut().expect("a mapping").extend(picture);
            letter
        })
        .boxed()
}

fn declaration() -> BoxedStrategy<Value> {
    const SHARED: &[Field] =
        &[Field::Authorizer, Field::AuthorizedParty, Field::OrganizationCode, Field::Validity, Field::Signatures];
    let version = prop_oneof![30 => Just(json!(1)), 1 => one_of(vec![json!(2), json!("1"), json!(null)])];
    let defaults =
        prop_oneof![5 => Just(None), 3 => fields(SHARED, 0.5).prop_map(Some), 1 => Just(Some(json!({"name": "x"})))];
    (version, defaults, prop::collection::vec(letter(), 0..3))
        .prop_map(|(version, defaults, letters)| {
            let mut declaration = json!({"version": version, "letters": letters});
            if let Some(defaults) = defaults {
                declaration["defaults"] = defaults;
            }
            declaration
        })
        .boxed()
}

#[test]
fn the_schema_and_the_rules_agree() {
    let validator = validator();
    let (mut both, mut neither) = (0, 0);
    let config = ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let count = std::cell::RefCell::new((&mut both, &mut neither));
    let judged = runner.run(&declaration(), |declaration| {
        let errors = errors(&declaration);
        let complaints: Vec<String> =
            validator.iter_errors(&declaration).map(|error| format!("{}: {error}", error.instance_path())).collect();
        match (complaints.is_empty(), errors.is_empty()) {
            (false, true) => prop_assert!(false, "the rules accept it, and the schema says {complaints:?}"),
            (true, false) => prop_assert!(
                // A schema does not know which letters exist.
                errors.iter().all(|code| BEYOND_THE_SCHEMA.contains(code) || code.rule().new_letters_only),
                "the schema accepts it, and the rules say {errors:?}"
            ),
            (false, false) => *count.borrow_mut().0 += 1,
            (true, true) => *count.borrow_mut().1 += 1,
        }
        Ok(())
    });
    judged.unwrap_or_else(|error| panic!("{error}"));
    assert!(both > 500 && neither > 500, "both kinds are tried: {both} bad, {neither} good");
}

#[test]
fn what_the_examples_declare_is_good_by_the_schema() {
    let validator = validator();
    let letter = json!({
        "name": "菜鸟公司授权书", "authorizer": "菜鸟网络科技有限公司", "authorizedParty": "支付宝(中国)网络技术有限公司",
        "organizationCode": "91330100799655058B", "validity": "2026-01-01~2028-01-01", "signatures": ["菜鸟网络"],
        "scan": "scans/cainiao.jpg",
    });
    assert!(validator.is_valid(&json!({"version": 1, "letters": [letter]})));
    let without = |field: &str| {
        let mut letter = letter.clone();
        letter.as_object_mut().expect("a mapping").remove(field);
        letter
    };
    for field in ["authorizer", "authorizedParty", "organizationCode", "validity", "signatures"] {
        let given = json!({field: letter[field]});
        assert!(!validator.is_valid(&json!({"version": 1, "letters": [without(field)]})), "{field} is needed");
        assert!(
            validator.is_valid(&json!({"version": 1, "defaults": given, "letters": [without(field)]})),
            "{field} can have a default"
        );
    }
}
