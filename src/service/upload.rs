//! The right to upload scans, and the upload itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::{
    Method, RequestBuilder,
    multipart::{Form, Part},
};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{
    Answer, ClientConfig, Endpoint, Operation, RequestId, ServiceError, answer,
    upload_host::upload_endpoint,
    upload_policy::{UploadForm, UploadPolicy},
};
use crate::{
    letter::{FileKey, ScanObject},
    transport::{Head, Progress, Response, Secrets, Transport},
    wire::letters::OssInfo,
};

/// How many seconds before its end a right to upload is no longer used: an upload takes a while.
const MARGIN: i64 = 30;

/// The right to upload for a while, and where.
pub(super) struct UploadRight {
    pub(super) endpoint: Endpoint,
    pub(super) transport: Transport,
    info: OssInfo,
    policy: UploadPolicy,
    request_id: Option<RequestId>,
    expires: Option<Timestamp>,
    /// Which of the forms that meet the policy the object store took last.
    reading: AtomicUsize,
}

impl UploadRight {
    /// The right that the service gave. `transport` is the one to the API, used again if it leads
    /// to where uploads go.
    pub(super) fn new(
        answer: Answer<Option<OssInfo>>,
        config: &ClientConfig,
        transport: &Transport,
    ) -> Result<Self, ServiceError> {
        let Answer { value, request_id } = answer;
        let unusable = |problem: String| unusable_info(problem, request_id.clone());
        let info = value.ok_or_else(|| unusable("it has no `Data`".to_owned()))?;
        for (name, value) in [
            ("AccessKeyId", &info.access_key_id),
            ("Policy", &info.policy),
            ("Signature", &info.signature),
            ("Host", &info.host),
        ] {
            if value.is_empty() {
                return Err(unusable(format!("it has no `{name}`")));
            }
        }
        let endpoint = upload_endpoint(&info.host, &config.endpoint).map_err(unusable)?;
        let transport = if endpoint.route() == config.endpoint.route() {
            transport.clone()
        } else {
            Transport::new(endpoint.route(), config.timeout, config.connections, &config.roots).map_err(|error| {
                ServiceError::NotSent { operation: Operation::PostObject, problem: error.to_string().into() }
            })?
        };
        let policy = UploadPolicy::parse(&info.policy);
        let told = info.expire.and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
        let expires = [told, policy.expiration()].into_iter().flatten().min();
        Ok(Self { endpoint, transport, info, policy, request_id, expires, reading: AtomicUsize::new(0) })
    }

    /// The forms that the policy allows for a scan of `length` bytes, to be tried in this order.
    /// Each has its number.
    pub(super) fn forms(&self, object: ScanObject, length: u64) -> Result<Vec<(usize, UploadForm)>, ServiceError> {
        let forms = self
            .policy
            .forms(&self.info.start_path, object, length)
            .map_err(|problem| self.unusable(problem.to_string()).without(&self.secrets()))?;
        let mut forms: Vec<_> = forms.into_iter().enumerate().collect();
        let reading = self.reading.load(Ordering::Relaxed);
        forms.sort_by_key(|(number, _)| *number != reading);
        Ok(forms)
    }

    /// Notes that the object store took the form of that number.
    pub(super) fn took(&self, number: usize) {
        self.reading.store(number, Ordering::Relaxed);
    }

    /// The error of upload information that fixes a name that is taken.
    pub(super) fn name_is_taken(&self, key: &FileKey) -> ServiceError {
        self.unusable(format!(
            "it allows an upload only as `{}`, which already is the picture of another letter, and an upload would \
             replace that; upload this scan another way and declare its `fileKey`",
            crate::escape::visible(key.as_str())
        ))
    }

    fn unusable(&self, problem: String) -> ServiceError {
        unusable_info(problem, self.request_id.clone())
    }

    /// The request that uploads an object, and how far its body has got.
    pub(super) fn request(
        &self,
        object: ScanObject,
        form: &UploadForm,
        scan: Bytes,
    ) -> Result<(RequestBuilder, Progress), ServiceError> {
        let length = scan.len() as u64;
        let (body, progress) = Progress::of(scan);
        let file = Part::stream_with_length(body, length)
            .file_name(object.to_string())
            .mime_str(&form.media_type)
            .map_err(|_| self.unusable("its policy demands a content type that is not valid".to_owned()))?;
        let OssInfo { access_key_id, policy, signature, .. } = self.info.clone();
        let mut fields = Form::new()
            .text("key", form.key.clone())
            .text("OSSAccessKeyId", access_key_id)
            .text("policy", policy)
            .text("Signature", signature)
            .text("success_action_status", form.success_status.clone());
        for (name, value) in &form.fields {
            fields = fields.text(name.clone(), value.clone());
        }
        let request = self.transport.request(Method::POST, self.endpoint.url("")).multipart(fields.part("file", file));
        Ok((request, progress))
    }

    /// Reads the answer to an upload.
    pub(super) fn read(
        &self,
        form: &UploadForm,
        response: &Response,
        now: Timestamp,
    ) -> Result<Answer<()>, ServiceError> {
        let Response { head, body } = response;
        let text = String::from_utf8_lossy(body);
        let request_id = answer::request_id_in(head);
        if is_of_the_object_store(form, head, &text) {
            return Ok(Answer { value: (), request_id });
        }
        match quick_xml::de::from_str::<OssError>(&text) {
            Ok(OssError { code: Some(code), message, request_id }) => Err(answer::answered(
                Operation::PostObject,
                head,
                now,
                &code,
                &message.unwrap_or_default(),
                request_id.as_deref().map(RequestId::new),
            )),
            _ if (200..400).contains(&head.status) => Err(ServiceError::Unusable {
                operation: Operation::PostObject,
                problem: format!("HTTP {} is not how the object store at {} answers", head.status, self.endpoint)
                    .into(),
                request_id,
            }),
            _ => Err(ServiceError::Unreadable {
                operation: Operation::PostObject,
                status: head.status,
                problem: format!("{} does not say what went wrong", self.endpoint).into(),
                request_id,
                retry_after: answer::retry_after(head, now),
            }),
        }
    }

    /// What must not be seen of it.
    pub(super) fn secrets(&self) -> Secrets {
        Secrets::new([self.info.signature.as_str(), self.info.policy.as_str()])
    }

    /// Whether an upload failed because the object store reads the policy in another way than the
    /// form does.
    pub(super) fn is_misread_by(error: &ServiceError) -> bool {
        matches!(error, ServiceError::Answered { code, message, .. }
            if code == "AccessDenied" && message.raw().to_ascii_lowercase().contains("condition"))
    }

    /// Whether an upload failed because the right to upload does not hold.
    pub(super) fn is_refused_by(error: &ServiceError) -> bool {
        let status = match error {
            ServiceError::Answered { status, .. } | ServiceError::Unreadable { status, .. } => *status,
            _ => return false,
        };
        error.operation() == Operation::PostObject
            && (status == 403 || ["AccessDenied", "InvalidPolicyDocument"].iter().any(|code| error.has_code(code)))
    }

    fn holds(&self, now: Timestamp) -> bool {
        // A right that does not say when it ends is not kept.
        self.expires.is_some_and(|expires| expires.as_second() - now.as_second() > MARGIN)
    }
}

/// Whether an answer tells of an upload that the object store carried out.
///
/// The object store answers with the status that was asked for and with no body, or for 201 with a
/// `PostResponse`; and all its answers have `x-oss-request-id`. A page that something on the way
/// puts in its place has a body and no such header.
fn is_of_the_object_store(form: &UploadForm, head: &Head, body: &str) -> bool {
    let marked = head.header("x-oss-request-id").is_some_and(|id| !id.trim().is_empty());
    let redirects = form.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("success_action_redirect"));
    match head.status {
        303 => marked && redirects,
        // Nothing else is success; an object store that can't give the status that was asked for
        // gives 204.
        200 | 201 | 204 if marked => true,
        200 | 204 if head.status.to_string() == form.success_status || head.status == 204 => body.is_empty(),
        201 => body.contains("<PostResponse"),
        _ => false,
    }
}

fn unusable_info(problem: String, request_id: Option<RequestId>) -> ServiceError {
    ServiceError::Unusable { operation: Operation::GetQualificationOssInfo, problem: problem.into(), request_id }
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
pub(super) struct UploadRights {
    state: Mutex<State>,
    /// How many fetches have ended.
    fetches: AtomicU64,
}

#[derive(Default)]
struct State {
    right: Option<Arc<UploadRight>>,
    failure: Option<ServiceError>,
}

impl UploadRights {
    /// The right at hand, or what `fetch` brings: one fetch, however many ask at the same time, and
    /// its failure is the failure of all of them. Also says whether the right was fetched since
    /// this was called.
    pub(super) async fn get(
        &self,
        now: Timestamp,
        fetch: impl AsyncFnOnce() -> Result<UploadRight, ServiceError>,
    ) -> Result<(Arc<UploadRight>, bool), ServiceError> {
        let before = self.fetches.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        let fetched_meanwhile = self.fetches.load(Ordering::SeqCst) != before;
        if let Some(right) = &state.right
            && (fetched_meanwhile || right.holds(now))
        {
            return Ok((Arc::clone(right), fetched_meanwhile));
        }
        if let Some(failure) = &state.failure
            && fetched_meanwhile
        {
            return Err(failure.clone());
        }
        let fetched = fetch().await.map(Arc::new);
        self.fetches.fetch_add(1, Ordering::SeqCst);
        state.right = fetched.as_ref().ok().cloned();
        state.failure = fetched.as_ref().err().cloned();
        Ok((fetched?, true))
    }

    /// Takes a right out of use, unless another one already stands in its place.
    pub(super) async fn forget(&self, right: &Arc<UploadRight>) {
        let mut state = self.state.lock().await;
        if state.right.as_ref().is_some_and(|current| Arc::ptr_eq(current, right)) {
            state.right = None;
        }
    }
}
