//! What the service answers when it does not do what it was asked: one table of codes.

use std::borrow::Cow;

/// Declares the table: the variant, the service's `Code`, its HTTP status, its `Message`.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $message:literal;)+) => {
        /// A failure that the service documents, with its `Code`, HTTP status and `Message`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $variant,)+ }

        impl ErrorCode {
            /// Every code of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The service's `Code`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The HTTP status that it comes with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// The service's `Message`.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    /// A letter of that name exists.
    NameRepeat = "AuthorizationLetterNameRepeat", 400, "The authorization letter name is duplicated.";
    /// The name is empty, has symbols, or is digits alone.
    NameNotMatchRegex = "AuthorizationLetterNameNotMatchRegex", 400,
        "The authorization letter name cannot be empty and must consist of Chinese, English characters or a combination with numbers, symbols or purely numeric input are not supported.";
    /// The name is too long.
    NameOverLimit = "AuthorizationLetterNameOverLimit", 400,
        "The authorization letter name exceeds the 100-character length limit.";
    /// The validity is not written as two dates.
    DateNotMatchRegex = "AuthorizationLetterDateNotMatchRegex", 400,
        "The format of the authorization letter's effective and expiry date is incorrect.";
    /// Now is not within the validity.
    DateNotValid = "AuthorizationLetterDateNotValid", 400,
        "The current time is not within the validity period of the authorization letter.";
    /// The authorizer is empty, has other symbols than company names do, or is digits alone.
    AuthorizationNotMatchRegex = "AuthorizationNotMatchRegex", 400,
        "The authorizer name cannot be empty and currently does not support any symbols except middle dots, spaces, Chinese brackets, and English parentheses or purely numeric input.";
    /// The authorizer is too long.
    AuthorizationOverLimit = "AuthorizationOverLimit", 400, "The authorizer exceeds the 1000-character length limit.";
    /// The authorized party is empty, has other symbols than company names do, or is digits alone.
    ProxyAuthorizationNotMatchRegex = "ProxyAuthorizationNotMatchRegex", 400,
        "The authorized party name currently does not support any symbols except middle dots, spaces, Chinese brackets, and English parentheses or purely numeric input.";
    /// The authorized party is too long.
    ProxyAuthorizationOverLimit = "ProxyAuthorizationOverLimit", 400,
        "The authorized party exceeds the 1000-character length limit.";
    /// The organization code is too long.
    OrganizationCodeOverLimit = "OrganizationCodeOverLimit", 400, "The organization code is limited to 150 characters.";
    /// More than 100 signatures.
    SignNumOverLimit = "SignNumOverLimit", 400, "The signature exceeds the limit of 100 entries.";
    /// A signature of the wrong length or with forbidden characters.
    SignNotMatchRegex = "SignNotMatchRegex", 400,
        "The signature length is limited to 2-12 characters and does not support some special characters.";
    /// No object was uploaded under the file key.
    OssFileNotUploaded = "AuthorizationOssFileNotUploadError", 400,
        "The authorization letter file has not been uploaded.";

    /// A `BizType` other than `dysms`.
    OssBizTypeNotSupported = "OssBiztypeNotSupportError", 400,
        "Retrieving OSS configuration does not support this biz type.";
    /// No signature of that name.
    SignatureNotFound = "SignatureNotFound", 404, "The signature does not exist.";
    /// The account may not do this. Only a fault brings it about, as all refusals of an account.
    ForbiddenAction = "ForbiddenAction", 400, "Access to the account is denied. Please contact the administrator.";
    /// The account is not on the list of those that may use the API.
    GrayCustAccess = "GrayCustAccessError", 400,
        "This customer is not authorized to use the OpenAPI. Please contact support for whitelisting.";
    /// The account has no data at the Short Message Service.
    CustNotExist = "CustNotExistError", 400, "Customer's cloud communication information is invalid.";
    /// The account is not verified as an enterprise.
    NotEnterpriseCertified = "NotEnterpriseCertifyCustCheckError", 400,
        "Non-enterprise certified customers are not allowed to access.";
    /// The account has not activated the Short Message Service.
    ProductUnsubscribed = "isv.PRODUCT_UN_SUBSCRIPT", 400, "The Short Message Service is not activated.";
    /// No such account.
    AccountNotExists = "isv.ACCOUNT_NOT_EXISTS", 400, "The account does not exist.";
    /// Something is wrong with the account.
    AccountAbnormal = "isv.ACCOUNT_ABNORMAL", 400, "The account is abnormal.";
    /// The service was stopped for the account.
    OutOfService = "isv.OUT_OF_SERVICE", 400, "The service is suspended for the account.";

    /// No such operation.
    ActionNotFound = "InvalidAction.NotFound", 404, "Specified api is not found, please check your url and method.";
    /// Another version than 2017-05-25.
    VersionNotValid = "InvalidVersion", 400, "Specified parameter Version is not valid.";
    /// A `Format` other than JSON and XML.
    FormatNotValid = "InvalidParameter.Format", 400, "Specified parameter format is not valid.";
    /// Neither GET nor POST.
    MethodNotSupported = "UnsupportedHTTPMethod", 400, "This http method is not supported.";
    /// A body that is larger than any call needs.
    RequestTooLarge = "RequestTooLarge", 413, "The request is too large.";
    /// A body that did not come.
    RequestTimeout = "RequestTimeout", 408, "The request was not received in time.";
    /// An `AccessKeyId` that nobody has.
    AccessKeyNotFound = "InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.";
    /// An AccessKey that was switched off.
    AccessKeyInactive = "InvalidAccessKeyId.Inactive", 400, "Specified access key is disabled.";
    /// An STS token that is not the one of the AccessKey.
    SecurityTokenMalformed = "InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed.";
    /// A key of STS whose time is over.
    SecurityTokenExpired = "InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired.";
    /// A role of an account that nobody has.
    RoleNotFound = "EntityNotExist.Role", 404, "The role not exists.";
    /// An identity provider of another account than the role's.
    OidcProviderNotFound = "EntityNotExist.OIDCProvider", 404, "The OIDC provider does not exist.";
    /// A token of an identity provider whose time is over.
    OidcTokenExpired = "AuthenticationFail.OIDCToken.Expired", 401, "This JsonWebToken is expired.";
    /// The caller may not assume the role.
    NoPermission = "NoPermission", 403,
        "You are not authorized to do this action. You should be authorized by RAM.";
    /// An AccessKey of STS without its token.
    SecurityTokenMissing = "MissingSecurityToken", 400, "SecurityToken is mandatory for this action.";
    /// A time that is not written as one.
    TimestampFormat = "InvalidTimeStamp.Format", 400, "Specified time stamp or date value is not well formatted.";
    /// A time more than 15 minutes off.
    TimestampExpired = "InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired.";
    /// A signature method other than the one of its form.
    SignatureMethodNotValid = "InvalidSignatureMethod", 400, "Specified signature method is not valid.";
    /// An `Authorization` header that can't be read, or one that leaves out what must be signed.
    IncompleteSignature = "IncompleteSignature", 400, "The request signature does not conform to Aliyun standards.";
    /// A signature that another secret made, or one of another request.
    SignatureDoesNotMatch = "SignatureDoesNotMatch", 400, "Specified signature is not matched with our calculation.";
    /// A nonce that was used before.
    NonceUsed = "SignatureNonceUsed", 400, "Specified signature nonce was used already.";

    /// Too many requests of the account.
    ThrottlingUser = "Throttling.User", 400, "Request was denied due to user flow control.";
    /// Too many requests of one operation.
    ThrottlingApi = "Throttling.Api", 400, "Request was denied due to api flow control.";
    /// Too many requests.
    Throttling = "Throttling", 400, "Request was denied due to flow control.";
    /// RAM refuses.
    ForbiddenRam = "Forbidden.RAM", 403, "User not authorized to operate on the specified resource, or this API doesn't support RAM.";
    /// RAM refuses, in the words of the Short Message Service.
    RamPermissionDeny = "isp.RAM_PERMISSION_DENY", 403, "RAM permission deny.";
    /// The service is at a loss.
    InternalError = "InternalError", 500, "The request processing has failed due to some unknown error.";
    /// The service is at a loss, in the words of the Short Message Service.
    SystemError = "isp.SYSTEM_ERROR", 500, "System error.";
    /// The service is not there for the moment.
    ServiceUnavailable = "ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server.";
}

impl ErrorCode {
    /// The row of the table with that `Code`.
    pub fn from_str_exact(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|row| row.as_str() == code)
    }
}

/// A failure as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The service's `Code`.
    pub code: Cow<'static, str>,
    /// Its HTTP status.
    pub status: u16,
    /// Its `Message`.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// A mandatory parameter that was not sent.
    pub fn missing(parameter: &str) -> Self {
        Self {
            code: Cow::Owned(format!("Missing{parameter}")),
            status: 400,
            message: Cow::Owned(format!("{parameter} is mandatory for this action.")),
        }
    }

    /// A parameter whose value can't be read.
    pub fn invalid(parameter: &str) -> Self {
        Self {
            code: Cow::Owned(format!("Invalid{parameter}")),
            status: 400,
            message: Cow::Owned(format!("Specified parameter {parameter} is not valid.")),
        }
    }

    /// The same failure with more said in its message.
    #[must_use]
    pub fn saying(self, more: &str) -> Self {
        Self { message: Cow::Owned(format!("{} {more}", self.message)), ..self }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self { code: Cow::Borrowed(code.as_str()), status: code.status(), message: Cow::Borrowed(code.message()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_in_the_table_once() {
        let mut codes: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert_eq!(ErrorCode::from_str_exact("SignNumOverLimit"), Some(ErrorCode::SignNumOverLimit));
        assert_eq!(ErrorCode::from_str_exact("signnumoverlimit"), None);
    }
}
