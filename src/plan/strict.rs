//! Saved plans as text: read whatever the encoding, and refused when they say what this program
//! does not know.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::ReadPlanError;

/// Reads a document, and refuses unknown fields at every level: a misspelt field must not be
/// ignored in silence.
pub(crate) fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, ReadPlanError> {
    let text = text(bytes)?;
    let document: T = serde_json::from_str(&text)?;
    let given: Value = serde_json::from_str(&text)?;
    let known = serde_json::to_value(&document)?;
    match unknown(&given, &known) {
        Some(path) => Err(ReadPlanError::Unknown(path)),
        None => Ok(document),
    }
}

/// The text of a file: UTF-8 with or without a byte order mark, or UTF-16 with one, as `PowerShell`
/// writes it.
pub(crate) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, ReadPlanError> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
        text.ok().filter(|_| rest.is_empty()).map(Cow::Owned)
    };
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
    };
    text.ok_or(ReadPlanError::Encoding)
}

/// Where the first field stands that is given and not known.
fn unknown(given: &Value, known: &Value) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(name, value)| match known.get(name) {
            None => Some(name.clone()),
            Some(known) => unknown(value, known).map(|path| joined(name, &path)),
        }),
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).enumerate().find_map(|(index, (given, known))| {
                unknown(given, known).map(|path| joined(&format!("[{index}]"), &path))
            })
        }
        _ => None,
    }
}

fn joined(name: &str, path: &str) -> String {
    if path.starts_with('[') { format!("{name}{path}") } else { format!("{name}.{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_text_file_is_read() {
        let plain = "{\"甲\":1}";
        let wide = |unit: fn(u16) -> [u8; 2]| "\u{feff}{\"甲\":1}".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        for bytes in [
            plain.as_bytes().to_vec(),
            format!("\u{feff}{plain}").into_bytes(),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
        ] {
            assert_eq!(text(&bytes).expect("a text"), plain);
        }
        for bytes in [&b"{\xB2\xCB}"[..], b"\xFF\xFEa", b"\xFF\xFE\x00\xD8"] {
            assert!(matches!(text(bytes), Err(ReadPlanError::Encoding)), "{bytes:?}");
        }
    }
}
