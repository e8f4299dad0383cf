//! Rules on the values of fields, as the service documents them.

use super::Rule;
use crate::declaration::Severity::Error;

pub(super) const NAME_TOO_LONG: Rule = Rule {
    code: "LF-name-too-long",
    severity: Error,
    title: "a letter's name has more than 100 characters",
    reason: "The service takes at most 100 characters (AuthorizationLetterNameOverLimit). Characters are counted, \
             Chinese or not, and not bytes.",
    parameter: Some("AuthorizationLetterName"),
    good: "name: 菜鸟公司授权书",
    bad: "name: 菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书菜鸟公司授权书",
};

pub(super) const NAME_CHARACTER: Rule = Rule {
    code: "LF-name-character",
    severity: Error,
    title: "a letter's name has a character that names cannot have",
    reason: "A name is made of Chinese characters, English letters and digits: no symbol, no space, no full-width \
             letter or digit (AuthorizationLetterNameNotMatchRegex).",
    parameter: Some("AuthorizationLetterName"),
    good: "name: 菜鸟公司授权书2026",
    bad: "name: 菜鸟公司-授权书(2026)",
};

pub(super) const NAME_DIGITS: Rule = Rule {
    code: "LF-name-digits-only",
    severity: Error,
    title: "a letter's name is made of digits alone",
    reason: "The service refuses a name of digits alone (AuthorizationLetterNameNotMatchRegex). Add a word.",
    parameter: Some("AuthorizationLetterName"),
    good: "name: 授权书20260101",
    bad: "name: 20260101",
};

pub(super) const PARTY_TOO_LONG: Rule = Rule {
    code: "LF-party-too-long",
    severity: Error,
    title: "the name of a party has more than 150 characters",
    reason: "The service documents 150 characters in one place and 1000 in another (AuthorizationOverLimit, \
             ProxyAuthorizationOverLimit). letterform holds to the smaller one, which is safe by both.",
    parameter: Some("Authorization, ProxyAuthorization"),
    good: "authorizer: 菜鸟网络科技有限公司",
    bad: "authorizer: 菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司菜鸟网络科技有限公司",
};

pub(super) const PARTY_CHARACTER: Rule = Rule {
    code: "LF-party-character",
    severity: Error,
    title: "the name of a party has a character that it cannot have",
    reason: "The name of a company is made of letters and digits of any script, and of symbols only the middle \
             dot `·`, spaces, `【】`, `（）` and `()` (AuthorizationNotMatchRegex, \
             ProxyAuthorizationNotMatchRegex).",
    parameter: Some("Authorization, ProxyAuthorization"),
    good: "authorizer: 阿里·巴巴（杭州）有限公司",
    bad: "authorizer: 阿里&巴巴/杭州有限公司",
};

pub(super) const PARTY_DIGITS: Rule = Rule {
    code: "LF-party-digits-only",
    severity: Error,
    title: "the name of a party is made of digits alone",
    reason: "The service refuses digits alone (AuthorizationNotMatchRegex, ProxyAuthorizationNotMatchRegex). \
             Perhaps the organization code stands in the wrong field.",
    parameter: Some("Authorization, ProxyAuthorization"),
    good: "authorizer: 菜鸟网络科技有限公司",
    bad: "authorizer: 91330100799655058",
};

pub(super) const CODE_TOO_LONG: Rule = Rule {
    code: "LF-code-too-long",
    severity: Error,
    title: "an organization code has more than 150 characters",
    reason: "The service takes at most 150 characters (OrganizationCodeOverLimit). A Unified Social Credit Code \
             has 18.",
    parameter: Some("OrganizationCode"),
    good: "organizationCode: 91330100799655058B",
    bad: "organizationCode: 91330100799655058B91330100799655058B91330100799655058B91330100799655058B91330100799655058B91330100799655058B91330100799655058B91330100799655058B91330100799655058B",
};

pub(super) const CODE_CHARACTER: Rule = Rule {
    code: "LF-code-character",
    severity: Error,
    title: "an organization code has white space or an invisible character in it",
    reason: "The code must equal the one in the qualification that a signature is later bound to. White space or \
             an invisible character makes it another code, which a reviewer cannot see.",
    parameter: Some("OrganizationCode"),
    good: "organizationCode: 91330100799655058B",
    bad: "organizationCode: 91330100 799655058B",
};

pub(super) const VALIDITY_FORM: Rule = Rule {
    code: "LF-validity-form",
    severity: Error,
    title: "a validity is not written as two dates",
    reason: "A validity is `YYYY-MM-DD~YYYY-MM-DD` with the ASCII tilde `~` and no space, or a mapping with \
             `from` and `to` (AuthorizationLetterDateNotMatchRegex).",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2028-01-01",
    bad: "validity: 2026-01-01～2028-01-01",
};

pub(super) const VALIDITY_DATE: Rule = Rule {
    code: "LF-validity-date",
    severity: Error,
    title: "a date does not exist or is written in another way",
    reason: "A date is `YYYY-MM-DD`, with four, two and two digits, and must be in the calendar \
             (AuthorizationLetterDateNotMatchRegex).",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-02-28~2028-01-01",
    bad: "validity: 2026-02-30~2028-01-01",
};

pub(super) const VALIDITY_REVERSED: Rule = Rule {
    code: "LF-validity-reversed",
    severity: Error,
    title: "a validity ends before it begins",
    reason: "The first date is the first day on which the letter holds, the second is the last \
             (AuthorizationLetterDateNotValid).",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2028-01-01",
    bad: "validity: 2028-01-01~2026-01-01",
};

pub(super) const SIGNATURE_LENGTH: Rule = Rule {
    code: "LF-signature-length",
    severity: Error,
    title: "a signature has less than 2 or more than 12 characters",
    reason: "The service takes signatures of 2 to 12 characters (SignNotMatchRegex). Characters are counted, \
             Chinese or not.",
    parameter: Some("SignList"),
    good: "signatures: [菜鸟网络]",
    bad: "signatures: [菜, 菜鸟网络科技有限公司杭州分部]",
};

pub(super) const SIGNATURE_CHARACTER: Rule = Rule {
    code: "LF-signature-character",
    severity: Error,
    title: "a signature has a character that signatures cannot have",
    reason: "A signature is made of letters and digits of any script. It has no `【】`, `()`, `[]`, comma, full \
             stop, space or other special character (SignNotMatchRegex). The brackets `【】` are added when a \
             message is sent.",
    parameter: Some("SignList"),
    good: "signatures: [菜鸟网络]",
    bad: "signatures: [【菜鸟网络】]",
};

pub(super) const SIGNATURE_REPEATED: Rule = Rule {
    code: "LF-signature-repeated",
    severity: Error,
    title: "a signature is listed twice in one letter",
    reason: "A letter's signatures are a set. A repetition is probably meant to be another signature. Case \
             matters: `Aliyun通信` and `aliyun通信` are two.",
    parameter: Some("SignList"),
    good: "signatures: [菜鸟网络, 菜鸟裹裹]",
    bad: "signatures: [菜鸟网络, 菜鸟网络]",
};

pub(super) const SIGNATURE_COUNT: Rule = Rule {
    code: "LF-signature-count",
    severity: Error,
    title: "a letter has no signature or more than 100",
    reason: "One letter is for 1 to 100 signatures (SignNumOverLimit). More need a second letter, under a name of \
             its own.",
    parameter: Some("SignList"),
    good: "signatures: [菜鸟网络, 菜鸟裹裹]",
    bad: "signatures: []",
};

pub(super) const FILE_KEY_FORM: Rule = Rule {
    code: "LF-file-key-form",
    severity: Error,
    title: "a fileKey is not the key of an uploaded object",
    reason: "A fileKey is what the upload gave out: the start path, a slash, and a file name, in ASCII letters, \
             digits, `.`, `_`, `-` and `/`. It is no URL, and begins with no slash.",
    parameter: Some("AuthorizationLetterPic"),
    good: "fileKey: 123456/test1719383196031.jpg",
    bad: "fileKey: https://example.com/123456/test1719383196031.jpg",
};
