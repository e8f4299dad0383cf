//! What an error code says for certain. A code that is in none of the lists says nothing.

/// What is known from an error code alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The request was refused because of what it asked for.
    RefusesRequest,
    /// The request was refused, and so is every other one of this caller.
    RefusesCaller,
    /// Too many requests: this one was turned away before it was handled.
    Throttles,
    /// Trouble inside the service: the request may have been carried out, and another attempt may
    /// succeed.
    Transient,
    /// The code is not documented for the operations of letters.
    Unheard,
}

/// The documented refusals of `CreateSmsAuthorizationLetter`, `GetQualificationOssInfo` and
/// `GetSmsSign`, and the gateway's of an operation that it does not know.
const OF_REQUESTS: [&str; 16] = [
    "AuthorizationLetterNameRepeat",
    "AuthorizationLetterNameNotMatchRegex",
    "AuthorizationLetterNameOverLimit",
    "AuthorizationLetterDateNotMatchRegex",
    "AuthorizationLetterDateNotValid",
    "AuthorizationNotMatchRegex",
    "AuthorizationOverLimit",
    "ProxyAuthorizationNotMatchRegex",
    "ProxyAuthorizationOverLimit",
    "OrganizationCodeOverLimit",
    "SignNumOverLimit",
    "SignNotMatchRegex",
    "AuthorizationOssFileNotUploadError",
    "OssBiztypeNotSupportError",
    "SignatureNotFound",
    "InvalidAction.NotFound",
];

/// Refusals of the caller: authentication, RAM, and the state of the account.
pub(super) const OF_CALLERS: [&str; 28] = [
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidSignatureMethod",
    "MissingAccessKeyId",
    "InvalidAccessKeyId",
    "InvalidAccessKeyId.NotFound",
    "InvalidAccessKeyId.Inactive",
    "InvalidTimeStamp.Format",
    "InvalidTimeStamp.Expired",
    "MissingSecurityToken",
    "InvalidSecurityToken",
    "InvalidSecurityToken.Expired",
    "InvalidSecurityToken.Malformed",
    "InvalidSecurityToken.MismatchWithAccessKey",
    "SecurityTokenExpired",
    "Forbidden",
    "Forbidden.RAM",
    "isp.RAM_PERMISSION_DENY",
    "NoPermission",
    "ForbiddenAction",
    "GrayCustAccessError",
    "CustNotExistError",
    "NotEnterpriseCertifyCustCheckError",
    "isv.PRODUCT_UN_SUBSCRIPT",
    "isv.PRODUCT_UNSUBSCRIBE",
    "isv.ACCOUNT_NOT_EXISTS",
    "isv.ACCOUNT_ABNORMAL",
    "isv.OUT_OF_SERVICE",
];

/// `RequestTimeout` is of uploads. `SignatureNonceUsed` belongs here: a nonce that was drawn for
/// one request is used twice only when something on the way sent that request twice, and the first
/// copy may have been carried out.
const TRANSIENT: [&str; 7] = [
    "ServiceUnavailable",
    "InternalError",
    "isp.SYSTEM_ERROR",
    "SystemBusy",
    "UnknownError",
    "RequestTimeout",
    "SignatureNonceUsed",
];

/// What `code` says for certain.
pub(super) fn meaning(code: &str) -> Meaning {
    if code == "Throttling" || code.starts_with("Throttling.") {
        Meaning::Throttles
    } else if OF_REQUESTS.contains(&code) {
        Meaning::RefusesRequest
    } else if OF_CALLERS.contains(&code) {
        Meaning::RefusesCaller
    } else if TRANSIENT.contains(&code) {
        Meaning::Transient
    } else {
        Meaning::Unheard
    }
}
