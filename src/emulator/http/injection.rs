//! Faults at the level of HTTP: late, cut and spoilt answers.

use futures::{StreamExt, stream};
use http::Response;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;

use super::{
    super::{
        faults::{Effects, FailureBody, InjectedFailure},
        refusal::Refusal,
    },
    response::{Body, Cut, Envelope, full},
};

/// Waits for the delay that the faults ask for.
pub(super) async fn delay(effects: &Effects) {
    // Even a sleep of no time takes until the timer's next millisecond.
    if !effects.delay.is_zero() {
        tokio::time::sleep(effects.delay).await;
    }
}

/// Replaces an answer by the failure that a fault asks for.
pub(super) async fn spoil(
    failure: &InjectedFailure,
    response: Response<Body>,
    envelope: &Envelope,
    refuse: impl Fn(&Refusal) -> Response<Body>,
) -> Result<Response<Body>, Cut> {
    const PAGE: &str = "<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n";
    match failure {
        InjectedFailure::Cut => Err(Cut),
        InjectedFailure::Hang => std::future::pending().await,
        InjectedFailure::Refuse(refusal) => Ok(refuse(refusal)),
        InjectedFailure::Status { status, body: FailureBody::Html } => {
            Ok(envelope.respond(*status, "text/html", full(PAGE)))
        }
        InjectedFailure::Status { status, body: FailureBody::Empty } => {
            Ok(envelope.respond(*status, "text/plain", full("")))
        }
        InjectedFailure::NotJson => Ok(envelope.respond(200, "text/html", full(PAGE))),
        InjectedFailure::Truncated | InjectedFailure::CutWithin => {
            let (head, body) = response.into_parts();
            let whole = body.collect().await?.to_bytes();
            let half = whole.slice(..whole.len() / 2);
            if *failure == InjectedFailure::Truncated {
                return Ok(Response::from_parts(head, full(half)));
            }
            // The pause lets the first half out before the connection goes.
            let cut = async {
                tokio::task::yield_now().await;
                Err(Cut)
            };
            let frames = stream::iter([Ok(Frame::data(half))]).chain(stream::once(cut));
            let body = StreamBody::new(frames).boxed_unsync();
            Ok(Response::from_parts(head, body))
        }
    }
}
