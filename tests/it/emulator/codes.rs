//! Every error code: how it is reached over HTTP, and its row on the page.

use std::{collections::BTreeSet, time::Duration};

use letterform::emulator::{ErrorCode, Limits};
use reqwest::Method;

use super::{
    client::{CREATE, Client, Form, OSS_INFO, QUERY, Reply, letter},
    hostile::half_open,
    setup::{NOW, emulator, emulator_with},
};

const PAGE: &str = include_str!("../../../docs/reference/emulator.md");

/// The families of codes that name a parameter, as the page writes them.
const FAMILIES: [&str; 2] = ["Invalid<parameter>", "Missing<parameter>"];

/// What the service's description says of its own codes: the HTTP status and the beginning of the
/// message.
const DESCRIBED: [(&str, u16, &str); 19] = [
    ("AuthorizationLetterNameRepeat", 400, "The authorization letter name is duplicated."),
    ("AuthorizationLetterDateNotMatchRegex", 400, "The format of the authorization letter's"),
    ("AuthorizationLetterDateNotValid", 400, "The current time is not within the validity period"),
    ("AuthorizationLetterNameNotMatchRegex", 400, "The authorization letter name cannot be empty"),
    ("AuthorizationLetterNameOverLimit", 400, "The authorization letter name exceeds the 100-"),
    ("AuthorizationNotMatchRegex", 400, "The authorizer name cannot be empty and currently does"),
    ("AuthorizationOssFileNotUploadError", 400, "The authorization letter file has not been"),
    ("AuthorizationOverLimit", 400, "The authorizer exceeds the 1000-character length limit."),
    ("ProxyAuthorizationOverLimit", 400, "The authorized party exceeds the 1000-character length"),
    ("ProxyAuthorizationNotMatchRegex", 400, "The authorized party name currently does not support"),
    ("SignNumOverLimit", 400, "The signature exceeds the limit of 100 entries."),
    ("SignNotMatchRegex", 400, "The signature length is limited to 2-12 characters"),
    ("OrganizationCodeOverLimit", 400, "The organization code is limited to 150 characters."),
    ("OssBiztypeNotSupportError", 400, "Retrieving OSS configuration does not support this biz type."),
    ("SignatureNotFound", 404, "The signature does not exist."),
    ("ForbiddenAction", 400, "Access to the account is denied. Please contact the administrator."),
    ("GrayCustAccessError", 400, "This customer is not authorized to use the OpenAPI."),
    ("CustNotExistError", 400, "Customer's cloud communication information is invalid."),
    ("NotEnterpriseCertifyCustCheckError", 400, "Non-enterprise certified customers are not allowed"),
];

/// How a code is reached.
enum Way {
    /// A create that is good but for this parameter.
    Create(&'static str, String),
    /// A create of the same letter once more.
    CreateAgain,
    /// A signed call of this operation with these parameters.
    Call(&'static str, &'static [(&'static str, &'static str)]),
    /// A query in V1 that is not signed, with these parameters in place of good ones.
    Unsigned(&'static [(&'static str, &'static str)]),
    /// A fault, and a query.
    Fault(&'static str),
    /// A call with a nonce that was used.
    NonceAgain,
    /// A call with the header `Authorization: ACS3-HMAC-SHA256`.
    NoCredential,
    /// A call with a method other than GET and POST.
    Put,
    /// A call with an AccessKey that was switched off.
    Inactive,
    /// A call with a key of STS after its end.
    SessionOver,
    /// `AssumeRoleWithOIDC` for a role of this account, with a provider of that one and this token.
    Oidc(Whose, Whose, &'static str),
    /// A head of a call, with this header, and no body.
    HeadAlone(&'static str),
}

/// An account that is there, or one that is not.
enum Whose {
    Known,
    Unknown,
}

const GOOD_TOKEN: &str = "e30.e30.x";
/// Its payload is `{"exp":1}`.
const OLD_TOKEN: &str = "e30.eyJleHAiOjF9.x";

fn way(code: ErrorCode) -> Way {
    let long = |count: usize| "字".repeat(count);
    let create = |parameter, value: &str| Way::Create(parameter, value.to_owned());
    match code {
        ErrorCode::NameRepeat => Way::CreateAgain,
        ErrorCode::NameNotMatchRegex => create("AuthorizationLetterName", "菜鸟-授权书"),
        ErrorCode::NameOverLimit => create("AuthorizationLetterName", &long(101)),
        ErrorCode::DateNotMatchRegex => create("AuthorizationLetterExpDate", "2026/01/01~2029/01/01"),
        ErrorCode::DateNotValid => create("AuthorizationLetterExpDate", "2024-01-01~2025-01-01"),
        ErrorCode::AuthorizationNotMatchRegex => create("Authorization", "菜鸟#"),
        ErrorCode::AuthorizationOverLimit => create("Authorization", &long(151)),
        ErrorCode::ProxyAuthorizationNotMatchRegex => create("ProxyAuthorization", "2026"),
        ErrorCode::ProxyAuthorizationOverLimit => create("ProxyAuthorization", &long(151)),
        ErrorCode::OrganizationCodeOverLimit => create("OrganizationCode", &long(151)),
        ErrorCode::SignNumOverLimit => create("SignList", &format!("[{}]", vec!["\"菜鸟\""; 101].join(","))),
        ErrorCode::SignNotMatchRegex => create("SignList", r#"["菜鸟、裹裹"]"#),
        ErrorCode::OssFileNotUploaded => create("AuthorizationLetterPic", "1/never-uploaded.png"),
        ErrorCode::OssBizTypeNotSupported => Way::Call(OSS_INFO, &[("BizType", "other")]),
        ErrorCode::SignatureNotFound => Way::Call("GetSmsSign", &[("SignName", "没有")]),
        ErrorCode::ActionNotFound => Way::Call("DeleteSmsAuthorizationLetter", &[]),
        // Of two values the first in the order of the query counts.
        ErrorCode::VersionNotValid => Way::Call(QUERY, &[("Version", "2016-01-01")]),
        ErrorCode::FormatNotValid => Way::Unsigned(&[("Format", "YAML")]),
        ErrorCode::MethodNotSupported => Way::Put,
        ErrorCode::RequestTooLarge => Way::HeadAlone("content-length: 2097152"),
        ErrorCode::RequestTimeout => Way::HeadAlone("content-length: 10"),
        ErrorCode::AccessKeyNotFound => Way::Unsigned(&[("AccessKeyId", "nobody")]),
        ErrorCode::AccessKeyInactive => Way::Inactive,
        ErrorCode::SecurityTokenMalformed => Way::Unsigned(&[("AccessKeyId", "STS1"), ("SecurityToken", "old")]),
        ErrorCode::SecurityTokenMissing => Way::Unsigned(&[("AccessKeyId", "STS1")]),
        ErrorCode::SecurityTokenExpired => Way::SessionOver,
        ErrorCode::RoleNotFound => Way::Oidc(Whose::Unknown, Whose::Known, GOOD_TOKEN),
        ErrorCode::OidcProviderNotFound => Way::Oidc(Whose::Known, Whose::Unknown, GOOD_TOKEN),
        ErrorCode::OidcTokenExpired => Way::Oidc(Whose::Known, Whose::Known, OLD_TOKEN),
        ErrorCode::TimestampFormat => Way::Unsigned(&[("Timestamp", "yesterday")]),
        ErrorCode::TimestampExpired => Way::Unsigned(&[("Timestamp", "2026-11-24T03:44:59Z")]),
        ErrorCode::SignatureMethodNotValid => Way::Unsigned(&[("SignatureMethod", "HMAC-MD5")]),
        ErrorCode::IncompleteSignature => Way::NoCredential,
        ErrorCode::SignatureDoesNotMatch => Way::Unsigned(&[]),
        ErrorCode::NonceUsed => Way::NonceAgain,
        ErrorCode::ThrottlingUser => Way::Fault("query code=Throttling.User"),
        ErrorCode::ThrottlingApi => Way::Fault("query code=Throttling.Api"),
        ErrorCode::Throttling => Way::Fault("query code=Throttling"),
        ErrorCode::ForbiddenRam => Way::Fault("query code=Forbidden.RAM"),
        ErrorCode::RamPermissionDeny => Way::Fault("query code=isp.RAM_PERMISSION_DENY"),
        ErrorCode::NoPermission => Way::Fault("query code=NoPermission"),
        ErrorCode::ForbiddenAction => Way::Fault("query code=ForbiddenAction"),
        ErrorCode::GrayCustAccess => Way::Fault("query code=GrayCustAccessError"),
        ErrorCode::CustNotExist => Way::Fault("query code=CustNotExistError"),
        ErrorCode::NotEnterpriseCertified => Way::Fault("query code=NotEnterpriseCertifyCustCheckError"),
        ErrorCode::ProductUnsubscribed => Way::Fault("query code=isv.PRODUCT_UN_SUBSCRIPT"),
        ErrorCode::AccountNotExists => Way::Fault("query code=isv.ACCOUNT_NOT_EXISTS"),
        ErrorCode::AccountAbnormal => Way::Fault("query code=isv.ACCOUNT_ABNORMAL"),
        ErrorCode::OutOfService => Way::Fault("query code=isv.OUT_OF_SERVICE"),
        ErrorCode::InternalError => Way::Fault("query status=500"),
        ErrorCode::SystemError => Way::Fault("query code=isp.SYSTEM_ERROR"),
        ErrorCode::ServiceUnavailable => Way::Fault("query status=503"),
    }
}

/// The HTTP status and the body of the answer to which a way leads.
async fn reach(way: &Way) -> (u16, String) {
    let (_running, mut client) = emulator(&[]).await;
    let reply = match way {
        Way::Create(parameter, value) => {
            let key = client.upload("scan.png").await;
            let mut params = letter("菜鸟公司授权书", &key);
            params.iter_mut().filter(|(name, _)| name == parameter).for_each(|(_, told)| *told = value);
            client.call(CREATE, &params).await
        }
        Way::CreateAgain => {
            let key = client.upload("scan.png").await;
            assert_eq!(client.create("菜鸟公司授权书", &key).await.code(), "OK");
            client.create("菜鸟公司授权书", &key).await
        }
        Way::Call(action, params) => {
            client.form = Form::V1Query;
            client.call(action, params).await
        }
        Way::Unsigned(params) => unsigned(&client, params).await,
        Way::Fault(rule) => {
            set_fault(&client, rule).await;
            client.call(QUERY, &[]).await
        }
        Way::NonceAgain => {
            client.send_with(QUERY, &[], "once", NOW).await.expect("an answer");
            Reply::read(client.send_with(QUERY, &[], "once", NOW).await.expect("an answer")).await
        }
        Way::NoCredential => {
            let request = client.http.post(&client.endpoint).header("authorization", "ACS3-HMAC-SHA256");
            Reply::read(request.send().await.expect("an answer")).await
        }
        Way::Put => Reply::read(client.http.put(&client.endpoint).send().await.expect("an answer")).await,
        Way::Inactive => {
            client.admin(Method::POST, "/access-key", r#"{"id": "shop", "active": false}"#).await;
            client.call(QUERY, &[]).await
        }
        Way::SessionOver => {
            let given = assume(&client, &Whose::Known, &Whose::Known, GOOD_TOKEN).await;
            let id = given.json["Credentials"]["AccessKeyId"].as_str().expect("an id");
            set_fault(&client, "query skew=7200").await;
            unsigned(&client, &[("AccessKeyId", id), ("Timestamp", "2026-11-24T06:00:00Z")]).await
        }
        Way::Oidc(role, provider, token) => assume(&client, role, provider, token).await,
        Way::HeadAlone(header) => return head_alone(header).await,
    };
    (reply.status, reply.text)
}

async fn set_fault(client: &Client, rule: &str) {
    let faults = serde_json::json!({"faults": [rule]}).to_string();
    assert_eq!(client.admin(Method::PUT, "/faults", &faults).await.status, 200);
}

async fn unsigned(client: &Client, replaced: &[(&str, &str)]) -> Reply {
    let good = [
        ("Action", QUERY),
        ("Version", "2017-05-25"),
        ("AccessKeyId", "shop"),
        ("SignatureNonce", "n"),
        ("Signature", "of somebody else"),
        ("Timestamp", NOW),
    ];
    let kept = good.iter().filter(|(name, _)| replaced.iter().all(|(other, _)| other != name));
    get(client, &kept.chain(replaced).copied().collect::<Vec<_>>()).await
}

/// Asks for a key with a token of an identity provider.
async fn assume(client: &Client, role: &Whose, provider: &Whose, token: &str) -> Reply {
    let info = client.oss_info().await;
    let number = |whose: &Whose| match whose {
        Whose::Known => info["StartPath"].as_str().expect("a text").to_owned(),
        Whose::Unknown => "1".to_owned(),
    };
    let params = [
        ("Action", "AssumeRoleWithOIDC"),
        ("Version", "2015-04-01"),
        ("RoleArn", &format!("acs:ram::{}:role/letterform", number(role))),
        ("OIDCProviderArn", &format!("acs:ram::{}:oidc-provider/ci", number(provider))),
        ("OIDCToken", token),
        ("RoleSessionName", "run-7"),
    ];
    get(client, &params).await
}

async fn get(client: &Client, params: &[(&str, &str)]) -> Reply {
    let query = letterform::wire::encode::canonical_query(params.iter().copied());
    let url = format!("{}/?{query}", client.endpoint);
    Reply::read(client.http.get(url).send().await.expect("an answer")).await
}

async fn head_alone(header: &str) -> (u16, String) {
    let brief = Limits { silence: Duration::from_millis(30), ..Limits::default() };
    let (_running, client) = emulator_with(&[], brief).await;
    let head = format!("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{header}\r\n\r\n");
    let answer = half_open(&client.endpoint, &head).await;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").expect("a body").1.to_owned())
}

#[tokio::test]
async fn every_code_is_answered_with_its_status_and_message() {
    for code in ErrorCode::ALL {
        let (status, text) = reach(&way(*code)).await;
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!((json["Code"].as_str(), status), (Some(code.as_str()), code.status()), "{text}");
        assert!(json["Message"].as_str().is_some_and(|told| told.starts_with(code.message())), "{text}");
    }
}

#[test]
fn codes_that_the_service_describes_have_its_status_and_message() {
    for (name, status, message) in DESCRIBED {
        let code = ErrorCode::from_str_exact(name).unwrap_or_else(|| panic!("{name} is unknown"));
        assert_eq!(code.status(), status, "{name}");
        assert!(code.message().starts_with(message), "{name}: {}", code.message());
    }
}

#[test]
fn the_page_has_one_row_for_each_code_with_its_status_and_source() {
    let table = PAGE.split_once("\n## Error codes\n").expect("the section").1;
    let table = table.split_once("\n## ").map_or(table, |(section, _)| section);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let mut listed = BTreeSet::new();
    for row in &rows {
        let [code, status, how, source] = row[..] else { panic!("a row has four cells: {row:?}") };
        let code = code.trim_matches('`');
        assert!(listed.insert(code), "{code} has two rows");
        let expected = ErrorCode::from_str_exact(code).map_or(400, ErrorCode::status);
        assert_eq!(status, expected.to_string(), "{code}");
        assert!(!how.is_empty(), "{code}");
        assert!(source.starts_with("[documented]") || source.starts_with("[assumed]"), "{code}: {source}");
        if DESCRIBED.iter().any(|(described, ..)| *described == code) {
            assert!(source.starts_with("[documented]"), "{code} is documented");
        }
    }
    let known: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).chain(FAMILIES).collect();
    assert_eq!(listed, known);
}
