//! The upload of objects.

use reqwest::{Method, Response};
use serde_json::Value;

use crate::emulator::setup::emulator;

pub(crate) const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nthe rest of a picture";

/// The fields of an upload, without the file.
pub(crate) fn fields<'a>(info: &'a Value, key: &'a str) -> Vec<(&'a str, &'a str)> {
    let text = |name: &str| info[name].as_str().expect("a text");
    vec![
        ("key", key),
        ("OSSAccessKeyId", text("AccessKeyId")),
        ("policy", text("Policy")),
        ("Signature", text("Signature")),
        ("success_action_status", "200"),
    ]
}

async fn outcome(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (status, code.map_or(text.as_str(), |(code, _)| code).to_owned())
}

#[tokio::test]
async fn a_picture_is_served_back_under_the_url_that_a_query_reports() {
    let (_running, client) = emulator(&[]).await;
    let key = client.upload("scan.png").await;
    let picture = client.http.get(format!("{}/{key}", client.endpoint)).send().await.expect("an answer");
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(picture.bytes().await.expect("a body"), PICTURE);
    let missing = client.http.get(format!("{}/{key}2", client.endpoint)).send().await.expect("an answer");
    assert_eq!(outcome(missing).await, (404, "NoSuchKey".to_owned()));
}

#[tokio::test]
async fn a_page_that_was_uploaded_is_not_served_as_one() {
    let (_running, client) = emulator(&[]).await;
    let info = client.oss_info().await;
    let key = format!("{}/page.html", info["StartPath"].as_str().expect("a text"));
    let response = client.post_object(&fields(&info, &key), Some(b"<script>alert(1)</script>")).await;
    assert_eq!(response.status(), 200);
    let page = client.http.get(format!("{}/{key}", client.endpoint)).send().await.expect("an answer");
    assert_eq!(page.headers()["content-type"], "application/octet-stream");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn the_status_of_success_is_the_one_that_was_asked_for() {
    let (_running, client) = emulator(&[]).await;
    let info = client.oss_info().await;
    let key = format!("{}/a.png", info["StartPath"].as_str().expect("a text"));
    let mut fields = fields(&info, &key);
    for (wanted, status) in [("200", 200), ("201", 201), ("204", 204), ("", 204)] {
        fields[4].1 = wanted;
        let response = client.post_object(&fields, Some(PICTURE)).await;
        assert!(response.headers().contains_key("etag"));
        assert_eq!(response.status(), status);
        if status == 201 {
            assert!(response.text().await.expect("a body").contains(&format!("<Key>{key}</Key>")));
        }
    }
}

#[tokio::test]
async fn each_wrong_form_is_refused_as_the_object_store_does() {
    static LARGE: [u8; 5 * 1024 * 1024 + 1] = [0; 5 * 1024 * 1024 + 1];
    let (_running, client) = emulator(&[]).await;
    let form = r#"{"form": [["content-length-range", 1, 5242880], ["starts-with", "$key", "{path}/"]]}"#;
    assert_eq!(client.admin(Method::PUT, "/upload-policy", form).await.status, 200);
    let info = client.oss_info().await;
    let key = format!("{}/a.png", info["StartPath"].as_str().expect("a text"));
    let good = fields(&info, &key);
    let with = |index: usize, value: &'static str| {
        let mut fields = good.clone();
        fields[index].1 = value;
        fields
    };
    let without = |index: usize| {
        let mut fields = good.clone();
        fields.remove(index);
        fields
    };
    for (fields, file, status, code) in [
        (with(0, "elsewhere/a.png"), Some(PICTURE), 403, "AccessDenied"),
        (with(1, "OSS.nobody"), Some(PICTURE), 403, "InvalidAccessKeyId"),
        (with(2, "e30="), Some(PICTURE), 403, "SignatureDoesNotMatch"),
        (with(3, "c2lnbmF0dXJl"), Some(PICTURE), 403, "SignatureDoesNotMatch"),
        (without(0), Some(PICTURE), 400, "InvalidArgument"),
        (without(1), Some(PICTURE), 403, "AccessDenied"),
        (without(2), Some(PICTURE), 400, "InvalidPolicyDocument"),
        (good.clone(), None, 400, "IncorrectNumberOfFilesInPOSTRequest"),
        (good.clone(), Some(LARGE.as_slice()), 400, "EntityTooLarge"),
        (good.clone(), Some(&[]), 400, "EntityTooSmall"),
        (good.clone(), Some(&LARGE[1..]), 200, ""),
    ] {
        let response = client.post_object(&fields, file).await;
        assert_eq!(outcome(response).await, (status, code.to_owned()));
    }
}

#[tokio::test]
async fn the_form_of_upload_policies_is_a_setting() {
    let (_running, client) = emulator(&[]).await;
    let with_policy = async |form: &str, key: &str, more: &[(&'static str, &'static str)]| {
        let set = client.admin(Method::PUT, "/upload-policy", &format!("{{\"form\": {form}}}")).await;
        assert_eq!(set.status, 200, "{}", set.text);
        let info = client.oss_info().await;
        let key = key.replace("{path}", info["StartPath"].as_str().expect("a text"));
        let mut fields = fields(&info, &key);
        fields.extend(more);
        outcome(client.post_object(&fields, Some(PICTURE)).await).await.0
    };
    assert_eq!(with_policy(r#""eq-filename""#, "{path}/${filename}", &[]).await, 200);
    assert_eq!(with_policy(r#""eq-filename""#, "{path}/a.png", &[]).await, 403);
    assert_eq!(with_policy(r#""fixed-key""#, "{path}/a.png", &[]).await, 403);
    assert_eq!(with_policy(r#""any-prefix""#, "anywhere/a.png", &[]).await, 200);
    assert_eq!(with_policy(r#""no-key""#, "a.png", &[]).await, 200);
    let demands = r#"[["eq", "$content-type", "image/png"], ["eq", "$x-oss-meta-owner", "a"]]"#;
    assert_eq!(with_policy(demands, "a.png", &[]).await, 403);
    let both = [("Content-Type", "image/png"), ("x-oss-meta-owner", "a")];
    assert_eq!(with_policy(demands, "a.png", &both).await, 200);
    let unknown = client.admin(Method::PUT, "/upload-policy", r#"{"form": "eq"}"#).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text.contains("expected eq-filename"), "{}", unknown.text);
}

#[tokio::test]
async fn fields_after_the_file_do_not_count() {
    let (_running, client) = emulator(&[]).await;
    let info = client.oss_info().await;
    let key = format!("{}/a.png", info["StartPath"].as_str().expect("a text"));
    let fields = fields(&info, &key);
    let mut form = reqwest::multipart::Form::new();
    for (name, value) in &fields[1..] {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    form = form.part("file", reqwest::multipart::Part::bytes(PICTURE)).text("key", key.clone());
    let response = client.http.post(&client.endpoint).multipart(form).send().await.expect("an answer");
    assert_eq!(outcome(response).await, (400, "InvalidArgument".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_no_form_is_malformed() {
    let (_running, client) = emulator(&[]).await;
    for content_type in ["multipart/form-data", "multipart/form-data; boundary=b"] {
        let request = client.http.post(&client.endpoint).header("content-type", content_type).body("--b\r\nno form");
        let response = request.send().await.expect("an answer");
        assert_eq!(outcome(response).await, (400, "MalformedPOSTRequest".to_owned()), "{content_type}");
    }
}
