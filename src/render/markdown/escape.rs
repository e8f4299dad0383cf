//! Values inside markdown, with nothing in them that markdown, HTML or a forge would take for its
//! own.

use crate::escape::{shorten, visible};

/// The longest value that is shown as a whole: nothing that the service allows is longer.
const LONG: usize = 400;

/// A space of no width.
const APART: &str = "&#8203;";

/// A value in a paragraph, a list or a cell of a table.
pub(super) fn inline(text: &str) -> String {
    escaped(&shorten(&visible(text), LONG), true)
}

/// Values in a cell of a table.
pub(super) fn inlines(values: &[&str]) -> String {
    values.iter().map(|value| inline(value)).collect::<Vec<_>>().join("、")
}

/// A value on a line of HTML, where markdown's own signs mean nothing and a backslash would be
/// shown.
pub(super) fn html(text: &str) -> String {
    escaped(&shorten(&visible(text), LONG), false)
}

/// A text inside single backticks.
pub(super) fn code(text: &str) -> String {
    shorten(&visible(text), LONG).replace('`', "'")
}

/// Mentions, references and links are made of the finished text, where an escaped character is as
/// good as any other: what keeps them apart is a space of no width.
fn escaped(text: &str, in_markdown: bool) -> String {
    // `:name:` would become a picture.
    let has_shortcode = text.matches(':').count() > 1;
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '!' | '~' | '$' | '#' if in_markdown => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        // `!12`, `~label`, `%1`, `&1` and `$1` are references on GitLab.
        let may_refer =
            matches!(c, '!' | '~' | '%' | '&' | '$') && rest.peek().is_some_and(char::is_ascii_alphanumeric);
        if matches!(c, '@' | '#') || (c == ':' && has_shortcode) || may_refer {
            out.push_str(APART);
        }
    }
    // A bare address would become a link, and so would GH-12.
    for (linked, apart) in
        [("://", ":&#8203;//"), ("www.", "www&#8203;."), ("GH-", "GH&#8203;-"), ("gh-", "gh&#8203;-")]
    {
        out = out.replace(linked, apart);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_taken_for_markup() {
        assert_eq!(inline("<img src=x> | `a` *b* @team"), "&lt;img src=x&gt; \\| \\`a\\` \\*b\\* @&#8203;team");
        assert_eq!(inline("#12 :tada: a@b.cn"), "\\#&#8203;12 :&#8203;tada:&#8203; a@&#8203;b.cn");
        assert_eq!(inline("a\nb\u{202e}"), "a\\\\nb\\\\u\\{202e\\}");
        assert_eq!(inline("https://evil.example GH-12"), "https:&#8203;//evil.example GH&#8203;-12");
        assert_eq!(inline("!12 %3 a & b!"), "\\!&#8203;12 %&#8203;3 a &amp; b\\!");
    }

    #[test]
    fn on_a_line_of_html_markdown_is_left_as_it_is() {
        assert_eq!(html("my_letters/<b>|a.yaml @team"), "my_letters/&lt;b&gt;|a.yaml @&#8203;team");
    }
}
