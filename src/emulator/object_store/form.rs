//! The forms of upload policy that the emulator can issue.

use std::{fmt, str::FromStr};

use serde_json::Value;

use super::BUCKET;

/// The conditions of the upload policies that are issued, as a keyword or as a JSON array of
/// conditions.
///
/// In the texts of a JSON array, `{path}` stands for the account's `StartPath` and `{unique}` for
/// digits that differ from policy to policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyForm {
    text: String,
    conditions: Vec<Value>,
}

/// The keywords, and the condition on the key that each stands for; `{path}` and `{unique}` as
/// above.
const KEYWORDS: &[(&str, &str)] = &[
    ("eq-filename", r#"["eq", "$key", "{path}/${filename}"]"#),
    ("fixed-key", r#"["eq", "$key", "{path}/{unique}.png"]"#),
    ("starts-with", r#"["starts-with", "$key", "{path}/"]"#),
    ("any-prefix", r#"["starts-with", "$key", ""]"#),
    ("object", r#"{"key": "{path}/${filename}"}"#),
    ("fixed-object", r#"{"key": "{path}/{unique}.png"}"#),
    ("no-key", ""),
];

/// The sizes that the service's own sample allows, in bytes.
const LENGTH_RANGE: &str = r#"["content-length-range", 0, 1048576000]"#;

impl PolicyForm {
    /// The conditions for an account's folder.
    pub(super) fn conditions(&self, start_path: &str, unique: &str) -> Value {
        self.conditions.iter().map(|condition| fill(condition, start_path, unique)).collect()
    }
}

/// Replaces the placeholders in every text of a value.
fn fill(value: &Value, start_path: &str, unique: &str) -> Value {
    match value {
        Value::String(text) => text.replace("{path}", start_path).replace("{unique}", unique).into(),
        Value::Array(items) => items.iter().map(|item| fill(item, start_path, unique)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), fill(value, start_path, unique))).collect()
        }
        other => other.clone(),
    }
}

impl Default for PolicyForm {
    /// The form of the service's own sample.
    fn default() -> Self {
        "eq-filename".parse().expect("a keyword")
    }
}

impl fmt::Display for PolicyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PolicyForm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let json = match KEYWORDS.iter().find(|(keyword, _)| *keyword == text) {
            Some((_, "")) => format!(r#"[{LENGTH_RANGE}, {{"bucket": "{BUCKET}"}}]"#),
            Some((_, on_key)) => format!(r#"[{LENGTH_RANGE}, {{"bucket": "{BUCKET}"}}, {on_key}]"#),
            None => text.to_owned(),
        };
        let conditions = serde_json::from_str(&json).map_err(|_| {
            let keywords: Vec<_> = KEYWORDS.iter().map(|(keyword, _)| *keyword).collect();
            format!("expected {} or a JSON array of conditions", keywords.join(", "))
        })?;
        Ok(Self { text: text.to_owned(), conditions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_a_keyword_or_an_array_of_conditions() {
        let conditions = |text: &str| text.parse::<PolicyForm>().expect(text).conditions("123", "9").to_string();
        assert!(conditions("eq-filename").ends_with(r#"["eq","$key","123/${filename}"]]"#));
        assert!(conditions("fixed-object").ends_with(r#"{"key":"123/9.png"}]"#));
        assert!(!conditions("no-key").contains("key"));
        assert_eq!(conditions(r#"[["eq","$x-oss-meta-a","{path}"]]"#), r#"[["eq","$x-oss-meta-a","123"]]"#);
        let error = "eq".parse::<PolicyForm>().expect_err("unknown");
        assert!(error.starts_with("expected eq-filename, fixed-key"), "{error}");
    }
}
