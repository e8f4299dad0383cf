use std::fmt;

/// A field of a letter, with its name in declarations and the service's name for it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// The letter's name, its identity.
    Name,
    /// The company that owns the signatures.
    Authorizer,
    /// The company that may use them.
    AuthorizedParty,
    /// The authorizer's Unified Social Credit Code.
    OrganizationCode,
    /// The days on which the letter holds.
    Validity,
    /// The signatures that may be used.
    Signatures,
    /// A local picture of the stamped paper.
    Scan,
    /// The key of a picture that is already uploaded.
    FileKey,
}

impl Field {
    /// Every field, in the order in which declarations are written.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Authorizer,
        Self::AuthorizedParty,
        Self::OrganizationCode,
        Self::Validity,
        Self::Signatures,
        Self::Scan,
        Self::FileKey,
    ];

    /// The field's name in declarations, plans and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Authorizer => "authorizer",
            Self::AuthorizedParty => "authorizedParty",
            Self::OrganizationCode => "organizationCode",
            Self::Validity => "validity",
            Self::Signatures => "signatures",
            Self::Scan => "scan",
            Self::FileKey => "fileKey",
        }
    }

    /// The parameter of `CreateSmsAuthorizationLetter` that carries the field.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Name => "AuthorizationLetterName",
            Self::Authorizer => "Authorization",
            Self::AuthorizedParty => "ProxyAuthorization",
            Self::OrganizationCode => "OrganizationCode",
            Self::Validity => "AuthorizationLetterExpDate",
            Self::Signatures => "SignList",
            Self::Scan | Self::FileKey => "AuthorizationLetterPic",
        }
    }

    /// The field of that name in declarations.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
