use serde::Deserialize;

use crate::wire::lenient;

/// Who holds some credentials, as STS says (`GetCallerIdentity`). Texts are as it sent them: escape
/// them before showing them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CallerIdentity {
    /// The number of the account.
    #[serde(deserialize_with = "lenient::text_or_empty")]
    pub account_id: String,
    /// `Account`, `RAMUser`, `AssumedRoleUser`, or whatever else it says.
    #[serde(deserialize_with = "lenient::text_or_empty")]
    pub identity_type: String,
    /// The user or the role.
    #[serde(deserialize_with = "lenient::text_or_empty")]
    pub arn: String,
    /// The id of the request.
    #[serde(deserialize_with = "lenient::text_or_empty")]
    pub request_id: String,
}
