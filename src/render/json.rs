//! JSON that is safe to show on a terminal.

use std::io::{self, Write};

use serde::Serialize;

use crate::escape::is_unsafe_at;

/// JSON with a line break at its end, in which the characters that a terminal would obey are
/// escaped: the same data, safe to show.
pub fn pretty(value: &impl Serialize) -> String {
    text(|out| write_pretty(out, value))
}

/// The same in one line, for programs that read line by line.
pub fn line(value: &impl Serialize) -> String {
    text(|out| {
        serde_json::to_writer(Safe(&mut *out), value)?;
        out.write_all(b"\n")
    })
}

/// Writes the same as [`pretty`] makes, piece by piece: a list of many letters is never held as a
/// text.
///
/// # Errors
/// Those of `out`.
pub fn write_pretty(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(Safe(&mut *out), value)?;
    out.write_all(b"\n")
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("maps with text keys are always JSON");
    String::from_utf8(out).expect("JSON is UTF-8")
}

/// Escapes what a terminal would obey. JSON comes in whole pieces: a text between two characters
/// that JSON escapes is one.
struct Safe<'w, W>(&'w mut W);

impl<W: Write> Write for Safe<'_, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece)?;
        Ok(piece.len())
    }

    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        let json = std::str::from_utf8(piece).map_err(io::Error::other)?;
        let mut written = 0;
        for (at, c) in json.char_indices() {
            // Line breaks are the layout: those within texts are escaped already.
            if c != '\n' && is_unsafe_at(json, at) {
                self.0.write_all(&piece[written..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
                written = at + c.len_utf8();
            }
        }
        self.0.write_all(&piece[written..])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
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
