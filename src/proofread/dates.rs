//! The dates on a page, in the forms in which people write them.

use jiff::civil::Date;

use super::{
    search::Range,
    stream::{Glyph, Stream},
};
use crate::letter::Validity;

/// A date on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) date: Date,
    pub(super) range: Range,
}

/// The most characters between the two dates of a validity, where one is written behind the other:
/// `起至`, `（含）至`.
const BETWEEN: usize = 12;

impl Stream {
    /// The dates of the page, in its order.
    pub(super) fn dates(&self) -> Vec<Dated> {
        let mut dates = Vec::new();
        let mut at = 0;
        while at < self.0.len() {
            match date_at(&self.0, at) {
                Some(found) => {
                    at = found.range.1;
                    dates.push(found);
                }
                None => at += 1,
            }
        }
        dates
    }
}

/// Where both dates of a validity stand, the first before the second.
pub(super) fn find(dates: &[Dated], validity: Validity) -> Option<(Range, Range)> {
    let from = dates.iter().position(|dated| dated.date == validity.from())?;
    let until = dates[from + 1..].iter().find(|dated| dated.date == validity.until())?;
    Some((dates[from].range, until.range))
}

/// The two dates that the page has in the place of a validity: a pair written as one, and the pair
/// most like it of several.
pub(super) fn find_other(dates: &[Dated], validity: Validity) -> Option<(Dated, Dated)> {
    let pairs = dates.windows(2).filter_map(|pair| {
        let [first, second] = [pair[0], pair[1]];
        (first.date <= second.date && second.range.0 - first.range.1 <= BETWEEN).then_some((first, second))
    });
    let equal = |(first, second): &(Dated, Dated)| {
        usize::from(first.date == validity.from()) + usize::from(second.date == validity.until())
    };
    // Of equals the first: a paper tells its validity before the day on which it was signed.
    pairs.rev().max_by_key(equal)
}

/// The digits that stand from a place on, `1` and `0` in every form that looks like it.
fn digits(glyphs: &[Glyph], most: usize) -> Vec<u8> {
    digits_as(digit, glyphs, most)
}

fn digits_as(digit: fn(char) -> Option<u8>, glyphs: &[Glyph], most: usize) -> Vec<u8> {
    glyphs.iter().take(most).map_while(|glyph| digit(glyph.folded)).collect()
}

fn digit(c: char) -> Option<u8> {
    c.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
}

/// A digit before 月 or 日, where nothing but a number can stand: engines take `1` for a closing
/// bracket. An opening one is that of a blank to be filled in, `（ ）月`.
fn digit_before_a_sign(c: char) -> Option<u8> {
    if c == ')' { Some(1) } else { digit(c) }
}

/// A number of Chinese digits, and how many characters it has: `二〇二六` with four, `十二`,
/// `三十一`.
fn chinese(glyphs: &[Glyph], is_year: bool) -> Option<(i16, usize)> {
    const DIGITS: &str = "零一二三四五六七八九";
    let value = |c: char| match c {
        '0' => Some(0),
        c => DIGITS.chars().position(|digit| digit == c).and_then(|digit| i16::try_from(digit).ok()),
    };
    if is_year {
        let year: Vec<i16> = glyphs.iter().take(4).map_while(|glyph| value(glyph.folded)).collect();
        return (year.len() == 4).then(|| (year.iter().fold(0, |year, digit| year * 10 + digit), 4));
    }
    let length =
        glyphs.iter().take(3).take_while(|glyph| glyph.folded == '十' || value(glyph.folded).is_some()).count();
    let part: Vec<char> = glyphs[..length].iter().map(|glyph| glyph.folded).collect();
    let number = match part[..] {
        ['十'] => 10,
        ['十', one] => 10 + value(one)?,
        [ten, '十'] => value(ten)? * 10,
        [ten, '十', one] => value(ten)? * 10 + value(one)?,
        [one] => value(one)?,
        _ => return None,
    };
    Some((number, length))
}

/// The date that begins at a place.
fn date_at(glyphs: &[Glyph], at: usize) -> Option<Dated> {
    if at > 0 && glyphs[at].folded.is_ascii_digit() && !glyphs[at].begins && glyphs[at - 1].folded.is_ascii_digit() {
        // The middle of a number is no year.
        return None;
    }
    let rest = &glyphs[at..];
    let (date, length) = separated(rest).or_else(|| compact(rest)).or_else(|| in_chinese(rest))?;
    Some(Dated { date, range: (at, at + length) })
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |number, digit| number * 10 + i16::from(*digit))
}

/// `2026年1月1日`, `2026-01-01`, `2026/1/1`, `2026.1.1`.
fn separated(glyphs: &[Glyph]) -> Option<(Date, usize)> {
    let year = digits(glyphs, 5);
    let separator = glyphs.get(4)?.folded;
    if year.len() != 4 || !matches!(separator, '年' | '-' | '/' | '.' | '·') {
        return None;
    }
    let digit = if separator == '年' { digit_before_a_sign } else { digit };
    let mut at = 5;
    let mut part = |ends: &[char]| {
        let part = digits_as(digit, glyphs.get(at..)?, 3);
        at += part.len();
        if !(1..=2).contains(&part.len()) {
            return None;
        }
        if let [end] = ends {
            if glyphs.get(at)?.folded != *end {
                return None;
            }
            at += 1;
        }
        Some(i8::try_from(number(&part)).unwrap_or(0))
    };
    let (month_end, day_end) = match separator {
        '年' => ('月', &['日'][..]),
        other => (other, &[][..]),
    };
    let month = part(&[month_end])?;
    let day = part(day_end)?;
    Some((Date::new(number(&year), month, day).ok()?, at))
}

/// `20260101`.
fn compact(glyphs: &[Glyph]) -> Option<(Date, usize)> {
    const DAY: usize = 8;
    let digits = digits(glyphs, DAY + 1);
    // More would be a longer number.
    if digits.len() != DAY || glyphs.get(DAY).is_some_and(|next| next.folded.is_ascii_alphanumeric() && !next.begins) {
        return None;
    }
    let part = |from: usize| i8::try_from(number(&digits[from..from + 2])).unwrap_or(0);
    Some((Date::new(number(&digits[..4]), part(4), part(6)).ok()?, DAY))
}

/// `二〇二六年十二月三十一日`.
fn in_chinese(glyphs: &[Glyph]) -> Option<(Date, usize)> {
    let (year, mut at) = chinese(glyphs, true)?;
    let mut part = |begin: char| {
        if glyphs.get(at)?.folded != begin {
            return None;
        }
        let (number, length) = chinese(&glyphs[at + 1..], false)?;
        at += 1 + length;
        i8::try_from(number).ok()
    };
    let (month, day) = (part('年')?, part('月')?);
    if glyphs.get(at)?.folded != '日' {
        return None;
    }
    Some((Date::new(year, month, day).ok()?, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proofread::reading::Reading;

    fn dates(page: &str) -> Vec<String> {
        Stream::of(&Reading::of_output(page)[0]).dates().iter().map(|dated| dated.date.to_string()).collect()
    }

    fn validity(text: &str) -> Validity {
        text.parse().expect("a validity")
    }

    #[test]
    fn dates_are_read_in_the_forms_that_people_write() {
        for text in [
            "2026-01-01",
            "2026年1月1日",
            "2026 年 01 月 01 日",
            "2026/1/1",
            "2026.1.1",
            "2026．01．01",
            "20260101",
            "２０２６年１月１日",
            "2O26年l月I日",
            "2026年]月]日",
            "二〇二六年一月一日",
            "二零二六年一月一日",
            "二○二六年一月一日",
            "2026—01—01",
        ] {
            assert_eq!(dates(&format!("自{text}起")), ["2026-01-01"], "{text}");
        }
        assert_eq!(dates("二〇二八年十二月三十一日"), ["2028-12-31"]);
        assert_eq!(dates("本授权自 2026年1月1日 起至 2028 年12月31 日止"), ["2026-01-01", "2028-12-31"]);
        assert_eq!(dates("20260101-20281231"), ["2026-01-01", "2028-12-31"]);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "2026-13-01",
            "2026年2月30日",
            "91330100799655058B",
            "年 月 日",
            "12026-01-01",
            "2026-01",
            "202601012",
            "2026年1月",
            "2026年（ ）月（ ）日",
            "2026年（1）月（1）日",
            "2026-]-]",
            "二〇二六年",
        ] {
            assert_eq!(dates(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_validity_is_two_dates_in_order() {
        let read = |page: &str| Stream::of(&Reading::of_output(page)[0]).dates();
        let declared = validity("2026-01-01~2028-12-31");
        let good = read("期限：2026年1月1日至2028年12月31日。2025年12月1日");
        assert!(find(&good, declared).is_some());
        assert!(find(&read("2028-12-31 2026-01-01"), declared).is_none());
        let bad = read("2026年1月1日至2028年12月30日。2025年12月1日 2025年12月2日");
        assert!(find(&bad, declared).is_none());
        let (from, until) = find_other(&bad, declared).expect("a pair");
        assert_eq!((from.date.to_string(), until.date.to_string()), ("2026-01-01".into(), "2028-12-30".into()));
        assert_eq!(find_other(&read("2026年1月1日"), declared), None);
    }
}
