mod lenient;

use std::{fmt, str::FromStr};

use jiff::civil::Date;

use super::ValueError;

/// The days on which a letter holds, both included (`AuthorizationLetterExpDate`), in China's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Validity {
    from: Date,
    until: Date,
}

impl Validity {
    /// The validity from one day to another, both included.
    ///
    /// # Errors
    /// [`ValueError::ValidityReversed`] when it would end before it begins.
    pub fn new(from: Date, until: Date) -> Result<Self, ValueError> {
        if from > until { Err(ValueError::ValidityReversed { from, until }) } else { Ok(Self { from, until }) }
    }

    /// The first day.
    pub const fn from(self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn until(self) -> Date {
        self.until
    }

    /// Whether the letter holds on `day`.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// How many days are left after `day`: 0 on the last day, negative once it has expired.
    pub fn days_left(self, day: Date) -> i32 {
        let span = self.until.duration_since(day);
        i32::try_from(span.as_hours() / 24).expect("two dates are never 2^31 days apart")
    }

    /// Reads a validity that the service or a person wrote in another form: full-width characters,
    /// white space, `/`, `.` or `年月日` between the parts of a date, times of day, another tilde
    /// or `至` between the dates.
    ///
    /// A time with an offset is taken as the day that it is in China. `None` when the text is not
    /// two dates in order.
    pub fn read(text: &str) -> Option<Self> {
        text.try_into().ok().or_else(|| lenient::validity(text))
    }

    /// Parses one day, `YYYY-MM-DD`. `index` is where `text` starts in the value it is a part of,
    /// in characters.
    ///
    /// # Errors
    /// [`ValueError::NoSuchDate`] when it is written in another way or no calendar has it.
    pub fn parse_day(text: &str, index: usize) -> Result<Date, ValueError> {
        let bytes = text.as_bytes();
        let form = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
        let date = if form { text.parse().ok() } else { None };
        date.ok_or_else(|| ValueError::NoSuchDate { text: text.to_owned(), index })
    }
}

impl TryFrom<&str> for Validity {
    type Error = ValueError;

    /// Parses `YYYY-MM-DD~YYYY-MM-DD`, with white space around the whole alone.
    ///
    /// # Errors
    /// When the form is another, a date does not exist, or the second is before the first.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        let lead = text.chars().count() - text.trim_start().chars().count();
        let (from, until) = text.trim().split_once('~').ok_or(ValueError::ValidityForm)?;
        let second = lead + from.chars().count() + 1;
        Self::new(Self::parse_day(from, lead)?, Self::parse_day(until, second)?)
    }
}

impl FromStr for Validity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::try_from(text)
    }
}

/// The form that the service takes: `YYYY-MM-DD~YYYY-MM-DD`.
impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.from, self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for good in ["2026-01-01~2029-01-01", "2024-02-29~2024-02-29"] {
            assert_eq!(Validity::try_from(good).expect(good).to_string(), good);
        }
    }

    #[test]
    fn points_at_the_date_that_does_not_exist() {
        let no_such = |text: &str, index| Err(ValueError::NoSuchDate { text: text.to_owned(), index });
        assert_eq!(Validity::try_from("2026-01-01"), Err(ValueError::ValidityForm));
        assert_eq!(Validity::try_from("2026-02-30~2029-01-01"), no_such("2026-02-30", 0));
        assert_eq!(Validity::try_from(" 2026-01-01~2029-1-1"), no_such("2029-1-1", 12));
        assert_eq!(Validity::try_from("2026-01-01~"), no_such("", 11));
        assert!(matches!(Validity::try_from("2026-01-02~2026-01-01"), Err(ValueError::ValidityReversed { .. })));
    }

    #[test]
    fn other_forms_are_read_as_what_they_mean() {
        let expected = Validity::try_from("2026-01-01~2029-01-09").ok();
        for text in [
            "2026-01-01~2029-01-09",
            " 2026-01-01 ~ 2029-01-09\n",
            "2026/01/01~2029/1/9",
            "2026.1.1～2029.1.9",
            "2026-01-01 00:00:00〜2029-01-09 23:59:59",
            "2026-01-01T00:00:00+08:00~2029-01-09T23:59:59.999+0800",
            "2025-12-31T16:00:00Z~2029-01-09T15:59:59Z",
            "2026年1月1日至2029年1月9日",
            "２０２６－０１－０１ ∼ ２０２９－０１－０９",
            "2026-01-01 - 2029-01-09",
            "2026-01-01 to 2029-01-09",
            "20260101~20290109",
            "2026-01-01 00:00 到 2029-01-09 24:00",
        ] {
            assert_eq!(Validity::read(text), expected, "{text}");
        }
        for text in
            ["", "long", "2026-01-01", "2026-02-30~2029-01-01", "2029-01-01~2026-01-01", "2026-01-01~2029-01-09 x"]
        {
            assert_eq!(Validity::read(text), None, "{text}");
        }
    }

    #[test]
    fn counts_days() {
        let validity = Validity::try_from("2026-01-01~2026-12-31").expect("valid");
        let day = |text: &str| text.parse::<Date>().expect("a date");
        assert_eq!(validity.days_left(day("2026-12-31")), 0);
        assert_eq!(validity.days_left(day("2027-01-02")), -2);
        assert_eq!(validity.days_left(day("2026-01-01")), 364);
        assert!(validity.contains(day("2026-12-31")) && !validity.contains(day("2027-01-01")));
    }
}
