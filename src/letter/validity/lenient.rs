//! Validities in other forms than the documented one.

use jiff::{ToSpan as _, civil::Date};
use unicode_normalization::UnicodeNormalization as _;

use super::Validity;

/// China's time, in minutes ahead of UTC.
const CHINA_MINUTES: i64 = 8 * 60;

pub(super) fn validity(text: &str) -> Option<Validity> {
    let text: String = text.nfkc().collect();
    let (from, rest) = day(text.trim())?;
    let (until, rest) = day(between(rest)?)?;
    if rest.trim().is_empty() { Validity::new(from, until).ok() } else { None }
}

/// What follows the mark between two dates.
fn between(text: &str) -> Option<&str> {
    const MARKS: [&str; 11] = ["~", "〜", "∼", "˜", "至", "到", "to", "--", "-", "–", "—"];
    let text = text.trim_start();
    MARKS.iter().find_map(|mark| text.strip_prefix(mark)).map(str::trim_start)
}

/// The day that `text` begins with, and what follows its time.
fn day(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = number(text, 4)?;
    let (month, rest, divided) = part(rest, &['-', '/', '.', '年'])?;
    let (day, rest, _) = part(rest, &['-', '/', '.', '月']).filter(|(.., second)| *second == divided)?;
    let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let Some((minute, rest)) = time(rest) else { return Some((date, rest)) };
    match offset(rest) {
        None => Some((date, rest)),
        Some((offset, rest)) => {
            let in_china = date.to_datetime(jiff::civil::Time::midnight());
            let in_china = in_china.checked_add((minute - offset + CHINA_MINUTES).minutes()).ok()?;
            Some((in_china.date(), rest))
        }
    }
}

/// A number of two digits at most behind a divider, and whether there was one. Without a divider it
/// has two digits.
fn part<'t>(text: &'t str, dividers: &[char]) -> Option<(i64, &'t str, bool)> {
    if let Some(rest) = text.trim_start().strip_prefix(dividers) {
        let (value, rest) = number(rest.trim_start(), 2).or_else(|| number(rest.trim_start(), 1))?;
        return Some((value, rest, true));
    }
    number(text, 2).map(|(value, rest)| (value, rest, false))
}

/// The time of day in minutes, behind a `T` or a space.
fn time(text: &str) -> Option<(i64, &str)> {
    let rest = text.strip_prefix('T').unwrap_or_else(|| text.trim_start());
    let (hour, rest) = number(rest, 2).or_else(|| number(rest, 1))?;
    let (minute, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    if let Some((_, after)) = rest.strip_prefix(':').and_then(|rest| number(rest, 2)) {
        rest = after;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    (hour <= 24 && minute < 60).then_some((hour * 60 + minute, rest))
}

/// The offset from UTC in minutes that follows a time.
fn offset(text: &str) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((0, rest));
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), 2)?;
    // A date may follow a hyphen too.
    (!rest.starts_with(|c: char| c.is_ascii_digit())).then_some((sign * (hours * 60 + minutes), rest))
}

/// A number of exactly so many digits at the start of `text`.
fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    let value = head.bytes().all(|b| b.is_ascii_digit()).then(|| head.parse().ok())??;
    Some((value, rest))
}
