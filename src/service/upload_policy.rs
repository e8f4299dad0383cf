//! What an upload policy demands, and the form that satisfies it.
//!
//! A policy is JSON in base64: `{"expiration": …, "conditions": […]}`. A condition binds one field
//! of the form, or the length of the file. The object store refuses an upload that does not meet
//! every condition.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    escape,
    letter::{FileKey, ScanObject},
};

/// The variable that the object store replaces with the `filename` of the form's `file`.
const FILE_NAME: &str = "${filename}";

/// The most characters of a condition that an error quotes.
const MAX_QUOTE: usize = 160;

/// The conditions of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct UploadPolicy {
    conditions: Vec<Condition>,
    expiration: Option<Timestamp>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    demand: Demand,
    /// The condition as the policy has it, one line, without secrets.
    quote: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Demand {
    /// The file has this many bytes.
    Length { min: u64, max: u64 },
    /// A field of the form meets a test.
    Field { name: String, test: Test },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Equals(String),
    StartsWith(String),
    In(Vec<String>),
    NotIn(Vec<String>),
}

/// A condition that no upload of a scan can meet, quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unsatisfiable(String);

/// A form that meets every condition, but for the fields that every form has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UploadForm {
    /// The field `key`: the object's name, or the text of which the object store makes it.
    pub(super) key: String,
    /// What the object is then called.
    pub(super) file_key: FileKey,
    /// The media type of the file.
    pub(super) media_type: String,
    /// The status that the object store is to answer with.
    pub(super) success_status: String,
    /// The other fields.
    pub(super) fields: Vec<(String, String)>,
}

impl UploadPolicy {
    /// Reads a policy. One that can't be read demands nothing that is known: the object store
    /// decides.
    pub(super) fn parse(base64: &str) -> Self {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let compact: String = base64.split_whitespace().collect();
        let document = GeneralPurpose::new(&STANDARD, config)
            .decode(compact)
            .ok()
            .and_then(|bytes| serde_json::from_str::<Value>(&without_odd_escapes(&String::from_utf8(bytes).ok()?)).ok())
            .unwrap_or_default();
        let conditions = document["conditions"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            conditions: conditions.iter().flat_map(Condition::read).collect(),
            expiration: document["expiration"].as_str().and_then(|text| text.parse().ok()),
        }
    }

    /// When the object store stops to take it.
    pub(super) fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// The forms that meet every condition, the likeliest first: object stores differ in when they
    /// fill in the variable.
    pub(super) fn forms(
        &self,
        start_path: &str,
        object: ScanObject,
        length: u64,
    ) -> Result<Vec<UploadForm>, Unsatisfiable> {
        for Condition { demand, quote } in &self.conditions {
            if let Demand::Length { min, max } = demand
                && !(min..=max).contains(&&length)
            {
                return Err(Unsatisfiable(format!("the scan has {length} bytes, and the policy demands {quote}")));
            }
        }
        let media_type = self.value_of("content-type", &media_types(object))?;
        let success_status = self.value_of("success_action_status", &["200", "201", "204"])?;
        let mut fields = Vec::new();
        for name in self.other_fields() {
            let value = match name.to_ascii_lowercase().as_str() {
                "content-type" => media_type.clone(),
                _ => self.value_of(name, &[])?,
            };
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        let forms = self.keys(start_path, object)?.into_iter().map(|(key, file_key)| UploadForm {
            key,
            file_key,
            media_type: media_type.clone().unwrap_or_else(|| object.format().media_type().to_owned()),
            success_status: success_status.clone().unwrap_or_else(|| "200".to_owned()),
            fields: fields.clone(),
        });
        Ok(forms.collect())
    }

    /// The tests of a field, each with its condition's quote. Names are compared without regard to
    /// case.
    fn tests<'a>(&'a self, field: &'a str) -> impl Iterator<Item = (&'a Test, &'a str)> {
        self.conditions.iter().filter_map(move |condition| match &condition.demand {
            Demand::Field { name, test } if name.eq_ignore_ascii_case(field) => Some((test, condition.quote.as_str())),
            _ => None,
        })
    }

    /// The fields of which nothing is known but the conditions, as the policy writes them.
    fn other_fields(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for condition in &self.conditions {
            if let Demand::Field { name, .. } = &condition.demand
                && !OWN_FIELDS.iter().any(|own| own.eq_ignore_ascii_case(name))
                && !names.iter().any(|other| other.eq_ignore_ascii_case(name))
            {
                names.push(name);
            }
        }
        names
    }

    /// A value of `field` that meets every test of it: the first of `natural` that does, or one
    /// that a test names. `None` when nothing has to be sent.
    fn value_of(&self, field: &str, natural: &[&str]) -> Result<Option<String>, Unsatisfiable> {
        if self.tests(field).next().is_none() {
            return Ok(natural.first().map(|&value| value.to_owned()));
        }
        let named = self.tests(field).flat_map(|(test, _)| match test {
            Test::Equals(value) | Test::StartsWith(value) => std::slice::from_ref(value),
            Test::In(values) => values.as_slice(),
            Test::NotIn(_) => &[],
        });
        let candidates: Vec<&str> = natural.iter().copied().chain(named.map(String::as_str)).collect();
        if let Some(value) = candidates.iter().find(|value| self.tests(field).all(|(test, _)| test.allows(value))) {
            return Ok(Some((*value).to_owned()));
        }
        match self.tests(field).find(|(test, _)| !test.allows(candidates.first().unwrap_or(&""))) {
            Some((_, quote)) => Err(unsatisfiable(quote)),
            // Nothing is demanded but that some values are not sent.
            None => Ok(None),
        }
    }

    /// The values of the field `key` that meet every test, each with the key of the object that it
    /// makes.
    fn keys(&self, start_path: &str, object: ScanObject) -> Result<Vec<(String, FileKey)>, Unsatisfiable> {
        let name = object.to_string();
        let folder = start_path.trim_matches('/');
        let ours = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let mut candidates = Vec::new();
        for (test, _) in self.tests("key") {
            match test {
                Test::Equals(value) => candidates.extend(both_readings(value, &name)),
                Test::In(values) => candidates.extend(values.iter().flat_map(|value| both_readings(value, &name))),
                Test::StartsWith(prefix) if prefix.contains(FILE_NAME) => {
                    candidates.extend(both_readings(prefix, &name));
                }
                Test::StartsWith(prefix) => {
                    let parent = prefix.rfind('/').map_or("", |slash| &prefix[..=slash]);
                    let keys = [ours.clone(), format!("{parent}{name}"), format!("{prefix}/{name}")];
                    candidates.extend(keys.map(|key| (key.clone(), key)));
                }
                Test::NotIn(_) => {}
            }
        }
        candidates.push((ours.clone(), ours));
        let mut keys: Vec<(String, FileKey)> = Vec::new();
        for (key, object_key) in &candidates {
            let met = self.tests("key").all(|(test, _)| test.filled_in(&name).allows(object_key));
            if met
                && let Ok(file_key) = FileKey::of_object(object_key)
                && !keys.iter().any(|(other, _)| other == key)
            {
                keys.push((key.clone(), file_key));
            }
        }
        // A name that tells the content is worth more than the order of the conditions.
        keys.sort_by_key(|(_, key)| key.object() != Some(object));
        if keys.is_empty() {
            let refused = |test: &Test| {
                let (_, first) = &candidates[0];
                !test.filled_in(&name).allows(first)
            };
            let quote = self.tests("key").find(|(test, _)| refused(test)).or_else(|| self.tests("key").next());
            return Err(quote.map_or_else(
                || Unsatisfiable(format!("its `StartPath` can't begin an object's name: {}", shown(start_path))),
                |(_, quote)| unsatisfiable(quote),
            ));
        }
        Ok(keys)
    }
}

/// The fields that are decided elsewhere. `bucket` is not among them: the object store knows its
/// own, and sending it as the policy has it does no harm.
const OWN_FIELDS: [&str; 6] = ["key", "success_action_status", "OSSAccessKeyId", "policy", "Signature", "file"];

/// The names of the media type of a scan, the right one first.
fn media_types(object: ScanObject) -> Vec<&'static str> {
    let right = object.format().media_type();
    if right == "image/jpeg" { vec![right, "image/jpg"] } else { vec![right] }
}

/// The two ways to meet a condition with the variable: to send it, so that the object store fills
/// it in, or to send what it comes to.
fn both_readings(value: &str, name: &str) -> [(String, String); 2] {
    let value = value.replace("\\${", "${");
    let filled = value.replace(FILE_NAME, name);
    [(value, filled.clone()), (filled.clone(), filled)]
}

fn unsatisfiable(quote: &str) -> Unsatisfiable {
    Unsatisfiable(format!("no upload of a scan can meet this condition of its policy: {quote}"))
}

impl Test {
    fn allows(&self, value: &str) -> bool {
        match self {
            Self::Equals(wanted) => value == wanted,
            Self::StartsWith(prefix) => value.starts_with(prefix.as_str()),
            Self::In(values) => values.iter().any(|wanted| wanted == value),
            Self::NotIn(values) => values.iter().all(|refused| refused != value),
        }
    }

    /// The test with the variable replaced.
    fn filled_in(&self, name: &str) -> Self {
        let fill = |text: &String| text.replace("\\${", "${").replace(FILE_NAME, name);
        match self {
            Self::Equals(value) => Self::Equals(fill(value)),
            Self::StartsWith(prefix) => Self::StartsWith(fill(prefix)),
            Self::In(values) => Self::In(values.iter().map(fill).collect()),
            Self::NotIn(values) => Self::NotIn(values.iter().map(fill).collect()),
        }
    }
}

impl Condition {
    /// The conditions in one item of the list; the object form may name several fields.
    fn read(item: &Value) -> Vec<Self> {
        let field = |name: &str, test: Test| {
            let quote = quote(item, name);
            Self { demand: Demand::Field { name: name.to_owned(), test }, quote }
        };
        if let Some(fields) = item.as_object() {
            return fields
                .iter()
                .filter_map(|(name, value)| Some(field(name.trim_start_matches('$'), Test::Equals(scalar(value)?))))
                .collect();
        }
        let parts = item.as_array().map_or(&[][..], Vec::as_slice);
        let [Value::String(operator), first, second] = parts else { return Vec::new() };
        let operator = operator.to_ascii_lowercase();
        if operator == "content-length-range" {
            let (Some(min), Some(max)) = (number(first), number(second)) else { return Vec::new() };
            return vec![Self { demand: Demand::Length { min, max }, quote: quote(item, "") }];
        }
        let Some(name) = first.as_str().map(|name| name.trim_start_matches('$')) else { return Vec::new() };
        let list = || second.as_array().map(|values| values.iter().filter_map(scalar).collect());
        let test = match operator.as_str() {
            "starts-with" => scalar(second).map(Test::StartsWith),
            "in" => list().map(Test::In),
            "not-in" => list().map(Test::NotIn),
            // What other operators mean is not known: the value itself is the likeliest to meet
            // them.
            _ => scalar(second).map(Test::Equals),
        };
        test.map(|test| field(name, test)).into_iter().collect()
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn shown(text: &str) -> String {
    escape::shorten(&escape::visible(text), MAX_QUOTE)
}

/// A condition to be shown: one line, cut, and without the value of a field that may hold a secret.
fn quote(item: &Value, field: &str) -> String {
    let field = field.to_ascii_lowercase();
    if ["signature", "token", "credential", "secret", "policy"].iter().any(|secret| field.contains(secret)) {
        return format!("a condition on `{}`", escape::shorten(&field, MAX_QUOTE));
    }
    shown(&item.to_string())
}

/// The text with those backslashes removed that JSON does not know: policies may write `\$` for
/// `$`.
fn without_odd_escapes(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut chars = json.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some(escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => text.extend(['\\', escaped]),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests;
