//! Faults over the wire: what a client sees of them, and what has happened all the same.

use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

use crate::emulator::{
    client::{CREATE, QUERY, Reply, letter},
    setup::emulator,
    upload::{PICTURE, fields},
};

#[tokio::test]
async fn a_connection_that_is_cut_before_leaves_nothing_behind_and_one_cut_after_does() {
    let (_running, client) =
        emulator(&["create cut call=1", "create cut-after call=2", "create cut-within call=3"]).await;
    let key = client.upload("scan.png").await;
    assert!(client.send(CREATE, &letter("甲授权书", &key)).await.is_err());
    assert_eq!(client.call(QUERY, &[]).await.names(), [""; 0]);
    assert!(client.send(CREATE, &letter("乙授权书", &key)).await.is_err());
    assert_eq!(client.call(QUERY, &[]).await.names(), ["乙授权书"]);
    let within = client.send(CREATE, &letter("丙授权书", &key)).await.expect("a beginning");
    assert!(within.text().await.is_err());
    assert_eq!(client.call(QUERY, &[]).await.names(), ["乙授权书", "丙授权书"]);
}

#[tokio::test]
async fn an_answer_that_never_comes_may_have_been_done() {
    let (_running, client) = emulator(&["create hang-after call=1"]).await;
    let key = client.upload("scan.png").await;
    let params = letter("甲授权书", &key);
    tokio::select! {
        answer = client.send(CREATE, &params) => panic!("{answer:?}"),
        // The letter appears while the answer to its create does not.
        () = async { while client.call(QUERY, &[]).await.names() != ["甲授权书"] {} } => {}
    }
}

#[tokio::test]
async fn answers_that_can_not_be_read_come_in_each_form() {
    let (_running, client) = emulator(&[
        "query status=500 call=1",
        "query status=502,html call=2",
        "query status=503,empty call=3",
        "query truncate call=4",
        "query not-json call=5",
        "query code=isp.SYSTEM_ERROR@200 call=6",
        "query status-after=503 call=7",
    ])
    .await;
    let mut replies = Vec::new();
    for _ in 0..8 {
        replies.push(client.call(QUERY, &[]).await);
    }
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [500, 502, 503, 200, 200, 200, 503, 200]);
    assert_eq!(replies[0].code(), "InternalError");
    assert!(replies[1].text.starts_with("<html>") && replies[4].text.starts_with("<html>"));
    assert_eq!(replies[2].text, "");
    assert!(replies[3].text.starts_with('{') && replies[3].json.is_null(), "{}", replies[3].text);
    assert_eq!((replies[5].code(), &replies[5].json["Success"]), ("isp.SYSTEM_ERROR", &false.into()));
    assert_eq!(replies[6].code(), "ServiceUnavailable");
    assert_eq!(replies[7].code(), "OK");
}

#[tokio::test]
async fn an_unfiltered_query_leaves_out_the_newest_letters_and_a_filtered_one_does_not() {
    let (_running, client) = emulator(&["query leave-out=1"]).await;
    let key = client.upload("scan.png").await;
    for name in ["甲授权书", "乙授权书"] {
        assert_eq!(client.create(name, &key).await.code(), "OK");
    }
    assert_eq!(client.call(QUERY, &[]).await.names(), ["甲授权书"]);
    assert_eq!(client.call(QUERY, &[("SignName", "菜鸟网络")]).await.names(), ["甲授权书", "乙授权书"]);
}

#[tokio::test]
async fn a_rate_is_of_one_account_and_one_operation() {
    // The clock stands still, so the allowance never fills again.
    let (_running, mut client) = emulator(&["query rate=2"]).await;
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(client.call(QUERY, &[]).await.code().to_owned());
    }
    assert_eq!(codes, ["OK", "OK", "Throttling.User"]);
    client.upload("scan.png").await;
    client.key = ("other", "secret");
    assert_eq!(client.call(QUERY, &[]).await.code(), "OK");
}

#[tokio::test]
async fn faults_are_changed_while_it_runs_and_calls_counted_anew() {
    let (_running, client) = emulator(&["query status=500"]).await;
    assert_eq!(client.call(QUERY, &[]).await.status, 500);
    let reply = client.admin(Method::PUT, "/faults", r#"{"faults":["query status=503 call=2"]}"#).await;
    assert_eq!(reply.json["faults"], serde_json::json!(["query status=503 call=2"]));
    assert_eq!(client.call(QUERY, &[]).await.status, 200);
    assert_eq!(client.call(QUERY, &[]).await.status, 503);
    let reply = client.admin(Method::PUT, "/faults", r#"{"faults":["query explode","* cut p=2"]}"#).await;
    assert_eq!(reply.status, 400);
    let problems = reply.json["error"].as_str().expect("a text");
    assert!(problems.contains("explode") && problems.contains("p=2"), "{problems}");
    assert_eq!(client.admin(Method::GET, "", "").await.json["faults"], serde_json::json!(["query status=503 call=2"]));
    assert_eq!(client.admin(Method::DELETE, "/faults", "").await.json["faults"], serde_json::json!([]));
}

#[tokio::test]
async fn answers_and_uploads_can_be_slow() {
    let (_running, client) = emulator(&["query delay=60..80", "upload slow=400"]).await;
    let start = Instant::now();
    client.call(QUERY, &[]).await;
    assert!(start.elapsed() >= Duration::from_millis(60));
    let start = Instant::now();
    client.upload("scan.png").await;
    assert!(start.elapsed() >= Duration::from_millis(1000 * PICTURE.len() as u64 / 400));
}

#[tokio::test]
async fn an_upload_fails_in_its_own_ways() {
    let (_running, client) =
        emulator(&["upload expired call=1", "upload status=503 call=2", "upload cut-after call=3"]).await;
    let info = client.oss_info().await;
    let key = format!("{}/a.png", info["StartPath"].as_str().expect("a text"));
    let fields = fields(&info, &key);
    let expired = client.post_object(&fields, Some(PICTURE)).await;
    assert_eq!(expired.status(), 403);
    assert!(expired.text().await.expect("a body").contains("Policy expired"));
    let unavailable = Reply::read(client.post_object(&fields, Some(PICTURE)).await).await;
    assert_eq!((unavailable.status, unavailable.media_type.as_str()), (503, "application/xml"));
    assert_eq!(client.create("甲授权书", &key).await.code(), "AuthorizationOssFileNotUploadError");
    let form = fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    let form = form.part("file", reqwest::multipart::Part::bytes(PICTURE));
    assert!(client.http.post(&client.endpoint).multipart(form).send().await.is_err());
    assert_eq!(client.create("甲授权书", &key).await.code(), "OK", "the upload that was cut had happened");
}
