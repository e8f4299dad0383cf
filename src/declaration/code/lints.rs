//! Lints: what is allowed and probably wrong.

use super::Rule;
use crate::declaration::Severity::Warning;

pub(super) const CODE_CHECK_DIGIT: Rule = Rule {
    code: "LF-code-check-digit",
    severity: Warning,
    title: "an organization code is no valid Unified Social Credit Code",
    reason: "A Unified Social Credit Code (GB 32100-2015) has 18 characters, digits and capital letters but I, O, \
             S, V and Z, and the last one is computed from the others, so that a mistyped one is noticed. The \
             code must equal the one in the qualification that a signature is later bound to. Codes of another \
             kind exist; silence the warning for them.",
    parameter: Some("OrganizationCode"),
    good: "organizationCode: 91330100799655058B",
    bad: "organizationCode: 91330100799655085B",
};

pub(super) const VALIDITY_SHORT: Rule = Rule {
    code: "LF-validity-short",
    severity: Warning,
    title: "a letter is valid for less than a year",
    reason: "The service recommends 1 to 3 years. A letter cannot be renewed: a new one under a new name is \
             needed, on paper, stamped and reviewed.",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2028-01-01",
    bad: "validity: 2026-06-01~2027-03-01",
};

pub(super) const VALIDITY_LONG: Rule = Rule {
    code: "LF-validity-long",
    severity: Warning,
    title: "a letter is valid for more than three years",
    reason: "The service recommends 1 to 3 years, and a reviewer may reject a longer one.",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2029-01-01",
    bad: "validity: 2026-01-01~2036-01-01",
};

pub(super) const NOT_YET_VALID: Rule = Rule {
    code: "LF-not-yet-valid",
    severity: Warning,
    title: "a letter is not valid yet",
    reason: "The service creates a letter only on a day within its validity (AuthorizationLetterDateNotValid). \
             Until its first day, apply will fail for this letter.",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2028-01-01",
    bad: "validity: 2027-01-01~2029-01-01",
};

pub(super) const EXPIRES_SOON: Rule = Rule {
    code: "LF-expires-soon",
    severity: Warning,
    title: "a letter expires soon",
    reason: "Its last day is near: by default less than 60 days away (`--expiring-days`). Prepare its successor \
             under a new name now: paper, stamp and review take weeks.",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2028-01-01",
    bad: "validity: 2025-01-01~2026-07-15",
};

pub(super) const EXPIRED: Rule = Rule {
    code: "LF-expired",
    severity: Warning,
    title: "a letter has expired",
    reason: "The service refuses to create an expired letter (AuthorizationLetterDateNotValid). One that exists \
             already can stay declared as a record; silence the warning then.",
    parameter: Some("AuthorizationLetterExpDate"),
    good: "validity: 2026-01-01~2028-01-01",
    bad: "validity: 2023-01-01~2026-01-01",
};

pub(super) const LOOK_ALIKE: Rule = Rule {
    code: "LF-look-alike",
    severity: Warning,
    title: "a value has characters that look like others",
    reason: "Full-width letters and digits (`Ａ`, `０`), decomposed accents, compatibility forms and letters of a \
             second alphabet (the Cyrillic `а` within an English word) look right to a reviewer and are other \
             characters to the service, so the value equals nothing it should equal.",
    parameter: None,
    good: "signatures: [VIP会员]",
    bad: "signatures: [ＶＩＰ会员]",
};

pub(super) const SURROUNDING_SPACE: Rule = Rule {
    code: "LF-surrounding-space",
    severity: Warning,
    title: "a value has white space around it",
    reason: "White space around a value is dropped before it is sent. It is there by mistake, and a plan compares \
             without it.",
    parameter: None,
    good: "authorizer: 菜鸟网络科技有限公司",
    bad: r#"authorizer: " 菜鸟网络科技有限公司""#,
};

pub(super) const TEST_WORD: Rule = Rule {
    code: "LF-test-word",
    severity: Warning,
    title: "a signature has a word that the service refuses",
    reason: "The service refuses signatures with words such as `test` or `测试` (SignNotMatchRegex). Letters for \
             trying out belong into the sandbox.",
    parameter: Some("SignList"),
    good: "signatures: [菜鸟网络]",
    bad: "signatures: [菜鸟测试]",
};

pub(super) const NAMES_ALIKE: Rule = Rule {
    code: "LF-names-alike",
    severity: Warning,
    title: "the names of two letters differ only by case",
    reason: "They are two letters to letterform. People will take one for the other, and whether the service \
             tells them apart is not documented.",
    parameter: Some("AuthorizationLetterName"),
    good: "version: 1
letters:
  - name: Acme授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: Acme委托书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟裹裹]
    fileKey: 123456/b.jpg",
    bad: "version: 1
letters:
  - name: Acme授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: ACME授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟裹裹]
    fileKey: 123456/b.jpg",
};

pub(super) const PARTIES_ALIKE: Rule = Rule {
    code: "LF-parties-alike",
    severity: Warning,
    title: "a party is written in two ways",
    reason: "The same name is written elsewhere with other brackets, width, case or spaces, such as `（中国）` \
             and `(中国)`. The service compares exactly: use the form that stands on the business licence \
             everywhere.",
    parameter: Some("Authorization, ProxyAuthorization"),
    good: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 蚂蚁(杭州)有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: 菜鸟公司授权书二
    authorizer: 蚂蚁(杭州)有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟裹裹]
    fileKey: 123456/b.jpg",
    bad: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 蚂蚁(杭州)有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: 菜鸟公司授权书二
    authorizer: 蚂蚁（杭州）有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟裹裹]
    fileKey: 123456/b.jpg",
};

pub(super) const SIGNATURE_SHARED: Rule = Rule {
    code: "LF-signature-shared",
    severity: Warning,
    title: "a signature stands in letters of different authorizers",
    reason: "A signature has one owner. When two authorizers give it away, one of the letters is probably wrong, \
             and a reviewer will ask.",
    parameter: Some("SignList"),
    good: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: 菜鸟公司授权书二
    authorizer: 杭州裹裹有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟裹裹]
    fileKey: 123456/b.jpg",
    bad: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: 菜鸟公司授权书二
    authorizer: 杭州裹裹有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/b.jpg",
};

pub(super) const SAME_CONTENT: Rule = Rule {
    code: "LF-same-content",
    severity: Warning,
    title: "two letters differ by nothing but their names",
    reason: "Everything but the name is the same, the picture included. One of them is probably a copy that was \
             not finished.",
    parameter: None,
    good: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: 菜鸟公司授权书二
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟裹裹]
    fileKey: 123456/b.jpg",
    bad: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg
  - name: 菜鸟公司授权书二
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 支付宝(中国)网络技术有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2028-01-01
    signatures: [菜鸟网络]
    fileKey: 123456/a.jpg",
};

pub(super) const ALLOW_MALFORMED: Rule = Rule {
    code: "LF-allow-malformed",
    severity: Warning,
    title: "a comment that silences a rule is not understood",
    reason: "`# letterform: allow LF-… reason` silences a warning on its own line, or on the next one when the \
             comment has a line to itself. It needs the name of a warning and a reason. Errors cannot be \
             silenced.",
    parameter: None,
    good: "# letterform: allow LF-validity-short a trial for one quarter\nvalidity: 2026-06-01~2027-03-01",
    bad: "# letterform: allow LF-validity-short\nvalidity: 2026-06-01~2027-03-01",
};

pub(super) const ALLOW_UNUSED: Rule = Rule {
    code: "LF-allow-unused",
    severity: Warning,
    title: "a comment silences nothing",
    reason: "The rule that it names has nothing to say about the line. Remove the comment, so that it does not \
             hide a later mistake.",
    parameter: None,
    good: "# letterform: allow LF-validity-short a trial for one quarter\nvalidity: 2026-06-01~2027-03-01",
    bad: "# letterform: allow LF-validity-short a trial for one quarter\nvalidity: 2026-01-01~2028-01-01",
};
