use std::fmt;

/// The name by which Alibaba Cloud knows a RAM role: `acs:ram::<account>:role/<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn(String);

/// The name of an identity provider that a role trusts: `acs:ram::<account>:oidc-provider/<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProviderArn(String);

/// The number of an Alibaba Cloud account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId(String);

/// Why a text is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArnError {
    /// It is no role.
    #[error("a role is written as acs:ram::1234567890123456:role/name")]
    Role,
    /// It is no identity provider.
    #[error("an identity provider is written as acs:ram::1234567890123456:oidc-provider/name")]
    OidcProvider,
    /// It is no account.
    #[error("the id of an account is its number, such as 1234567890123456")]
    Account,
}

impl RoleArn {
    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the account that the role belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        account_of(&self.0, "role").unwrap_or_default()
    }
}

impl OidcProviderArn {
    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AccountId {
    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<&str> for RoleArn {
    type Error = ArnError;

    fn try_from(text: &str) -> Result<Self, ArnError> {
        account_of(text, "role").map(|_| Self(text.to_owned())).ok_or(ArnError::Role)
    }
}

impl TryFrom<&str> for OidcProviderArn {
    type Error = ArnError;

    fn try_from(text: &str) -> Result<Self, ArnError> {
        account_of(text, "oidc-provider").map(|_| Self(text.to_owned())).ok_or(ArnError::OidcProvider)
    }
}

impl TryFrom<&str> for AccountId {
    type Error = ArnError;

    fn try_from(text: &str) -> Result<Self, ArnError> {
        if is_account(text) { Ok(Self(text.to_owned())) } else { Err(ArnError::Account) }
    }
}

/// The account in an ARN of RAM for something of this kind.
fn account_of<'a>(arn: &'a str, kind: &str) -> Option<&'a str> {
    let (account, thing) = arn.strip_prefix("acs:ram::")?.split_once(':')?;
    let name = thing.strip_prefix(kind)?.strip_prefix('/')?;
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    (is_account(account) && !name.is_empty() && name.chars().all(good)).then_some(account)
}

fn is_account(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_name_an_account_and_a_thing_of_their_kind() {
        let role = RoleArn::try_from("acs:ram::1234567890123456:role/letterform-plan").expect("a role");
        assert_eq!(role.account(), "1234567890123456");
        assert!(OidcProviderArn::try_from("acs:ram::1:oidc-provider/GitHub").is_ok());
        for bad in
            ["", "letterform", "acs:ram::x:role/a", "acs:ram::1:role/", "acs:ram::1:user/a", "acs:ram::1:role/a b"]
        {
            assert_eq!(RoleArn::try_from(bad), Err(ArnError::Role), "{bad}");
        }
        assert_eq!(OidcProviderArn::try_from("acs:ram::1:role/a"), Err(ArnError::OidcProvider));
        assert_eq!(AccountId::try_from("12a"), Err(ArnError::Account));
    }
}
