use std::{borrow::Cow, collections::HashSet};

use super::visible;

/// Names of files made of texts from outside: each one that every file system takes, and none of
/// them twice.
#[derive(Debug, Default)]
pub struct FileNames {
    taken: HashSet<String>,
}

impl FileNames {
    /// The longest name, in characters: of 4 bytes each, with a number and an ending, they stay
    /// below the 255 bytes that file systems take.
    const LONGEST: usize = 50;

    /// A name, without an ending, for a text; made of `otherwise` when nothing of the text can
    /// stand in a name.
    pub fn take(&mut self, text: &str, otherwise: &str) -> String {
        let safe: String = text.chars().take(Self::LONGEST).map(|c| if is_safe(c) { c } else { '-' }).collect();
        let stem = match safe.trim_matches('-') {
            "" => otherwise,
            stem => stem,
        };
        // Some file systems see no difference between upper and lower case.
        let mut candidates = std::iter::once(stem.to_owned()).chain((2..).map(|number| format!("{stem}-{number}")));
        candidates.find(|candidate| self.taken.insert(candidate.to_lowercase())).expect("numbers never end")
    }
}

fn is_safe(c: char) -> bool {
    let mut buffer = [0; 4];
    (c.is_alphanumeric() || "（）()·【】".contains(c))
        && matches!(visible(c.encode_utf8(&mut buffer)), Cow::Borrowed(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_differ() {
        let mut names = FileNames::default();
        let taken = ["菜鸟/../网络", "a b", "A B", "…", "::", &"长".repeat(99)].map(|text| names.take(text, "letter"));
        assert_eq!(taken, ["菜鸟----网络", "a-b", "A-B-2", "letter", "letter-2", &"长".repeat(50)]);
    }
}
