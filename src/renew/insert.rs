use std::fmt::Write as _;

use crate::{
    declaration::write::{self, DEFAULTS},
    escape::visible,
    letter::{Field, Letter, Picture},
};

/// Why a letter can't be written into a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InsertError {
    /// The letter that it belongs beside is not written on lines of its own, behind a dash.
    #[error("line {0} does not begin a letter with `- `, so nothing can be written beside it")]
    NotAnItem(usize),
}

/// The text of a file with `letter` written after the one that begins on `line`, and nothing else
/// changed.
///
/// `comment` is written above it. The caller checks that the text reads as it should: YAML can be
/// written in more ways than are known here.
pub fn insert(text: &str, line: usize, letter: &Letter<Picture>, comment: &str) -> Result<String, InsertError> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = line.checked_sub(1).filter(|index| *index < lines.len()).ok_or(InsertError::NotAnItem(line))?;
    let dash = indent_of(lines[first]);
    if !lines[first].trim_start().starts_with("- ") {
        return Err(InsertError::NotAnItem(line));
    }
    let end = end_of(&lines, first, dash);
    let block = lines[first..end].concat();
    let shared: Vec<Field> = DEFAULTS.into_iter().filter(|field| !has_field(&block, *field)).collect();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut new = String::new();
    if !block.ends_with('\n') {
        new.push('\n');
    }
    if is_followed_or_preceded_by_blank(&lines, first, end) {
        new.push('\n');
    }
    let pad = " ".repeat(dash);
    for line in comment.lines() {
        let _ = writeln!(new, "{pad}# {}", visible(line));
    }
    new.push_str(&write::letter(letter, &shared, dash, &paper));
    Ok([lines[..end].concat(), new.replace('\n', line_end), lines[end..].concat()].concat())
}

/// What is written above the picture of a successor, which is still the old one.
pub(crate) fn paper(field: Field, _: &str) -> Vec<String> {
    match field {
        Field::Scan => vec![
            "This is the old paper. Replace it with the scan of the new one; until then the letter can't be created."
                .to_owned(),
        ],
        Field::FileKey => {
            vec!["This is the old paper. Replace it with `scan:` and the path of the new scan; until then the letter can't be created.".to_owned()]
        }
        _ => Vec::new(),
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The line after the last one of the item whose dash is `dash` columns from the left. Comments
/// before the next item are that one's.
fn end_of(lines: &[&str], first: usize, dash: usize) -> usize {
    let mut end = first + 1;
    for (index, line) in lines.iter().enumerate().skip(first + 1) {
        if line.trim().is_empty() {
            continue;
        }
        if indent_of(line) <= dash {
            break;
        }
        end = index + 1;
    }
    end
}

/// Whether the letters of the list have blank lines between them.
fn is_followed_or_preceded_by_blank(lines: &[&str], first: usize, end: usize) -> bool {
    let blank = |line: Option<&&str>| line.is_some_and(|line| line.trim().is_empty());
    blank(lines.get(end)) || first.checked_sub(1).is_some_and(|before| blank(lines.get(before)))
}

fn has_field(block: &str, field: Field) -> bool {
    let name = field.as_str();
    block.lines().any(|line| {
        let line = line.trim_start().trim_start_matches("- ").trim_start();
        line.trim_start_matches(['"', '\'']).strip_prefix(name).is_some_and(|rest| rest.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::testing::declared;

    fn renewed(text: &str, line: usize) -> String {
        insert(text, line, &declared("新").letter, "A note.").unwrap()
    }

    #[test]
    fn the_successor_stands_after_its_predecessor_and_nothing_else_changes() {
        let text = "version: 1 # one\nletters:\n  # The first.\n  - name: 甲 # old\n    authorizer: 甲\n    signatures: [a,\n      b]\n    # inner\n\n  # The second.\n  - name: 乙\n";
        insta::assert_snapshot!(renewed(text, 4), @"
        version: 1 # one
        letters:
          # The first.
          - name: 甲 # old
            authorizer: 甲
            signatures: [a,
              b]
            # inner

          # A note.
          - name: 新
            authorizer: 菜鸟网络科技有限公司
            validity: 2026-01-01~2026-12-31
            signatures: [菜鸟网络, 菜鸟裹裹]
            # This is the old paper. Replace it with the scan of the new one; until then the letter can't be created.
            scan: scans/a.png

          # The second.
          - name: 乙
        ");
    }

    #[test]
    fn a_file_without_a_last_line_break_and_with_a_list_at_the_left_is_written_too() {
        insta::assert_snapshot!(renewed("letters:\n- name: 甲\n  authorizedParty: 乙", 2), @"
        letters:
        - name: 甲
          authorizedParty: 乙
        # A note.
        - name: 新
          authorizedParty: 支付宝(中国)网络技术有限公司
          validity: 2026-01-01~2026-12-31
          signatures: [菜鸟网络, 菜鸟裹裹]
          # This is the old paper. Replace it with the scan of the new one; until then the letter can't be created.
          scan: scans/a.png
        ");
        let two = renewed("letters:\n- name: 甲\n---\nletters: []\n", 2);
        assert!(two.ends_with("scan: scans/a.png\n---\nletters: []\n"), "{two}");
    }

    #[test]
    fn line_ends_stay_what_they_are() {
        let text = renewed("letters:\r\n  - name: 甲\r\n", 2);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn what_is_no_item_on_its_own_line_is_refused() {
        for (text, line) in [("letters: [{name: 甲}]\n", 1), ("letters:\n  - name: 甲\n", 9), ("", 0)] {
            let refused = insert(text, line, &declared("新").letter, "");
            assert_eq!(refused, Err(InsertError::NotAnItem(line)));
        }
    }
}
