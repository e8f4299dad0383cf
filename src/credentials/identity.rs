use crate::wire::lenient::lenient_object;

lenient_object! {
    /// Who holds some credentials, as STS says (`GetCallerIdentity`). Texts are as it sent them:
    /// escape them before showing them.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct CallerIdentity {
        /// The number of the account.
        pub account_id: String,
        /// `Account`, `RAMUser`, `AssumedRoleUser`, or whatever else it says.
        pub identity_type: String,
        /// The user or the role.
        pub arn: String,
        /// The id of the request.
        pub request_id: String,
    }
}
