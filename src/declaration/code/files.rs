//! Rules on files and on YAML itself.

use super::Rule;
use crate::declaration::Severity::Error;

pub(super) const PATH_MISSING: Rule = Rule {
    code: "LF-path-missing",
    severity: Error,
    title: "a PATH argument names nothing",
    reason: "Every PATH argument must name a file or a folder that exists. Check the spelling, and the folder in \
             which the program runs.",
    parameter: None,
    good: "letterform validate letters.yaml",
    bad: "letterform validate leters.yaml",
};

pub(super) const NO_DECLARATIONS: Rule = Rule {
    code: "LF-no-declarations",
    severity: Error,
    title: "no declarations were found",
    reason: "In a folder, the files named letters.yaml, letters.yml, *.letters.yaml and *.letters.yml are read, \
             recursively; hidden folders are skipped. A file of any other name is read when it is given itself. \
             Finding nothing is an error, so that a wrong folder never passes for a checked one.",
    parameter: None,
    good: "customers/cainiao.letters.yaml",
    bad: "customers/cainiao.yaml, and `letterform validate customers`",
};

pub(super) const FILE_UNREADABLE: Rule = Rule {
    code: "LF-file-unreadable",
    severity: Error,
    title: "a file or folder cannot be read",
    reason: "The operating system refused to let it be read, or it is a symbolic link that leaves the folder that \
             was given: a pull request must not be able to show other files of the machine that checks it.",
    parameter: None,
    good: "a file that the user running the program may read",
    bad: "letters.yaml -> /etc/hostname",
};

pub(super) const FILE_TOO_LARGE: Rule = Rule {
    code: "LF-file-too-large",
    severity: Error,
    title: "a file is larger than 64 MiB",
    reason: "64 MiB hold more than 100,000 letters. A larger file is refused before it is read, so that no input can \
             exhaust the memory of the machine that checks it. Spread the letters over several files.",
    parameter: None,
    good: "customers-a.letters.yaml and customers-b.letters.yaml",
    bad: "one file of 100 MB",
};

pub(super) const ENCODING: Rule = Rule {
    code: "LF-encoding",
    severity: Error,
    title: "a file is not text in UTF-8",
    reason: "Declarations are UTF-8, with or without a byte order mark; UTF-16 is read when it begins with one. \
             Text in GBK or GB18030 cannot be told apart from damage, so it is refused, as is a NUL character.",
    parameter: None,
    good: "name: 菜鸟公司授权书, saved as UTF-8",
    bad: "name: 菜鸟公司授权书, saved as GBK",
};

pub(super) const YAML_SYNTAX: Rule = Rule {
    code: "LF-yaml-syntax",
    severity: Error,
    title: "a file is not YAML",
    reason: "The file cannot be read as YAML, so nothing in it was checked. Other files were. The place is where \
             the parser gave up: the mistake is there or shortly before it.",
    parameter: None,
    good: "name: 菜鸟公司授权书",
    bad: "name: [菜鸟公司授权书",
};

pub(super) const YAML_LIMITS: Rule = Rule {
    code: "LF-yaml-limits",
    severity: Error,
    title: "a file is nested too deep or has too many values",
    reason: "Lists and mappings may be nested 32 deep, and a file may have 2,500,000 values: more than letters need. One \
             text, or one list in brackets within a list, has a limit too. More can only be a mistake or an attack.",
    parameter: None,
    good: "signatures: [菜鸟网络]",
    bad: "signatures: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[菜鸟网络]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

pub(super) const YAML_ALIAS: Rule = Rule {
    code: "LF-yaml-alias",
    severity: Error,
    title: "an alias stands for something that it is a part of",
    reason: "An alias (`*name`) repeats what its anchor (`&name`) marks. Inside that very thing it would repeat \
             without end.",
    parameter: None,
    good: "signatures: [&main 菜鸟网络, 菜鸟裹裹]",
    bad: "signatures: &all [菜鸟网络, *all]",
};

pub(super) const YAML_MERGE_KEY: Rule = Rule {
    code: "LF-yaml-merge-key",
    severity: Error,
    title: "a merge key is used",
    reason: "The merge key `<<` belongs to YAML 1.1 and is no part of YAML 1.2. What several letters share is \
             written once under `defaults`, and `defaults` is shown where a letter takes a value from it.",
    parameter: None,
    good: "version: 1
defaults:
  authorizedParty: 支付宝(中国)网络技术有限公司
letters: []",
    bad: "version: 1
defaults: &shared
  authorizedParty: 支付宝(中国)网络技术有限公司
letters:
  - <<: *shared",
};

pub(super) const YAML_TAG: Rule = Rule {
    code: "LF-yaml-tag",
    severity: Error,
    title: "a value has a tag",
    reason: "A tag such as `!!binary` asks for another reading of a value. Here every value is the text that \
             stands there, so a tag has no meaning. `!!str` is harmless and allowed.",
    parameter: None,
    good: "name: 菜鸟公司授权书",
    bad: "name: !!binary 6I+c6bif",
};

pub(super) const TOO_MANY_PROBLEMS: Rule = Rule {
    code: "LF-too-many-problems",
    severity: Error,
    title: "there are more problems than can be listed",
    reason: "100,000 problems are listed, in the order in which they were found; the others are counted. Repair \
             the first ones and run the program again.",
    parameter: None,
    good: "a file with fewer than 100,000 problems",
    bad: "a generated file with the same mistake in every letter",
};
