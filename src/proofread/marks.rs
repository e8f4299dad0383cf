//! What was declared and what was read side by side, with the characters marked that a reader would
//! take for different.

use similar::{Algorithm, ChangeTag, utils::diff_slices};

use super::stream::folded;

/// A text in pieces; those that the other side does not have are marked.
pub type Pieces = Vec<(bool, String)>;

/// Both texts in pieces. White space, widths and whatever else does not count is never marked.
pub fn marked(declared: &str, read: &str) -> (Pieces, Pieces) {
    let (left, right) = (characters(declared), characters(read));
    let forms = |side: &[(Vec<char>, char)]| side.iter().map(|(form, _)| form.clone()).collect::<Vec<_>>();
    let (left_forms, right_forms) = (forms(&left), forms(&right));
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let (mut of_declared, mut of_read) = (Pieces::new(), Pieces::new());
    for (tag, part) in diff_slices(Algorithm::Myers, &left_forms, &right_forms) {
        let is_marked = tag != ChangeTag::Equal && part.iter().any(|form| !form.is_empty());
        let take = |side: &mut dyn Iterator<Item = (Vec<char>, char)>, pieces: &mut Pieces| {
            let text: String = side.take(part.len()).map(|(_, c)| c).collect();
            match pieces.last_mut() {
                Some((marked, last)) if *marked == is_marked => last.push_str(&text),
                _ => pieces.push((is_marked, text)),
            }
        };
        if tag != ChangeTag::Insert {
            take(&mut left, &mut of_declared);
        }
        if tag != ChangeTag::Delete {
            take(&mut right, &mut of_read);
        }
    }
    (of_declared, of_read)
}

/// Each character with the form in which it is compared; that of white space is empty.
fn characters(text: &str) -> Vec<(Vec<char>, char)> {
    text.chars().map(|c| (folded(c.encode_utf8(&mut [0; 4])), c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &Pieces) -> String {
        pieces.iter().map(|(marked, text)| if *marked { format!("<{text}>") } else { text.clone() }).collect()
    }

    #[test]
    fn what_differs_is_marked_and_what_does_not_count_is_not() {
        let (declared, read) = marked("菜鸟（浙江）有限公司 01", "菜乌(浙江》有 限公司 Ol");
        assert_eq!(
            (shown(&declared).as_str(), shown(&read).as_str()),
            ("菜<鸟>（浙江）有限公司 01", "菜<乌>(浙江》有 限公司 Ol")
        );
        let (declared, read) = marked("甲公司", "甲公司分公司");
        assert_eq!((shown(&declared).as_str(), shown(&read).as_str()), ("甲公司", "甲公司<分公司>"));
    }
}
