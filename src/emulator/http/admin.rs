//! The admin endpoint, below `/_emulator`: what a test changes while the emulator runs.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    super::{
        action::Action,
        faults::{FaultRule, Faults},
        ledger::{QualificationReview, Review, SignatureReview},
        object_store::PolicyForm,
        state::{Shared, snapshot::StateFile},
    },
    body::{BodyError, BoundedBody},
    guard,
    response::{Body, Envelope, full, full_with},
};

/// Where the admin endpoint is.
pub(super) const PREFIX: &str = "/_emulator";

/// The largest body: a state to import, with its pictures.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// Why an admin request was refused.
struct AdminError {
    status: u16,
    text: String,
}

impl AdminError {
    fn new(status: u16, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
}

impl From<BodyError> for AdminError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge(_) => {
                let most = MAX_BYTES / (1024 * 1024);
                Self::new(413, format!("the body is larger than {most} MiB; use letterform emulator import FILE"))
            }
            BodyError::Silent(_) => Self::new(408, error.to_string()),
            BodyError::Broken(_) => Self::new(400, error.to_string()),
        }
    }
}

/// What is told, and the room that an exported state takes until it was sent.
type Told = (Vec<u8>, Option<OwnedSemaphorePermit>);

pub(super) async fn handle(
    shared: &Shared,
    request: Request<Incoming>,
    local: Option<SocketAddr>,
    envelope: &Envelope,
) -> Response<Body> {
    let (status, body) = match answer(shared, request, local).await {
        Ok((text, room)) => (200, full_with(text, room)),
        Err(problem) => (problem.status, full(pretty(&json!({"error": problem.text})))),
    };
    envelope.respond(status, "application/json;charset=utf-8", body)
}

fn pretty(told: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(told).expect("what is told is texts and numbers");
    text.push(b'\n');
    text
}

async fn answer(shared: &Shared, request: Request<Incoming>, local: Option<SocketAddr>) -> Result<Told, AdminError> {
    let (head, body) = request.into_parts();
    guard::refuse_foreign(&head, local).map_err(|foreign| AdminError::new(403, foreign.to_string()))?;
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let body = BoundedBody::new(body, MAX_BYTES, shared.limits.silence);
    let _room = shared.budgets.admin.hold(body.most()).await;
    let body = body.collect().await?;
    let told = if (&head.method, path) == (&Method::GET, "/state") {
        export(shared).await?
    } else {
        (pretty(&change(shared, &head.method, path, body)?), None)
    };
    shared.safe().await.map_err(|refusal| AdminError::new(500, refusal.message))?;
    Ok(told)
}

/// Everything but the export, which is too large for a [`Value`].
fn change(shared: &Shared, method: &Method, path: &str, body: Bytes) -> Result<Value, AdminError> {
    match (method, path) {
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
        (&Method::POST, "/state") => import(shared, body),
        (method, path) => {
            Err(AdminError::new(404, format!("there is no {method} {PREFIX}{path}; see docs/reference/emulator.md")))
        }
    }
}

/// The state as `emulator export` writes it. One is made at a time, and keeps its room until it was
/// sent.
async fn export(shared: &Shared) -> Result<Told, AdminError> {
    let room = shared.budgets.exports.hold(1).await;
    let state = StateFile::without_objects(shared);
    // Every picture that these letters have is in the store then.
    shared.safe().await.map_err(|refusal| AdminError::new(500, refusal.message))?;
    let state = state.with_objects(shared).map_err(|error| AdminError::new(500, error.to_string()))?;
    Ok((pretty(&state), Some(room)))
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, AdminError> {
    serde_json::from_slice(body)
        .map_err(|error| AdminError::new(400, format!("the body is not what is expected: {error}")))
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

fn set_faults(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
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
        return Err(AdminError::new(400, problems.join("; ")));
    }
    shared.lock().set_faults(Faults(rules));
    Ok(faults(shared))
}

fn clock(shared: &Shared) -> Value {
    let now = shared.clock.now();
    let state = shared.lock();
    json!({"now": state.shifted(now).to_string(), "shiftSeconds": state.shift.as_secs()})
}

fn set_clock(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
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
        _ => return Err(AdminError::new(400, "give either now (a time) or advanceSeconds (a number)")),
    };
    if now.checked_add(shift).is_err() {
        return Err(AdminError::new(400, "that time is out of range"));
    }
    shared.lock().shift = shift;
    Ok(clock(shared))
}

fn review(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
    let review: Review = parse(body)?;
    if review.id.is_none() && review.name.is_none() && review.signature.is_none() {
        return Err(AdminError::new(400, "say which letters: give id, name or signature"));
    }
    let letters = shared.lock().review(&review);
    if letters.is_empty() {
        return Err(AdminError::new(404, "there is no such letter"));
    }
    Ok(json!({"letters": letters, "state": review.state}))
}

fn review_signature(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
    let review: SignatureReview = parse(body)?;
    match shared.lock().review_signature(&review, shared.clock.now()) {
        0 => Err(AdminError::new(404, "no such signature")),
        count => Ok(json!({"signatures": count, "state": review.state})),
    }
}

fn review_qualification(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
    let review: QualificationReview = parse(body)?;
    match shared.lock().review_qualification(&review, shared.clock.now()) {
        0 => Err(AdminError::new(404, "no such qualification")),
        count => Ok(json!({"qualifications": count, "state": review.state})),
    }
}

fn upload_policy(shared: &Shared) -> Value {
    json!({"form": shared.lock().upload_policy.to_string()})
}

fn set_upload_policy(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        form: Value,
    }
    let wanted: Wanted = parse(body)?;
    let text = wanted.form.as_str().map_or_else(|| wanted.form.to_string(), str::to_owned);
    let form: PolicyForm = text.parse().map_err(|problem| AdminError::new(400, format!("invalid form: {problem}")))?;
    shared.lock().upload_policy = form;
    Ok(upload_policy(shared))
}

fn set_access_key(shared: &Shared, body: &Bytes) -> Result<Value, AdminError> {
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
        None => Err(AdminError::new(404, "there is no such AccessKey")),
    }
}

fn import(shared: &Shared, body: Bytes) -> Result<Value, AdminError> {
    let file: StateFile = parse(&body)?;
    // What it says is in `file` now, pictures and all.
    drop(body);
    let imported =
        file.import(&mut shared.lock(), shared.clock.now()).map_err(|error| AdminError::new(409, error.to_string()))?;
    Ok(json!({"imported": imported}))
}
