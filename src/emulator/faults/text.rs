//! Rules as people write them: `OPERATION FAULT [call=N | p=P [seed=N]]`.

use std::{fmt, str::FromStr, time::Duration};

use super::{FailureBody, Fault, FaultRule, InjectedFailure, When};
use crate::{
    emulator::{
        action::Action,
        refusal::{ErrorCode, Refusal},
    },
    escape::visible,
};

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no fault: {}", visible(text), visible(problem))]
pub struct FaultError {
    text: String,
    problem: String,
}

/// The faults by their words, for messages and documents.
const WORDS: &str = "delay=MS, delay=MIN..MAX, skew=SECONDS, rate=N, cut, cut-after, cut-within, hang, hang-after, \
    status=N, status-after=N (with ,html or ,empty), code=CODE, code-after=CODE (with @STATUS), truncate, not-json, \
    leave-out=N, slow=BYTES, expired";

impl FromStr for FaultRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let error = |problem: String| FaultError { text: text.to_owned(), problem };
        let mut words = text.split_whitespace();
        let (Some(action), Some(fault)) = (words.next(), words.next()) else {
            return Err(error("write OPERATION FAULT [call=N | p=P [seed=N]]".to_owned()));
        };
        let action = match action {
            "*" => None,
            name => Some(name.parse().map_err(|()| {
                let known: Vec<_> = Action::ALL.iter().map(|action| action.keyword()).collect();
                error(format!("unknown operation `{name}`; expected {} or *", known.join(", ")))
            })?),
        };
        let fault = parse_fault(fault).ok_or_else(|| error(format!("`{fault}` is none of {WORDS}")))?;
        let when = parse_when(words).map_err(error)?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Self { action, fault, when, text })
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_fault(word: &str) -> Option<Fault> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    Some(match (name, value) {
        ("cut", None) => Fault::Before(InjectedFailure::Cut),
        ("cut-after", None) => Fault::After(InjectedFailure::Cut),
        ("cut-within", None) => Fault::After(InjectedFailure::CutWithin),
        ("hang", None) => Fault::Before(InjectedFailure::Hang),
        ("hang-after", None) => Fault::After(InjectedFailure::Hang),
        ("truncate", None) => Fault::After(InjectedFailure::Truncated),
        ("not-json", None) => Fault::After(InjectedFailure::NotJson),
        ("expired", None) => Fault::Expired,
        ("status", Some(value)) => Fault::Before(parse_status(value)?),
        ("status-after", Some(value)) => Fault::After(parse_status(value)?),
        ("code", Some(value)) => Fault::Before(parse_code(value)?),
        ("code-after", Some(value)) => Fault::After(parse_code(value)?),
        ("delay", Some(value)) => {
            let (min, max) = value.split_once("..").unwrap_or((value, value));
            let (min, max) = (min.parse::<u32>().ok()?, max.parse::<u32>().ok()?);
            let millis = |number: u32| Duration::from_millis(number.into());
            Fault::Delay { least: millis(min), spread: millis(max.checked_sub(min)?) }
        }
        ("skew", Some(value)) => Fault::Skew(value.parse::<i32>().ok()?.into()),
        ("rate", Some(value)) => Fault::Rate(value.parse().ok().filter(|rate| *rate > 0)?),
        ("leave-out", Some(value)) => Fault::LeaveOut(value.parse().ok()?),
        ("slow", Some(value)) => Fault::Slow(value.parse().ok().filter(|rate| *rate > 0)?),
        _ => return None,
    })
}

/// `500` (as the service itself says it, in JSON), `502,html`, `503,empty`.
fn parse_status(value: &str) -> Option<InjectedFailure> {
    let (status, body) = value.split_once(',').map_or((value, None), |(status, body)| (status, Some(body)));
    let status = status.parse().ok().filter(|status| (400..=599).contains(status))?;
    Some(match body {
        Some("html") => InjectedFailure::Status { status, body: FailureBody::Html },
        Some("empty") => InjectedFailure::Status { status, body: FailureBody::Empty },
        Some(_) => return None,
        None => {
            let code = if status == 503 { ErrorCode::ServiceUnavailable } else { ErrorCode::InternalError };
            InjectedFailure::Refuse(Refusal { status, ..code.into() })
        }
    })
}

/// `Throttling.User`, with the status of the table, or `isp.SYSTEM_ERROR@200`.
fn parse_code(value: &str) -> Option<InjectedFailure> {
    let (code, status) = value.split_once('@').map_or((value, None), |(code, status)| (code, Some(status)));
    let known = code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')) && !code.is_empty();
    let mut refusal = match ErrorCode::from_str_exact(code) {
        Some(row) => row.into(),
        None if known => {
            Refusal { code: code.to_owned().into(), status: 400, message: "A fault was asked for.".into() }
        }
        None => return None,
    };
    if let Some(status) = status {
        refusal.status = status.parse().ok().filter(|status| (200..=599).contains(status))?;
    }
    Some(InjectedFailure::Refuse(refusal))
}

fn parse_when<'a>(words: impl Iterator<Item = &'a str>) -> Result<When, String> {
    let (mut calls, mut chance, mut seed) = (None, None, None);
    for word in words {
        let unknown = || format!("`{word}` is none of call=N, call=M..N, p=P, seed=N");
        match word.split_once('=').ok_or_else(unknown)? {
            ("call", value) => {
                let (first, last) = value.split_once("..").unwrap_or((value, value));
                let (first, last) = (first.parse().map_err(|_| unknown())?, last.parse().map_err(|_| unknown())?);
                if first == 0 || first > last {
                    return Err(format!("`{word}`: calls are counted from 1, the first before the last"));
                }
                calls = Some(When::Calls { first, last });
            }
            ("p", value) => {
                let probability: f64 = value.parse().map_err(|_| unknown())?;
                if !(0.0..=1.0).contains(&probability) {
                    return Err(format!("`{word}`: a probability is from 0 to 1"));
                }
                chance = Some(probability);
            }
            ("seed", value) => seed = Some(value.parse().map_err(|_| unknown())?),
            _ => return Err(unknown()),
        }
    }
    match (calls, chance, seed) {
        (None, None, None) => Ok(When::Always),
        (Some(calls), None, None) => Ok(calls),
        (None, Some(probability), seed) => Ok(When::Chance { probability, seed: seed.unwrap_or(0) }),
        (Some(_), ..) => Err("`call` does not go with `p` or `seed`".to_owned()),
        (None, None, Some(_)) => Err("`seed` needs `p`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_it_was_written_and_nonsense_is_refused_with_help() {
        for text in
            ["create cut-after call=3", "* delay=20..80 p=0.5 seed=7", "upload slow=1024", "oss-info skew=-1000"]
        {
            assert_eq!(text.parse::<FaultRule>().expect(text).to_string(), text);
        }
        for (bad, part) in [
            ("create", "OPERATION FAULT"),
            ("delete cut", "unknown operation `delete`; expected create, query"),
            ("create explode", "is none of delay=MS"),
            ("create status=200", "is none of"),
            ("create delay=9..1", "is none of"),
            ("create cut call=0", "counted from 1"),
            ("create cut p=2", "from 0 to 1"),
            ("create cut call=1 p=1", "does not go with"),
            ("create cut seed=1", "needs `p`"),
            ("create cut now", "is none of call=N"),
        ] {
            let error = bad.parse::<FaultRule>().expect_err(bad).to_string();
            assert!(error.contains(part), "{bad}: {error}");
        }
    }
}
