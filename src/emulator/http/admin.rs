//! The admin endpoint, below `/_emulator`: what a test changes while the emulator runs.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    super::{
        action::Action,
        faults::{FaultRule, Faults},
        ledger::{QualificationReview, Review, SignatureReview},
        object_store::PolicyForm,
        state::{Shared, snapshot::StateFile},
    },
    response::{Body, Envelope, full},
};

/// Where the admin endpoint is.
pub(super) const PREFIX: &str = "/_emulator";

/// The largest body: a state to import, with its pictures.
const MAX_BYTES: usize = 1024 * 1024 * 1024;

/// Why an admin request was refused.
struct Problem {
    status: u16,
    text: String,
}

impl Problem {
    fn new(status: u16, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
}

pub(super) async fn handle(shared: &Shared, request: Request<Incoming>, envelope: &Envelope) -> Response<Body> {
    let (status, body) = match answer(shared, request).await {
        Ok(value) => (200, value),
        Err(problem) => (problem.status, json!({"error": problem.text})),
    };
    let mut text = serde_json::to_string_pretty(&body).expect("JSON values can be written");
    text.push('\n');
    envelope.respond(status, "application/json;charset=utf-8", full(text))
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Result<Value, Problem> {
    refuse_browsers(request.headers())?;
    let (head, body) = request.into_parts();
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let body = Limited::new(body, MAX_BYTES).collect().await;
    let body = body.map_err(|error| Problem::new(400, format!("the body can't be read: {error}")))?.to_bytes();
    let answer = match (&head.method, path) {
        (&Method::GET, "" | "/") => Ok(overview(shared)),
        (&Method::GET, "/faults") => Ok(faults(shared)),
        (&Method::PUT, "/faults") => set_faults(shared, &body),
        (&Method::DELETE, "/faults") => {
            shared.lock().set_faults(Faults::default());
            Ok(faults(shared))
        }
        (&Method::GET, "/clock") => Ok(clock(shared)),
        (&Method::PUT, "/clock") => set_clock(shared, &body),
        (&Method::DELETE, "/clock") => {
            shared.lock().shift = SignedDuration::ZERO;
            Ok(clock(shared))
        }
        (&Method::POST, "/review") => review(shared, &body),
        (&Method::POST, "/signature-review") => review_signature(shared, &body),
        (&Method::POST, "/qualification-review") => review_qualification(shared, &body),
        (&Method::GET, "/upload-policy") => Ok(upload_policy(shared)),
        (&Method::PUT, "/upload-policy") => set_upload_policy(shared, &body),
        (&Method::POST, "/access-key") => set_access_key(shared, &body),
        (&Method::GET, "/state") => {
            let state = StateFile::export(shared).map_err(|error| Problem::new(500, error.to_string()))?;
            Ok(serde_json::to_value(state).expect("a state is texts and numbers"))
        }
        (&Method::POST, "/state") => import(shared, &body),
        (method, path) => {
            Err(Problem::new(404, format!("there is no {method} {PREFIX}{path}; see docs/reference/emulator.md")))
        }
    }?;
    shared.safe().await.map_err(|refusal| Problem::new(500, refusal.message))?;
    Ok(answer)
}

/// A web page must not be able to change the emulator of whoever looks at it: browsers send `Origin` with such requests.
fn refuse_browsers(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(header::ORIGIN) {
        return Err(Problem::new(403, "the admin endpoint is not for web pages"));
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::new(400, format!("the body is not what is expected: {error}")))
}

fn overview(shared: &Shared) -> Value {
    let now = shared.clock.now();
    let state = shared.lock();
    let accounts: Value = state
        .ledger
        .accounts()
        .map(|(name, letters)| (name.to_string(), json!({"letters": letters.count()})))
        .collect();
    let keys: Value = state
        .keys
        .values()
        .map(|key| (key.id.clone(), json!({"account": key.account, "active": key.active})))
        .collect();
    let calls: Value = Action::ALL.iter().map(|&of| (of.to_string(), json!(state.calls(of)))).collect();
    json!({
        "emulator": true,
        "version": env!("CARGO_PKG_VERSION"),
        "clock": state.shifted(now).to_string(),
        "accounts": accounts,
        "accessKeys": keys,
        "calls": calls,
        "faults": state.faults.0.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn faults(shared: &Shared) -> Value {
    json!({"faults": shared.lock().faults.0.iter().map(ToString::to_string).collect::<Vec<_>>()})
}

fn set_faults(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        faults: Vec<String>,
    }
    let wanted: Wanted = parse(body)?;
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for text in &wanted.faults {
        match text.parse::<FaultRule>() {
            Ok(rule) => rules.push(rule),
            Err(error) => problems.push(error.to_string()),
        }
    }
    if !problems.is_empty() {
        return Err(Problem::new(400, problems.join("; ")));
    }
    shared.lock().set_faults(Faults(rules));
    Ok(faults(shared))
}

fn clock(shared: &Shared) -> Value {
    let now = shared.clock.now();
    let state = shared.lock();
    json!({"now": state.shifted(now).to_string(), "shiftSeconds": state.shift.as_secs()})
}

fn set_clock(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[serde(default)]
        now: Option<Timestamp>,
        #[serde(default, rename = "advanceSeconds")]
        advance_seconds: Option<i64>,
    }
    let wanted: Wanted = parse(body)?;
    let now = shared.clock.now();
    let shift = match (wanted.now, wanted.advance_seconds) {
        (Some(wanted), None) => wanted.duration_since(now),
        (None, Some(seconds)) => shared.lock().shift.saturating_add(SignedDuration::from_secs(seconds)),
        _ => return Err(Problem::new(400, "give either now (a time) or advanceSeconds (a number)")),
    };
    if now.checked_add(shift).is_err() {
        return Err(Problem::new(400, "that time is out of range"));
    }
    shared.lock().shift = shift;
    Ok(clock(shared))
}

fn review(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    let review: Review = parse(body)?;
    if review.id.is_none() && review.name.is_none() && review.signature.is_none() {
        return Err(Problem::new(400, "say which letters: give id, name or signature"));
    }
    let letters = shared.lock().review(&review);
    if letters.is_empty() {
        return Err(Problem::new(404, "there is no such letter"));
    }
    Ok(json!({"letters": letters, "state": review.state}))
}

fn review_signature(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    let review: SignatureReview = parse(body)?;
    match shared.lock().review_signature(&review, shared.clock.now()) {
        0 => Err(Problem::new(404, "no such signature")),
        count => Ok(json!({"signatures": count, "state": review.state})),
    }
}

fn review_qualification(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    let review: QualificationReview = parse(body)?;
    match shared.lock().review_qualification(&review, shared.clock.now()) {
        0 => Err(Problem::new(404, "no such qualification")),
        count => Ok(json!({"qualifications": count, "state": review.state})),
    }
}

fn upload_policy(shared: &Shared) -> Value {
    json!({"form": shared.lock().upload_policy.to_string()})
}

fn set_upload_policy(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        form: Value,
    }
    let wanted: Wanted = parse(body)?;
    let text = wanted.form.as_str().map_or_else(|| wanted.form.to_string(), str::to_owned);
    let form: PolicyForm = text.parse().map_err(|problem| Problem::new(400, format!("invalid form: {problem}")))?;
    shared.lock().upload_policy = form;
    Ok(upload_policy(shared))
}

fn set_access_key(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        id: String,
        active: bool,
    }
    let wanted: Wanted = parse(body)?;
    match shared.lock().keys.get_mut(&wanted.id) {
        Some(key) => {
            key.active = wanted.active;
            Ok(json!({"id": key.id, "active": key.active}))
        }
        None => Err(Problem::new(404, "there is no such AccessKey")),
    }
}

fn import(shared: &Shared, body: &Bytes) -> Result<Value, Problem> {
    let file: StateFile = parse(body)?;
    let imported =
        file.import(&mut shared.lock(), shared.clock.now()).map_err(|error| Problem::new(409, error.to_string()))?;
    Ok(json!({"imported": imported}))
}
