//! Places in UTF-16 code units, held against a plain reading of the protocol.

use std::{path::Path, str::FromStr as _};

use lsp_types::{CodeActionKind, CodeActionOrCommand, Position, Range, TextDocumentContentChangeEvent, TextEdit, Uri};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    actions::{FIX_ALL, actions},
    documents::{Documents, uri_of},
};
use crate::declaration::{Asked, FixedFile, LiveDeclarations, LoadOptions, fixed_files};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 6, 1);

/// The UTF-16 units at which the lines of a text start, and at which they end.
fn lines(units: &[u16]) -> Vec<(usize, usize)> {
    let (cr, lf) = (u16::from(b'\r'), u16::from(b'\n'));
    let mut lines = Vec::new();
    let mut start = 0;
    for index in 0..units.len() {
        let is_pair = units[index] == cr && units.get(index + 1) == Some(&lf);
        if (units[index] == cr || units[index] == lf) && !is_pair {
            let is_second = units[index] == lf && index > start && units[index - 1] == cr;
            lines.push((start, index - usize::from(is_second)));
            start = index + 1;
        }
    }
    lines.push((start, units.len()));
    lines
}

/// A text with an edit, as the protocol says.
fn edited(text: &str, Range { start, end }: Range, new: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let lines = lines(&units);
    let unit = |at: Position| {
        let (start, end) = lines.get(at.line as usize).copied().unwrap_or((units.len(), units.len()));
        (start + at.character as usize).min(end)
    };
    let units = [&units[..unit(start)], &new.encode_utf16().collect::<Vec<_>>(), &units[unit(end)..]].concat();
    String::from_utf16(&units).unwrap()
}

/// The position of a character, which is no line end's second.
fn position(text: &str, characters: usize) -> Position {
    let before: String = text.chars().take(characters).collect();
    let units: Vec<u16> = before.encode_utf16().collect();
    let lines = lines(&units);
    let (start, end) = lines[lines.len() - 1];
    Position { line: u32::try_from(lines.len() - 1).unwrap(), character: u32::try_from(end - start).unwrap() }
}

fn opened(folder: &Path, text: &str) -> (Documents, Uri) {
    let mut documents = Documents::new(LiveDeclarations::new(Asked::default(), TODAY));
    let uri = uri_of(&folder.join("letters.yaml")).unwrap();
    documents.open(&uri, 1, text);
    (documents, uri)
}

fn change(documents: &mut Documents, uri: &Uri, range: Range, text: &str) {
    let change = TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.to_owned() };
    documents.change(uri, 2, &[change]);
}

/// Text with everything that has another length in UTF-16 than in characters or bytes.
fn text() -> impl Strategy<Value = String> {
    let pieces =
        ["a", "菜鸟", "😀", "e\u{301}", "👨\u{200d}👩", "𠮷", "\r\n", "\n", "\r", ": ", "- ", "\u{feff}", "\u{2028}"];
    (any::<bool>(), vec(select(pieces.to_vec()), 0..30))
        .prop_map(|(marked, pieces)| format!("{}{}", if marked { "\u{feff}" } else { "" }, pieces.concat()))
}

/// Letters with what safe fixes mend, behind wide characters on the same line and on others.
fn letters() -> impl Strategy<Value = String> {
    let name = select(vec!["甲乙", "😀e\u{301}𠮷", "👨\u{200d}👩公司"]);
    let code = select(vec!["91330100799655058B", "9133０100799655058Ｂ", "\" 91330100799655058B \""]);
    let validity = select(vec!["2026-01-01~2028-12-31", "2026/1/1～2028/12/31", "2026年1月1日至2028年12月31日"]);
    let signatures = select(vec!["[菜鸟, 裹裹]", "[【菜鸟】, 😀, 😀]", "[𠮷𠮷, 【裹裹】]"]);
    let authorizer = select(vec!["authorizer", "Authorizer", "authorization"]);
    let letter = (name, authorizer, code, validity, signatures, any::<bool>()).prop_map(
        |(name, authorizer, code, validity, signatures, in_braces)| {
            let fields = [
                format!("name: {name}"),
                format!("{authorizer}: 菜鸟网络😀有限公司"),
                format!("organizationCode: {code}"),
                format!("validity: {validity}"),
                format!("signatures: {signatures} # 😀"),
            ];
            if in_braces {
                let fields: Vec<&str> = fields.iter().map(|field| field.trim_end_matches(" # 😀")).collect();
                return format!("  - {{ {} }} # 菜\n", fields.join(", "));
            }
            format!("  - {}\n", fields.join("\n    "))
        },
    );
    (vec(letter, 1..4), any::<bool>(), any::<bool>()).prop_map(|(letters, crlf, marked)| {
        let text = format!("version: 1 # 😀\nletters:\n{}", letters.concat());
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        if marked { format!("\u{feff}{text}") } else { text }
    })
}

proptest! {
    #[test]
    fn a_text_is_edited_as_the_protocol_says(
        text in text(), edits in vec((0..40_usize, 0..6_usize, text(), any::<bool>()), 1..5),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (mut documents, uri) = opened(folder.path(), &text);
        let mut text = text;
        for (from, length, new, beyond) in edits {
            let count = text.chars().count();
            let start = position(&text, from % (count + 1));
            let mut end = position(&text, (from % (count + 1) + length).min(count)).max(start);
            // Beyond the end of a line is its end.
            end.character += u32::from(beyond) * 99;
            text = edited(&text, Range { start, end }, &new);
            change(&mut documents, &uri, Range { start, end }, &new);
            let file = documents.file(&uri).unwrap();
            prop_assert_eq!(documents.live.source(file).text(), text.strip_prefix('\u{feff}').unwrap_or(&text));
        }
    }

    #[test]
    fn all_fixes_at_once_are_those_of_the_command_line(text in letters()) {
        let folder = tempfile::tempdir().unwrap();
        let (mut documents, uri) = opened(folder.path(), &text);
        let mut fixed = text.clone();
        while let Some(edits) = fix_all(&mut documents, &uri) {
            // From the last one, so that none moves another.
            let mut edits = edits;
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
            for TextEdit { range, new_text } in edits {
                fixed = edited(&fixed, range, &new_text);
                change(&mut documents, &uri, range, &new_text);
            }
        }
        write(&folder.path().join("letters.yaml"), &text);
        let by_command = fixed_files(&[folder.path().to_owned()], &LoadOptions::new(TODAY));
        let by_command = by_command.first().map_or(text.as_bytes().to_vec(), FixedFile::after);
        prop_assert_eq!(fixed, String::from_utf8(by_command).unwrap());
    }
}

#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// The edits of the action that makes all safe fixes.
fn fix_all(documents: &mut Documents, uri: &Uri) -> Option<Vec<TextEdit>> {
    documents.live.judge();
    let file = documents.file(uri)?;
    let wanted = [CodeActionKind::from(FIX_ALL)];
    let found = actions(documents, (uri, file, Range::default()), Some(&wanted));
    let [CodeActionOrCommand::CodeAction(action)] = &found[..] else { return None };
    action.edit.as_ref()?.changes.as_ref()?.get(&Uri::from_str(uri.as_str()).unwrap()).cloned()
}
