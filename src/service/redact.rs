//! Secrets kept out of errors: some of the service's messages quote the request that they refuse.

use super::ServiceError;
use crate::{credentials::Credentials, wire::encode::percent};

/// What must not be seen, in every form in which a message could quote it.
pub(super) struct Forms(Vec<zeroize::Zeroizing<String>>);

/// The forms of the secrets of a signed request.
pub(super) fn forms(credentials: &Credentials, signature: &str) -> Forms {
    let signer = credentials.signer();
    forms_of([Some(signer.secret), signer.token, Some(signature)].into_iter().flatten())
}

/// The forms of these texts: as they are, percent-encoded as in a query, and twice so as in what is signed.
pub(super) fn forms_of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Forms {
    let mut forms = Vec::new();
    for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
        let once = percent(secret).to_string();
        let twice = percent(&once).to_string();
        forms.extend([twice, once, secret.to_owned()].map(zeroize::Zeroizing::new));
    }
    Forms(forms)
}

impl Forms {
    fn remove_from(&self, text: &mut String) {
        for form in &self.0 {
            if text.contains(form.as_str()) {
                *text = text.replace(form.as_str(), "***");
            }
        }
    }
}

/// The error with no secret in its texts.
pub(super) fn error(mut error: ServiceError, secrets: &Forms) -> ServiceError {
    match &mut error {
        ServiceError::Answered { code, message, .. } => {
            secrets.remove_from(code);
            secrets.remove_from(message);
        }
        ServiceError::Unreadable { problem, .. }
        | ServiceError::NoConnection { problem, .. }
        | ServiceError::AnswerLost { problem, .. }
        | ServiceError::NotSent { problem, .. } => secrets.remove_from(problem),
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Operation;

    #[test]
    fn a_quoted_secret_is_gone_in_every_form() {
        let quoted = "POST&%2F&Token%3Da%252Fb and a/b and a%2Fb".to_owned();
        let operation = Operation::CreateSmsAuthorizationLetter;
        let found = error(ServiceError::AnswerLost { operation, problem: quoted }, &forms_of(["a/b", ""]));
        assert!(found.to_string().ends_with("POST&%2F&Token%3D*** and *** and ***"), "{found}");
    }
}
