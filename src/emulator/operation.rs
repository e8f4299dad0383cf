use std::{fmt, str::FromStr};

use super::sts;
use crate::wire;

/// What can be asked of the emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `CreateSmsAuthorizationLetter`
    Create,
    /// `QuerySmsAuthorizationLetter`
    Query,
    /// `GetQualificationOssInfo`
    OssInfo,
    /// The object upload, `PostObject`
    Upload,
    /// `AssumeRole`, of STS
    AssumeRole,
    /// `AssumeRoleWithOIDC`, of STS
    AssumeRoleWithOidc,
    /// `GetCallerIdentity`, of STS
    CallerIdentity,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Query,
        Self::OssInfo,
        Self::Upload,
        Self::AssumeRole,
        Self::AssumeRoleWithOidc,
        Self::CallerIdentity,
    ];

    /// Its name in faults and in the admin endpoint.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Query => "query",
            Self::OssInfo => "oss-info",
            Self::Upload => "upload",
            Self::AssumeRole => "assume-role",
            Self::AssumeRoleWithOidc => "assume-role-with-oidc",
            Self::CallerIdentity => "caller-identity",
        }
    }

    /// The service's name for it.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Create => "CreateSmsAuthorizationLetter",
            Self::Query => "QuerySmsAuthorizationLetter",
            Self::OssInfo => "GetQualificationOssInfo",
            Self::Upload => "PostObject",
            Self::AssumeRole => "AssumeRole",
            Self::AssumeRoleWithOidc => "AssumeRoleWithOIDC",
            Self::CallerIdentity => "GetCallerIdentity",
        }
    }

    /// The version of the API that it is a part of.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Create | Self::Query | Self::OssInfo | Self::Upload => wire::API_VERSION,
            Self::AssumeRole | Self::AssumeRoleWithOidc | Self::CallerIdentity => sts::VERSION,
        }
    }

    /// The operation that a call names as its `Action`.
    #[must_use]
    pub fn of_action(action: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| *operation != Self::Upload && operation.action() == action)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Operation {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|operation| name == operation.as_str() || name == operation.action()).ok_or(())
    }
}
