use super::*;
use crate::wire::{
    acs3::{Authorization, CanonicalRequest},
    body_sha256, rpc,
};

pub(super) type Pairs = Vec<(String, String)>;

/// The query and the headers of a request.
pub(super) fn parts(request: &str) -> (Pairs, Pairs) {
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body, "");
    let mut lines = head.lines();
    let target = lines.next().expect("a line").strip_prefix("POST /").expect("a POST");
    let query = target.strip_suffix(" HTTP/1.1").expect("HTTP/1.1").trim_start_matches('?');
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let headers = lines.map(|line| line.split_once(": ").expect("a header"));
    (query, headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect())
}

pub(super) fn value<'a>(pairs: &'a Pairs, wanted: &str) -> Option<&'a str> {
    pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_create_sends_every_field_signed_in_the_headers() {
    let server = Scripted::serve([Step::json(200, r#"{"Code":"OK","Data":"7","RequestId":"R"}"#)]).await;
    let answer = client(&server).create(&letter()).await.expect("created");
    assert_eq!(answer, Answer { value: Some(LetterId(7)), request_id: Some(RequestId("R".into())) });

    let (query, headers) = parts(&server.requests()[0]);
    let expected = [
        ("Authorization", "菜鸟网络 科技"),
        ("AuthorizationLetterExpDate", "2026-01-01~2029-01-01"),
        ("AuthorizationLetterName", "菜鸟公司授权书"),
        ("AuthorizationLetterPic", "123456/test.jpg"),
        ("OrganizationCode", "91330100799655058B"),
        ("ProxyAuthorization", "支付宝(中国)"),
        ("SignList", r#"["菜鸟网络","Aliyun通信"]"#),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let authorization = Authorization::parse(value(&headers, "authorization").expect("a header")).expect("its form");
    let named: Pairs = authorization
        .signed_headers
        .iter()
        .map(|name| (name.clone(), value(&headers, name).expect(name).to_owned()))
        .collect();
    let empty = body_sha256(b"");
    let signed = CanonicalRequest { method: "POST", path: "/", query: &query, headers: &named, body_sha256: &empty };
    assert_eq!(signed.signature(SECRET), authorization.signature);
    assert_eq!(value(&headers, "x-acs-action"), Some("CreateSmsAuthorizationLetter"));
    assert_eq!(value(&headers, "x-acs-date"), Some("2026-11-23T18:03:53Z"));
    assert_eq!(value(&headers, "x-acs-security-token"), Some(TOKEN));
    assert_eq!(value(&headers, "content-length"), Some("0"));
    assert_eq!(value(&headers, "user-agent"), Some(concat!("letterform/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_query_signed_in_the_query_carries_the_filters() {
    let server = Scripted::serve([Step::json(200, r#"{"Code":"OK","Data":null}"#)]).await;
    let client = Client::new(ClientConfig { signature: SignatureForm::V1, ..config(&server.origin()) });
    let filter = LetterFilter {
        organization_code: Some("91330100799655058B".try_into().expect("a code")),
        signature: Some("菜鸟".try_into().expect("a signature")),
    };
    let answer = client.expect("a client").query(&filter).await.expect("an answer");
    assert_eq!(answer, Answer { value: ExistingLetters::default(), request_id: None });

    let (query, headers) = parts(&server.requests()[0]);
    assert_eq!(value(&query, "OrganizationCode"), Some("91330100799655058B"));
    assert_eq!(value(&query, "SignName"), Some("菜鸟"));
    assert_eq!(value(&query, "Action"), Some("QuerySmsAuthorizationLetter"));
    let pairs = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(value(&query, "Signature"), Some(rpc::signature(SECRET, "POST", pairs).as_str()));
    assert_eq!(value(&headers, "authorization"), None);
}

#[tokio::test]
async fn letters_are_told_as_the_service_tells_them() {
    let body = r#"{"Code":"OK","Success":true,"RequestId":"R","Data":[{"AuthorizationLetterId":7,
        "AuthorizationLetterName":"甲","Authorization":"乙","ProxyAuthorization":"丙","OrganizationCode":"丁",
        "AuthorizationLetterExpDate":"戊","AuthorizationLetterPic":"https://x/1/a.jpg","SignScope":"菜鸟、裹裹",
        "State":"NEW","Status":"VALID"}]}"#;
    let server = Scripted::serve([Step::json(200, body)]).await;
    let answer = client(&server).query(&LetterFilter::default()).await.expect("an answer");
    let expected = ExistingLetter {
        id: Some(LetterId(7)),
        name: "甲".into(),
        authorizer: "乙".into(),
        authorized_party: "丙".into(),
        organization_code: "丁".into(),
        validity: "戊".into(),
        signatures: vec!["菜鸟".into(), "裹裹".into()],
        picture_url: Some("https://x/1/a.jpg".to_owned()),
        state: "NEW".into(),
        status: "VALID".into(),
    };
    assert_eq!(answer.value, vec![expected].into());
}

#[tokio::test]
async fn every_request_has_a_nonce_of_its_own_and_connections_are_used_again() {
    let answer = Step::json(200, r#"{"Code":"OK"}"#);
    let server = Scripted::serve([answer.clone(), answer]).await;
    let client = client(&server);
    for _ in 0..2 {
        client.query(&LetterFilter::default()).await.expect("an answer");
    }
    let nonces: Vec<_> = server
        .requests()
        .iter()
        .map(|request| value(&parts(request).1, "x-acs-signature-nonce").expect("a nonce").to_owned())
        .collect();
    assert_eq!(nonces, ["nonce0", "nonce1"]);
    assert_eq!(server.connections(), 1);
}
