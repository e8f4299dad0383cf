//! The JSON schema of the workspace file, for editors.
//!
//! Draft-07, as that of declarations. Whatever it rejects, the rules reject; they alone look at the
//! disk, at names that are there twice, and at hosts.

use schemars::Schema;
use serde_json::{Map, Value, json};

use super::Settings;
use crate::{
    declaration::{Code, LintLevel, Severity},
    letter::AccountName,
};

/// The schema of a workspace file.
pub fn workspace() -> Schema {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "letterform workspace",
        "description": "Accounts of Alibaba Cloud whose Letters of Authorization (授权委托书) are planned and applied side by side.",
        "type": "object",
        "additionalProperties": false,
        "required": ["version", "accounts"],
        "properties": {
            "version": {
                "title": "version",
                "description": "The version of the rules by which the file is read: the number 1.",
                "type": "integer",
                "const": 1,
                "default": 1,
            },
            "settings": settings(),
            "accounts": {
                "title": "accounts",
                "description": "The accounts, each known by its name.",
                "type": "array",
                "minItems": 1,
                "items": account(),
            },
        },
        "defaultSnippets": [{
            "label": "workspace",
            "description": "A workspace with one account",
            "body": {"version": 1, "accounts": [snippet()]},
        }],
    });
    Schema::try_from(schema).expect("the schema is an object")
}

/// Types of a text that is written without quotes: YAML takes some of them for numbers or booleans.
fn text() -> Value {
    json!(["string", "number", "boolean"])
}

fn settings() -> Value {
    json!({
        "title": "settings",
        "description": "What holds for every account, unless the command line says otherwise.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "lints": {
                "title": "lints",
                "description": "How bad each warning is taken: error, warning or off. `warnings: error` is for all of them.",
                "type": "object",
                "additionalProperties": false,
                "properties": lints(),
            },
            "parallelism": number(
                "Maximum number of concurrent requests, in all accounts together.",
                Settings::PARALLELISM.start(), Settings::PARALLELISM.end(), 8,
            ),
            "timeout": number(
                "The most time that one request may take, in seconds.",
                Settings::TIMEOUT.start(), Settings::TIMEOUT.end(), 30,
            ),
            "expiringDays": number(
                "A letter that ends within this many days is warned of.",
                Settings::EXPIRING_DAYS.start(), Settings::EXPIRING_DAYS.end(), 60,
            ),
            "signatures": {
                "description": "Whether list, show and report read signatures, and plan checks qualifications, as with --signatures.",
                "type": "boolean",
                "default": false,
            },
        },
    })
}

fn number<T: serde::Serialize>(description: &str, minimum: T, maximum: T, default: u32) -> Value {
    json!({"description": description, "type": "integer", "minimum": minimum, "maximum": maximum, "default": default})
}

/// The rules whose level can be set: all that are warnings.
fn lints() -> Map<String, Value> {
    let levels: Vec<&str> = LintLevel::ALL.iter().map(AsRef::as_ref).collect();
    let all = json!({
        "description": "Every warning that has no level of its own.",
        "enum": [LintLevel::Error.as_ref(), LintLevel::Warning.as_ref()],
    });
    let rules = Code::ALL.iter().filter(|code| code.rule().severity == Severity::Warning).map(|code| {
        let level = json!({"description": code.rule().title, "enum": levels});
        (code.as_str().to_owned(), level)
    });
    std::iter::once(("warnings".to_owned(), all)).chain(rules).collect()
}

fn account() -> Value {
    json!({
        "title": "account",
        "description": "An account of Alibaba Cloud and the letters that are declared for it.",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "letters"],
        "properties": {
            "name": {
                "description": "The account's name here: what `--account` takes. Letters, digits, `-` and `_`.",
                "type": text(),
                "minLength": 1,
                "maxLength": AccountName::MAX_CHARS,
                "pattern": r"^[\p{Alphabetic}\p{N}][\p{Alphabetic}\p{N}_-]*$",
                "patternErrorMessage": "A name is made of letters, digits, - and _, and begins with a letter or a digit.",
                "examples": ["retail"],
            },
            "id": {
                "description": "The account's number. With it, nothing is asked or created with credentials of another account.",
                "type": ["string", "integer"],
                "pattern": "^[0-9]{1,32}$",
                "examples": ["1234567890123456"],
            },
            "profile": {
                "description": "A profile of the Alibaba Cloud CLI's configuration. Without one, credentials are found as usual.",
                "type": text(),
                "minLength": 1,
            },
            "role": {
                "description": "A RAM role to take: with the profile's credentials, with the usual ones, or with oidcProvider.",
                "type": "string",
                "pattern": r"^acs:ram::[0-9]{1,32}:role/[A-Za-z0-9_./-]+$",
                "patternErrorMessage": "A role is written as acs:ram::1234567890123456:role/name.",
            },
            "oidcProvider": {
                "description": "The identity provider whose token, in the file of ALIBABA_CLOUD_OIDC_TOKEN_FILE, is shown for the role.",
                "type": "string",
                "pattern": r"^acs:ram::[0-9]{1,32}:oidc-provider/[A-Za-z0-9_./-]+$",
                "patternErrorMessage": "A provider is written as acs:ram::1234567890123456:oidc-provider/name.",
            },
            "region": {
                "description": "The region, such as cn-hangzhou or ap-southeast-1.",
                "type": "string",
                "minLength": 1,
                "examples": ["cn-hangzhou"],
            },
            "endpoint": {
                "description": "The service's address instead of a region: a host of Alibaba Cloud, or of this machine.",
                "type": "string",
                "minLength": 1,
                "examples": ["https://dysmsapi.aliyuncs.com", "http://127.0.0.1:8025"],
            },
            "letters": {
                "description": "Files and folders with the account's declarations, from the folder of this file.",
                "anyOf": [
                    path(),
                    {"type": "array", "minItems": 1, "items": path()},
                ],
            },
        },
        "allOf": [{"not": {"required": ["region", "endpoint"]}}, {"not": {"required": ["profile", "oidcProvider"]}}],
        "dependencies": {"oidcProvider": ["role"]},
        "defaultSnippets": [{"label": "account", "description": "An account and its letters", "body": snippet()}],
    })
}

fn path() -> Value {
    json!({
        "type": text(),
        "minLength": 1,
        "pattern": r"^(?![A-Za-z]:|[/\\])[^\\]+$",
        "patternErrorMessage": "A path is written from the folder of this file, with / between its parts.",
    })
}

fn snippet() -> Value {
    json!({"name": "${1:retail}", "profile": "${2:retail}", "letters": "${3:retail}"})
}
