//! Secrets kept out of messages: some services quote the request that they refuse.

use zeroize::Zeroizing;

use crate::wire::{encode::percent, request::Signer};

/// What must not be seen, in every form in which a message could quote it.
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// These texts: as they are, percent-encoded as in a query, and twice so as in what is signed.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms = Vec::new();
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            let once = percent(secret).to_string();
            let twice = percent(&once).to_string();
            forms.extend([twice, once, secret.to_owned()].map(Zeroizing::new));
        }
        Self(forms)
    }

    /// The secrets of a signed request.
    pub(crate) fn of(signer: Signer<'_>, signature: &str) -> Self {
        Self::new([Some(signer.secret), signer.token, Some(signature)].into_iter().flatten())
    }

    /// Puts `***` in the place of each of them.
    pub(crate) fn remove_from(&self, text: &mut String) {
        for form in &self.0 {
            if text.contains(form.as_str()) {
                *text = without(text, form);
            }
        }
    }
}

/// Shorter texts are parts of other words, and `***` in the place of each would tell what they are.
const SHORTEST_PART: usize = 4;

/// The text without this secret. A very short one is removed where it stands alone, as a quoted
/// value does.
fn without(text: &str, secret: &str) -> String {
    if secret.len() >= SHORTEST_PART {
        return text.replace(secret, "***");
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        out.push_str(before);
        // What was passed over stands before it.
        let begins_word = !out.ends_with(char::is_alphanumeric);
        let alone = begins_word && !after.starts_with(char::is_alphanumeric);
        out.push_str(if alone { "***" } else { secret });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_secret_is_gone_in_every_form() {
        let mut quoted = "POST&%2F&Token%3Da%252Fb and a/b and a%2Fb".to_owned();
        Secrets::new(["a/b", ""]).remove_from(&mut quoted);
        assert_eq!(quoted, "POST&%2F&Token%3D*** and *** and ***");
    }

    #[test]
    fn a_very_short_secret_is_removed_as_a_value_and_mangles_no_word() {
        let removed = |secret: &str, text: &str| {
            let mut text = text.to_owned();
            Secrets::new([secret]).remove_from(&mut text);
            text
        };
        assert_eq!(removed("e", "the secret `e` is refused: key=e&x"), "the secret `***` is refused: key=***&x");
        assert_eq!(removed("ab", "about abab ab"), "about abab ***");
        assert_eq!(removed("密", "密钥 密"), "密钥 ***");
        assert_eq!(removed("hush", "hushed: hush"), "***ed: ***");
    }
}
