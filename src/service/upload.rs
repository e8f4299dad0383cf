//! The right to upload scans, and the upload itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::{
    Body, Method, RequestBuilder,
    multipart::{Form, Part},
};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Answer, ClientConfig, Endpoint, Operation, RequestId, ServiceError, answer};
use crate::{
    letter::{FileKey, ScanObject},
    transport::{Response, Secrets, Transport},
    wire::letters::OssInfo,
};

/// How many seconds before its end a right to upload is no longer used: an upload takes a while.
const MARGIN: i64 = 30;

/// The right to upload for a while, and where.
pub(super) struct Policy {
    pub(super) endpoint: Endpoint,
    pub(super) transport: Transport,
    info: OssInfo,
    expires: Option<Timestamp>,
}

impl Policy {
    /// The right that the service gave. `transport` is the one to the API, used again if it leads to where uploads go.
    pub(super) fn new(
        answer: Answer<Option<OssInfo>>,
        config: &ClientConfig,
        transport: &Transport,
    ) -> Result<Self, ServiceError> {
        let Answer { value, request_id } = answer;
        let unreadable = |problem: String| ServiceError::Unreadable {
            operation: Operation::GetQualificationOssInfo,
            status: 200,
            problem,
            request_id: request_id.clone(),
            retry_after: None,
        };
        let info = value.ok_or_else(|| unreadable("it has no `Data`".to_owned()))?;
        for (name, value) in [
            ("AccessKeyId", &info.access_key_id),
            ("Policy", &info.policy),
            ("Signature", &info.signature),
            ("Host", &info.host),
        ] {
            if value.is_empty() {
                return Err(unreadable(format!("it has no `{name}`")));
            }
        }
        let endpoint = upload_endpoint(&info.host, &config.endpoint)
            .map_err(|problem| unreadable(format!("its `Host` can't be uploaded to: {problem}")))?;
        let transport = if endpoint.route() == config.endpoint.route() {
            transport.clone()
        } else {
            Transport::new(endpoint.route(), config.timeout, config.connections, &config.roots).map_err(|error| {
                ServiceError::NotSent { operation: Operation::PostObject, problem: error.to_string() }
            })?
        };
        let expires = info.expire.and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
        Ok(Self { endpoint, transport, info, expires })
    }

    /// The key of an object.
    pub(super) fn key(&self, object: ScanObject) -> Result<FileKey, ServiceError> {
        let folder = self.info.start_path.trim_matches('/');
        let key = if folder.is_empty() { object.to_string() } else { format!("{folder}/{object}") };
        FileKey::try_from(key.as_str()).map_err(|error| ServiceError::NotSent {
            operation: Operation::PostObject,
            problem: format!("the folder that the service gave for uploads can't be used: {error}"),
        })
    }

    /// The request that uploads an object.
    pub(super) fn request(
        &self,
        object: ScanObject,
        key: &FileKey,
        scan: Bytes,
    ) -> Result<RequestBuilder, ServiceError> {
        let name = object.to_string();
        let length = scan.len() as u64;
        let file = Part::stream_with_length(Body::from(scan), length)
            .file_name(name)
            .mime_str(object.format().media_type())
            .map_err(|_| ServiceError::NotSent {
                operation: Operation::PostObject,
                problem: "its media type can't be written".to_owned(),
            })?;
        let OssInfo { access_key_id, policy, signature, .. } = self.info.clone();
        let form = Form::new()
            .text("key", key.to_string())
            .text("OSSAccessKeyId", access_key_id)
            .text("policy", policy)
            .text("Signature", signature)
            .text("success_action_status", "200")
            .part("file", file);
        Ok(self.transport.request(Method::POST, self.endpoint.url("")).multipart(form))
    }

    /// Reads the answer to an upload.
    pub(super) fn read(&self, response: &Response, now: Timestamp) -> Result<Answer<()>, ServiceError> {
        let Response { head, body } = response;
        if head.is_success() {
            return Ok(Answer { value: (), request_id: answer::request_id_in(head) });
        }
        let text = String::from_utf8_lossy(body);
        match quick_xml::de::from_str::<OssError>(&text) {
            Ok(OssError { code: Some(code), message, request_id }) => Err(answer::answered(
                Operation::PostObject,
                head,
                now,
                &code,
                &message.unwrap_or_default(),
                request_id.map(RequestId),
            )),
            _ => Err(ServiceError::Unreadable {
                operation: Operation::PostObject,
                status: head.status,
                problem: format!("{} does not say what went wrong", self.endpoint),
                request_id: answer::request_id_in(head),
                retry_after: answer::retry_after(head, now),
            }),
        }
    }

    /// What must not be seen of it.
    pub(super) fn secrets(&self) -> Secrets {
        Secrets::new([self.info.signature.as_str(), self.info.policy.as_str()])
    }

    /// Whether an upload failed because the right to upload does not hold.
    pub(super) fn is_refused_by(error: &ServiceError) -> bool {
        let status = match error {
            ServiceError::Answered { status, .. } | ServiceError::Unreadable { status, .. } => *status,
            _ => return false,
        };
        error.operation() == Operation::PostObject
            && (status == 403 || matches!(error.code(), Some("AccessDenied" | "InvalidPolicyDocument")))
    }

    fn holds(&self, now: Timestamp) -> bool {
        // A right that does not say when it ends is not kept.
        self.expires.is_some_and(|expires| expires.as_second() - now.as_second() > MARGIN)
    }
}

/// Where to upload: the host that the service names, by TLS unless the API itself is on this machine.
fn upload_endpoint(host: &str, api: &Endpoint) -> Result<Endpoint, String> {
    let host = host.trim();
    let rest = host.strip_prefix("http://").or_else(|| host.strip_prefix("https://")).unwrap_or(host);
    let rest = rest.trim_start_matches("//").trim_end_matches('/');
    let secure = Endpoint::parse(&format!("https://{rest}")).map_err(|error| error.to_string())?;
    match (secure.is_loopback(), api.is_loopback()) {
        (false, _) => Ok(secure),
        (true, true) => Endpoint::parse(host).map_err(|error| error.to_string()),
        // Else an answer could make this machine talk to itself.
        (true, false) => Err(format!("{rest} is this machine")),
    }
}

/// The body of a failure of OSS.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OssError {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

/// The right to upload that is at hand, shared by all uploads.
#[derive(Default)]
pub(super) struct Policies {
    state: Mutex<State>,
    /// How many fetches have ended.
    fetches: AtomicU64,
}

#[derive(Default)]
struct State {
    policy: Option<Arc<Policy>>,
    failure: Option<ServiceError>,
}

impl Policies {
    /// The right at hand, or what `fetch` brings: one fetch, however many ask at the same time, and its failure is the
    /// failure of all of them. Also says whether the right was fetched since this was called.
    pub(super) async fn get(
        &self,
        now: Timestamp,
        fetch: impl AsyncFnOnce() -> Result<Policy, ServiceError>,
    ) -> Result<(Arc<Policy>, bool), ServiceError> {
        let before = self.fetches.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        let fetched_meanwhile = self.fetches.load(Ordering::SeqCst) != before;
        if let Some(policy) = &state.policy
            && (fetched_meanwhile || policy.holds(now))
        {
            return Ok((Arc::clone(policy), fetched_meanwhile));
        }
        if let Some(failure) = &state.failure
            && fetched_meanwhile
        {
            return Err(failure.clone());
        }
        let fetched = fetch().await.map(Arc::new);
        self.fetches.fetch_add(1, Ordering::SeqCst);
        state.policy = fetched.as_ref().ok().cloned();
        state.failure = fetched.as_ref().err().cloned();
        Ok((fetched?, true))
    }

    /// Takes a right out of use, unless another one already stands in its place.
    pub(super) async fn forget(&self, policy: &Arc<Policy>) {
        let mut state = self.state.lock().await;
        if state.policy.as_ref().is_some_and(|current| Arc::ptr_eq(current, policy)) {
            state.policy = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_go_by_tls_to_other_machines_and_never_to_this_one_unless_the_api_is_here() {
        let to = |host, api| {
            upload_endpoint(host, &Endpoint::parse(api).expect(api)).map(|endpoint| endpoint.to_string()).ok()
        };
        let (far, near) = ("https://dysmsapi.aliyuncs.com", "http://127.0.0.1:8025");
        for host in ["http://b.oss.com", "https://b.oss.com/", "//b.oss.com", "b.oss.com", " http://b.oss.com/ "] {
            assert_eq!(to(host, far).as_deref(), Some("https://b.oss.com"), "{host}");
            assert_eq!(to(host, near).as_deref(), Some("https://b.oss.com"), "{host}");
        }
        assert_eq!(to("http://127.0.0.1:9", near).as_deref(), Some("http://127.0.0.1:9"));
        for host in ["http://127.0.0.1:9", "localhost", "https://[::1]", "", "https://b.oss.com/object", "ftp://b"] {
            assert_eq!(to(host, far), None, "{host}");
        }
    }
}
