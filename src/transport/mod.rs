//! Requests over HTTP, as everything here needs them: no redirects, no repeats, answers bounded in
//! size and time, and failures told apart by what is known of the request.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header::CONTENT_LENGTH};
use reqwest::{Method, RequestBuilder, Url};

use crate::{endpoint::Endpoint, wire::request::SignedRequest};

mod failure;
mod proxy;
mod redact;
mod roots;
#[cfg(test)]
pub(crate) mod scripted;
mod silence;

pub(crate) use failure::SendError;
pub(crate) use redact::Secrets;
pub use roots::{Roots, RootsError};
pub(crate) use silence::Progress;

/// How long a connection may take to be made. A time-out of the whole request can't tell whether it
/// was sent, this one can.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept: less than what servers commonly do, so that it is seldom
/// closed under a request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest upload. Silence ends one long before.
const LONGEST_UPLOAD: Duration = Duration::from_secs(24 * 3_600);

/// The most bytes that are set aside for an answer because it announces them. What comes is what is
/// held.
const MOST_SET_ASIDE: usize = 64 << 10;

/// The way to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Plain HTTP with no proxy: loopback addresses and metadata services.
    Plain,
    /// TLS with no proxy: loopback addresses.
    DirectTls,
    /// TLS, through the environment's proxy if there is one.
    Tls,
}

/// A way to send requests. A clone shares its connections.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    client: reqwest::Client,
    timeout: Duration,
}

impl Endpoint {
    /// The way to this endpoint.
    pub(crate) fn route(&self) -> Route {
        match (self.is_plain(), self.is_loopback()) {
            (true, _) => Route::Plain,
            (false, true) => Route::DirectTls,
            (false, false) => Route::Tls,
        }
    }
}

/// The machine's settings for requests can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    /// There are no certificates to trust, or the TLS library refuses them.
    #[error("TLS is not available: {0}; install your system's CA certificates, or name a file with --ca-file")]
    Tls(String),
    /// The proxy's variable is not valid.
    #[error(transparent)]
    Proxy(#[from] proxy::ProxyError),
}

impl Transport {
    /// Nothing is sent yet. The machine's roots of trust are loaded for the routes with TLS.
    pub(crate) fn new(
        route: Route,
        timeout: Duration,
        connections: usize,
        roots: &Roots,
    ) -> Result<Self, TransportError> {
        // If another provider is installed already, this is an error that changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("letterform/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout / 2))
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(connections);
        let builder = match route {
            // No root of trust: nothing is loaded that is never used.
            Route::Plain => builder.no_proxy().tls_certs_only([]),
            Route::DirectTls => builder.no_proxy().https_only(true).tls_certs_merge(roots.iter()),
            Route::Tls => {
                let proxy = proxy::ProxySettings::from_env()?.into_rule();
                builder.no_proxy().proxy(proxy).https_only(true).tls_certs_merge(roots.iter())
            }
        };
        let client = builder.build().map_err(|error| TransportError::Tls(failure::describe(error)))?;
        Ok(Self { client, timeout })
    }

    /// A request, to be filled and [sent](Self::send).
    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// A signed request, to be [sent](Self::send).
    pub(crate) fn signed(&self, url: Url, signed: &SignedRequest) -> Result<RequestBuilder, String> {
        // Some hosts refuse a POST that does not say that it has no body.
        let mut request = self.request(Method::POST, url).header(CONTENT_LENGTH, 0);
        for (name, value) in &signed.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| format!("the credentials hold a character that can't stand in the header {name}"))?;
            value.set_sensitive(matches!(*name, "authorization" | "x-acs-security-token"));
            request = request.header(*name, value);
        }
        Ok(request)
    }

    /// Sends a request once as [`send`](Self::send) does, however long it takes, as long as its
    /// body moves.
    pub(crate) async fn upload(
        &self,
        request: RequestBuilder,
        progress: &Progress,
        limit: usize,
    ) -> Result<Response, SendError> {
        // The client's own limit tells of another time than the one that is over.
        let request = request.timeout(2 * LONGEST_UPLOAD);
        while_it_moves(self.send(request, limit), progress, self.timeout).await
    }

    /// Sends a request once, and reads an answer of at most `limit` bytes.
    pub(crate) async fn send(&self, request: RequestBuilder, limit: usize) -> Result<Response, SendError> {
        let mut answer = request.send().await.map_err(|error| SendError::from_reqwest(error, self.timeout))?;
        let head = Head { status: answer.status().as_u16(), headers: std::mem::take(answer.headers_mut()) };
        let announced = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(SendError::TooLarge { head, limit });
        }
        let mut body = Vec::with_capacity(announced.min(MOST_SET_ASIDE));
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| SendError::Lost(failure::describe_lost(error, self.timeout)))?
        {
            if body.len() + chunk.len() > limit {
                return Err(SendError::TooLarge { head, limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { head, body })
    }
}

/// What comes of an upload that moves at least once in `timeout`, and ends within
/// [`LONGEST_UPLOAD`].
async fn while_it_moves<T>(
    upload: impl Future<Output = Result<T, SendError>>,
    progress: &Progress,
    timeout: Duration,
) -> Result<T, SendError> {
    tokio::select! {
        biased;
        result = upload => result,
        silence = progress.silence(timeout) => Err(SendError::Stalled(silence.to_string())),
        () = tokio::time::sleep(LONGEST_UPLOAD) => {
            Err(SendError::Stalled(format!("not finished after {} hours", LONGEST_UPLOAD.as_secs() / 3_600)))
        }
    }
}

/// The most characters of a service's message that are kept.
pub(crate) const MAX_MESSAGE: usize = 2_000;

/// An answer without its body.
#[derive(Debug)]
pub(crate) struct Head {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
}

impl Head {
    /// Whether the status is 2xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Response {
    /// All but the body.
    pub(crate) head: Head,
    /// The body.
    pub(crate) body: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_never_ends_is_told_by_its_own_limit() {
        let (_body, progress) = Progress::of(bytes::Bytes::from(vec![0; 1 << 20]));
        let upload = async {
            loop {
                tokio::time::sleep(Duration::from_secs(20)).await;
                progress.sent(1);
            }
        };
        let began = tokio::time::Instant::now();
        let result: Result<(), SendError> = while_it_moves(upload, &progress, Duration::from_secs(30)).await;
        let Err(SendError::Stalled(problem)) = result else { panic!("not stalled") };
        assert_eq!(problem, "not finished after 24 hours");
        assert_eq!(began.elapsed(), LONGEST_UPLOAD);
    }

    #[test]
    fn uses_a_proxy_off_loopback_only() {
        let route = |text| Endpoint::parse(text).expect(text).route();
        assert_eq!(route("http://localhost:1"), Route::Plain);
        assert_eq!(route("https://127.0.0.1"), Route::DirectTls);
        assert_eq!(route("example.com"), Route::Tls);
    }
}
