//! Rules on the shape of a declaration: its fields, their types, and the letters among themselves.

use super::Rule;
use crate::declaration::Severity::Error;

pub(super) const VERSION_MISSING: Rule = Rule {
    code: "LF-version-missing",
    severity: Error,
    title: "a document has no version",
    reason: "`version: 1` says by which rules a document is to be read, so that later versions of letterform can \
             change them without changing the meaning of what is written. Every document of a file needs it.",
    parameter: None,
    good: "version: 1\nletters: []",
    bad: "letters: []",
};

pub(super) const VERSION_UNKNOWN: Rule = Rule {
    code: "LF-version-unknown",
    severity: Error,
    title: "a document has a version that this letterform does not know",
    reason: "This letterform reads version 1, written as the number 1. A higher number needs a newer letterform.",
    parameter: None,
    good: "version: 1\nletters: []",
    bad: "version: 2\nletters: []",
};

pub(super) const WRONG_TYPE: Rule = Rule {
    code: "LF-wrong-type",
    severity: Error,
    title: "a list, a mapping or a text stands where something else is needed",
    reason: "A document is a mapping with `version`, `defaults` and `letters`; `letters` is a list of mappings; \
             `signatures` is a list of texts; `validity` is a text or a mapping with `from` and `to`; every other \
             value is a text.",
    parameter: None,
    good: "signatures: [菜鸟网络]",
    bad: "signatures: 菜鸟网络",
};

pub(super) const FIELD_UNKNOWN: Rule = Rule {
    code: "LF-field-unknown",
    severity: Error,
    title: "a field is unknown",
    reason: "Unknown fields are refused, because a misspelled field would otherwise be a value that is silently \
             missing.",
    parameter: None,
    good: "authorizedParty: 支付宝(中国)网络技术有限公司",
    bad: "authorisedParty: 支付宝(中国)网络技术有限公司",
};

pub(super) const FIELD_DUPLICATE: Rule = Rule {
    code: "LF-field-duplicate",
    severity: Error,
    title: "a field is there twice",
    reason: "YAML allows a key only once. Which of the two values is meant cannot be known.",
    parameter: None,
    good: "name: 菜鸟公司授权书",
    bad: "name: 菜鸟公司授权书\nname: 菜鸟公司委托书",
};

pub(super) const FIELD_MISSING: Rule = Rule {
    code: "LF-field-missing",
    severity: Error,
    title: "a letter lacks a field",
    reason: "The service needs every field of a letter. All but `name`, `scan` and `fileKey` may come from \
             `defaults`.",
    parameter: None,
    good: "version: 1\nletters: []",
    bad: "version: 1
letters:
  - name: 菜鸟公司授权书",
};

pub(super) const DEFAULT_FORBIDDEN: Rule = Rule {
    code: "LF-default-forbidden",
    severity: Error,
    title: "a field cannot have a default",
    reason: "`name`, `scan` and `fileKey` belong to one letter each: a name is the letter's identity, and a \
             picture shows one stamped paper.",
    parameter: None,
    good: "version: 1
defaults:
  authorizer: 菜鸟网络科技有限公司
letters: []",
    bad: "version: 1
defaults:
  name: 菜鸟公司授权书
letters: []",
};

pub(super) const VALUE_EMPTY: Rule = Rule {
    code: "LF-value-empty",
    severity: Error,
    title: "a value is empty",
    reason: "The service refuses an empty value. `~`, `null` and nothing at all are empty too. Write the value, \
             or remove the field so that it comes from `defaults`.",
    parameter: None,
    good: "authorizer: 菜鸟网络科技有限公司",
    bad: "authorizer: ~",
};

pub(super) const NAME_DUPLICATE: Rule = Rule {
    code: "LF-name-duplicate",
    severity: Error,
    title: "a name is declared twice",
    reason: "A letter's name is its identity, and is unique in the account. This holds over all files that are \
             read together. A letter that replaces an older one needs a name of its own.",
    parameter: Some("AuthorizationLetterName"),
    good: "version: 1\nletters: []",
    bad: "version: 1
letters:
  - name: 菜鸟公司授权书
  - name: 菜鸟公司授权书",
};

pub(super) const PICTURE_MISSING: Rule = Rule {
    code: "LF-picture-missing",
    severity: Error,
    title: "a letter has neither scan nor fileKey",
    reason: "A letter is registered with a picture of the stamped paper: a local file that apply uploads \
             (`scan`), or the key of one that is already uploaded (`fileKey`).",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "version: 1
letters:
  - name: 菜鸟公司授权书
    authorizer: 菜鸟网络科技有限公司",
};

pub(super) const PICTURE_TWICE: Rule = Rule {
    code: "LF-picture-twice",
    severity: Error,
    title: "a letter has both scan and fileKey",
    reason: "A letter has one picture. Keep `scan` to have the local file uploaded, or `fileKey` to use the one \
             that is already uploaded.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: scans/cainiao.png\nfileKey: 123456/test1719383196031.jpg",
};
