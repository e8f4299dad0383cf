//! Texts as words of a POSIX shell, and as comments beside them.

use std::fmt::Write as _;

use super::is_unsafe_at;

/// A text as one word of a POSIX shell, whatever is in it: what a terminal would obey is never
/// written as it is.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if text.char_indices().any(|(at, _)| is_unsafe_at(text, at)) {
        printed(text)
    } else if !text.is_empty() && !text.starts_with('=') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// A word that the shell has `printf` write, byte by byte where it must not be seen.
fn printed(text: &str) -> String {
    let mut out = "\"$(printf %b '".to_owned();
    for (at, c) in text.char_indices() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("'\\''"),
            c if is_unsafe_at(text, at) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\0{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out.push_str("')\"");
    out
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::escape::visible;

    #[test]
    fn a_shell_reads_any_word_as_the_text_that_it_was() {
        let texts = [
            "菜鸟网络",
            "a b",
            "it's",
            "$(touch x) `id` \"$HOME\"",
            "=cmd",
            "",
            "-x",
            "第一行\n第二行 it's\\n",
            "\u{1b}[31m\u{202e}red\u{7}\u{9b}",
            "##[error] \\ %s",
            "!! ;|&<>*?[a]{b,c}~#",
        ];
        for text in texts {
            let word = shell_word(text);
            assert_eq!(visible(&word), word, "nothing in it is obeyed by a terminal");
            let output = Command::new("sh").arg("-c").arg(format!("printf %s {word}")).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{word}");
        }
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(shell_word("letters/a-b_c.yaml"), "letters/a-b_c.yaml");
        assert_eq!(shell_word("菜鸟网络"), "菜鸟网络");
    }
}
