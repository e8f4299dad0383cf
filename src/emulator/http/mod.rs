//! The emulator as an HTTP server.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, Method, Request, Response, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

mod admin;
mod body;
mod guard;
mod injection;
mod post_object;
mod response;

use self::{
    body::{BodyError, BoundedBody},
    injection::{delay, spoil},
    response::{Body, Cut, Envelope, Format, full},
};
use super::{
    action::Action,
    auth::ApiRequest,
    faults::Effects,
    object_store::OssRefusal,
    params::Params,
    refusal::{ErrorCode, Refusal},
    state::Shared,
    sts::Metadata,
};
use crate::{letter::PictureFormat, wire};

/// The largest body of a call; the largest letter takes a tenth of it.
const MAX_CALL_BYTES: usize = 1024 * 1024;

/// How long requests under way may take to end when the emulator ends.
const GRACE: Duration = Duration::from_secs(3);

/// Serves connections until `stop`, and then lets the requests under way end.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                // Without this, small answers wait for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                connections.spawn(serve_connection(TokioIo::new(stream), Arc::clone(&shared), stop.clone()));
            }
            Err(error) => {
                // Too many open files, most likely: let some connections end before the next try.
                tracing::warn!(%error, "a connection can't be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        connections.shutdown().await;
    }
}

async fn serve_connection(io: TokioIo<tokio::net::TcpStream>, shared: Arc<Shared>, stop: CancellationToken) {
    let local = io.inner().local_addr().ok();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(shared.limits.head);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { handle(&shared, request, local).await }
    });
    let connection = builder.serve_connection(io, service);
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn handle(shared: &Shared, request: Request<Incoming>, local: Option<SocketAddr>) -> Result<Response<Body>, Cut> {
    let envelope = Envelope {
        request_id: new_request_id(),
        action: None,
        format: Format::Json,
        origin: origin(request.headers(), local),
        date: shared.clock.now(),
    };
    let is_form_data = content_type(request.headers()).starts_with("multipart/form-data");
    if request.uri().path().starts_with(admin::PREFIX) {
        Ok(admin::handle(shared, request, local, &envelope).await)
    } else if request.method() == Method::POST && is_form_data {
        post_object::handle(shared, request, envelope).await
    } else if request.uri().path().starts_with(Metadata::PREFIX) {
        Ok(metadata(shared, &request, &envelope))
    } else if request.method() == Method::GET && request.uri().path() != "/" {
        Ok(picture(shared, request.uri().path(), &envelope).await)
    } else {
        call(shared, request, envelope).await
    }
}

/// A call of the API.
async fn call(shared: &Shared, request: Request<Incoming>, envelope: Envelope) -> Result<Response<Body>, Cut> {
    let request = match read_call(shared, request).await {
        Ok(request) => request,
        Err(refusal) => return Ok(envelope.failure(&refusal)),
    };
    let format = format_of(&request);
    let name = request.common("x-acs-action", "Action");
    let mut envelope =
        Envelope { action: name.and_then(Action::named), format: format.clone().unwrap_or(Format::Json), ..envelope };
    let effects = match envelope.action {
        Some(action) => shared.lock().count_call(action),
        None => Effects::default(),
    };
    envelope.date =
        envelope.date.saturating_add(jiff::SignedDuration::from_secs(effects.skew)).unwrap_or(envelope.date);
    delay(&effects).await;
    if let Some(failure) = &effects.before {
        let untouched = envelope.failure(&ErrorCode::InternalError.into());
        return spoil(failure, untouched, &envelope, |refusal| envelope.failure(refusal)).await;
    }
    let outcome = match format {
        Ok(_) => shared.lock().call(&request, &effects, shared.clock.now(), &envelope.origin),
        Err(refusal) => Err(refusal),
    };
    // A refusal too may speak of a letter that is not safe yet.
    let outcome = shared.safe().await.and(outcome);
    let response = match outcome {
        Ok(success) => envelope.success(success),
        Err(refusal) => envelope.failure(&refusal),
    };
    tracing::debug!(action = name, status = response.status().as_u16(), request_id = envelope.request_id, "answered");
    match &effects.after {
        Some(failure) => spoil(failure, response, &envelope, |refusal| envelope.failure(refusal)).await,
        None => Ok(response),
    }
}

async fn read_call(shared: &Shared, request: Request<Incoming>) -> Result<ApiRequest, Refusal> {
    let (head, body) = request.into_parts();
    if head.method != Method::GET && head.method != Method::POST {
        return Err(ErrorCode::MethodNotSupported.into());
    }
    let body = BoundedBody::new(body, MAX_CALL_BYTES, shared.limits.silence);
    let _room = shared.budgets.calls.hold(body.most()).await;
    let body = body.collect().await.map_err(|error| match error {
        BodyError::TooLarge(_) => ErrorCode::RequestTooLarge.into(),
        BodyError::Silent(_) => ErrorCode::RequestTimeout.into(),
        BodyError::Broken(_) => Refusal::invalid("Body"),
    })?;
    let has_form = content_type(&head.headers).starts_with("application/x-www-form-urlencoded");
    Ok(ApiRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: Params::parse(head.uri.query().unwrap_or_default().as_bytes()),
        form: if has_form { Params::parse(&body) } else { Params::default() },
        headers: head.headers,
        body_sha256: wire::body_sha256(&body),
    })
}

fn format_of(request: &ApiRequest) -> Result<Format, Refusal> {
    match request.query.filled("Format").or_else(|| request.form.filled("Format")) {
        Some(format) if format.eq_ignore_ascii_case("JSON") => Ok(Format::Json),
        Some(format) if format.eq_ignore_ascii_case("XML") => Ok(Format::Xml),
        Some(_) => Err(ErrorCode::FormatNotValid.into()),
        None => {
            let accept = request.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
            let xml = accept.is_some_and(|accept| matches!(accept.trim(), "application/xml" | "text/xml"));
            Ok(if xml { Format::Xml } else { Format::Json })
        }
    }
}

/// The metadata service of an ECS instance.
fn metadata(shared: &Shared, request: &Request<Incoming>, envelope: &Envelope) -> Response<Body> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let (status, text) = shared.lock().metadata(request.method(), request.uri().path(), header, shared.clock.now());
    envelope.respond(status, "text/plain;charset=utf-8", full(text))
}

/// A picture under the URL that a query reports: `/START_PATH/NAME`.
async fn picture(shared: &Shared, path: &str, envelope: &Envelope) -> Response<Body> {
    let key = percent_encoding::percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
    let start_path = key.split_once('/').map_or("", |(start_path, _)| start_path);
    let account = shared.lock().ledger.account_of_start_path(start_path).cloned();
    let content = match account {
        Some(account) if shared.safe().await.is_ok() => shared.store.object(&account, &key),
        _ => Ok(None),
    };
    match content {
        Ok(Some(content)) => {
            let format = PictureFormat::sniff(&content);
            let media_type = format.map_or("application/octet-stream", PictureFormat::media_type);
            let mut response = envelope.respond(200, media_type, full(content));
            let nosniff = header::HeaderValue::from_static("nosniff");
            response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
            response
        }
        Ok(None) => envelope.oss_failure(&OssRefusal::no_such_key()),
        Err(error) => {
            tracing::error!(%error, "a picture can't be read");
            envelope.failure(&ErrorCode::InternalError.into())
        }
    }
}

/// The scheme and host under which the caller reached the emulator, so that the URLs in answers
/// lead back.
fn origin(headers: &HeaderMap, local: Option<SocketAddr>) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_host = |host: &&str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_');
        !host.is_empty() && host.bytes().all(allowed)
    };
    let host = host.filter(is_host).map(str::to_owned);
    let host = host.or_else(|| local.map(|address| address.to_string()));
    format!("http://{}", host.as_deref().unwrap_or("localhost"))
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.trim().to_ascii_lowercase()
}

/// An id in the form of the service's: `0A974B78-02BF-4C79-ADF3-90CFBA1B55B1`.
fn new_request_id() -> String {
    let digits = format!("{:032X}", rand::random::<u128>());
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}
