use futures::future::join_all;

use super::*;

fn oss_info(server_origin: &str, expires_in: i64) -> Step {
    Step::json(
        200,
        &format!(
            r#"{{"Code":"OK","Data":{{"AccessKeyId":"OSSKEY","Policy":"cG9saWN5","Signature":"c2lnbmF0dXJl",
                "Host":"{server_origin}","StartPath":"/123456/","Expire":"{}"}}}}"#,
            NOW + expires_in
        ),
    )
}

fn oss_error(status: u16, code: &str) -> Step {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>Invalid according to Policy: \
         Policy expired.</Message><RequestId>O1</RequestId><HostId>h</HostId><EC>0007</EC></Error>"
    );
    Step::with_headers(status, "content-type: application/xml\r\n", &body)
}

fn done() -> Step {
    Step::with_headers(200, "x-oss-request-id: O2\r\n", "")
}

/// An API server, the object server, and a client of the first.
async fn servers(
    api: impl IntoIterator<Item = Result<i64, Step>>,
    oss: impl IntoIterator<Item = Step>,
) -> (Scripted, Scripted, Client) {
    let oss = Scripted::serve(oss).await;
    let origin = oss.origin();
    let steps = api.into_iter().map(|step| step.map_or_else(|step| step, |expires_in| oss_info(&origin, expires_in)));
    let api = Scripted::serve(steps).await;
    let client = client(&api);
    (api, oss, client)
}

#[tokio::test]
async fn an_upload_is_a_form_with_the_file_last() {
    let (api, oss, client) = servers([Ok(3600)], [done()]).await;
    let (object, bytes) = scan();
    let key = client.upload(object, bytes, &|_| {}).await.expect("uploaded");
    assert_eq!(key.as_str(), format!("123456/{object}"));
    assert!(api.requests()[0].contains("BizType=dysms"));

    let requests = oss.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-type: multipart/form-data; boundary=") && head.contains("content-length: "));
    let fields: Vec<_> = body.split("; name=\"").skip(1).filter_map(|part| Some(part.split_once('"')?.0)).collect();
    assert_eq!(fields, ["key", "OSSAccessKeyId", "policy", "Signature", "success_action_status", "file"]);
    for part in [&format!("\r\n\r\n{key}\r\n"), "\r\n\r\nOSSKEY\r\n", "\r\n\r\ncG9saWN5\r\n", "\r\n\r\n200\r\n"] {
        assert!(body.contains(part), "{part}");
    }
    assert!(body.contains(&format!("name=\"file\"; filename=\"{object}\"\r\nContent-Type: image/png\r\n\r\n")));
}

/// An API server that answers with these conditions, one list a question.
async fn with_conditions(conditions: &[&str], oss: impl IntoIterator<Item = Step>) -> (Scripted, Scripted, Client) {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let oss = Scripted::serve(oss).await;
    let origin = oss.origin();
    let steps = conditions.iter().map(|conditions| {
        let policy = STANDARD.encode(format!(r#"{{"conditions":[{conditions}]}}"#));
        let expire = NOW + 3600;
        Step::json(
            200,
            &format!(
                r#"{{"Code":"OK","RequestId":"I1","Data":{{"AccessKeyId":"OSSKEY","Policy":"{policy}","Signature":"c2ln",
                    "Host":"{origin}","StartPath":"123456","Expire":{expire}}}}}"#
            ),
        )
    });
    let api = Scripted::serve(steps).await;
    let client = client(&api);
    (api, oss, client)
}

fn condition_failed() -> Step {
    let body = "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy Condition failed: \
                [\"eq\", \"$key\", \"x\"]</Message></Error>";
    Step::with_headers(403, "content-type: application/xml\r\n", body)
}

#[tokio::test]
async fn the_other_reading_of_a_variable_is_tried_and_remembered() {
    let oss = [condition_failed(), done(), done()];
    let (api, oss, client) = with_conditions(&[r#"["eq","$key","9/${filename}"]"#], oss).await;
    let (object, bytes) = scan();
    for _ in 0..2 {
        let key = client.upload(object, bytes.clone(), &|_| {}).await.expect("uploaded");
        assert_eq!(key.as_str(), format!("9/{object}"));
    }
    let sent: Vec<_> = oss.requests().iter().map(|request| request.contains("\r\n\r\n9/${filename}\r\n")).collect();
    assert_eq!((api.requests().len(), sent), (1, vec![true, false, false]));
}

#[tokio::test]
async fn a_fixed_name_is_never_given_to_a_second_picture() {
    let fixed = r#"["eq","$key","9/a.jpg"]"#;
    let (api, oss, client) = with_conditions(&[fixed, fixed], [done(), done()]).await;
    let (object, bytes) = scan();
    assert_eq!(client.upload(object, bytes.clone(), &|_| {}).await.expect("uploaded").as_str(), "9/a.jpg");
    assert_eq!(client.upload(object, bytes, &|_| {}).await.expect("uploaded again").as_str(), "9/a.jpg");
    let bytes = Bytes::from_static(b"\x89PNG\r\n\x1a\nother");
    let other = ScanObject::new(ScanDigest::of(&bytes), PictureFormat::Png);
    let error = client.upload(other, bytes, &|_| {}).await.expect_err("taken");
    assert!(error.to_string().contains("`9/a.jpg`, which already is the picture of another letter"), "{error}");
    assert_eq!(error.outcome(), Outcome::Refused);
    assert_eq!((api.requests().len(), oss.requests().len()), (2, 2), "another name was asked for");
}

#[tokio::test]
async fn a_second_picture_gets_the_next_fixed_name() {
    let names = [r#"{"key":"9/a.jpg"}"#, r#"{"key":"9/b.jpg"}"#];
    let (_api, _oss, client) = with_conditions(&names, [done(), done()]).await;
    let (object, bytes) = scan();
    client.upload(object, bytes, &|_| {}).await.expect("uploaded");
    let bytes = Bytes::from_static(b"\x89PNG\r\n\x1a\nother");
    let other = ScanObject::new(ScanDigest::of(&bytes), PictureFormat::Png);
    assert_eq!(client.upload(other, bytes, &|_| {}).await.expect("uploaded").as_str(), "9/b.jpg");
}

#[tokio::test]
async fn a_policy_that_no_upload_can_meet_fails_before_anything_is_sent() {
    let (api, oss, client) = with_conditions(&[r#"["eq","$key","/a"],["eq","$signature","c2ln"]"#], []).await;
    let (object, bytes) = scan();
    let error = client.upload(object, bytes, &|_| {}).await.expect_err("a failure");
    assert!(error.to_string().ends_with(r#"this condition of its policy: ["eq","$key","/a"]"#), "{error}");
    assert_eq!((error.outcome(), error.request_id()), (Outcome::Refused, Some(&RequestId("I1".into()))));
    assert_eq!((api.requests().len(), oss.requests().len()), (1, 0));
}

#[tokio::test]
async fn only_an_answer_of_the_object_store_counts() {
    let page = "<html>Log in</html>";
    let created = "<PostResponse><Key>k</Key></PostResponse>";
    let marked = "x-oss-request-id: O\r\n";
    for (conditions, status, headers, body, counts) in [
        ("", 200, "", "", true),
        ("", 200, marked, "", true),
        ("", 204, marked, "", true),
        ("", 200, "content-type: text/html\r\n", page, false),
        ("", 203, "", "", false),
        ("", 203, marked, "", false),
        ("", 202, "", "", false),
        ("", 302, "location: http://portal/\r\n", "", false),
        (r#"{"success_action_status":"201"}"#, 201, "", created, true),
        (r#"{"success_action_status":"201"}"#, 201, "", page, false),
        (r#"{"success_action_status":"201"}"#, 200, "", "", false),
    ] {
        let step = Step::with_headers(status, headers, body);
        let (_api, oss, client) = with_conditions(&[conditions], [step]).await;
        let (object, bytes) = scan();
        let result = client.upload(object, bytes, &|_| {}).await;
        assert_eq!(result.is_ok(), counts, "{status} {headers} {body}: {result:?}");
        if let Err(error) = result {
            assert_eq!(error.outcome(), Outcome::Refused, "{error}");
            assert_eq!(oss.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn many_uploads_at_a_time_share_one_policy() {
    let (api, oss, client) = servers([Ok(3600)], vec![done(); 8]).await;
    let (object, bytes) = scan();
    for result in join_all((0..8).map(|_| client.upload(object, bytes.clone(), &|_| {}))).await {
        result.expect("uploaded");
    }
    assert_eq!((api.requests().len(), oss.requests().len()), (1, 8));
}

#[tokio::test]
async fn many_uploads_at_a_time_share_one_failure_to_get_a_policy() {
    let refused = Step::json(403, r#"{"Code":"Forbidden.RAM","Message":"m"}"#);
    let (api, oss, client) = servers([Err(refused.clone()), Err(refused)], []).await;
    let (object, bytes) = scan();
    for result in join_all((0..8).map(|_| client.upload(object, bytes.clone(), &|_| {}))).await {
        assert!(result.expect_err("a failure").has_code("Forbidden.RAM"));
    }
    assert_eq!((api.requests().len(), oss.requests().len()), (1, 0));
    client.upload(object, bytes, &|_| {}).await.expect_err("a failure of its own");
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test]
async fn a_policy_is_not_used_in_its_last_30_seconds() {
    let (api, _oss, client) = servers([Ok(30), Ok(31)], vec![done(); 3]).await;
    let (object, bytes) = scan();
    for _ in 0..3 {
        client.upload(object, bytes.clone(), &|_| {}).await.expect("uploaded");
    }
    assert_eq!(api.requests().len(), 2);
}

#[tokio::test]
async fn a_policy_that_is_refused_is_replaced_once() {
    let denied = oss_error(403, "AccessDenied");
    let (api, oss, client) = servers([Ok(3600), Ok(3600)], [done(), denied.clone(), done(), denied]).await;
    let (object, bytes) = scan();
    client.upload(object, bytes.clone(), &|_| {}).await.expect("uploaded");
    client.upload(object, bytes.clone(), &|_| {}).await.expect("uploaded with another policy");
    assert_eq!((api.requests().len(), oss.requests().len()), (2, 3));
}

#[tokio::test]
async fn a_new_policy_that_is_refused_is_an_error() {
    let (api, oss, client) = servers([Ok(3600)], [oss_error(403, "AccessDenied")]).await;
    let (object, bytes) = scan();
    let error = client.upload(object, bytes, &|_| {}).await.expect_err("a failure");
    assert_eq!(
        error.to_string(),
        "PostObject was answered with AccessDenied: Invalid according to Policy: Policy expired."
    );
    assert_eq!(error.request_id(), Some(&RequestId("O1".into())));
    assert_eq!(error.outcome(), Outcome::Refused);
    assert_eq!((api.requests().len(), oss.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_failure_that_is_no_xml_keeps_its_status() {
    let (_api, _oss, client) = servers([Ok(3600)], [Step::with_headers(503, "retry-after: 2\r\n", "busy")]).await;
    let (object, bytes) = scan();
    let error = client.upload(object, bytes, &|_| {}).await.expect_err("a failure");
    assert!(matches!(error, ServiceError::Unreadable { status: 503, .. }), "{error:?}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
}

#[tokio::test]
async fn upload_information_that_lacks_a_part_is_unreadable() {
    let no_host = Step::json(200, r#"{"Code":"OK","Data":{"AccessKeyId":"a","Policy":"b","Signature":"c"}}"#);
    let no_data = Step::json(200, r#"{"Code":"OK"}"#);
    for (step, problem) in [(no_host, "it has no `Host`"), (no_data, "it has no `Data`")] {
        let (_api, _oss, client) = servers([Err(step)], []).await;
        let (object, bytes) = scan();
        let error = client.upload(object, bytes, &|_| {}).await.expect_err("a failure");
        assert!(error.to_string().ends_with(problem), "{error}");
    }
}
