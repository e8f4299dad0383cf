//! The object upload as OSS does it (PostObject): the policy that is handed out, and its
//! verification.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::auth::AccessKey;

mod form;

pub use form::PolicyForm;

/// The name of the one bucket, which policies may name.
pub(crate) const BUCKET: &str = "letterform-emulator";

/// For how long an upload policy is good, in seconds.
const POLICY_SECONDS: i64 = 30 * 60;

/// What marks the AccessKeys that OSS takes, before the id of the AccessKey that asked.
const OSS_KEY_PREFIX: &str = "OSS.";

/// What `GetQualificationOssInfo` answers, but for the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UploadPolicy {
    /// The id to send as `OSSAccessKeyId`.
    pub access_key_id: String,
    /// The policy, base64.
    pub policy: String,
    /// Its signature.
    pub signature: String,
    /// The folder of the account's uploads.
    pub start_path: String,
    /// When it ends, in seconds since 1970.
    pub expire: i64,
}

impl UploadPolicy {
    /// The policy for the holder of `key`, from `now` on. `unique` differs from policy to policy.
    pub(super) fn issue(key: &AccessKey, form: &PolicyForm, unique: &str, now: Timestamp) -> Self {
        let start_path = key.account.start_path();
        let expire = now.as_second() + POLICY_SECONDS;
        let expiration = Timestamp::from_second(expire).unwrap_or(Timestamp::MAX);
        let document = serde_json::json!({
            "expiration": format!("{expiration:.3}"),
            "conditions": form.conditions(&start_path, unique),
        });
        let policy = STANDARD.encode(document.to_string());
        let signature = sign(key, &policy);
        Self { access_key_id: format!("{OSS_KEY_PREFIX}{}", key.id), policy, signature, start_path, expire }
    }
}

/// The id of the service's AccessKey behind an `OSSAccessKeyId`.
pub(super) fn access_key_behind(oss_access_key_id: &str) -> Option<&str> {
    oss_access_key_id.strip_prefix(OSS_KEY_PREFIX)
}

/// The secret that signs policies: made from the AccessKey's, so that a policy outlives a restart.
fn sign(key: &AccessKey, policy: &str) -> String {
    let mut secret = Hmac::<Sha256>::new_from_slice(key.secret.as_bytes()).expect("HMAC takes keys of any length");
    secret.update(b"letterform emulator: OSS");
    let secret = hex::encode(secret.finalize().into_bytes());
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(policy.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// A failure as OSS answers it, in XML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct OssRefusal {
    /// The HTTP status.
    pub status: u16,
    /// The `Code`.
    pub code: Cow<'static, str>,
    /// The `Message`.
    pub message: String,
}

impl OssRefusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: Cow::Borrowed(code), message: message.into() }
    }

    pub(super) fn malformed() -> Self {
        Self::new(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
    }

    /// What OSS says of a policy that has expired.
    pub(super) fn expired() -> Self {
        Self::new(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    }

    fn policy(message: &str) -> Self {
        Self::new(400, "InvalidPolicyDocument", format!("Invalid Policy: {message}"))
    }

    fn condition(condition: &Value) -> Self {
        Self::new(403, "AccessDenied", format!("Invalid according to Policy: Policy Condition failed: {condition}"))
    }

    pub(super) fn too_large() -> Self {
        Self::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
    }

    pub(super) fn too_small() -> Self {
        Self::new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size.")
    }

    pub(super) fn fields_too_large() -> Self {
        Self::new(400, "FieldItemTooLong", "Your form fields exceed the maximum allowed size.")
    }

    pub(super) fn timeout() -> Self {
        Self::new(
            400,
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period.",
        )
    }

    pub(super) fn no_file() -> Self {
        Self::new(400, "IncorrectNumberOfFilesInPOSTRequest", "POST requires exactly one file upload per request.")
    }

    pub(super) fn anonymous() -> Self {
        Self::new(403, "AccessDenied", "You have no right to access this object because of bucket acl.")
    }

    pub(super) fn unknown_access_key() -> Self {
        Self::new(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
    }

    pub(super) fn no_such_key() -> Self {
        Self::new(404, "NoSuchKey", "The specified key does not exist.")
    }
}

/// The fields of an upload that stood before its file; fields after the file don't count.
#[derive(Debug, Clone, Default)]
pub(super) struct UploadForm {
    /// Names and values, in their order.
    pub fields: Vec<(String, String)>,
    /// The `filename` of the file.
    pub file_name: Option<String>,
}

/// An upload that may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UploadPermit {
    /// The key of the object.
    pub key: String,
    /// The least and the most bytes that the policy allows.
    pub length: std::ops::RangeInclusive<u64>,
    /// The HTTP status of success that the client wants: 200, 201 or 204.
    pub success_status: u16,
}

impl UploadForm {
    /// A field by its name. OSS does not mind the case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Verifies the form: the signature of the policy by `key`, its expiry, and every condition but
    /// the length of a file that has not been read yet.
    ///
    /// # Errors
    /// What OSS answers when it refuses.
    pub(super) fn permit(&self, key: &AccessKey, now: Timestamp) -> Result<UploadPermit, OssRefusal> {
        let policy = self.get("policy").ok_or_else(|| OssRefusal::policy("the policy is missing."))?;
        let signature = self.get("Signature").unwrap_or_default();
        if !bool::from(sign(key, policy).as_bytes().ct_eq(signature.as_bytes())) {
            return Err(OssRefusal::new(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ));
        }
        let object = self
            .get("key")
            .filter(|key| !key.is_empty())
            .ok_or_else(|| OssRefusal::new(400, "InvalidArgument", "The key field must stand before the file."))?
            .replace("${filename}", self.file_name.as_deref().unwrap_or_default());
        if object.len() > 1023 || object.starts_with(['/', '\\']) {
            return Err(OssRefusal::new(400, "InvalidObjectName", "The specified object is not valid."));
        }
        let length = self.check_policy(policy, now)?;
        let success_status = match self.get("success_action_status") {
            Some("200") => 200,
            Some("201") => 201,
            _ => 204,
        };
        Ok(UploadPermit { key: object, length, success_status })
    }

    fn check_policy(&self, policy: &str, now: Timestamp) -> Result<std::ops::RangeInclusive<u64>, OssRefusal> {
        let document = STANDARD.decode(policy).map_err(|_| OssRefusal::policy("it is not base64."))?;
        let document: Value =
            serde_json::from_slice(&document).map_err(|_| OssRefusal::policy("it is not valid JSON."))?;
        let expiration = document["expiration"]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok())
            .ok_or_else(|| OssRefusal::policy("Invalid 'expiration' value."))?;
        if now >= expiration {
            return Err(OssRefusal::expired());
        }
        let conditions = document["conditions"]
            .as_array()
            .filter(|conditions| !conditions.is_empty())
            .ok_or_else(|| OssRefusal::policy("Invalid 'conditions' value."))?;
        let mut length = 0..=u64::MAX;
        for condition in conditions {
            if let Some(range) = length_range(condition)? {
                length = *length.start().max(range.start())..=*length.end().min(range.end());
            } else if !self.meets(condition)? {
                return Err(OssRefusal::condition(condition));
            }
        }
        Ok(length)
    }

    /// Whether one condition holds for the fields as they were sent, so that a `${filename}` in the
    /// key is the same variable in the condition: `{"field": "value"}`,
    /// `["eq", "$field", "value"]`, `["starts-with", "$field", "start"]`,
    /// `["in", "$field", ["value", …]]`, `["not-in", "$field", ["value", …]]`.
    fn meets(&self, condition: &Value) -> Result<bool, OssRefusal> {
        let unknown = || OssRefusal::policy(&format!("Invalid condition: {condition}"));
        let value_of = |field: &str| if field == "bucket" { BUCKET } else { self.get(field).unwrap_or_default() };
        if let Some(simple) = condition.as_object() {
            let (field, value) = simple.iter().next().filter(|_| simple.len() == 1).ok_or_else(|| {
                OssRefusal::policy(
                    "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
                )
            })?;
            return Ok(Some(value_of(field)) == value.as_str());
        }
        let [operator, field, operand] = condition.as_array().map_or(&[][..], Vec::as_slice) else {
            return Err(unknown());
        };
        let field = field.as_str().and_then(|field| field.strip_prefix('$')).ok_or_else(unknown)?;
        let value = value_of(field);
        let listed = || operand.as_array().is_some_and(|list| list.iter().any(|item| item.as_str() == Some(value)));
        match (operator.as_str(), operand) {
            (Some("eq"), Value::String(wanted)) => Ok(value == wanted),
            (Some("starts-with"), Value::String(start)) => Ok(value.starts_with(start.as_str())),
            (Some("in"), Value::Array(_)) => Ok(listed()),
            (Some("not-in"), Value::Array(_)) => Ok(!listed()),
            _ => Err(unknown()),
        }
    }
}

/// The range of `["content-length-range", min, max]`; `None` for any other condition.
fn length_range(condition: &Value) -> Result<Option<std::ops::RangeInclusive<u64>>, OssRefusal> {
    match condition.as_array().map(Vec::as_slice) {
        Some([Value::String(operator), min, max]) if operator == "content-length-range" => {
            match (min.as_u64(), max.as_u64()) {
                (Some(min), Some(max)) if min <= max => Ok(Some(min..=max)),
                _ => Err(OssRefusal::policy("Invalid content-length-range.")),
            }
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T04:00:00Z".parse().expect("a time")
    }

    fn form(policy: &str, signature: &str, key: &str) -> UploadForm {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        UploadForm {
            fields: vec![
                field("key", key),
                field("policy", policy),
                field("Signature", signature),
                field("success_action_status", "200"),
            ],
            file_name: Some("scan.jpg".to_owned()),
        }
    }

    fn signed(document: &str, key: &str) -> Result<UploadPermit, OssRefusal> {
        let policy = STANDARD.encode(document);
        let access_key = AccessKey::default();
        form(&policy, &sign(&access_key, &policy), key).permit(&access_key, now())
    }

    #[test]
    fn the_policy_that_is_handed_out_permits_an_upload_to_the_accounts_folder() {
        let key = AccessKey::default();
        let any_name = "starts-with".parse().expect("a keyword");
        let issued = UploadPolicy::issue(&key, &any_name, "1", now());
        let upload = |name: &str, at| form(&issued.policy, &issued.signature, name).permit(&key, at);
        let inside = format!("{}/scan.jpg", issued.start_path);
        assert_eq!(
            upload(&inside, now()),
            Ok(UploadPermit { key: inside.clone(), length: 0..=1_048_576_000, success_status: 200 })
        );
        let by_file_name = upload(&format!("{}/${{filename}}", issued.start_path), now());
        assert_eq!(by_file_name.expect("permitted").key, inside);
        assert_eq!(upload("elsewhere/scan.jpg", now()).expect_err("outside").code, "AccessDenied");
        let end = Timestamp::from_second(issued.expire).expect("a time");
        assert_eq!(upload(&inside, end), Err(OssRefusal::expired()));
        assert_eq!(access_key_behind(&issued.access_key_id), Some(key.id.as_str()));
    }

    #[test]
    fn the_key_is_the_value_of_its_condition_with_the_file_name_in_place_of_the_variable() {
        let key = AccessKey::default();
        for form in ["eq-filename", "object"] {
            let issued = UploadPolicy::issue(&key, &form.parse().expect(form), "1", now());
            let upload = |name: &str| self::form(&issued.policy, &issued.signature, name).permit(&key, now());
            let as_issued = format!("{}/${{filename}}", issued.start_path);
            assert_eq!(upload(&as_issued).expect("permitted").key, format!("{}/scan.jpg", issued.start_path));
            let replaced = format!("{}/scan.jpg", issued.start_path);
            assert_eq!(upload(&replaced).expect_err("not the value").code, "AccessDenied");
        }
        let issued = UploadPolicy::issue(&key, &"fixed-key".parse().expect("a keyword"), "7", now());
        let fixed = format!("{}/7.png", issued.start_path);
        assert_eq!(form(&issued.policy, &issued.signature, &fixed).permit(&key, now()).expect("permitted").key, fixed);
    }

    #[test]
    fn a_policy_of_another_secret_is_refused() {
        let other: AccessKey = "letterform-emulator:another".parse().expect("valid");
        let issued = UploadPolicy::issue(&other, &PolicyForm::default(), "1", now());
        let form = form(&issued.policy, &issued.signature, "1/scan.jpg");
        assert_eq!(form.permit(&AccessKey::default(), now()).expect_err("forged").code, "SignatureDoesNotMatch");
    }

    #[test]
    fn every_kind_of_condition_is_held() {
        let with = |condition: &str| {
            signed(&format!(r#"{{"expiration":"2027-01-01T00:00:00.000Z","conditions":[{condition}]}}"#), "1/a.jpg")
                .map_or_else(|refusal| refusal.code.into_owned(), |permit| format!("{:?}", permit.length))
        };
        let any = format!("{:?}", 0..=u64::MAX);
        for (condition, outcome) in [
            (r#"{"key":"1/a.jpg"}"#, any.as_str()),
            (r#"{"key":"1/b.jpg"}"#, "AccessDenied"),
            (r#"{"key":"1/a.jpg","bucket":"b"}"#, "InvalidPolicyDocument"),
            (r#"["eq","$key","1/a.jpg"]"#, &any),
            (r#"["eq","$success_action_status","201"]"#, "AccessDenied"),
            (r#"["eq","$key","1/${filename}"]"#, "AccessDenied"),
            (r#"{"bucket":"letterform-emulator"}"#, &any),
            (r#"["eq","$bucket","another"]"#, "AccessDenied"),
            (r#"["eq","$x-oss-meta-owner","a"]"#, "AccessDenied"),
            (r#"["starts-with","$key","1/"]"#, &any),
            (r#"["starts-with","$key","2/"]"#, "AccessDenied"),
            (r#"["in","$key",["1/a.jpg"]]"#, &any),
            (r#"["not-in","$key",["1/a.jpg"]]"#, "AccessDenied"),
            (r#"["content-length-range",1,10]"#, "1..=10"),
            (r#"["content-length-range",10,1]"#, "InvalidPolicyDocument"),
            (r#"["matches","$key","*"]"#, "InvalidPolicyDocument"),
            ("", "InvalidPolicyDocument"),
        ] {
            assert_eq!(with(condition), outcome, "{condition}");
        }
        assert_eq!(signed("{}", "1/a.jpg").expect_err("no expiration").code, "InvalidPolicyDocument");
        assert_eq!(signed("[", "1/a.jpg").expect_err("no JSON").code, "InvalidPolicyDocument");
    }
}
