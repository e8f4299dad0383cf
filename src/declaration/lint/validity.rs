use jiff::{ToSpan, civil::Date};

use crate::{
    declaration::{Code, collector::FileCollector, source::Span},
    letter::Validity,
};

/// The day that it is, and how near the end of a letter may be.
#[derive(Debug, Clone, Copy)]
pub(in crate::declaration) struct Calendar {
    pub(in crate::declaration) today: Date,
    pub(in crate::declaration) expiring_days: u32,
}

impl Calendar {
    /// Whether a letter with this validity has ended or ends soon, be it only because it is short.
    pub(in crate::declaration) fn is_about_to_end(self, validity: Validity) -> bool {
        i64::from(validity.days_left(self.today)) <= i64::from(self.expiring_days)
    }
}

pub(in crate::declaration) fn validity(
    collector: &mut FileCollector<'_>,
    calendar: Calendar,
    validity: Validity,
    span: Span,
) {
    let Calendar { today, expiring_days } = calendar;
    let (from, until) = (validity.from(), validity.until());
    let left = i64::from(validity.days_left(today));
    if left < 0 {
        let message = format!("the letter expired on {until}");
        let help = "declare its successor under a new name; the service creates no expired letter";
        collector.report_with_help(Code::Expired, message, span, help);
    } else if today < from {
        let message = format!("the letter is not valid before {from}");
        let help = "apply it on or after that day; the service creates a letter only within its validity";
        collector.report_with_help(Code::NotYetValid, message, span, help);
    } else if left <= i64::from(expiring_days) {
        let message = match left {
            0 => "the letter expires today".to_owned(),
            1 => "the letter expires tomorrow".to_owned(),
            days => format!("the letter expires on {until}, in {days} days"),
        };
        collector.report_with_help(Code::ExpiresSoon, message, span, "prepare its successor, under a new name");
    }
    let after = |years: i64| from.checked_add(years.years()).unwrap_or(Date::MAX);
    if until.tomorrow().unwrap_or(Date::MAX) < after(1) {
        collector.report_with_help(Code::ValidityShort, "the letter is valid for less than a year", span, RECOMMENDED);
    } else if until > after(3) {
        collector.report_with_help(
            Code::ValidityLong,
            "the letter is valid for more than three years",
            span,
            RECOMMENDED,
        );
    }
}

const RECOMMENDED: &str = "the service recommends 1 to 3 years";
