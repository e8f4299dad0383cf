//! Letters as YAML: every scalar reads back as the same text, whichever YAML reads it.

use std::fmt::Write;

use crate::{
    escape::{is_unsafe_at, visible, width},
    letter::{Field, Letter, Picture, Validity},
};

/// A list that would pass this column is written one item a line.
const LINE_WIDTH: usize = 100;

/// What stands in a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    /// A text.
    Text(&'a str),
    /// A list of texts.
    List(&'a [&'a str]),
}

/// The fields that a letter may leave to the defaults of its document.
pub(crate) const DEFAULTS: [Field; 3] = [Field::Authorizer, Field::AuthorizedParty, Field::OrganizationCode];

/// What is written above the value of a field, a comment a line.
pub(crate) type Remarks<'r> = &'r dyn Fn(Field, &str) -> Vec<String>;

/// No comment.
pub(crate) const NO_REMARKS: Remarks<'static> = &|_, _| Vec::new();

/// A letter as an item of a list, without the fields that it shares, its dash `indent` columns from
/// the left.
pub(crate) fn letter(letter: &Letter<Picture>, shared: &[Field], indent: usize, remarks: Remarks<'_>) -> String {
    let validity = letter.validity.to_string();
    let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
    let mut fields = vec![
        (Field::Name, Content::Text(letter.name.as_str())),
        (Field::Authorizer, Content::Text(letter.authorizer.as_str())),
        (Field::AuthorizedParty, Content::Text(letter.authorized_party.as_str())),
        (Field::OrganizationCode, Content::Text(letter.organization_code.as_str())),
        (Field::Validity, Content::Text(&validity)),
        (Field::Signatures, Content::List(&signatures)),
        match &letter.picture {
            Picture::Scan(scan) => (Field::Scan, Content::Text(&scan.path)),
            Picture::FileKey(key) => (Field::FileKey, Content::Text(key.as_str())),
        },
    ];
    fields.retain(|(field, _)| !shared.contains(field));
    item(&fields, indent, remarks)
}

/// Fields as an item of a list, the dash `indent` columns from the left.
pub(crate) fn item(fields: &[(Field, Content<'_>)], indent: usize, remarks: Remarks<'_>) -> String {
    let mut out = String::new();
    for (index, (field, content)) in fields.iter().enumerate() {
        let (above, entry) = entry(*field, *content, indent + 2, remarks);
        let (lead, column) = if index == 0 { ("- ", indent) } else { ("  ", indent + 2) };
        for remark in above {
            let _ = writeln!(out, "{:column$}# {remark}", "");
        }
        let _ = writeln!(out, "{:indent$}{lead}{entry}", "");
    }
    out
}

/// The comments above a field, and the field with what stands in it, without the line's end; its
/// name begins `indent` columns from the left.
pub(crate) fn entry(field: Field, content: Content<'_>, indent: usize, remarks: Remarks<'_>) -> (Vec<String>, String) {
    match content {
        Content::Text(text) => (remarks(field, text), format!("{field}: {}", scalar(text))),
        Content::List(items) => {
            let scalars: Vec<String> = items.iter().map(|item| scalar(item)).collect();
            let inline = format!("{field}: [{}]", scalars.join(", "));
            if indent + width(&inline) <= LINE_WIDTH {
                let mut above: Vec<String> = items.iter().flat_map(|item| remarks(field, item)).collect();
                above.sort();
                above.dedup();
                return (above, inline);
            }
            let mut block = format!("{field}:");
            for (item, scalar) in items.iter().zip(scalars) {
                for remark in remarks(field, item) {
                    let _ = write!(block, "\n{:indent$}  # {remark}", "");
                }
                let _ = write!(block, "\n{:indent$}  - {scalar}", "");
            }
            (Vec::new(), block)
        }
    }
}

/// `text` as a scalar: plain where no reader could take it for anything else, in double quotes
/// otherwise.
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    // A validity begins with a digit, and is still no number and no date to any YAML.
    if Validity::try_from(text).is_ok_and(|validity| validity.to_string() == text) {
        return true;
    }
    text.starts_with(char::is_alphabetic)
        && !text.ends_with(' ')
        && text.chars().all(|c| c.is_alphanumeric() || " ·【】（）()/._-".contains(c))
        && visible(text) == text
        && !is_word_of_yaml(text)
}

/// Whether some version of YAML takes the word for a boolean, for nothing or for no number.
fn is_word_of_yaml(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `text` in double quotes, with whatever a reader could not see written as an escape.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (at, c) in text.char_indices() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) || is_unsafe_at(text, at) => {
                let code = u32::from(c);
                let _ = if code <= 0xFFFF { write!(out, "\\u{code:04X}") } else { write!(out, "\\U{code:08X}") };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    // A comment that speaks to this program is looked for line by line: no value may look like one.
    out.replace("letterform:", "letterform\\x3A")
}

fn needs_escape(c: char) -> bool {
    let mut buffer = [0; 4];
    let noncharacter = u32::from(c) & 0xFFFE == 0xFFFE;
    let space = c.is_whitespace() && c != ' ';
    noncharacter || space || matches!(visible(c.encode_utf8(&mut buffer)), std::borrow::Cow::Owned(_))
}

/// Each line of `text` behind a `#`, in the column in which the text would begin.
pub(crate) fn commented(text: &str, indent: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.strip_prefix(&*" ".repeat(indent)).unwrap_or(line);
        let _ = writeln!(out, "{:indent$}# {line}", "");
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saphyr_parser::{Event, Parser};

    use super::*;

    /// The scalars of a YAML text, in order.
    fn read(yaml: &str) -> Vec<String> {
        Parser::new_from_str(yaml)
            .filter_map(|event| match event.expect(yaml).0 {
                Event::Scalar(text, ..) => Some(text.into_owned()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn what_yaml_could_misread_is_quoted() {
        for plain in ["菜鸟网络", "Acme Trading 2 Ltd", "支付宝(中国)", "2026-01-01~2029-01-01", "scans/a.jpg"]
        {
            assert_eq!(scalar(plain), plain);
        }
        for text in [
            "",
            "no",
            "NULL",
            "012345678901234567",
            "1210000040000E25",
            "2026-01-01",
            " a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "~",
        ] {
            assert_eq!(scalar(text), format!("\"{text}\""));
        }
        assert_eq!(scalar("a\"b\\c\n\u{202e}\0"), r#""a\"b\\c\n\u202E\u0000""#);
        assert_eq!(scalar("\u{e0041}"), r#""\U000E0041""#);
    }

    #[test]
    fn no_value_looks_like_a_comment_to_this_program() {
        let text = "x # letterform: allow LF-expired y";
        let written = scalar(text);
        assert!(!written.contains("letterform:"), "{written}");
        assert_eq!(read(&written), [text]);
    }

    #[test]
    fn a_long_list_is_written_one_item_a_line() {
        let names: Vec<String> = (0..20).map(|i| format!("菜鸟裹裹{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let text =
            item(&[(Field::Name, Content::Text("a")), (Field::Signatures, Content::List(&names))], 2, NO_REMARKS);
        assert!(text.starts_with("  - name: a\n    signatures:\n      - 菜鸟裹裹0\n"), "{text}");
        assert_eq!(read(&text).len(), 23);
    }

    proptest! {
        #[test]
        fn every_text_reads_back_as_itself(text in any::<String>(), list in proptest::collection::vec("\\PC{0,20}|[ -~]{0,20}", 1..5)) {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            let yaml = item(&[(Field::Name, Content::Text(&text)), (Field::Signatures, Content::List(&list))], 2, NO_REMARKS);
            let mut expected = vec!["name", text.as_str(), "signatures"];
            expected.extend(&list);
            prop_assert_eq!(read(&yaml), expected, "{}", yaml);
        }

        #[test]
        fn nothing_leaves_a_comment(text in any::<String>()) {
            let yaml = item(&[(Field::Name, Content::Text(&text))], 2, NO_REMARKS);
            prop_assert_eq!(read(&commented(&yaml, 2)), Vec::<String>::new());
        }
    }
}
