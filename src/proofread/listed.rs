//! The signatures that a paper lists: in `【】`, in a table under 短信签名, or in an enumeration
//! behind 短信签名：.
//!
//! Precise before complete: what is not plainly an item of such a list is none.

use std::ops::RangeInclusive;

use super::{
    bounds::{is_of_name, starts_with},
    search::Range,
    stream::Stream,
};

/// How long a signature can be, in characters.
const LENGTH: RangeInclusive<usize> = 2..=12;
/// The headings of a table's column of signatures.
const HEADINGS: [&str; 8] =
    ["短信签名", "签名", "签名名称", "短信签名名称", "签名内容", "授权签名", "授权短信签名", "短信签名内容"];
/// What begins an enumeration, before a colon. A signature alone could be somebody's hand.
const BEGINNINGS: [&str; 9] =
    ["短信签名", "签名名称", "签名内容", "签名如下", "签名包括", "签名列表", "签名为", "签名范围", "短信签名如下"];
/// Words of forms that are no signatures.
const NO_SIGNATURES: [&str; 8] = ["序号", "备注", "用途", "说明", "短信签名", "签名", "签名名称", "编号"];

/// Items of a list that make no signature less sure than this are misread too often to be named.
const LEAST_CONFIDENCE: f32 = 0.5;

/// The names that a page lists as signatures, in its order. None of them is `taken` by a party.
pub(super) fn listed(stream: &Stream, taken: &[bool]) -> Vec<Range> {
    let lines = lines(stream);
    let mut found = bracketed(stream);
    found.extend(columns(stream, &lines));
    found.extend(enumerated(stream, &lines));
    found.sort_unstable();
    found.dedup();
    found.retain(|&(from, to)| {
        let glyphs = &stream.0[from..to];
        LENGTH.contains(&glyphs.len())
            && glyphs.iter().any(|glyph| glyph.folded.is_alphabetic())
            && !taken[from..to].contains(&true)
            && !NO_SIGNATURES.iter().any(|word| word.chars().count() == glyphs.len() && starts_with(glyphs, word))
            && stream.confidence(from, to).is_none_or(|confidence| confidence >= LEAST_CONFIDENCE)
    });
    found
}

/// The names between lenticular or square brackets.
fn bracketed(stream: &Stream) -> Vec<Range> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, glyph) in stream.0.iter().enumerate() {
        match glyph.raw {
            Some('【' | '[' | '［') => open = Some(at + 1),
            Some('】' | ']' | '］') => found.extend(open.take().map(|from| (from, at))),
            _ if !is_of_name(glyph.folded) => open = None,
            _ => {}
        }
    }
    found
}

/// The cells of each line.
fn lines(stream: &Stream) -> Vec<Vec<Range>> {
    let mut lines: Vec<Vec<Range>> = Vec::new();
    let mut last = None;
    for (at, glyph) in stream.0.iter().enumerate() {
        if last.replace(glyph.line) != Some(glyph.line) {
            lines.push(Vec::new());
        }
        let line = lines.last_mut().expect("a line was begun");
        match line.last_mut() {
            Some(cell) if !glyph.begins => cell.1 = at + 1,
            _ => line.push((at, at + 1)),
        }
    }
    lines
}

/// The cells below the heading of a column of signatures.
fn columns(stream: &Stream, lines: &[Vec<Range>]) -> Vec<Range> {
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let is_heading = |cell: &Range| {
            let (from, to) = without_borders(stream, *cell);
            let cell = &stream.0[from..to];
            HEADINGS.iter().any(|text| text.chars().count() == cell.len() && starts_with(cell, text))
        };
        let Some(column) = line.iter().position(is_heading) else { continue };
        let (mut above, has_places) = (line[column], stream.area(line[column].0, line[column].1).is_some());
        for cells in &lines[number + 1..] {
            let is_in_row = |index: usize| index == column && cells.len() == line.len();
            let is_below = |index: usize, cell: Range| stream.is_below(above, cell).unwrap_or_else(|| is_in_row(index));
            let below = cells.iter().copied().enumerate().find(|(index, cell)| is_below(*index, *cell));
            let name = below.map(|(_, cell)| unnumbered(stream, without_borders(stream, cell)));
            match name.filter(|name| stream.0[name.0..name.1].iter().all(|glyph| is_of_name(glyph.folded))) {
                Some(name) => found.push(name),
                // Places tell which cells are of the column, whatever stands between them.
                None if has_places => {}
                None => break,
            }
            above = below.map_or(above, |(_, cell)| cell);
        }
    }
    found
}

/// A cell without the lines of the table, which engines read as signs.
fn without_borders(stream: &Stream, (mut from, mut to): Range) -> Range {
    let is_border = |at: usize| matches!(stream.0[at].folded, '|' | '!' | '_' | '-' | '.' | '\'' | '‘' | '’');
    while from < to && is_border(from) {
        from += 1;
    }
    while from < to && is_border(to - 1) {
        to -= 1;
    }
    (from, to)
}

/// The items behind a colon, on the same line or, numbered, on the next ones.
fn enumerated(stream: &Stream, lines: &[Vec<Range>]) -> Vec<Range> {
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let (Some(first), Some(last)) = (line.first(), line.last()) else { continue };
        let (from, end) = (first.0, last.1);
        let begin = (from..end).find_map(|at| {
            let text = BEGINNINGS.iter().find(|text| starts_with(&stream.0[at..end], text))?;
            let colon = at + text.chars().count();
            (stream.0.get(colon)?.folded == ':' && colon < end).then_some(colon + 1)
        });
        let Some(begin) = begin else { continue };
        if begin == end {
            let numbered = lines[number + 1..].iter().map_while(|line| {
                let whole = (line.first()?.0, line.last()?.1);
                let name = unnumbered(stream, whole);
                let is_name = stream.0[name.0..name.1].iter().all(|glyph| is_of_name(glyph.folded));
                (name.0 > whole.0 && is_name).then_some(name)
            });
            found.extend(numbered);
        } else {
            found.extend(items(stream, begin));
        }
    }
    found
}

/// The items of an enumeration that begins here, to the end of its sentence. It goes on in the next
/// line behind a comma.
fn items(stream: &Stream, begin: usize) -> Vec<Range> {
    let mut found = Vec::new();
    let mut from = begin;
    for at in begin..=stream.0.len() {
        let glyph = stream.0.get(at);
        let is_broken = glyph.is_some_and(|glyph| at > begin && glyph.line != stream.0[at - 1].line);
        let parts = glyph.is_none_or(|glyph| matches!(glyph.folded, '、' | ',' | ';' | '/' | '。' | '.'));
        if parts || is_broken {
            if from < at {
                found.push((from, at));
            }
            from = if parts { at + 1 } else { at };
            let goes_on = glyph.is_some_and(|glyph| !matches!(glyph.folded, '。' | '.'))
                && !(is_broken && found.last().is_some_and(|item| item.1 == at));
            if !goes_on {
                break;
            }
        } else if !glyph.is_some_and(|glyph| is_of_name(glyph.folded)) {
            // Whatever this is, it is no plain enumeration.
            return Vec::new();
        }
    }
    found
}

/// A cell without the number of an enumeration before it: `1.`, `(2)`, `3、`, and `4` alone before
/// something else.
fn unnumbered(stream: &Stream, (from, to): Range) -> Range {
    let glyphs = &stream.0[from..to];
    let mark =
        |glyph: Option<&super::stream::Glyph>, marks: &[char]| glyph.is_some_and(|glyph| marks.contains(&glyph.folded));
    let open = usize::from(mark(glyphs.first(), &['(']));
    let digits = glyphs[open..].iter().take(3).take_while(|glyph| glyph.folded.is_ascii_digit()).count();
    if digits == 0 {
        return (from, to);
    }
    let close = usize::from(mark(glyphs.get(open + digits), &[')', '.', '、', ',']));
    let skipped = open + digits + close;
    let is_circled = glyphs[open].raw.is_some_and(|raw| ('①'..='⑳').contains(&raw));
    if skipped < glyphs.len() && (close == 1 || is_circled || glyphs[skipped].begins) {
        (from + skipped, to)
    } else {
        (from, to)
    }
}

/// The signatures that readings of a page list and that are not declared, as they were read.
///
/// A name counts when two readings agree on it. A declared signature that a reading does not have
/// is probably what is left over of its list, so that the most similar one is no name of its own.
pub(super) fn undeclared(readings: &[(&Stream, Vec<Range>)], declared: &[Vec<char>], on_paper: &[bool]) -> Vec<String> {
    let needed = readings.len().min(2);
    let mut names: Vec<(Vec<char>, String, usize)> = Vec::new();
    for (stream, listed) in readings {
        let text =
            |range: Range| -> Vec<char> { stream.0[range.0..range.1].iter().map(|glyph| glyph.folded).collect() };
        let mut left: Vec<Range> = listed.clone();
        left.retain(|range| {
            !declared.contains(&text(*range)) && !declared.contains(&text(unnumbered_anyhow(stream, *range)))
        });
        let has = |signature: &Vec<char>| listed.iter().any(|range| text(*range) == *signature);
        let missing = declared.iter().zip(on_paper).filter(|(signature, on_paper)| **on_paper && !has(signature));
        for (signature, _) in missing {
            let signature: String = signature.iter().collect();
            let likeness =
                |range: &Range| strsim::normalized_levenshtein(&signature, &text(*range).iter().collect::<String>());
            let nearest = left.iter().enumerate().max_by(|(_, a), (_, b)| likeness(a).total_cmp(&likeness(b)));
            if let Some((index, _)) = nearest {
                left.remove(index);
            }
        }
        let mut seen: Vec<Vec<char>> = Vec::new();
        for range in left {
            let name = text(range);
            if seen.contains(&name) {
                continue;
            }
            seen.push(name.clone());
            match names.iter_mut().find(|(known, ..)| *known == name) {
                Some((.., count)) => *count += 1,
                None => names.push((name, stream.raw(range.0, range.1), 1)),
            }
        }
    }
    names.into_iter().filter(|(.., count)| *count >= needed).map(|(_, raw, _)| raw).collect()
}

/// A name without digits before it, which may be the number of a list that was read as one with it.
fn unnumbered_anyhow(stream: &Stream, (from, to): Range) -> Range {
    let digits = stream.0[from..to].iter().take_while(|glyph| glyph.folded.is_ascii_digit()).count();
    (from + digits, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proofread::{reading::Reading, stream::folded};

    fn names(page: &str) -> Vec<String> {
        let stream = Stream::of(&Reading::of_output(page)[0]);
        let taken = vec![false; stream.0.len()];
        listed(&stream, &taken).into_iter().map(|(from, to)| stream.raw(from, to)).collect()
    }

    #[test]
    fn lists_of_signatures_are_found() {
        for page in [
            "授权使用【菜鸟网络】和【菜鸟裹裹】两个签名。",
            "序号  短信签名\n1  菜鸟网络\n2  菜鸟裹裹\n\n本授权自2026年1月1日起",
            "短信签名\n1. 菜鸟网络\n2. 菜鸟裹裹\n授权方：甲",
            "授权的短信签名：菜鸟网络、菜鸟裹裹。有效期",
            "短信签名如下：菜鸟网络、\n菜鸟裹裹\n授权方：甲",
            "短信签名：\n(1) 菜鸟网络\n②菜鸟裹裹\n日期",
        ] {
            let names: Vec<String> = names(page).iter().map(|name| name.trim_start_matches('②').to_owned()).collect();
            assert_eq!(names, ["菜鸟网络", "菜鸟裹裹"], "{page}");
        }
    }

    #[test]
    fn a_column_is_found_by_its_place_whatever_the_engine_makes_of_its_lines() {
        let row = |line: usize, left: usize, text: &str| {
            format!("5\t1\t1\t1\t{line}\t1\t{left}\t{}\t80\t14\t90\t{text}\n", 300 + 30 * line)
        };
        let rows = [
            (1, 100, "序号"),
            (1, 270, "|短信签名"),
            (2, 270, "|菜鸟网络|"),
            (3, 100, "2"),
            (4, 270, "苹\u{3002}裹"),
            (5, 275, "菜鸟裹裹"),
            (12, 270, "特此授权"),
        ];
        let tsv = rows.map(|(line, left, text)| row(line, left, text)).concat();
        let head = "level\tpage_num\t\n1\t1\t0\t0\t0\t0\t0\t0\t1000\t1400\t-1\t\n";
        assert_eq!(names(&format!("{head}{tsv}")), ["菜鸟网络", "菜鸟裹裹"]);
    }

    #[test]
    fn what_is_no_list_names_nothing() {
        for page in [
            "授权方同意被授权方在发送短信时使用下表所列的短信签名。被授权方不得将其用于其他用途。",
            "法定代表人签名：张三",
            "短信签名授权书（示例）\n授权方：甲公司\n",
            "短信签名：以甲方的商标为准，（详见附件）",
            "签名\n授权方（盖章）：\n",
            "序号  短信签名\n授权方：甲",
        ] {
            assert_eq!(names(page), [""; 0], "{page}");
        }
    }

    fn leftover(pages: &[&str], declared: &[(&str, bool)]) -> Vec<String> {
        let streams: Vec<Stream> = pages.iter().map(|page| Stream::of(&Reading::of_output(page)[0])).collect();
        let readings: Vec<_> =
            streams.iter().map(|stream| (stream, listed(stream, &vec![false; stream.0.len()]))).collect();
        let signatures: Vec<Vec<char>> = declared.iter().map(|(name, _)| folded(name)).collect();
        undeclared(&readings, &signatures, &declared.iter().map(|(_, on_paper)| *on_paper).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_that_two_readings_have_and_nobody_declares_is_undeclared() {
        let pages = ["【菜鸟网络】【菜鸟驿站】", "【菜鸟网络】【菜鸟驿站】", "【菜乌网络】【菜鸟驿站】"];
        assert_eq!(leftover(&pages, &[("菜鸟网络", true)]), ["菜鸟驿站"]);
        assert_eq!(leftover(&pages, &[("菜鸟网络", true), ("菜鸟驿站", true)]), [""; 0]);
        assert_eq!(leftover(&pages[..1], &[("菜鸟网络", true)]), ["菜鸟驿站"], "one reading is all there is");
    }

    #[test]
    fn what_a_declared_signature_was_misread_as_is_no_name() {
        let pages = ["【菜鸟网络】【菜乌应事】", "【菜鸟网络】【菜乌应事】", "【菜鸟网络】【菜鸟裹裹】"];
        assert_eq!(leftover(&pages, &[("菜鸟网络", true), ("菜鸟裹裹", true)]), [""; 0]);
        // One that is nowhere on the paper stands for nothing on it.
        assert_eq!(leftover(&pages, &[("菜鸟网络", true), ("顺丰速运", false)]), ["菜乌应事"]);
    }
}
