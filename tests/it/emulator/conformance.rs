//! Calls: both signatures, every way to send parameters, failures in their order, XML.

use reqwest::Method;
use serde_json::Value;

use crate::emulator::{
    client::{CREATE, Form, OSS_INFO, QUERY, Reply, letter},
    setup::{NOW, emulator},
};

#[tokio::test]
async fn a_letter_is_created_and_read_back_in_every_form_of_a_call() {
    let (running, mut client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    for (index, form) in Form::ALL.into_iter().enumerate() {
        client.form = form;
        let name = format!("{form:?}授权书");
        let created = client.create(&name, &key).await;
        assert_eq!((created.status, created.code()), (200, "OK"), "{form:?}");
        let id: u64 = created.json["Data"].as_str().expect("the id is a text here").parse().expect("a number");
        let told = client.call(QUERY, &[("AuthorizationLetterIdList", &format!("[{id}]"))]).await;
        assert_eq!(told.names(), [name.as_str()]);
        let data = &told.json["Data"][0];
        assert_eq!(data["AuthorizationLetterId"], id, "the id is a number here");
        for (field, value) in letter(&name, &key) {
            match field {
                "SignList" => assert_eq!(data["SignScope"], "菜鸟网络、菜鸟裹裹"),
                "AuthorizationLetterPic" => assert_eq!(data[field], format!("{}/{key}", client.endpoint)),
                field => assert_eq!(data[field], value, "{form:?} {field}"),
            }
        }
        assert_eq!((&data["State"], &data["Status"]), (&"INT".into(), &"VALID".into()));
        assert_eq!(client.call(QUERY, &[]).await.names().len(), index + 1);
    }
    running.shutdown().await.expect("ends");
}

#[tokio::test]
async fn failures_come_in_the_order_authentication_then_parameters_then_state() {
    let (_running, mut client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    assert_eq!(client.create("甲授权书", &key).await.code(), "OK");
    let mut wrong = letter("甲授权书", "1/never-uploaded.png");
    wrong[3].1 = "";
    for form in Form::ALL {
        client.form = form;
        client.key.1 = "another secret";
        let reply = client.call(CREATE, &wrong).await;
        assert_eq!((reply.status, reply.code()), (400, "SignatureDoesNotMatch"), "{form:?}");
        client.key.1 = "secret";
        assert_eq!(client.call(CREATE, &wrong).await.code(), "MissingOrganizationCode", "{form:?}");
        assert_eq!(
            client.create("甲授权书", "1/never-uploaded.png").await.code(),
            "AuthorizationLetterNameRepeat",
            "{form:?}"
        );
        assert_eq!(
            client.create("乙授权书", "1/never-uploaded.png").await.code(),
            "AuthorizationOssFileNotUploadError",
            "{form:?}"
        );
    }
    assert_eq!(client.call(QUERY, &[]).await.names(), ["甲授权书"]);
}

#[tokio::test]
async fn every_failure_has_an_id_of_the_request_a_message_and_a_status() {
    let (_running, mut client) = emulator(&[]).await;
    let reply = client.call("DeleteSmsAuthorizationLetter", &[]).await;
    assert_eq!((reply.status, reply.code()), (404, "InvalidAction.NotFound"));
    for field in ["RequestId", "Message", "HostId", "Recommend"] {
        assert!(reply.json[field].is_string(), "{field} in {}", reply.text);
    }
    client.key.0 = "nobody";
    let reply = client.call(QUERY, &[]).await;
    assert_eq!((reply.status, reply.code()), (404, "InvalidAccessKeyId.NotFound"));
    let unsigned = client.http.get(format!("{}/?Action={QUERY}", client.endpoint)).send().await.expect("an answer");
    let reply = Reply::read(unsigned).await;
    assert_eq!((reply.status, reply.code()), (400, "MissingAccessKeyId"));
    let put = client.http.put(&client.endpoint).send().await.expect("an answer");
    assert_eq!(Reply::read(put).await.code(), "UnsupportedHTTPMethod");
    let huge = client.http.post(&client.endpoint).body(vec![b'a'; 2 * 1024 * 1024]).send().await;
    if let Ok(answer) = huge {
        assert_eq!(Reply::read(answer).await.code(), "RequestTooLarge");
    }
}

#[tokio::test]
async fn a_nonce_is_good_once_and_a_time_for_a_quarter_of_an_hour() {
    let (_running, mut client) = emulator(&[]).await;
    for form in Form::ALL {
        client.form = form;
        let nonce = client.nonce();
        let codes = [
            client.send_with(QUERY, &[], &nonce, NOW).await,
            client.send_with(QUERY, &[], &nonce, NOW).await,
            client.send_with(QUERY, &[], &client.nonce(), "2026-11-24T03:44:59Z").await,
            client.send_with(QUERY, &[], &client.nonce(), "2026-11-24T04:15:00Z").await,
        ];
        let mut told = Vec::new();
        for answer in codes {
            told.push(Reply::read(answer.expect("an answer")).await.code().to_owned());
        }
        assert_eq!(told, ["OK", "SignatureNonceUsed", "InvalidTimeStamp.Expired", "OK"], "{form:?}");
    }
}

#[tokio::test]
async fn an_expired_time_comes_with_the_time_of_the_service() {
    let (_running, client) = emulator(&["query skew=3600"]).await;
    let answer = client.send(QUERY, &[]).await.expect("an answer");
    assert_eq!(answer.headers()["date"], "Tue, 24 Nov 2026 05:00:00 GMT");
    assert_eq!(Reply::read(answer).await.code(), "InvalidTimeStamp.Expired");
}

#[tokio::test]
async fn xml_is_answered_to_those_who_ask_for_it() {
    let (_running, mut client) = emulator(&[]).await;
    client.form = Form::V1Get;
    let key = client.upload("scan.png").await;
    let mut params = letter("甲授权书", &key);
    params.push(("Format", "XML"));
    let created = client.call(CREATE, &params).await;
    assert_eq!((created.status, created.media_type.as_str()), (200, "text/xml;charset=utf-8"));
    assert!(created.text.contains("<CreateSmsAuthorizationLetterResponse>"), "{}", created.text);
    assert!(created.text.contains("<Data>10000001</Data>"), "{}", created.text);
    let repeated = client.call(CREATE, &params).await;
    assert!(repeated.text.contains("<Error>"), "{}", repeated.text);
    assert!(repeated.text.contains("<Code>AuthorizationLetterNameRepeat</Code>"), "{}", repeated.text);
    let told = client.call(QUERY, &[("Format", "XML")]).await;
    assert!(told.text.contains("<AuthorizationLetterName>甲授权书</AuthorizationLetterName>"), "{}", told.text);
    assert_eq!(client.call(QUERY, &[("Format", "YAML")]).await.code(), "InvalidParameter.Format");
}

#[tokio::test]
async fn an_account_sees_its_own_letters_whatever_access_key_opens_it() {
    let (_running, mut client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    assert_eq!(client.create("甲授权书", &key).await.code(), "OK");
    client.key = ("other", "secret");
    assert_eq!(client.call(QUERY, &[]).await.names(), [""; 0]);
    assert_eq!(client.create("甲授权书", &key).await.code(), "AuthorizationOssFileNotUploadError");
    client.key = ("STS1", "secret");
    assert_eq!(client.call(QUERY, &[]).await.code(), "MissingSecurityToken");
    client.form = Form::V1Body;
    assert_eq!(client.call(QUERY, &[("SecurityToken", "token")]).await.names(), ["甲授权书"]);
    assert_eq!(client.call(QUERY, &[("SecurityToken", "old")]).await.code(), "InvalidSecurityToken.Malformed");
}

#[tokio::test]
async fn state_and_clock_and_access_keys_can_be_changed_from_outside() {
    let (_running, client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    for name in ["甲授权书", "乙授权书"] {
        assert_eq!(client.create(name, &key).await.code(), "OK");
    }
    let review = client.admin(Method::POST, "/review", r#"{"name":"乙授权书"}"#).await;
    assert_eq!((review.status, &review.json["letters"]), (200, &serde_json::json!([10_000_002])));
    assert_eq!(client.call(QUERY, &[("State", "PASSED")]).await.names(), ["乙授权书"]);
    assert_eq!(client.admin(Method::POST, "/review", r#"{"id":7}"#).await.status, 404);
    assert_eq!(client.admin(Method::POST, "/review", "{}").await.status, 400);

    client.admin(Method::PUT, "/clock", r#"{"now":"2028-12-31T16:00:00Z"}"#).await;
    assert_eq!(client.call(QUERY, &[("Status", "INVALID")]).await.names().len(), 2);
    assert_eq!(client.create("丙授权书", &key).await.code(), "AuthorizationLetterDateNotValid");
    client.admin(Method::PUT, "/clock", r#"{"advanceSeconds":-1}"#).await;
    assert_eq!(client.call(QUERY, &[("Status", "VALID")]).await.names().len(), 2);

    client.admin(Method::POST, "/access-key", r#"{"id":"shop","active":false}"#).await;
    assert_eq!(client.call(QUERY, &[]).await.code(), "InvalidAccessKeyId.Inactive");
    assert_eq!(client.admin(Method::POST, "/access-key", r#"{"id":"nobody","active":false}"#).await.status, 404);
    assert_eq!(client.admin(Method::GET, "/nothing", "").await.status, 404);
}

#[tokio::test]
async fn an_exported_state_is_imported_with_everything_in_it_or_not_at_all() {
    let (_running, client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    assert_eq!(client.create("甲授权书", &key).await.code(), "OK");
    let exported = client.admin(Method::GET, "/state", "").await;

    let (_other, copy) = emulator(&[]).await;
    let imported = copy.admin(Method::POST, "/state", &exported.text).await;
    assert_eq!(
        imported.json["imported"],
        serde_json::json!({"letters": 1, "objects": 1, "signatures": 0, "qualifications": 0}),
        "{}",
        imported.text
    );
    assert_eq!(copy.admin(Method::GET, "/state", "").await.json, exported.json);
    assert_eq!(copy.create("乙授权书", &key).await.code(), "OK", "the picture was imported too");
    let again = copy.admin(Method::POST, "/state", &exported.text).await;
    assert_eq!(again.status, 409);
    let contradiction = r#"{"formatVersion":1,"accounts":[{"name":"new","letters":[
        {"name":"丙","authorizer":"a","authorizedParty":"b","organizationCode":"c","validity":"2026-01-01~2027-01-01",
         "signatures":["菜鸟"],"fileKey":"k"},
        {"name":"丙","authorizer":"a","authorizedParty":"b","organizationCode":"c","validity":"2026-01-01~2027-01-01",
         "signatures":["菜鸟"],"fileKey":"k"}]}]}"#;
    assert_eq!(copy.admin(Method::POST, "/state", contradiction).await.status, 409);
    let seed = contradiction.replacen("丙", "丁", 1);
    assert_eq!(copy.admin(Method::POST, "/state", &seed).await.status, 200);
}

/// Many letters, each with a picture of its own.
fn seed(letters: usize) -> String {
    let letter = |i: usize| {
        serde_json::json!({"name": format!("授权书{i}"), "authorizer": "甲", "authorizedParty": "乙", "organizationCode": "1",
            "validity": "2026-01-01~2027-01-01", "signatures": ["菜鸟"], "fileKey": format!("1/{i}.png")})
    };
    let object = |i: usize| serde_json::json!({"key": format!("1/{i}.png"), "base64": "iVBORw0KGgo="});
    let (letters, objects): (Vec<Value>, Vec<Value>) = (0..letters).map(|i| (letter(i), object(i))).unzip();
    serde_json::json!({"formatVersion": 1, "accounts": [{"name": "shop", "letters": letters, "objects": objects}]})
        .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_beside_an_import_has_the_picture_of_each_of_its_letters() {
    for _ in 0..10 {
        let (_running, client) = emulator(&[]).await;
        let text = seed(500);
        let import = client.admin(Method::POST, "/state", &text);
        let exports = async {
            loop {
                let state = client.admin(Method::GET, "/state", "").await.json;
                for account in state["accounts"].as_array().unwrap() {
                    let keys = |list: &str, field: &str| -> std::collections::BTreeSet<String> {
                        let all = account[list].as_array().unwrap().iter();
                        all.map(|one| one[field].as_str().unwrap().to_owned()).collect()
                    };
                    let (wanted, there) = (keys("letters", "fileKey"), keys("objects", "key"));
                    assert!(wanted.is_subset(&there), "{} letters, {} pictures", wanted.len(), there.len());
                    if !wanted.is_empty() {
                        return;
                    }
                }
            }
        };
        let (imported, ()) = tokio::join!(import, exports);
        assert_eq!(imported.status, 200, "{}", imported.text);
    }
}

#[tokio::test]
async fn an_upload_policy_is_for_the_short_message_service() {
    let (_running, client) = emulator(&[]).await;
    assert_eq!(client.call(OSS_INFO, &[]).await.code(), "MissingBizType");
    assert_eq!(client.call(OSS_INFO, &[("BizType", "other")]).await.code(), "OssBiztypeNotSupportError");
    let info = client.oss_info().await;
    assert_eq!(info["Host"], client.endpoint.as_str());
    assert_eq!(info["Expire"], 1_795_494_600, "half an hour from now");
}

#[tokio::test]
async fn many_creates_of_one_name_at_once_make_one_letter() {
    let (_running, client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    let client = std::sync::Arc::new(client);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (client, key) = (std::sync::Arc::clone(&client), key.clone());
        tasks.spawn(async move { client.create("甲授权书", &key).await.code().to_owned() });
    }
    let mut codes = tasks.join_all().await;
    codes.sort_unstable();
    assert_eq!(codes.iter().filter(|code| *code == "OK").count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "AuthorizationLetterNameRepeat").count(), 31, "{codes:?}");
}
