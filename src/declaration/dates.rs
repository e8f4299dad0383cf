//! Dates as people and spreadsheets write them, for the help of a message. Nothing here widens what
//! is accepted.

use jiff::{ToSpan, civil::Date};
use unicode_normalization::UnicodeNormalization;

use crate::letter::Validity;

/// The validity that a text in another form means, such as `2026/3/1 - 2028年2月29日`.
pub(super) fn validity(text: &str) -> Option<Validity> {
    let [from, until] = days(text)?.try_into().ok()?;
    Validity::new(from, until).ok()
}

/// The day that a text in another form means.
pub(super) fn day(text: &str) -> Option<Date> {
    let [day] = days(text)?.try_into().ok()?;
    Some(day)
}

/// The longest text that can be two dates.
const MAX_CHARS: usize = 80;

/// The days of a text that has nothing but days in it.
fn days(text: &str) -> Option<Vec<Date>> {
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let folded = text.nfkc().collect::<String>().replace(" to ", " ");
    let known = |c: char| c.is_ascii_digit() || c.is_whitespace() || "-/.~〜∼–—−年月日号至到起止从自:,、TZ".contains(c);
    if !folded.chars().all(known) {
        return None;
    }
    let spaced: String = folded.chars().map(|c| if c.is_ascii_digit() || c == ':' { c } else { ' ' }).collect();
    // The time of a day that a spreadsheet adds.
    let mut groups = spaced.split_whitespace().filter(|group| !group.contains(':'));
    let mut days = Vec::new();
    while let Some(group) = groups.next() {
        days.push(match group.len() {
            8 => date(&group[..4], &group[4..6], &group[6..])?,
            5 => serial(group)?,
            4 => date(group, groups.next()?, groups.next()?)?,
            _ => return None,
        });
    }
    Some(days)
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The day of a spreadsheet's number, such as 46082, when it is in this century.
fn serial(number: &str) -> Option<Date> {
    const CENTURY: std::ops::Range<i64> = 36_526..73_051;
    let number: i64 = number.parse().ok()?;
    let first = Date::constant(1899, 12, 30);
    CENTURY.contains(&number).then(|| first.checked_add(number.days()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_of_two_dates_are_understood() {
        for text in [
            "2026/03/01~2028/02/29",
            "2026-3-1 ~ 2028-2-29",
            "2026年3月1日至2028年2月29日",
            "2026年3月1日 - 2028年2月29日",
            "2026.03.01—2028.02.29",
            "20260301-20280229",
            "２０２６－０３－０１～２０２８－０２－２９",
            "46082~46812",
            "2026-03-01 00:00:00 ~ 2028-02-29 00:00:00",
            "2026-03-01-2028-02-29",
            "自2026年3月1日起至2028年2月29日止",
            "2026-03-01 to 2028-02-29",
            "2026-03-01、2028-02-29",
            "2026-03-01T00:00:00Z~2028-02-29T00:00:00Z",
        ] {
            let validity = validity(text).expect(text);
            assert_eq!(validity.to_string(), "2026-03-01~2028-02-29", "{text}");
        }
    }

    #[test]
    fn what_is_no_pair_of_dates_is_left_alone() {
        for text in
            ["", "2026-02-30~2028-01-01", "2026-01-01", "01/02/2026~03/04/2028", "两年", "2028-01-01~2026-01-01"]
        {
            assert_eq!(validity(text), None, "{text}");
        }
        assert_eq!(day("46082").map(|day| day.to_string()).as_deref(), Some("2026-03-01"));
    }
}
