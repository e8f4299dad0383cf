//! The upload of an object: `POST /` with a form whose last field is the file.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use jiff::SignedDuration;
use multer::{Field, Multipart};
use sha2::{Digest, Sha256};

use super::{
    super::{
        action::Action,
        auth::AccessKey,
        faults::Effects,
        object_store::{OssRefusal, UploadForm, UploadPermit, access_key_behind},
        refusal::{ErrorCode, Refusal},
        state::Shared,
    },
    body::{BodyError, BoundedBody},
    injection::{delay, spoil},
    response::{Body, Cut, Envelope, full},
};

/// The most bytes that are read of an upload, whatever its policy allows.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes of a field other than the file.
const MAX_FIELD_BYTES: usize = 64 * 1024;
/// The most fields before the file.
const MAX_FIELDS: usize = 100;

/// An upload that was carried out.
struct Uploaded {
    permit: UploadPermit,
    etag: String,
}

pub(super) async fn handle(
    shared: &Shared,
    request: Request<Incoming>,
    envelope: Envelope,
) -> Result<Response<Body>, Cut> {
    let envelope = Envelope { action: Some(Action::Upload), ..envelope };
    let effects = shared.lock().count_call(Action::Upload);
    delay(&effects).await;
    let refuse = |refusal: &Refusal| envelope.oss_failure(&as_oss(refusal));

    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok());
    let body = BoundedBody::new(request.into_body(), MAX_BODY_BYTES, shared.limits.silence);
    let most = body.most();
    let Some(boundary) = boundary else { return Ok(envelope.oss_failure(&OssRefusal::malformed())) };
    let mut form = Multipart::new(body.pieces(), boundary);
    if let Some(failure) = &effects.before {
        drain(&mut form).await;
        let untouched = refuse(&ErrorCode::InternalError.into());
        return spoil(failure, untouched, &envelope, refuse).await;
    }
    let outcome = upload(shared, &mut form, most, &effects).await;
    drain(&mut form).await;
    let response = match outcome {
        Ok(uploaded) => success(&envelope, &uploaded),
        Err(refusal) => envelope.oss_failure(&refusal),
    };
    tracing::debug!(status = response.status().as_u16(), request_id = envelope.request_id, "upload answered");
    match &effects.after {
        Some(failure) => spoil(failure, response, &envelope, refuse).await,
        None => Ok(response),
    }
}

/// Carries an upload out, whose body has at most so many bytes.
async fn upload(
    shared: &Shared,
    form: &mut Multipart<'_>,
    most: usize,
    effects: &Effects,
) -> Result<Uploaded, OssRefusal> {
    let _room = shared.budgets.uploads.hold(most).await;
    let (fields, mut file) = read_until_file(form).await?;
    let key = access_key(shared, &fields)?;
    if effects.expired {
        return Err(OssRefusal::expired());
    }
    let now = shared.clock.now();
    if !shared.lock().within_rate(&key.account, Action::Upload, effects.rate, now) {
        return Err(as_oss(&ErrorCode::ThrottlingUser.into()));
    }
    let skewed = now.saturating_add(SignedDuration::from_secs(effects.skew)).unwrap_or(now);
    let permit = fields.permit(&key, skewed)?;
    let content = read_file(&mut file, *permit.length.end(), effects.slow).await?;
    if u64::try_from(content.len()).is_ok_and(|length| length < *permit.length.start()) {
        return Err(OssRefusal::too_small());
    }
    let etag = hex::encode_upper(&Sha256::digest(&content)[..16]);
    shared.lock().put_object(&key.account, permit.key.clone(), content);
    shared.safe().await.map_err(|refusal| as_oss(&refusal))?;
    Ok(Uploaded { permit, etag })
}

/// Reads the fields before the file; those after it don't count.
async fn read_until_file<'f>(form: &mut Multipart<'f>) -> Result<(UploadForm, Field<'f>), OssRefusal> {
    let mut fields = UploadForm::default();
    while let Some(mut field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        let name = field.name().ok_or_else(OssRefusal::malformed)?.to_owned();
        if name.eq_ignore_ascii_case("file") {
            fields.file_name = field.file_name().map(str::to_owned);
            return Ok((fields, field));
        }
        let mut value = BytesMut::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
            value.extend_from_slice(&chunk);
            if value.len() > MAX_FIELD_BYTES {
                return Err(OssRefusal::fields_too_large());
            }
        }
        if fields.fields.len() == MAX_FIELDS {
            return Err(OssRefusal::fields_too_large());
        }
        let value = String::from_utf8(value.into()).map_err(|_| OssRefusal::malformed())?;
        fields.fields.push((name, value));
    }
    Err(OssRefusal::no_file())
}

fn access_key(shared: &Shared, fields: &UploadForm) -> Result<AccessKey, OssRefusal> {
    let Some(id) = fields.get("OSSAccessKeyId").filter(|id| !id.is_empty()) else {
        return Err(OssRefusal::anonymous());
    };
    let state = shared.lock();
    let key = access_key_behind(id).and_then(|id| state.keys.get(id)).filter(|key| key.active);
    key.cloned().ok_or_else(OssRefusal::unknown_access_key)
}

async fn read_file(file: &mut Field<'_>, most: u64, bytes_per_second: Option<u32>) -> Result<Bytes, OssRefusal> {
    let mut content = BytesMut::new();
    while let Some(chunk) = file.chunk().await.map_err(|error| unreadable(&error))? {
        if let Some(rate) = bytes_per_second {
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            tokio::time::sleep(Duration::from_secs_f64(f64::from(length) / f64::from(rate))).await;
        }
        content.extend_from_slice(&chunk);
        if u64::try_from(content.len()).is_ok_and(|length| length > most) {
            return Err(OssRefusal::too_large());
        }
    }
    Ok(content.freeze())
}

/// What is answered to a form that can't be read.
fn unreadable(error: &multer::Error) -> OssRefusal {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    match cause {
        Some(BodyError::Silent(_)) => OssRefusal::timeout(),
        Some(BodyError::TooLarge(_)) => OssRefusal::too_large(),
        _ => OssRefusal::malformed(),
    }
}

/// Reads what the client still sends, so that it gets to read the answer.
async fn drain(form: &mut Multipart<'_>) {
    while let Ok(Some(_)) = form.next_field().await {}
}

fn success(envelope: &Envelope, uploaded: &Uploaded) -> Response<Body> {
    let UploadPermit { key, success_status, .. } = &uploaded.permit;
    let mut response = match success_status {
        201 => envelope.oss_created(key, &uploaded.etag),
        status => envelope.respond(*status, "text/plain", full("")),
    };
    let etag = HeaderValue::from_str(&format!("\"{}\"", uploaded.etag)).expect("an ETag is hex digits");
    response.headers_mut().insert(header::ETAG, etag);
    response
}

/// A failure of the API in the words of the object store.
fn as_oss(refusal: &Refusal) -> OssRefusal {
    OssRefusal { status: refusal.status, code: refusal.code.to_string().into(), message: refusal.message.to_string() }
}
