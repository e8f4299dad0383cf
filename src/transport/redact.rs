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
                *text = text.replace(form.as_str(), "***");
            }
        }
    }
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
}
