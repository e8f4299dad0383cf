//! The bodies of answers. They are written as the service documents them, and read leniently: a
//! field may be absent, null or of another type, and fields that nobody knows are ignored.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lenient::{Lenient, lenient_object, scalar};

/// The `Code` of an answer that tells of success.
pub const OK: &str = "OK";

/// The body of every answer. `T` is what `Data` holds.
///
/// An answer that tells of a failure has no `Data`, and may have `HostId` and `Recommend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", bound(deserialize = "T: Deserialize<'de>"))]
pub struct Answer<T> {
    /// The request's id.
    #[serde(default, deserialize_with = "scalar", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// [`OK`], or what went wrong.
    #[serde(default, deserialize_with = "scalar", skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `Code` in words.
    #[serde(default, deserialize_with = "scalar", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether the operation was carried out.
    #[serde(default, deserialize_with = "Lenient::read", skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// What was asked for.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// Which host answered.
    #[serde(default, deserialize_with = "scalar", skip_serializing_if = "Option::is_none")]
    pub host_id: Option<String>,
    /// Where a failure is explained.
    #[serde(default, deserialize_with = "scalar", skip_serializing_if = "Option::is_none")]
    pub recommend: Option<String>,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> Answer<T> {
    /// The answer of an operation that was carried out.
    pub fn success(request_id: &str, data: T) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            code: Some(OK.to_owned()),
            message: Some(OK.to_owned()),
            success: Some(true),
            data: Some(data),
            host_id: None,
            recommend: None,
        }
    }
}

impl Answer<()> {
    /// The answer of an operation that was not carried out.
    pub fn failure(request_id: &str, code: &str, message: &str) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            code: Some(code.to_owned()),
            message: Some(message.to_owned()),
            success: None,
            data: None,
            host_id: None,
            recommend: None,
        }
    }
}

/// The body of any answer, read without its `Data`.
pub type Head = Answer<serde::de::IgnoredAny>;

/// The body of the answer to `CreateSmsAuthorizationLetter`.
pub type CreateAnswer = Answer<CreatedId>;

/// The body of the answer to `GetQualificationOssInfo`.
pub type OssInfoAnswer = Answer<OssInfo>;

/// A letter in the answer to `QuerySmsAuthorizationLetter`. It is read in a
/// [`LetterList`](super::letter_list::LetterList).
///
/// Client and emulator share it and no more: what each makes of it is its own type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LetterData {
    /// The letter's number.
    #[serde(rename = "AuthorizationLetterId")]
    pub id: Option<u64>,
    /// Its name.
    #[serde(rename = "AuthorizationLetterName")]
    pub name: String,
    /// The authorizer.
    #[serde(rename = "Authorization")]
    pub authorizer: String,
    /// The authorized party.
    #[serde(rename = "ProxyAuthorization")]
    pub authorized_party: String,
    /// The authorizer's code.
    #[serde(rename = "OrganizationCode")]
    pub organization_code: String,
    /// The validity, `YYYY-MM-DD~YYYY-MM-DD`.
    #[serde(rename = "AuthorizationLetterExpDate")]
    pub validity: String,
    /// The URL of the picture.
    #[serde(rename = "AuthorizationLetterPic")]
    pub picture_url: Option<String>,
    /// The signatures, as [`join_signatures`] writes them.
    #[serde(rename = "SignScope")]
    pub signatures: String,
    /// `INT` or `PASSED`.
    #[serde(rename = "State")]
    pub state: String,
    /// `VALID` or `INVALID`.
    #[serde(rename = "Status")]
    pub status: String,
}

/// What stands between two signatures of a `SignScope`: the Chinese enumeration comma.
const BETWEEN_SIGNATURES: char = '、';

/// The value of `SignScope` for these signatures.
pub fn join_signatures<'a>(signatures: impl IntoIterator<Item = &'a str>) -> String {
    let mut scope = String::new();
    for signature in signatures {
        if !scope.is_empty() {
            scope.push(BETWEEN_SIGNATURES);
        }
        scope.push_str(signature);
    }
    scope
}

/// The signatures in a value of `SignScope`: between commas of any kind, or in a JSON array. No
/// signature can have one of these characters.
pub fn split_signatures(scope: &str) -> impl Iterator<Item = &str> {
    const COMMAS: [char; 9] = [BETWEEN_SIGNATURES, '､', ',', '，', '﹐', ';', '；', '|', '\n'];
    let quote = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"');
    scope.split(COMMAS).map(move |part| part.trim_matches(quote)).filter(|signature| !signature.is_empty())
}

/// The number of a letter that was just created: a string where the answer to a query has a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedId(pub Option<u64>);

impl Serialize for CreatedId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(id) => serializer.collect_str(&id),
            None => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for CreatedId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::read(deserializer).map(Self)
    }
}

lenient_object! {
    /// The right to upload objects for a while, in the answer to `GetQualificationOssInfo`. Its
    /// `Debug` leaves the policy and the signature out.
    #[derive(Clone, Default, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub struct OssInfo {
        /// Whose key signed the policy.
        pub access_key_id: String,
        /// What may be uploaded: JSON in base64, to be sent as it is.
        pub policy: String,
        /// The policy's signature.
        pub signature: String,
        /// Where to upload.
        pub host: String,
        /// The folder in which objects go.
        pub start_path: String,
        /// When the right ends, in seconds since 1970.
        pub expire: Option<u64>,
    }
}

impl fmt::Debug for OssInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OssInfo")
            .field("access_key_id", &self.access_key_id)
            .field("host", &self.host)
            .field("start_path", &self.start_path)
            .field("expire", &self.expire)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::letter_list::LetterList;

    fn query(json: &str) -> Answer<LetterList> {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn no_letter_may_be_told_in_three_ways() {
        assert_eq!(query(r#"{"Code":"OK"}"#).data, None);
        assert_eq!(query(r#"{"Code":"OK","Data":null}"#).data, None);
        assert_eq!(query(r#"{"Code":"OK","Data":[]}"#).data, Some(LetterList::default()));
    }

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let letter = LetterData { id: Some(3), name: "甲".to_owned(), ..LetterData::default() };
        let answer = Answer::success("R", vec![letter.clone()]);
        let json = serde_json::to_string(&answer).expect("JSON");
        assert!(json.starts_with(r#"{"RequestId":"R","Code":"OK","Message":"OK","Success":true,"Data":[{"#), "{json}");
        assert_eq!(query(&json).data.expect("letters").letters, [letter]);
    }

    #[test]
    fn a_failure_is_read_whatever_its_data() {
        let json = serde_json::to_string(&Answer::failure("R", "Throttling", "slow down")).expect("JSON");
        assert_eq!(json, r#"{"RequestId":"R","Code":"Throttling","Message":"slow down"}"#);
        let head: Head = serde_json::from_str(r#"{"Code":"X","Success":"false","Data":{"a":1}}"#).expect("a head");
        assert_eq!((head.code.as_deref(), head.success), (Some("X"), Some(false)));
        let head: Head =
            serde_json::from_str(r#"{"Code":{"Signature":"s"},"Message":["s"],"RequestId":7}"#).expect("a head");
        assert_eq!((head.code, head.message, head.request_id.as_deref()), (None, None, Some("7")));
    }

    #[test]
    fn the_id_of_a_created_letter_is_written_as_text_and_read_as_text_or_number() {
        let json = serde_json::to_string(&Answer::success("R", CreatedId(Some(5)))).expect("JSON");
        assert!(json.ends_with(r#""Data":"5"}"#), "{json}");
        for (json, id) in [(r#"{"Data":"5"}"#, Some(5)), (r#"{"Data":5}"#, Some(5)), (r#"{"Data":"x"}"#, None)] {
            assert_eq!(serde_json::from_str::<CreateAnswer>(json).expect(json).data, Some(CreatedId(id)));
        }
    }

    #[test]
    fn a_scope_is_joined_by_the_enumeration_comma() {
        assert_eq!(join_signatures(["菜鸟网络", "菜鸟裹裹"]), "菜鸟网络、菜鸟裹裹");
        assert_eq!(split_signatures("菜鸟网络、 菜鸟裹裹、").collect::<Vec<_>>(), ["菜鸟网络", "菜鸟裹裹"]);
        assert_eq!(split_signatures("").count(), 0);
        for scope in ["菜鸟网络,菜鸟裹裹", "菜鸟网络， 菜鸟裹裹", "菜鸟网络；菜鸟裹裹;", r#"["菜鸟网络","菜鸟裹裹"]"#]
        {
            assert_eq!(split_signatures(scope).collect::<Vec<_>>(), ["菜鸟网络", "菜鸟裹裹"], "{scope}");
        }
    }

    #[test]
    fn debug_output_of_upload_information_holds_no_signature() {
        let info = OssInfo { signature: "c2VjcmV0".to_owned(), policy: "cG9s".to_owned(), ..OssInfo::default() };
        let shown = format!("{info:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("cG9s"));
    }
}
