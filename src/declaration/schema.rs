//! The JSON schema of declarations, for editors.
//!
//! It is draft-07, which is what editors take best: the language server for YAML reads later drafts
//! in part only. Whatever it rejects, the rules reject. What it cannot say is left to them: dates
//! that no calendar has, names that are declared twice, scans, check digits, the length and
//! characters of a text that YAML takes for a number or a boolean, and the rules that hold for new
//! letters alone.

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::letter::{Field, FileKey, SignatureName, Signatures};

/// White space around a value is dropped before the value is judged.
const SPACE: &str = r"\p{White_Space}*";

/// The schema of a document of declarations.
pub fn letters() -> Schema {
    let description = "Letters of Authorization (授权委托书) for Alibaba Cloud SMS: what is declared here and does not \
                       exist yet is created by `letterform apply`.";
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "letterform declarations",
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": ["version", "letters"],
        "properties": {
            "version": {
                "title": "version",
                "description": "The version of the rules by which the document is read: the number 1.",
                "type": "integer",
                "const": 1,
                "default": 1,
            },
            "defaults": {
                "title": "defaults",
                "description": "Values for the letters of this document that do not have the field themselves. A name, a \
                                scan and a fileKey belong to one letter and cannot have a default.",
                "type": "object",
                "additionalProperties": false,
                "properties": properties(&SHARED),
            },
            "letters": {
                "title": "letters",
                "description": "The letters, each known by its name. A letter cannot be changed once it is created: to \
                                renew one, declare a new letter under a new name.",
                "type": "array",
                "items": letter(),
                "defaultSnippets": [{
                    "label": "letter",
                    "description": "A whole letter, with a scan to be uploaded",
                    "body": [snippet()],
                }],
            },
        },
        "allOf": SHARED.map(required_without_default),
        "defaultSnippets": [{
            "label": "declarations",
            "description": "A document with one letter",
            "body": {"version": 1, "letters": [snippet()]},
        }],
    });
    Schema::try_from(schema).expect("the schema is an object")
}

/// The fields that may have defaults.
const SHARED: [Field; 5] =
    [Field::Authorizer, Field::AuthorizedParty, Field::OrganizationCode, Field::Validity, Field::Signatures];

fn letter() -> Value {
    json!({
        "title": "letter",
        "description": "A Letter of Authorization: the authorizer lets the authorized party use its SMS signatures.",
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": properties(&Field::ALL),
        "oneOf": [{"required": ["scan"]}, {"required": ["fileKey"]}],
        "defaultSnippets": [{
            "label": "letter",
            "description": "A whole letter, with a scan to be uploaded",
            "body": snippet(),
        }],
    })
}

/// A letter needs the field unless `defaults` has it.
fn required_without_default(field: Field) -> Value {
    json!({
        "if": {"required": ["defaults"], "properties": {"defaults": {"required": [field.as_str()]}}},
        "else": {"properties": {"letters": {"items": {"required": [field.as_str()]}}}},
    })
}

fn snippet() -> Value {
    json!({
        "name": "${1:授权书名称}",
        "authorizer": "${2:授权方公司全称}",
        "authorizedParty": "${3:被授权方公司全称}",
        "organizationCode": "${4:统一社会信用代码}",
        "validity": "${5:2026-01-01}~${6:2028-12-31}",
        "signatures": ["${7:签名}"],
        "scan": "${8:scans/letter.jpg}",
    })
}

fn properties(fields: &[Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.as_str().to_owned(), property(*field))).collect()
}

fn property(field: Field) -> Value {
    let (description, schema) = match field {
        Field::Name => name(),
        Field::Authorizer => party("The company that owns the signatures, as it stands on its business licence."),
        Field::AuthorizedParty => party("The company that may use the signatures: usually the owner of the account."),
        Field::OrganizationCode => organization_code(),
        Field::Validity => validity(),
        Field::Signatures => signatures(),
        Field::Scan => scan(),
        Field::FileKey => file_key(),
    };
    let mut property = json!({
        "title": field.as_str(),
        "description": format!("{description} (Parameter {} of the service.)", field.parameter()),
        "markdownDescription": format!("{description}\n\nParameter of the service: `{}`", field.parameter()),
    });
    merge(&mut property, schema);
    property
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

/// Types of a text that is written without quotes: YAML takes some of them for numbers or booleans.
fn text() -> Value {
    json!(["string", "number", "boolean"])
}

fn name() -> (&'static str, Value) {
    let description = "The letter's name, unique in the account: its identity. A new letter's name has Chinese characters, English \
                       letters and digits, at most 100, not digits alone. An existing letter may have another.";
    let schema = json!({
        "type": text(),
        "pattern": format!("^(?!{SPACE}$)"),
        "patternErrorMessage": "A name is not blank.",
        "examples": ["菜鸟公司授权书"],
    });
    (description, schema)
}

fn party(description: &'static str) -> (&'static str, Value) {
    let schema = json!({
        "type": text(),
        "pattern": format!("^(?!{SPACE}$)"),
        "patternErrorMessage": "A party's name is not blank.",
        "examples": ["菜鸟网络科技有限公司"],
    });
    (description, schema)
}

/// At most so many characters, without the white space around them.
fn at_most(max: usize) -> Value {
    let inner = max - 2;
    json!({
        "pattern": format!(r"^{SPACE}(?:[^\p{{White_Space}}](?:[\s\S]{{0,{inner}}}[^\p{{White_Space}}])?)?{SPACE}$"),
        "patternErrorMessage": format!("At most {max} characters are allowed."),
    })
}

fn organization_code() -> (&'static str, Value) {
    let description = "The authorizer's Unified Social Credit Code (统一社会信用代码), equal to the one in the \
                       qualification that a signature is later bound to. A new letter's code has no spaces.";
    let schema = json!({
        "type": text(),
        "pattern": format!("^(?!{SPACE}$)"),
        "patternErrorMessage": "A code is not blank.",
        "examples": ["91330100799655058B"],
    });
    (description, schema)
}

fn validity() -> (&'static str, Value) {
    const DAY: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    let description = "The first and the last day on which the letter holds, in China: `2026-01-01~2028-12-31`, or a \
                       mapping with `from` and `to`. The service recommends 1 to 3 years.";
    let day = |description: &str| json!({"description": description, "type": "string", "format": "date", "pattern": format!("^{DAY}$")});
    let schema = json!({
        "type": ["string", "object"],
        "pattern": format!("^{SPACE}{DAY}~{DAY}{SPACE}$"),
        "patternErrorMessage": "A validity is YYYY-MM-DD~YYYY-MM-DD.",
        "additionalProperties": false,
        "required": ["from", "to"],
        "properties": {"from": day("The first day."), "to": day("The last day, included.")},
        "examples": ["2026-01-01~2028-12-31"],
        "defaultSnippets": [{
            "label": "validity",
            "description": "The first and the last day",
            "body": "${1:2026-01-01}~${2:2028-12-31}",
        }],
    });
    (description, schema)
}

fn signatures() -> (&'static str, Value) {
    let description = "The SMS signatures that may be used: 1 to 100. Case matters.";
    let schema = json!({
        "type": "array",
        "minItems": 1,
        "maxItems": Signatures::MAX,
        "uniqueItems": true,
        "items": {
            "title": "signature",
            "description": "2 to 12 letters and digits, without 【】.",
            "type": text(),
            "minLength": SignatureName::MIN_CHARS,
            "maxLength": SignatureName::MAX_CHARS,
            "pattern": r"^[\p{Alphabetic}\p{N}]+$",
            "patternErrorMessage": "A signature is made of letters and digits; 【】 are added when a message is sent.",
        },
        "examples": [["菜鸟网络", "菜鸟裹裹"]],
    });
    (description, schema)
}

fn scan() -> (&'static str, Value) {
    let description = "A picture of the stamped paper, relative to this file: JPEG, PNG or GIF of at most 5 MB. It is \
                       uploaded by `letterform apply`. A letter has either `scan` or `fileKey`.";
    let schema = json!({
        "type": text(),
        "pattern": r"^(?![A-Za-z]:|[/\\])(?=[\s\S]*[^\p{White_Space}])[^\\]+$",
        "patternErrorMessage": "A scan is a path relative to this file, with / between its parts.",
        "examples": ["scans/cainiao.jpg"],
    });
    (description, schema)
}

fn file_key() -> (&'static str, Value) {
    const PART: &str = "[A-Za-z0-9._-]+";
    let description = "The key of a picture that is already uploaded. A letter has either `scan` or `fileKey`.";
    let schema = json!({
        "type": text(),
        "allOf": [
            {
                "pattern": format!("^{SPACE}{PART}(?:/{PART})*{SPACE}$"),
                "patternErrorMessage": "A fileKey is what the upload gave out, as in 123456/test1719383196031.jpg.",
            },
            at_most(FileKey::MAX_CHARS),
        ],
        "examples": ["123456/test1719383196031.jpg"],
    });
    (description, schema)
}
