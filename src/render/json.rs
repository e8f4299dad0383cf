//! JSON that is safe to show on a terminal.

use std::fmt::Write as _;

use serde::Serialize;

use crate::escape::is_unsafe_at;

/// JSON with a line break at its end, in which the characters that a terminal would obey are escaped: the same data, safe to
/// show.
pub fn pretty(value: &impl Serialize) -> String {
    safe(&serde_json::to_string_pretty(value).expect("maps with text keys are always JSON"))
}

/// The same in one line, for programs that read line by line.
pub fn line(value: &impl Serialize) -> String {
    safe(&serde_json::to_string(value).expect("maps with text keys are always JSON"))
}

fn safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + 1);
    for (at, c) in json.char_indices() {
        // Line breaks are the layout: those within texts are escaped already.
        if c != '\n' && is_unsafe_at(json, at) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(safe, "\\u{unit:04x}").expect("writing to a string never fails");
            }
        } else {
            safe.push(c);
        }
    }
    safe.push('\n');
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::visible;

    #[test]
    fn json_is_safe_to_show_and_says_the_same() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{e0001}\n##[error]菜";
        let json = pretty(&text);
        assert_eq!(visible(json.trim_end()), json.trim_end());
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
    }
}
