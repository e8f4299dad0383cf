//! The service's rules for what a call says, each refused with the service's own code.
//!
//! The rules of the fields are those of [`crate::letter`], except where the service's documents are
//! looser: white space around a text is kept, and of the organization code only the length counts.

use std::collections::BTreeSet;

use crate::emulator::{
    params::Params,
    refusal::{ErrorCode, Refusal},
};
use crate::letter::{
    Field, LetterId, LetterName, OrganizationCode, Party, SignatureName, Signatures, Validity, ValueError,
};

/// What a create asks for, after every rule that needs neither the clock nor the other letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRequest {
    pub(super) name: String,
    pub(super) authorizer: String,
    pub(super) authorized_party: String,
    pub(super) organization_code: String,
    pub(super) validity: Validity,
    pub(super) signatures: Vec<String>,
    pub(super) file_key: String,
}

impl CreateRequest {
    /// Reads the parameters of `CreateSmsAuthorizationLetter`.
    ///
    /// # Errors
    /// The refusal of the first parameter that is missing, or else of the first that breaks a rule.
    pub fn from_params(params: &Params) -> Result<Self, Refusal> {
        let required = |field: Field| params.get(field.parameter()).ok_or(Refusal::missing(field.parameter()));
        let name = required(Field::Name)?;
        let authorizer = required(Field::Authorizer)?;
        let authorized_party = required(Field::AuthorizedParty)?;
        let organization_code = required(Field::OrganizationCode)?;
        let validity = required(Field::Validity)?;
        let signatures = required(Field::Signatures)?;
        let file_key = required(Field::FileKey)?;
        Ok(Self {
            name: LetterName::of_new(name).map_err(|error| refusal(Field::Name, &error))?.to_string(),
            authorizer: party(Field::Authorizer, authorizer)?,
            authorized_party: party(Field::AuthorizedParty, authorized_party)?,
            organization_code: organization_code_of(organization_code)?,
            validity: validity_of(validity)?,
            signatures: signatures_of(signatures)?,
            file_key: file_key.to_owned(),
        })
    }
}

/// The service's answer to a value that breaks a rule of its field.
fn refusal(field: Field, error: &ValueError) -> Refusal {
    let too_long = matches!(error, ValueError::TooLong { .. });
    match field {
        Field::Name if too_long => ErrorCode::NameOverLimit,
        Field::Name => ErrorCode::NameNotMatchRegex,
        Field::Authorizer if too_long => ErrorCode::AuthorizationOverLimit,
        Field::Authorizer => ErrorCode::AuthorizationNotMatchRegex,
        Field::AuthorizedParty if too_long => ErrorCode::ProxyAuthorizationOverLimit,
        Field::AuthorizedParty => ErrorCode::ProxyAuthorizationNotMatchRegex,
        Field::OrganizationCode => ErrorCode::OrganizationCodeOverLimit,
        Field::Validity if matches!(error, ValueError::ValidityReversed { .. }) => ErrorCode::DateNotValid,
        Field::Validity => ErrorCode::DateNotMatchRegex,
        Field::Signatures => ErrorCode::SignNotMatchRegex,
        Field::Scan | Field::FileKey => ErrorCode::OssFileNotUploaded,
    }
    .into()
}

/// A company's name: spaces around it count, other white space is refused wherever it stands.
fn party(field: Field, text: &str) -> Result<String, Refusal> {
    let fails = |error| refusal(field, &error);
    Party::of_new(field, text).map_err(fails)?;
    if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| c.is_whitespace() && *c != ' ') {
        return Err(fails(ValueError::ForbiddenCharacter { field, character, index }));
    }
    let length = text.chars().count();
    if length > Party::MAX_CHARS {
        return Err(fails(ValueError::TooLong { field, length, max: Party::MAX_CHARS }));
    }
    Ok(text.to_owned())
}

fn organization_code_of(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Err(Refusal::missing(Field::OrganizationCode.parameter()));
    }
    if text.chars().count() > OrganizationCode::MAX_CHARS {
        return Err(ErrorCode::OrganizationCodeOverLimit.into());
    }
    Ok(text.to_owned())
}

fn validity_of(text: &str) -> Result<Validity, Refusal> {
    if text.trim() != text {
        return Err(ErrorCode::DateNotMatchRegex.into());
    }
    Validity::try_from(text).map_err(|error| refusal(Field::Validity, &error))
}

fn signatures_of(text: &str) -> Result<Vec<String>, Refusal> {
    let names: Vec<String> = serde_json::from_str(text).map_err(|_| Refusal::invalid(Field::Signatures.parameter()))?;
    if names.is_empty() {
        return Err(Refusal::missing(Field::Signatures.parameter()));
    }
    if names.len() > Signatures::MAX {
        return Err(ErrorCode::SignNumOverLimit.into());
    }
    for name in &names {
        SignatureName::try_from(name.as_str()).map_err(|error| refusal(Field::Signatures, &error))?;
        if names_a_test(name) {
            return Err(ErrorCode::SignNotMatchRegex.into());
        }
    }
    Ok(names)
}

/// Whether a signature contains `test` or `测试`, which it may not do anywhere.
fn names_a_test(signature: &str) -> bool {
    signature.contains("测试") || signature.to_ascii_lowercase().contains("test")
}

/// Which letters a query asks for; all of what is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterQuery {
    pub(super) ids: Option<BTreeSet<LetterId>>,
    pub(super) organization_code: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) state: Option<String>,
    pub(super) status: Option<String>,
}

impl LetterQuery {
    const IDS: &str = "AuthorizationLetterIdList";

    /// Reads the parameters of `QuerySmsAuthorizationLetter`. An empty value is as good as none.
    ///
    /// # Errors
    /// When the list of ids is not a JSON array of numbers.
    pub fn from_params(params: &Params) -> Result<Self, Refusal> {
        let text = |name| params.filled(name).map(str::to_owned);
        let ids = match params.filled(Self::IDS) {
            Some(list) => {
                let ids: Vec<u64> = serde_json::from_str(list).map_err(|_| Refusal::invalid(Self::IDS))?;
                (!ids.is_empty()).then(|| ids.into_iter().map(LetterId).collect())
            }
            None => None,
        };
        Ok(Self {
            ids,
            organization_code: text("OrganizationCode"),
            signature: text("SignName"),
            state: text("State"),
            status: text("Status"),
        })
    }

    /// Whether it asks for every letter.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter_with(name: &str, value: &str) -> Params {
        let good = [
            ("AuthorizationLetterName", "菜鸟公司授权书"),
            ("Authorization", "菜鸟网络科技有限公司"),
            ("ProxyAuthorization", "支付宝(中国)网络技术有限公司"),
            ("OrganizationCode", "91330100799655058B"),
            ("AuthorizationLetterExpDate", "2026-01-01~2029-01-01"),
            ("SignList", r#"["菜鸟网络","菜鸟裹裹"]"#),
            ("AuthorizationLetterPic", "123456/a.jpg"),
        ];
        good.into_iter().map(|(key, good)| (key, if key == name { value } else { good })).collect()
    }

    fn code_of(name: &str, value: &str) -> Option<String> {
        CreateRequest::from_params(&letter_with(name, value)).err().map(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn each_broken_rule_has_the_code_of_the_service() {
        let signatures = |count: usize| format!("[{}]", vec!["\"菜鸟\""; count].join(","));
        let long = "字".repeat(151);
        for (name, value, code) in [
            ("AuthorizationLetterName", "", "AuthorizationLetterNameNotMatchRegex"),
            ("AuthorizationLetterName", "菜鸟-授权书", "AuthorizationLetterNameNotMatchRegex"),
            ("AuthorizationLetterName", "2026", "AuthorizationLetterNameNotMatchRegex"),
            ("AuthorizationLetterName", &long, "AuthorizationLetterNameOverLimit"),
            ("Authorization", " ", "AuthorizationNotMatchRegex"),
            ("Authorization", "菜鸟\t", "AuthorizationNotMatchRegex"),
            ("Authorization", &long, "AuthorizationOverLimit"),
            ("ProxyAuthorization", "A&B", "ProxyAuthorizationNotMatchRegex"),
            ("ProxyAuthorization", &long, "ProxyAuthorizationOverLimit"),
            ("OrganizationCode", "", "MissingOrganizationCode"),
            ("OrganizationCode", &long, "OrganizationCodeOverLimit"),
            ("AuthorizationLetterExpDate", "2026/01/01~2029/01/01", "AuthorizationLetterDateNotMatchRegex"),
            ("AuthorizationLetterExpDate", " 2026-01-01~2029-01-01", "AuthorizationLetterDateNotMatchRegex"),
            ("AuthorizationLetterExpDate", "2029-01-01~2026-01-01", "AuthorizationLetterDateNotValid"),
            ("SignList", "菜鸟", "InvalidSignList"),
            ("SignList", "[]", "MissingSignList"),
            ("SignList", &signatures(101), "SignNumOverLimit"),
            ("SignList", r#"["菜"]"#, "SignNotMatchRegex"),
            ("SignList", r#"["【菜鸟】"]"#, "SignNotMatchRegex"),
            ("SignList", r#"["菜鸟测试"]"#, "SignNotMatchRegex"),
            ("SignList", r#"["菜鸟TEST"]"#, "SignNotMatchRegex"),
            ("SignList", r#"["latest1","菜鸟"]"#, "SignNotMatchRegex"),
        ] {
            assert_eq!(code_of(name, value).as_deref(), Some(code), "{name}={value}");
        }
    }

    #[test]
    fn what_the_documents_allow_is_taken_as_it_is() {
        for (name, value) in [
            ("Authorization", " 阿里·巴巴（杭州） "),
            ("OrganizationCode", "an old code/1"),
            ("SignList", r#"["late1","菜鸟"]"#),
        ] {
            assert_eq!(code_of(name, value), None, "{name}={value}");
        }
        let letter = CreateRequest::from_params(&letter_with("Authorization", " 菜鸟 ")).expect("valid");
        assert_eq!(letter.authorizer, " 菜鸟 ");
    }

    #[test]
    fn a_parameter_that_is_not_sent_is_missing() {
        let params: Params = letter_with("", "").iter().filter(|(name, _)| *name != "SignList").collect();
        let refusal = CreateRequest::from_params(&params).expect_err("SignList is missing");
        assert_eq!((refusal.code.as_ref(), refusal.status), ("MissingSignList", 400));
    }

    #[test]
    fn an_empty_filter_asks_for_everything() {
        let parse = |pairs: &[(&str, &str)]| LetterQuery::from_params(&pairs.iter().copied().collect());
        assert!(parse(&[("SignName", ""), ("AuthorizationLetterIdList", "[]")]).expect("valid").is_empty());
        let filter = parse(&[("AuthorizationLetterIdList", "[1, 2]")]).expect("valid");
        assert_eq!(filter.ids, Some(BTreeSet::from([LetterId(1), LetterId(2)])));
        assert_eq!(
            parse(&[("AuthorizationLetterIdList", "1,2")]).expect_err("no JSON").code,
            "InvalidAuthorizationLetterIdList"
        );
    }
}
