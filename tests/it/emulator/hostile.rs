//! Clients that keep the emulator waiting, send too much, or are web pages.

use std::time::Duration;

use letterform::emulator::Limits;
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    client::QUERY,
    setup::{emulator, emulator_with},
};

/// Sends this and nothing more, and reads until the emulator closes the connection.
pub(crate) async fn half_open(endpoint: &str, sent: &str) -> String {
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://")).await.expect("connects");
    stream.write_all(sent.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an end");
    answer
}

#[tokio::test]
async fn ends_requests_that_never_come_whole() {
    let brief = Duration::from_millis(30);
    let (_running, client) = emulator_with(&[], Limits { head: brief, ..Limits::default() }).await;
    for sent in ["", "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n"] {
        assert_eq!(half_open(&client.endpoint, sent).await, "", "{sent:?}");
    }
    // However late the head is read on a busy machine.
    let (_running, client) = emulator_with(&[], Limits { silence: brief, ..Limits::default() }).await;
    for (sent, answer) in [
        ("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\nAction", "RequestTimeout"),
        ("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n", "RequestTimeout"),
        ("PUT /_emulator/clock HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{", "was silent for 30 ms"),
        (
            "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 99\r\n\r\n\
             --b\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\n1/a",
            "RequestTimeout",
        ),
    ] {
        let told = half_open(&client.endpoint, sent).await;
        assert!(told.contains(answer), "{sent:?}: {told}");
    }
}

#[tokio::test]
async fn refuses_bodies_that_would_not_fit_before_they_are_read() {
    let (_running, client) = emulator(&[]).await;
    let head = "POST /_emulator/state HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n";
    let told = half_open(&client.endpoint, &format!("{head}content-length: 943718400\r\n\r\n")).await;
    assert!(told.starts_with("HTTP/1.1 413") && told.contains("larger than 256 MiB"), "{told}");
}

#[tokio::test]
async fn lets_no_web_page_use_the_admin_endpoint() {
    let (_running, client) = emulator(&["query code=Throttling.User"]).await;
    let requests = [
        (Method::GET, ""),
        (Method::GET, "/faults"),
        (Method::PUT, "/faults"),
        (Method::DELETE, "/faults"),
        (Method::PUT, "/clock"),
        (Method::DELETE, "/clock"),
        (Method::POST, "/review"),
        (Method::POST, "/signature-review"),
        (Method::PUT, "/upload-policy"),
        (Method::POST, "/access-key"),
        (Method::GET, "/state"),
        (Method::POST, "/state"),
    ];
    for (name, value) in [
        ("host", "evil.example"),
        ("host", "evil.example:8025"),
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("referer", "http://evil.example/page"),
    ] {
        for (method, path) in &requests {
            let url = format!("{}/_emulator{path}", client.endpoint);
            let request = client.http.request(method.clone(), url).header(name, value).body("{\"faults\": []}");
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 403, "{method} {path} with {name}: {value}");
        }
    }
    assert_eq!(client.call(QUERY, &[]).await.code(), "Throttling.User", "nothing was changed");
    assert_eq!(client.admin(Method::DELETE, "/faults", "").await.status, 200);
    let typed = client.http.get(format!("{}/_emulator", client.endpoint)).header("sec-fetch-site", "none");
    assert_eq!(typed.send().await.expect("an answer").status(), 200, "somebody typed the address");
}
