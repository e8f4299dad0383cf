//! Rules on the workspace file.

use super::Rule;
use crate::declaration::Severity::Error;

pub(super) const ACCOUNT_NAME: Rule = Rule {
    code: "LF-account-name",
    severity: Error,
    title: "the name of an account is not allowed",
    reason: "A name is 1 to 64 letters, digits, `-` and `_`, and begins with a letter or a digit: it is given to \
             `--account`, and stands in the jobs of a CI system and in the folders of a sandbox.",
    parameter: None,
    good: "name: retail-east",
    bad: "name: retail/east",
};

pub(super) const ACCOUNT_DUPLICATE: Rule = Rule {
    code: "LF-account-duplicate",
    severity: Error,
    title: "an account is declared twice",
    reason: "`--account` must lead to one account. Large and small letters are not told apart, as some file systems \
             do not tell them apart either.",
    parameter: None,
    good: "version: 1\naccounts: [{name: retail, letters: retail}, {name: travel, letters: travel}]",
    bad: "version: 1\naccounts: [{name: retail, letters: retail}, {name: Retail, letters: travel}]",
};

pub(super) const ACCOUNT_CREDENTIALS: Rule = Rule {
    code: "LF-account-credentials",
    severity: Error,
    title: "what is said of an account's credentials can't be",
    reason: "An account is worked on with a `profile` of the Alibaba Cloud CLI, with a `role` that is taken with the \
             profile's or the usual credentials, or with a `role` and the `oidcProvider` whose token is shown for it. Its \
             `id` is the number of the account. Secrets never stand in this file.",
    parameter: None,
    good: "role: acs:ram::1234567890123456:role/letterform",
    bad: "role: letterform",
};

pub(super) const ACCOUNT_ENDPOINT: Rule = Rule {
    code: "LF-account-endpoint",
    severity: Error,
    title: "the region or the endpoint of an account can't be used",
    reason: "An account has a `region`, or an `endpoint` of Alibaba Cloud or of this machine, or neither. Other \
             endpoints are refused here, because a pull request must not be able to have requests with credentials sent \
             to a server of its own; they can be given on the command line.",
    parameter: None,
    good: "region: cn-hangzhou",
    bad: "endpoint: https://dysmsapi.example.com",
};

pub(super) const ACCOUNT_LETTERS: Rule = Rule {
    code: "LF-account-letters",
    severity: Error,
    title: "the letters of an account lie outside the workspace",
    reason: "Paths are written from the folder of the workspace file and must stay within it after symbolic links are \
             followed, so that a pull request can't have other files of the machine read and uploaded.",
    parameter: None,
    good: "letters: accounts/retail",
    bad: "letters: ../elsewhere",
};

pub(super) const SETTING_VALUE: Rule = Rule {
    code: "LF-setting-value",
    severity: Error,
    title: "a setting has a value that it can't have",
    reason: "`parallelism` is 1 to 256 requests, `timeout` 1 to 3600 seconds, `expiringDays` 0 to 3650 days. `lints` has \
             names of rules that are warnings, or `warnings` for all of them, each with `error`, `warning` or `off`.",
    parameter: None,
    good: "lints: {LF-validity-long: error, LF-expires-soon: off}",
    bad: "lints: {LF-name-too-long: off}",
};
