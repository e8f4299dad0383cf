use tokio::net::TcpListener;

use super::*;

const ERROR: &str = r#"{"Code":"Throttling.User","Message":"slow down","RequestId":"R1","HostId":"h","Recommend":"r"}"#;

async fn failure(steps: impl IntoIterator<Item = Step>) -> ServiceError {
    let server = Scripted::serve(steps).await;
    let error = client(&server).create(&letter()).await.expect_err("a failure");
    assert_eq!(server.requests().len(), 1, "a request is sent once: {error}");
    error
}

fn unreadable(error: &ServiceError) -> (u16, &str) {
    match error {
        ServiceError::Unreadable { status, problem, .. } => (*status, problem.raw()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_error_status_with_a_code_is_an_answer() {
    let error = failure([Step::with_headers(400, "retry-after: 7\r\n", ERROR)]).await;
    assert_eq!(error.to_string(), "CreateSmsAuthorizationLetter was answered with Throttling.User: slow down");
    assert_eq!(error.request_id(), Some(&RequestId("R1".into())));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.outcome(), Outcome::NotDone);
}

#[tokio::test]
async fn success_in_http_alone_is_no_success() {
    let body = r#"{"Code":"AuthorizationLetterNameRepeat","Message":"m","Success":false,"Data":{}}"#;
    let error = failure([Step::with_headers(200, "x-acs-request-id: R2\r\n", body)]).await;
    assert!(error.has_code("AuthorizationLetterNameRepeat"));
    assert_eq!(error.request_id(), Some(&RequestId("R2".into())));
    assert_eq!(error.outcome(), Outcome::Refused);
}

#[tokio::test]
async fn an_answer_that_contradicts_itself_leaves_the_outcome_unknown() {
    for body in [r#"{"Code":"OK","Success":false}"#, r#"{"Success":false}"#, r#"{"Data":"5"}"#, r#"{"Code":""}"#] {
        let error = failure([Step::json(200, body)]).await;
        assert_eq!(unreadable(&error).0, 200);
        assert_eq!(error.outcome(), Outcome::Unknown, "{body}");
    }
}

#[tokio::test]
async fn success_may_be_told_by_success_alone() {
    let server = Scripted::serve([Step::json(200, r#"{"Success":true,"Data":5}"#)]).await;
    assert_eq!(client(&server).create(&letter()).await.expect("created").value, Some(LetterId(5)));
}

#[tokio::test]
async fn an_error_page_is_unreadable_and_keeps_its_status() {
    let headers = "content-type: text/html\r\nretry-after: Mon, 23 Nov 2026 18:04:00 GMT\r\nx-acs-request-id: R3\r\n";
    let error = failure([Step::with_headers(502, headers, "<html>\x1b[31mBad Gateway")]).await;
    let (status, problem) = unreadable(&error);
    assert_eq!(status, 502);
    assert!(problem.contains("text/html") && problem.ends_with("<html>\x1b[31mBad Gateway"), "{problem}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.request_id(), Some(&RequestId("R3".into())));
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn json_that_ends_too_soon_is_unreadable() {
    let error = failure([Step::json(200, r#"{"Code":"OK","Da"#)]).await;
    assert_eq!(unreadable(&error).1, "it is JSON that ends too early (line 1, column 16)");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn an_empty_answer_is_unreadable() {
    assert_eq!(unreadable(&failure([Step::json(403, "")]).await), (403, "it is empty"));
}

#[tokio::test]
async fn letters_of_another_form_are_unreadable() {
    let server = Scripted::serve([Step::json(200, r#"{"Code":"OK","RequestId":"R","Data":{"a":1}}"#)]).await;
    let error = client(&server).query(&LetterFilter::default()).await.expect_err("a failure");
    assert_eq!(unreadable(&error).1, "`Data` is an object, and is not of the documented form");
    assert_eq!(error.request_id(), Some(&RequestId("R".into())));
    assert_eq!(error.retry(), Retry::Once);
}

#[tokio::test]
async fn a_text_of_any_length_is_told_in_a_line() {
    let long = "菜".repeat(300_000);
    let bodies = [
        format!(r#"{{"Code":"{long}","Message":"{long}","RequestId":"{long}"}}"#),
        format!(r#"{{"Code":"NoPermission","AccessDeniedDetail":{{"AuthAction":"{long}"}}}}"#),
        format!(r#"{{"Code":"OK","RequestId":"{long}","Data":"{long}"}}"#),
        format!(r#"{{"Code":"OK","Data":[["{long}"]"#),
        format!(r#"["{long}"]"#),
        format!(r#""{long}""#),
        long.clone(),
    ];
    for body in bodies {
        let server = Scripted::serve([Step::json(400, &body), Step::json(200, &body)]).await;
        for _ in 0..2 {
            let error = client(&server).query(&LetterFilter::default()).await.expect_err("a failure");
            let length = error.to_string().len() + error.request_id().map_or(0, |id| id.0.raw().len());
            assert!(length < 8_000, "{length}: {:.200}", error.to_string());
        }
    }
}

#[tokio::test]
async fn what_can_hold_a_signature_is_never_quoted() {
    let bodies = [
        r#"{"Code":"OK","Data":"sEcReT"}"#,
        r#"{"Code":"OK","Data":["sEcReT"]}"#,
        r#"{"Code":"OK","Data":{"Signature":"a","Signature":"sEcReT"}}"#,
        r#"{"Code":"OK","Data":{"Signature":"sEcReT"}"#,
        r#"{"Code":{"Signature":"sEcReT"},"Message":{"Signature":"sEcReT"}}"#,
        r#"{"Code":"X","Message":{"Signature":"sEcReT"},"AccessDeniedDetail":["sEcReT"]}"#,
        r#"{"Signature":"sEcReT"}"#,
        r#"[{"Signature":"sEcReT"}]"#,
        r#""sEcReT""#,
        "Signature=sEcReT",
        "<Signature>sEcReT</Signature>",
    ];
    let (object, scan) = scan();
    for body in bodies {
        let server = Scripted::serve([Step::json(200, body)]).await;
        let error = client(&server).upload(object, scan.clone(), &|_| {}).await.expect_err("a failure");
        assert!(!format!("{error} {error:?}").contains("sEcReT"), "{error:?}");
    }
    // A letter's picture may be a signed URL.
    for body in &bodies[..9] {
        let server = Scripted::serve([Step::json(200, body)]).await;
        let answer = client(&server).query(&LetterFilter::default()).await;
        assert!(!format!("{answer:?}").contains("sEcReT"), "{answer:?}");
    }
}

#[tokio::test]
async fn one_letter_that_cannot_be_read_hides_no_other() {
    let body = [
        br#"{"Code":"OK","Data":[{"AuthorizationLetterName":""#.as_slice(),
        &[0xB2, 0xCB],
        br#""},{"AuthorizationLetterName":"a","AuthorizationLetterId":1e400},{"AuthorizationLetterName":"b"}]}"#,
    ]
    .concat();
    let server = Scripted::serve([Step::bytes(200, &body)]).await;
    let ExistingLetters { letters, unreadable } =
        client(&server).query(&LetterFilter::default()).await.expect("letters").value;
    assert_eq!(letters.iter().map(|letter| letter.name.raw()).collect::<Vec<_>>(), ["b"]);
    let told: Vec<String> = unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "letter 1 of the answer can't be read: the field `AuthorizationLetterName` holds no name",
            "letter 2 of the answer (a) can't be read: the field `AuthorizationLetterId` is a number that is out of range",
        ]
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Scripted::serve([]).await;
    let location = format!("location: {}/\r\n", server.origin());
    let error = failure([Step::with_headers(307, &location, "")]).await;
    assert!(unreadable(&error).1.contains("not followed"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let announced = Step::SayAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n".to_vec());
    assert_eq!(unreadable(&failure([announced]).await), (200, "it is larger than 1 MiB"));
    let mut unannounced = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    unannounced.resize(unannounced.len() + (1 << 20) + 1, b' ');
    assert_eq!(unreadable(&failure([Step::SayAndClose(unannounced)]).await), (200, "it is larger than 1 MiB"));
}

#[tokio::test]
async fn an_answer_that_is_cut_is_lost() {
    for bytes in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"Code\""] {
        let error = failure([Step::SayAndClose(bytes.into())]).await;
        assert!(matches!(error, ServiceError::AnswerLost { .. }), "{error:?}");
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
}

#[tokio::test]
async fn a_create_on_a_connection_that_dies_is_not_sent_again() {
    let server = Scripted::serve([Step::json(200, r#"{"Code":"OK"}"#), Step::SayAndClose(vec![])]).await;
    let client = client(&server);
    client.query(&LetterFilter::default()).await.expect("an answer");
    let error = client.create(&letter()).await.expect_err("a failure");
    assert!(matches!(error, ServiceError::AnswerLost { .. }), "{error:?}");
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_lost() {
    let server = Scripted::serve([Step::Hang]).await;
    let config = ClientConfig { timeout: Duration::from_secs(1), ..config(&server.origin()) };
    let error = Client::new(config).expect("a client").create(&letter()).await.expect_err("a failure");
    assert_eq!(error.to_string(), "CreateSmsAuthorizationLetter: the answer was lost: time-out after 1s");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn a_host_that_takes_no_connection_was_never_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let client = Client::new(config(&format!("http://{address}"))).expect("a client");
    let error = client.create(&letter()).await.expect_err("a failure");
    let text = error.to_string();
    assert!(text.starts_with(&format!("CreateSmsAuthorizationLetter: no connection to {address}: ")), "{text}");
    assert!(text.contains("refused") && !text.contains("Authorization="), "{text}");
    assert_eq!(error.outcome(), Outcome::NotDone);
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_was_never_asked() {
    let server = Scripted::serve([]).await;
    let client = Client::new(config(&format!("https://{}", server.address))).expect("a client");
    let error = client.create(&letter()).await.expect_err("a failure");
    assert!(matches!(error, ServiceError::NoConnection { .. }), "{error:?}");
}

#[tokio::test]
async fn a_refused_time_tells_how_wrong_the_clock_is() {
    let body = r#"{"Code":"InvalidTimeStamp.Expired","Message":"m"}"#;
    let error = failure([Step::with_headers(400, "date: Mon, 23 Nov 2026 18:33:53 GMT\r\n", body)]).await;
    assert!(matches!(error, ServiceError::Answered { clock_skew: Some(-1800), .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Refused);
}

#[tokio::test]
async fn a_message_that_quotes_the_request_shows_no_secret() {
    let body = r#"{"Code":"SignatureDoesNotMatch","Message":"server string to sign is:POST&%2F&SecurityToken%3Da%252Btoken%253D and a+token= and a/secret key"}"#;
    let error = failure([Step::json(400, body)]).await;
    let ServiceError::Answered { message, .. } = error else { panic!("{error:?}") };
    assert_eq!(message, "server string to sign is:POST&%2F&SecurityToken%3D*** and *** and ***");
}

#[tokio::test]
async fn credentials_that_no_header_can_hold_are_an_error() {
    let server = Scripted::serve([]).await;
    let credentials =
        Credentials { access_key_id: "LTAI1\r\nx: y".to_owned(), secret: Secret::new("s".to_owned()), token: None };
    let config = ClientConfig { credentials: Arc::new(credentials), ..config(&server.origin()) };
    let error = Client::new(config).expect("a client").create(&letter()).await.expect_err("a failure");
    assert!(matches!(error, ServiceError::NotSent { .. }), "{error:?}");
    assert!(server.requests().is_empty());
}
