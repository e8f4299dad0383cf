//! A client that can do wrong what the real one does right.

use std::sync::atomic::{AtomicU64, Ordering};

use letterform::wire::{self, acs3, encode, rpc};
use reqwest::{Method, Response};
use serde_json::Value;

use crate::emulator::setup::NOW;

pub(crate) const CREATE: &str = "CreateSmsAuthorizationLetter";
pub(crate) const QUERY: &str = "QuerySmsAuthorizationLetter";
pub(crate) const OSS_INFO: &str = "GetQualificationOssInfo";

/// The forms in which a call can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    V1Get,
    V1Query,
    V1Body,
    V3Get,
    V3Query,
    V3Body,
}

impl Form {
    pub(crate) const ALL: [Self; 6] =
        [Self::V1Get, Self::V1Query, Self::V1Body, Self::V3Get, Self::V3Query, Self::V3Body];
}

pub(crate) struct Client {
    pub(crate) endpoint: String,
    pub(crate) http: reqwest::Client,
    pub(crate) key: (&'static str, &'static str),
    pub(crate) form: Form,
    nonces: AtomicU64,
}

/// A call before it is signed.
struct Call<'a> {
    method: Method,
    /// Whether the parameters go into the body.
    in_body: bool,
    action: &'a str,
    params: &'a [(&'a str, &'a str)],
    nonce: &'a str,
    time: &'a str,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Reply {
    pub(crate) async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let media_type = response.headers()["content-type"].to_str().expect("ASCII").to_owned();
        let text = response.text().await.expect("a body");
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, media_type, text, json }
    }

    pub(crate) fn code(&self) -> &str {
        self.json["Code"].as_str().unwrap_or_else(|| panic!("no Code in HTTP {}: {}", self.status, self.text))
    }

    /// The names of the letters in the answer to a query.
    pub(crate) fn names(&self) -> Vec<&str> {
        let letters = self.json["Data"].as_array().unwrap_or_else(|| panic!("no letters in {}", self.text));
        letters.iter().map(|letter| letter["AuthorizationLetterName"].as_str().expect("a name")).collect()
    }
}

impl Client {
    pub(crate) fn new(endpoint: &str) -> Self {
        // The second test of the process finds a provider installed: that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let nonces = AtomicU64::new(0);
        Self { endpoint: endpoint.to_owned(), http, key: ("shop", "secret"), form: Form::V3Query, nonces }
    }

    pub(crate) fn nonce(&self) -> String {
        format!("n{}", self.nonces.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) async fn call(&self, action: &str, params: &[(&str, &str)]) -> Reply {
        Reply::read(self.send(action, params).await.expect("an answer")).await
    }

    /// Sends a call with a new nonce.
    pub(crate) async fn send(&self, action: &str, params: &[(&str, &str)]) -> reqwest::Result<Response> {
        self.send_with(action, params, &self.nonce(), NOW).await
    }

    pub(crate) async fn send_with(
        &self,
        action: &str,
        params: &[(&str, &str)],
        nonce: &str,
        time: &str,
    ) -> reqwest::Result<Response> {
        let (method, in_body) = match self.form {
            Form::V1Get | Form::V3Get => (Method::GET, false),
            Form::V1Query | Form::V3Query => (Method::POST, false),
            Form::V1Body | Form::V3Body => (Method::POST, true),
        };
        let call = Call { method, in_body, action, params, nonce, time };
        match self.form {
            Form::V1Get | Form::V1Query | Form::V1Body => self.send_v1(call).await,
            Form::V3Get | Form::V3Query | Form::V3Body => self.send_v3(call).await,
        }
    }

    async fn send_v1(&self, call: Call<'_>) -> reqwest::Result<Response> {
        let common = [
            ("Action", call.action),
            ("Version", wire::API_VERSION),
            ("AccessKeyId", self.key.0),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", call.nonce),
            ("Timestamp", call.time),
        ];
        let mut all: Vec<(&str, &str)> = call.params.iter().copied().chain(common).collect();
        let signature = rpc::signature(self.key.1, call.method.as_str(), all.iter().copied());
        all.push(("Signature", &signature));
        let encoded = encode::canonical_query(all);
        if call.in_body {
            let request = self.http.request(call.method, &self.endpoint).body(encoded);
            request.header("content-type", "application/x-www-form-urlencoded").send().await
        } else {
            self.http.request(call.method, format!("{}/?{encoded}", self.endpoint)).send().await
        }
    }

    async fn send_v3(&self, call: Call<'_>) -> reqwest::Result<Response> {
        let pairs: wire::Parameters =
            call.params.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let encoded = encode::canonical_query(call.params.iter().copied());
        let (query, body) = if call.in_body { (vec![], encoded.clone()) } else { (pairs, String::new()) };
        let body_sha256 = wire::body_sha256(body.as_bytes());
        let host = self.endpoint.trim_start_matches("http://");
        let headers: wire::Parameters = [
            ("host", host),
            ("x-acs-action", call.action),
            ("x-acs-version", wire::API_VERSION),
            ("x-acs-date", call.time),
            ("x-acs-signature-nonce", call.nonce),
            ("x-acs-content-sha256", &body_sha256),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let canonical = acs3::CanonicalRequest {
            method: call.method.as_str(),
            path: "/",
            query: &query,
            headers: &headers,
            body_sha256: &body_sha256,
        };
        let authorization = canonical.authorization(self.key.0, self.key.1).to_string();
        let url = if call.in_body { self.endpoint.clone() } else { format!("{}/?{encoded}", self.endpoint) };
        let mut request = self.http.request(call.method, url).header("authorization", authorization).body(body);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        if call.in_body {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        request.send().await
    }

    /// Asks the admin endpoint.
    pub(crate) async fn admin(&self, method: Method, path: &str, body: &str) -> Reply {
        let request = self.http.request(method, format!("{}/_emulator{path}", self.endpoint)).body(body.to_owned());
        Reply::read(request.send().await.expect("an answer")).await
    }

    /// What is needed to upload.
    pub(crate) async fn oss_info(&self) -> Value {
        let reply = self.call(OSS_INFO, &[("BizType", "dysms")]).await;
        assert_eq!(reply.code(), "OK");
        reply.json["Data"].clone()
    }

    /// Uploads a picture under this name, and gives its key.
    pub(crate) async fn upload(&self, name: &str) -> String {
        let info = self.oss_info().await;
        let path = info["StartPath"].as_str().expect("a text");
        let key = format!("{path}/${{filename}}");
        let fields = crate::emulator::upload::fields(&info, &key);
        let picture = reqwest::multipart::Part::bytes(crate::emulator::upload::PICTURE).file_name(name.to_owned());
        let reply = self.post_form(&fields, Some(picture)).await;
        assert_eq!(reply.status(), 200);
        format!("{path}/{name}")
    }

    /// Sends a form with these fields and then the file.
    pub(crate) async fn post_object(&self, fields: &[(&str, &str)], file: Option<&'static [u8]>) -> Response {
        let file = file.map(|file| reqwest::multipart::Part::bytes(file).file_name("scan.png"));
        self.post_form(fields, file).await
    }

    async fn post_form(&self, fields: &[(&str, &str)], file: Option<reqwest::multipart::Part>) -> Response {
        let mut form = reqwest::multipart::Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        if let Some(file) = file {
            form = form.part("file", file);
        }
        self.http.post(&self.endpoint).multipart(form).send().await.expect("an answer")
    }

    /// Creates a letter with this name.
    pub(crate) async fn create(&self, name: &str, file_key: &str) -> Reply {
        self.call(CREATE, &letter(name, file_key)).await
    }
}

/// The parameters of a good letter.
pub(crate) fn letter<'a>(name: &'a str, file_key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("AuthorizationLetterName", name),
        ("Authorization", "菜鸟 网络（科技）有限公司"),
        ("ProxyAuthorization", "支付宝(中国)网络技术有限公司"),
        ("OrganizationCode", "91330100799655058B"),
        ("AuthorizationLetterExpDate", "2026-01-01~2028-12-31"),
        ("SignList", r#"["菜鸟网络","菜鸟裹裹"]"#),
        ("AuthorizationLetterPic", file_key),
    ]
}
