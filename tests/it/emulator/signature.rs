//! Signatures and qualifications: set from outside, reviewed, listed.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    client::{Client, Form, QUERY},
    process::Process,
    setup::emulator,
};

const STATE: &str = r#"{"formatVersion": 1, "accounts": [{"name": "shop",
    "letters": [{"id": 7, "name": "甲授权书", "authorizer": "菜鸟", "authorizedParty": "支付宝",
        "organizationCode": "91330100799655058B", "validity": "2026-01-01~2028-12-31",
        "signatures": ["菜鸟网络", "菜鸟裹裹"], "fileKey": "1/a.png"}],
    "qualifications": [{"id": 3, "orderId": 33, "name": "菜鸟资质", "company": "菜鸟", "organizationCode": "91330100799655058B",
        "validity": "2020-01-01~2040-01-01"}, {"id": 4, "company": "别家", "organizationCode": "9", "state": "NOT_PASS"}],
    "signatures": [
        {"name": "菜鸟网络", "letter": "甲授权书", "thirdParty": true, "qualificationId": 3, "orderId": "20044",
            "created": "2026-11-01 10:00:00"},
        {"name": "无授权", "letter": "甲授权书", "created": "2026-11-03 10:00:00"},
        {"name": "自用", "state": "PASS", "created": "2026-11-02 10:00:00",
            "carriers": [{"operator": "mobile", "status": 1, "completed": "2026-11-05 10:00:00"}]}]}]}"#;

async fn state_of_the_letter(client: &Client) -> Value {
    client.call(QUERY, &[]).await.json["Data"][0]["State"].clone()
}

#[tokio::test]
async fn a_letter_passes_once_a_signature_of_its_scope_that_names_it_has_passed() {
    let (_running, client) = emulator(&[]).await;
    let imported = client.admin(Method::POST, "/state", STATE).await;
    assert_eq!(imported.json["imported"]["signatures"], 3, "{}", imported.text);
    let review = async |signature: &str, state: &str, reason: &str| {
        let body = json!({"signature": signature, "state": state, "reason": reason});
        client.admin(Method::POST, "/signature-review", &body.to_string()).await.status
    };
    assert_eq!(review("菜鸟网络", "NOT_PASS", "公章不清晰").await, 200);
    let list = client.call("QuerySmsSignList", &[("PageSize", "50")]).await.json;
    let item = list["SmsSignList"].as_array().expect("a list").iter().find(|item| item["SignName"] == "菜鸟网络");
    let item = item.expect("the signature");
    assert_eq!(item["AuditStatus"], "AUDIT_STATE_NOT_PASS");
    assert_eq!(item["Reason"]["RejectInfo"], "公章不清晰");
    assert_eq!(item["Reason"]["RejectDate"], "2026-11-24 12:00:00");
    assert_eq!((&item["AuthorizationLetterId"], &item["authorizationLetterAuditPass"]), (&json!(7), &json!(false)));
    assert_eq!(review("无授权", "PASS", "").await, 200);
    assert_eq!(state_of_the_letter(&client).await, "INT", "a signature outside the scope moves nothing");
    assert_eq!(review("菜鸟网络", "PASS", "").await, 200);
    assert_eq!(state_of_the_letter(&client).await, "PASSED");
    let one = client.call("GetSmsSign", &[("SignName", "菜鸟网络")]).await.json;
    assert_eq!((&one["SignStatus"], &one["ThirdParty"], &one["QualificationId"]), (&json!(1), &json!(true), &json!(3)));
    assert_eq!((&one["AuthorizationLetterAuditPass"], &one["AuditInfo"]["RejectInfo"]), (&json!(true), &json!("")));
    assert_eq!(review("没有", "PASS", "").await, 404);
    let own = client.call("GetSmsSign", &[("SignName", "自用")]).await.json;
    assert_eq!(own["SignIspRegisterDetailList"][0]["OperatorCode"], "mobile");
    assert!(own.get("AuthorizationLetterId").is_none());
    let missing = client.call("GetSmsSign", &[("SignName", "没有")]).await;
    assert_eq!((missing.status, missing.code()), (404, "SignatureNotFound"));
    assert_eq!(client.call("GetSmsSign", &[]).await.code(), "MissingSignName");
}

#[tokio::test]
async fn signatures_are_listed_in_pages_the_newest_first() {
    let (_running, mut client) = emulator(&[]).await;
    client.admin(Method::POST, "/state", STATE).await;
    let page = async |number: &str, size: &str| {
        let answer = client.call("QuerySmsSignList", &[("PageIndex", number), ("PageSize", size)]).await.json;
        let names = answer["SmsSignList"].as_array().cloned().unwrap_or_default();
        let names: Vec<_> = names.iter().map(|item| item["SignName"].as_str().unwrap_or_default().to_owned()).collect();
        (names, answer["TotalCount"].clone())
    };
    assert_eq!(page("1", "2").await, (vec!["无授权".to_owned(), "自用".to_owned()], json!(3)));
    assert_eq!(page("2", "2").await, (vec!["菜鸟网络".to_owned()], json!(3)));
    assert_eq!(page("3", "2").await, (vec![], json!(3)));
    for (number, size, code) in [("0", "2", "InvalidPageIndex"), ("1", "51", "InvalidPageSize")] {
        let answer = client.call("QuerySmsSignList", &[("PageIndex", number), ("PageSize", size)]).await;
        assert_eq!(answer.code(), code);
    }
    client.form = Form::V3Get;
    assert_eq!(client.call("QuerySmsSignList", &[]).await.code(), "UnsupportedHTTPMethod");
    client.form = Form::V1Body;
    let xml = client.call("QuerySmsSignList", &[("Format", "XML")]).await.text;
    assert_eq!(xml.matches("<SmsSignList>").count(), 3, "{xml}");
}

#[tokio::test]
async fn qualifications_are_listed_filtered_and_shown() {
    let (_running, client) = emulator(&[]).await;
    client.admin(Method::POST, "/state", STATE).await;
    let all = client.call("QuerySmsQualificationRecord", &[]).await.json;
    assert_eq!((&all["Data"]["Total"], &all["Data"]["PageSize"]), (&json!(2), &json!(20)));
    let passed = [("State", "PASS"), ("UseBySelf", "False")];
    let passed = client.call("QuerySmsQualificationRecord", &passed).await.json;
    assert_eq!(passed["Data"]["List"][0]["GroupId"], 3);
    assert_eq!((&passed["Data"]["Total"], &passed["Data"]["List"][0]["UseBySelf"]), (&json!(1), &json!("false")));
    let one = client.call("QuerySingleSmsQualification", &[("QualificationGroupId", "3")]).await.json["Data"].clone();
    assert_eq!((&one["State"], &one["OrganizationCode"]), (&json!("PASSED"), &json!("91330100799655058B")));
    assert_eq!((&one["EffTimeStr"], &one["UseBySelf"]), (&json!("2020-01-01~2040-01-01"), &json!(false)));
    let none = client.call("QuerySingleSmsQualification", &[("QualificationGroupId", "9")]).await;
    assert_eq!((none.code(), &none.json["Data"]), ("OK", &Value::Null));
    assert_eq!(client.call("QuerySingleSmsQualification", &[]).await.code(), "MissingQualificationGroupId");
}

#[tokio::test]
async fn a_qualification_is_reviewed() {
    let (_running, client) = emulator(&[]).await;
    client.admin(Method::POST, "/state", STATE).await;
    let review = async |body: Value| client.admin(Method::POST, "/qualification-review", &body.to_string()).await;
    assert_eq!(review(json!({"id": 3, "state": "NOT_PASS", "remark": "证照不清晰"})).await.status, 200);
    let list = client.call("QuerySmsQualificationRecord", &[("State", "NOT_PASS")]).await.json["Data"].clone();
    assert_eq!(list["Total"], 2);
    let item = &list["List"][1];
    assert_eq!((&item["GroupId"], &item["AuditRemark"]), (&json!(3), &json!("证照不清晰")));
    assert_eq!(item["AuditTime"], "2026-11-24 12:00:00");
    let one = client.call("QuerySingleSmsQualification", &[("QualificationGroupId", "3")]).await;
    assert_eq!(one.json["Data"]["State"], "FAILED");
    assert_eq!(review(json!({"id": 9, "state": "PASS"})).await.status, 404);
    let misspelt = review(json!({"id": 3, "state": "PASSED"})).await;
    assert_eq!(misspelt.status, 400);
    assert!(misspelt.text.contains("expected one of `INIT`, `PASS`, `NOT_PASS`"), "{}", misspelt.text);
}

#[tokio::test]
async fn signatures_qualifications_and_reviews_survive_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path());
    let client = Client::new(&process.endpoint);
    assert_eq!(client.admin(Method::POST, "/state", STATE).await.status, 200);
    for (path, body) in [
        ("/signature-review", json!({"signature": "菜鸟网络", "state": "PASS"})),
        ("/signature-review", json!({"signature": "无授权", "state": "NOT_PASS", "reason": "不在授权范围内"})),
        ("/qualification-review", json!({"id": 4, "state": "PASS"})),
    ] {
        assert_eq!(client.admin(Method::POST, path, &body.to_string()).await.status, 200);
    }
    let before = client.admin(Method::GET, "/state", "").await.json;
    process.kill();

    let process = Process::start(folder.path());
    let client = Client::new(&process.endpoint);
    assert_eq!(client.admin(Method::GET, "/state", "").await.json, before);
    assert_eq!(state_of_the_letter(&client).await, "PASSED");
    let refused = client.call("GetSmsSign", &[("SignName", "无授权")]).await.json;
    assert_eq!((&refused["SignStatus"], &refused["AuditInfo"]["RejectInfo"]), (&json!(2), &json!("不在授权范围内")));
    let one = client.call("QuerySingleSmsQualification", &[("QualificationGroupId", "4")]).await;
    assert_eq!(one.json["Data"]["State"], "PASSED");
}

#[tokio::test]
async fn what_does_not_say_when_it_was_created_was_created_at_the_import() {
    let (_running, client) = emulator(&[]).await;
    let state = r#"{"formatVersion": 1, "accounts": [{"name": "shop", "signatures": [{"name": "菜鸟网络"}],
        "qualifications": [{"id": 3, "company": "菜鸟", "organizationCode": "9"}]}]}"#;
    client.admin(Method::POST, "/state", state).await;
    let list = client.call("QuerySmsSignList", &[]).await.json;
    assert_eq!(list["SmsSignList"][0]["CreateDate"], "2026-11-24 12:00:00");
    let list = client.call("QuerySmsQualificationRecord", &[]).await.json;
    assert_eq!(list["Data"]["List"][0]["CreateDate"], "2026-11-24 12:00:00");
}

#[tokio::test]
async fn signatures_are_exported_and_imported_and_replaced_by_name() {
    let (_running, client) = emulator(&[]).await;
    client.admin(Method::POST, "/state", STATE).await;
    let exported = client.admin(Method::GET, "/state", "").await;
    let (_other, copy) = emulator(&[]).await;
    assert_eq!(copy.admin(Method::POST, "/state", &exported.text).await.status, 200);
    assert_eq!(copy.admin(Method::GET, "/state", "").await.json, exported.json);
    let update = |letter: &str| {
        json!({"formatVersion": 1, "accounts": [{"name": "shop",
            "signatures": [{"name": "菜鸟裹裹", "state": "PASS", "letter": letter}]}]})
        .to_string()
    };
    let unknown = copy.admin(Method::POST, "/state", &update("乙授权书")).await;
    assert_eq!(unknown.status, 409);
    assert!(unknown.text.contains("unknown letter"), "{}", unknown.text);
    assert_eq!(copy.admin(Method::POST, "/state", &update("甲授权书")).await.status, 200);
    assert_eq!(state_of_the_letter(&copy).await, "PASSED");
}

#[tokio::test]
async fn an_id_that_leaves_none_after_it_is_not_imported() {
    let (_running, client) = emulator(&[]).await;
    let huge = STATE.replace(r#""id": 7"#, &format!(r#""id": {}"#, u64::MAX));
    let refused = client.admin(Method::POST, "/state", &huge).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("is too large"), "{}", refused.text);
    let key = client.upload("scan.png").await;
    assert_eq!(client.create("乙授权书", &key).await.code(), "OK");
}
