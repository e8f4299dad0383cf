//! Answers as they go out: JSON or XML, and the letters of a query piece by piece.

use std::{
    convert::Infallible,
    fmt::Write,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, Response, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::super::{action::Action, ledger::StoredLetter, object_store::OssRefusal, refusal::Refusal, state::Success};
use crate::wire::{
    encode,
    letters::{self, Answer, CreatedId, LetterData},
};

/// The connection is cut: what a fault asks for, and nothing else.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut, as a fault asks for")]
pub(super) struct Cut;

/// The body of an answer.
pub(super) type Body = UnsyncBoxBody<Bytes, Cut>;

/// How many bytes of a large body go out in one piece.
const SENT_AT_ONCE: usize = 64 * 1024;

/// How many letters go out in one piece.
const LETTERS_A_PIECE: usize = 256;

/// The form of an answer that a caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON, unless another is asked for.
    Json,
    /// XML.
    Xml,
}

/// What all answers to one request have in common.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// The id of the request.
    pub request_id: String,
    /// The action; `None` when it is unknown.
    pub action: Option<Action>,
    /// The form.
    pub format: Format,
    /// The scheme and host under which the caller reached the emulator.
    pub origin: String,
    /// What the emulator's clock says.
    pub date: Timestamp,
}

impl Envelope {
    /// The answer of an operation that succeeded.
    pub(super) fn success(&self, success: Success) -> Response<Body> {
        let id = self.request_id.as_str();
        match success {
            Success::Created(letter) => self.whole(200, &Answer::success(id, CreatedId(Some(letter.0)))),
            Success::OssInfo(info) => self.whole(200, &Answer::success(id, info)),
            Success::Letters { letters, today } => self.letters(letters, today),
            Success::Bare(mut told) => {
                told["RequestId"] = id.into();
                self.whole(200, &told)
            }
        }
    }

    /// The answer of an operation that was refused.
    pub(super) fn failure(&self, refusal: &Refusal) -> Response<Body> {
        let mut answer = Answer::failure(&self.request_id, &refusal.code, &refusal.message);
        answer.host_id = Some(self.origin.split_once("://").map_or("", |(_, host)| host).to_owned());
        answer.recommend =
            Some(format!("https://api.aliyun.com/troubleshoot?q={}&product=Dysmsapi", encode::percent(&refusal.code)));
        if refusal.status == 200 {
            answer.success = Some(false);
        }
        self.whole(refusal.status, &answer)
    }

    /// The answer of the object store when it refused.
    pub(super) fn oss_failure(&self, refusal: &OssRefusal) -> Response<Body> {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        let error = serde_json::json!({
            "Code": refusal.code, "Message": refusal.message, "RequestId": self.request_id, "HostId": host,
        });
        push_element(&mut xml, "Error", &error);
        self.respond(refusal.status, "application/xml", full(xml))
    }

    /// The answer of the object store to an upload that asked for status 201.
    pub(super) fn oss_created(&self, key: &str, etag: &str) -> Response<Body> {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        let location = picture_url(&self.origin, key);
        let created = serde_json::json!({"Bucket": host, "Location": location, "Key": key, "ETag": etag});
        push_element(&mut xml, "PostResponse", &created);
        self.respond(201, "application/xml", full(xml))
    }

    /// An answer with this status, media type and body.
    pub(super) fn respond(&self, status: u16, media_type: &'static str, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = http::StatusCode::from_u16(status).expect("statuses come from tables and are checked");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        let id = HeaderValue::from_str(&self.request_id).expect("a request id is hex digits");
        headers.insert("x-acs-request-id", id.clone());
        headers.insert("x-oss-request-id", id);
        let seconds = u64::try_from(self.date.as_second()).unwrap_or_default();
        let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        headers.insert(header::DATE, HeaderValue::from_str(&date).expect("an HTTP date is ASCII"));
        response
    }

    fn whole(&self, status: u16, answer: &impl serde::Serialize) -> Response<Body> {
        match self.format {
            Format::Json => {
                let json = serde_json::to_vec(answer).expect("answers are texts and numbers");
                self.respond(status, "application/json;charset=utf-8", full(json))
            }
            Format::Xml => {
                let value = serde_json::to_value(answer).expect("answers are texts and numbers");
                let mut xml = String::from("<?xml version='1.0' encoding='UTF-8'?>");
                let root = if status == 200 { self.root() } else { "Error".to_owned() };
                push_element(&mut xml, &root, &value);
                self.respond(status, "text/xml;charset=utf-8", full(xml))
            }
        }
    }

    fn root(&self) -> String {
        format!("{}Response", self.action.map_or("", Action::name))
    }

    /// The answer to a query. A hundred thousand letters are some fifty megabytes: they are written
    /// as they are sent.
    fn letters(&self, letters: Vec<Arc<StoredLetter>>, today: Date) -> Response<Body> {
        let head = serde_json::to_value(Answer::success(&self.request_id, ())).expect("answers are texts");
        let (head, tail, media_type) = match self.format {
            Format::Json => {
                let id = &head["RequestId"];
                let head = format!(r#"{{"RequestId":{id},"Code":"OK","Message":"OK","Success":true,"Data":["#);
                (head, "]}".to_owned(), "application/json;charset=utf-8")
            }
            Format::Xml => {
                let root = self.root();
                let mut start = format!("<?xml version='1.0' encoding='UTF-8'?><{root}>");
                for name in ["RequestId", "Code", "Message", "Success"] {
                    push_element(&mut start, name, &head[name]);
                }
                (start, format!("</{root}>"), "text/xml;charset=utf-8")
            }
        };
        let (format, origin) = (self.format, self.origin.clone());
        let pieces = (0..letters.len()).step_by(LETTERS_A_PIECE).map(move |start| {
            let end = letters.len().min(start + LETTERS_A_PIECE);
            let mut piece = String::with_capacity((end - start) * 512);
            for (index, letter) in letters[start..end].iter().enumerate() {
                let letter = letter_data(letter, today, &origin);
                match format {
                    Format::Json => {
                        piece.push_str(if start + index == 0 { "" } else { "," });
                        piece.push_str(&serde_json::to_string(&letter).expect("a letter is texts and a number"));
                    }
                    Format::Xml => {
                        let letter = serde_json::to_value(&letter).expect("a letter is texts and a number");
                        push_element(&mut piece, "Data", &letter);
                    }
                }
            }
            piece
        });
        let pieces = std::iter::once(head).chain(pieces).chain([tail]);
        let frames = pieces.map(|piece| Ok(Frame::data(Bytes::from(piece))));
        self.respond(200, media_type, StreamBody::new(stream::iter(frames)).boxed_unsync())
    }
}

fn letter_data(letter: &StoredLetter, today: Date, origin: &str) -> LetterData {
    LetterData {
        id: Some(letter.id.0),
        name: letter.name.to_string(),
        authorizer: letter.authorizer.to_string(),
        authorized_party: letter.authorized_party.to_string(),
        organization_code: letter.organization_code.to_string(),
        validity: letter.validity.to_string(),
        picture_url: Some(picture_url(origin, &letter.file_key)),
        signatures: letters::join_signatures(letter.signatures.iter().map(|name| &**name)),
        state: letter.state.to_string(),
        status: letter.status(today).to_owned(),
    }
}

fn picture_url(origin: &str, key: &str) -> String {
    let mut url = origin.to_owned();
    for part in key.split('/') {
        url.push('/');
        url.extend(encode::percent(part));
    }
    url
}

/// A body that is all there.
pub(super) fn full(content: impl Into<Bytes>) -> Body {
    Full::new(content.into()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A body that is all there, and something that is given back when it was sent.
pub(super) fn full_with<T: Send + 'static>(content: impl Into<Bytes>, kept: T) -> Body {
    let frames = stream::unfold(Some((content.into(), kept)), |left| async {
        let (content, kept) = left?;
        let piece = content.slice(..content.len().min(SENT_AT_ONCE));
        let rest = content.slice(piece.len()..);
        // The last piece may still be on its way when what is kept goes: it is small.
        Some((Ok(Frame::data(piece)), (!rest.is_empty()).then_some((rest, kept))))
    });
    StreamBody::new(frames).boxed_unsync()
}

/// Appends a JSON value as XML in the way of the service: the elements of a list repeat the name,
/// and null is nothing. (Writing to a string does not fail.)
fn push_element(xml: &mut String, name: &str, value: &Value) {
    let push_text = |xml: &mut String, text: &str| {
        let allowed: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')).collect();
        let _ = write!(xml, "<{name}>{}</{name}>", quick_xml::escape::escape(allowed));
    };
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| push_element(xml, name, item)),
        Value::Object(fields) => {
            let _ = write!(xml, "<{name}>");
            fields.iter().for_each(|(name, value)| push_element(xml, name, value));
            let _ = write!(xml, "</{name}>");
        }
        Value::String(text) => push_text(xml, text),
        Value::Bool(_) | Value::Number(_) => push_text(xml, &value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{letter::LetterId, wire::letter_list::LetterList};

    fn envelope(format: Format) -> Envelope {
        Envelope {
            request_id: "R1".to_owned(),
            action: Some(Action::Query),
            format,
            origin: "http://127.0.0.1:8025".to_owned(),
            date: Timestamp::UNIX_EPOCH,
        }
    }

    fn letters(count: u64) -> Vec<Arc<StoredLetter>> {
        let letter = |id| StoredLetter {
            id: LetterId(id),
            name: format!("甲{id}").into(),
            authorizer: "阿里 & 巴巴".into(),
            authorized_party: "支付宝".into(),
            organization_code: "9133".into(),
            validity: "2026-01-01~2026-12-31".parse().expect("valid"),
            signatures: ["菜鸟".into(), "裹裹".into()].into(),
            file_key: "1/扫 描.jpg".into(),
            state: "INT".into(),
        };
        (1..=count).map(|id| Arc::new(letter(id))).collect()
    }

    async fn text(response: Response<Body>) -> String {
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    #[tokio::test]
    async fn letters_are_one_json_document_however_many_pieces_they_are_sent_in() {
        let today = "2026-06-01".parse().expect("a day");
        for count in [0, 1, 256, 257, 1000] {
            let success = Success::Letters { letters: letters(count), today };
            let json = text(envelope(Format::Json).success(success)).await;
            let answer: Answer<LetterList> = serde_json::from_str(&json).expect("JSON");
            let data = answer.data.expect("letters").letters;
            assert_eq!(u64::try_from(data.len()).expect("few"), count);
            if let Some(last) = data.last() {
                assert_eq!(last.id, Some(count));
                assert_eq!((last.signatures.as_str(), last.status.as_str()), ("菜鸟、裹裹", "VALID"));
                let url = "http://127.0.0.1:8025/1/%E6%89%AB%20%E6%8F%8F.jpg";
                assert_eq!(last.picture_url.as_deref(), Some(url));
            }
        }
    }

    #[tokio::test]
    async fn xml_repeats_the_element_of_a_list_and_escapes_texts() {
        let today = "2027-06-01".parse().expect("a day");
        let xml = text(envelope(Format::Xml).success(Success::Letters { letters: letters(2), today })).await;
        let start =
            "<?xml version='1.0' encoding='UTF-8'?><QuerySmsAuthorizationLetterResponse><RequestId>R1</RequestId>";
        assert!(xml.starts_with(start), "{xml}");
        assert!(xml.ends_with("</QuerySmsAuthorizationLetterResponse>"), "{xml}");
        assert_eq!(xml.matches("<Data><AuthorizationLetterId>").count(), 2);
        assert!(xml.contains("<Authorization>阿里 &amp; 巴巴</Authorization>"), "{xml}");
        assert!(xml.contains("<Status>INVALID</Status>"), "{xml}");
        let failure = text(envelope(Format::Xml).failure(&Refusal::missing("SignList"))).await;
        assert!(failure.contains("<Error><RequestId>R1</RequestId><Code>MissingSignList</Code>"), "{failure}");
    }

    #[tokio::test]
    async fn a_failure_has_what_the_service_documents() {
        let response = envelope(Format::Json).failure(&Refusal::missing("SignList"));
        assert_eq!(response.status(), 400);
        let failure: Value = serde_json::from_str(&text(response).await).expect("JSON");
        for name in ["RequestId", "Code", "Message", "HostId", "Recommend"] {
            assert!(failure[name].is_string(), "{name}");
        }
    }
}
