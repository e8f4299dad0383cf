use std::{fmt, str::FromStr};

use crate::wire;

/// The version of the STS API.
const STS_VERSION: &str = "2015-04-01";

/// Declares the actions: the variant, its keyword in fault rules, the service's name for it, the
/// API's version.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $keyword:literal, $name:literal, $version:expr;)+) => {
        /// Something the emulator can be asked to do. In a call of the API it is the parameter
        /// `Action`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $(#[doc = concat!("`", $name, "`")] $(#[$doc])* $variant,)+ }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its keyword in fault rules and in the admin endpoint.
            pub const fn keyword(self) -> &'static str {
                match self { $(Self::$variant => $keyword,)+ }
            }

            /// The service's name for it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The version of its API.
            pub const fn version(self) -> &'static str {
                match self { $(Self::$variant => $version,)+ }
            }
        }
    };
}

actions! {
    Create = "create", "CreateSmsAuthorizationLetter", wire::API_VERSION;
    Query = "query", "QuerySmsAuthorizationLetter", wire::API_VERSION;
    OssInfo = "oss-info", "GetQualificationOssInfo", wire::API_VERSION;
    Signatures = "signatures", "QuerySmsSignList", wire::API_VERSION;
    Signature = "signature", "GetSmsSign", wire::API_VERSION;
    Qualifications = "qualifications", "QuerySmsQualificationRecord", wire::API_VERSION;
    Qualification = "qualification", "QuerySingleSmsQualification", wire::API_VERSION;
    /// of the object store
    Upload = "upload", "PostObject", wire::API_VERSION;
    /// of STS
    AssumeRole = "assume-role", "AssumeRole", STS_VERSION;
    /// of STS
    AssumeRoleWithOidc = "assume-role-with-oidc", "AssumeRoleWithOIDC", STS_VERSION;
    /// of STS
    CallerIdentity = "caller-identity", "GetCallerIdentity", STS_VERSION;
}

impl Action {
    /// Whether it may be asked for with GET. `QuerySmsSignList` is documented for POST alone.
    pub fn allows_get(self) -> bool {
        self != Self::Signatures
    }

    /// The action that a call names as its `Action`. An upload is not a call.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| *action != Self::Upload && action.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

impl FromStr for Action {
    type Err = ();

    /// Reads a keyword or the service's name.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|action| text == action.keyword() || text == action.name()).ok_or(())
    }
}
