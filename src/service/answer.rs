//! From bodies of answers to values and errors.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{error::Category, value::RawValue};

use super::{Answer, Operation, RequestId, ServiceError, denial::Denial};
use crate::{
    escape::{Untrusted, shorten},
    letter::{ExistingLetter, ExistingLetters, LetterId, UnreadableLetter},
    transport::{Head, MAX_MESSAGE, Response},
    wire::{
        letter_list::{self, LetterList, UnreadableEntry},
        letters::{self, LetterData, split_signatures},
    },
};

/// The most characters of an unreadable body that are shown.
const MAX_EXCERPT: usize = 120;

/// The longest wait that is believed: a day.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(86_400);

/// Where an answer has what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In `Data`.
    Data,
    /// Beside `Code`, in the answer itself.
    Whole,
}

/// Reads an answer of the API: what was asked for, when the service says that the operation was
/// carried out.
///
/// What can't be read is described and not quoted: it may hold a signature.
pub(super) fn read<T: for<'a> Deserialize<'a>>(
    operation: Operation,
    response: &Response,
    now: Timestamp,
    shape: Shape,
) -> Result<Answer<Option<T>>, ServiceError> {
    let unreadable = |request_id: Option<RequestId>, problem: String| {
        let Head { status, .. } = response.head;
        let request_id = request_id.or_else(|| request_id_in(&response.head));
        ServiceError::Unreadable {
            operation,
            status,
            problem: problem.into(),
            request_id,
            retry_after: retry_after(&response.head, now),
        }
    };
    let body = &response.body;
    let text = String::from_utf8_lossy(body);
    let whole: letters::Answer<&RawValue> = serde_json::from_str(&text)
        .map_err(|error| unreadable(None, not_of_the_form(operation, &error, &response.head, &text)))?;
    let request_id = whole.request_id.as_deref().filter(|id| !id.is_empty()).map(RequestId::new);
    match whole.code.filter(|code| !code.is_empty()) {
        Some(code) if code != letters::OK => {
            let message = whole.message.unwrap_or_default();
            let mut error = answered(operation, &response.head, now, &code, &message, request_id);
            if let ServiceError::Answered { denial, .. } = &mut error {
                *denial = Denial::in_body(body);
            }
            return Err(error);
        }
        Some(_) if response.head.is_success() && whole.success != Some(false) => {}
        None if response.head.is_success() && whole.success == Some(true) => {}
        Some(_) => return Err(unreadable(request_id, "it says OK and that it failed".to_owned())),
        None => return Err(unreadable(request_id, "it does not say whether it succeeded (no `Code`)".to_owned())),
    }
    let value = match shape {
        Shape::Data => whole.data.map(|data| of_json("`Data`", data.get())).transpose(),
        Shape::Whole => of_json("it", &text).map(Some),
    };
    let value = value.map_err(|problem| unreadable(request_id.clone(), problem))?;
    Ok(Answer { value, request_id: request_id.or_else(|| request_id_in(&response.head)) })
}

/// The value that a part of an answer holds.
fn of_json<'a, T: Deserialize<'a>>(part: &str, json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| {
        let text = error.to_string();
        if text.starts_with(letter_list::TOO_MANY) {
            format!("{part} {}", text.split(" at line").next().unwrap_or_default())
        } else {
            format!("{part} is {}, and is not of the documented form", kind(json))
        }
    })
}

/// What a text of JSON is, by its first character.
fn kind(json: &str) -> &'static str {
    match json.trim_start().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b'-' | b'0'..=b'9') => "a number",
        Some(b't' | b'f') => "a truth value",
        _ => "empty",
    }
}

/// The error of an answer with an error code.
pub(super) fn answered(
    operation: Operation,
    head: &Head,
    now: Timestamp,
    code: &str,
    message: &str,
    request_id: Option<RequestId>,
) -> ServiceError {
    let clock_skew = if code.starts_with("InvalidTimeStamp") || code == "RequestTimeTooSkewed" {
        date(head).map(|theirs| now.duration_since(theirs).as_secs())
    } else {
        None
    };
    ServiceError::Answered {
        operation,
        code: Untrusted::short(code, MAX_EXCERPT),
        message: Untrusted::short(message, MAX_MESSAGE),
        request_id: request_id.or_else(|| request_id_in(head)),
        status: head.status,
        retry_after: retry_after(head, now),
        clock_skew,
        denial: None,
    }
}

/// The id in the headers of an answer of the API or of OSS.
pub(super) fn request_id_in(head: &Head) -> Option<RequestId> {
    ["x-acs-request-id", "x-oss-request-id"]
        .iter()
        .find_map(|name| head.header(name))
        .filter(|id| !id.is_empty())
        .map(RequestId::new)
}

/// What `Retry-After` asks for, in seconds or as a date. A date is held against the service's own
/// clock when it tells it.
pub(super) fn retry_after(head: &Head, now: Timestamp) -> Option<Duration> {
    let text = head.header("retry-after")?.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let until = parse_date(text)?;
        let since = date(head).unwrap_or(now);
        Duration::try_from(until.duration_since(since)).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

pub(super) fn date(head: &Head) -> Option<Timestamp> {
    parse_date(head.header("date")?)
}

fn parse_date(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(text.trim()).ok()?).ok()
}

/// Why a body is no answer of the documented form. A page that something on the way put in the
/// answer's place is quoted; an answer is not, and neither is anything in the place of upload
/// information, which holds a signature.
fn not_of_the_form(operation: Operation, error: &serde_json::Error, head: &Head, body: &str) -> String {
    if (300..400).contains(&head.status) {
        return "it leads elsewhere, which is not followed; check the endpoint and the proxy".to_owned();
    }
    let start = body.trim_start();
    if start.is_empty() {
        return "it is empty".to_owned();
    }
    let place = format!("line {}, column {}", error.line(), error.column());
    match (error.classify(), start.as_bytes()[0]) {
        (Category::Eof, _) => format!("it is JSON that ends too early ({place})"),
        (Category::Data, b'{') => format!("it is not of the documented form ({place})"),
        (Category::Data, _) => format!("it is {} of JSON; expected an object", kind(start)),
        (_, b'{' | b'[' | b'"') => format!("it is not valid JSON ({place})"),
        _ => {
            let kind = head.header("content-type").unwrap_or("no content type");
            let kind = shorten(kind, MAX_EXCERPT);
            if operation == Operation::GetQualificationOssInfo {
                return format!("it is not JSON ({kind})");
            }
            format!("it is not JSON ({kind}): {}", shorten(start.trim_end(), MAX_EXCERPT))
        }
    }
}

/// A line for the log about how a request ended.
pub(super) fn log<T>(
    operation: Operation,
    result: &Result<Answer<T>, ServiceError>,
    status: Option<u16>,
    took: Duration,
) {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let request_id = match result {
        Ok(answer) => answer.request_id.as_ref(),
        Err(error) => error.request_id(),
    };
    let request_id = request_id.map(tracing::field::display);
    match result {
        Ok(_) => tracing::debug!(%operation, status, milliseconds, request_id, "answered"),
        Err(error) => {
            let code = error.code().map(tracing::field::display);
            tracing::debug!(%operation, status, milliseconds, request_id, code, problem = %error, "failed");
        }
    }
}

impl From<LetterData> for ExistingLetter {
    fn from(data: LetterData) -> Self {
        Self {
            id: data.id.map(LetterId),
            name: data.name.into(),
            authorizer: data.authorizer.into(),
            authorized_party: data.authorized_party.into(),
            organization_code: data.organization_code.into(),
            validity: data.validity.into(),
            signatures: split_signatures(&data.signatures).map(Into::into).collect(),
            picture_url: data.picture_url.filter(|url| !url.is_empty()),
            state: data.state.into(),
            status: data.status.into(),
        }
    }
}

impl From<UnreadableEntry> for UnreadableLetter {
    fn from(UnreadableEntry { position, name, problem }: UnreadableEntry) -> Self {
        Self { position, name: name.map(Into::into), problem: problem.into() }
    }
}

impl From<LetterList> for ExistingLetters {
    fn from(LetterList { letters, unreadable }: LetterList) -> Self {
        Self {
            letters: letters.into_iter().map(Into::into).collect(),
            unreadable: unreadable.into_iter().map(Into::into).collect(),
        }
    }
}
