//! The index of the rules' pages.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use letterform::declaration::{Code, Origin};

use crate::generated::generated;

#[test]
fn generated_index_lists_every_rule() {
    let mut page =
        "# Rules\n\nEvery rule of `letterform validate`. `letterform explain CODE` prints the page of a rule.\n\n\
                    An error keeps declarations from being used. A warning doesn't, unless `--deny CODE` or\n\
                    `--deny warnings` makes it an error. `# letterform: allow CODE reason` silences a warning on its\n\
                    line, or on the next line when the comment stands alone.\n\n\
                    Some rules hold for new letters only: their severity is “error, if new”. `validate` can't know\n\
                    which letters exist, so a comment is needed where one does. `plan` and `apply` know: they\n\
                    accept an existing letter, and refuse to create a new one, comment or not. A letter that the\n\
                    console named after its authorizer, such as `Acme Co., Ltd.V1`, gets a warning for its name and\n\
                    its parties.\n\n\
                    Most rules come from the documentation of Alibaba Cloud. letterform adds others: a violation of\n\
                    those is not refused by the service, but is a mistake all the same.\n\n\
                    | rule | severity | source | |\n|---|---|---|---|\n"
            .to_owned();
    for code in Code::ALL {
        let rule = code.rule();
        let origin = match rule.origin {
            Origin::Service => "Alibaba Cloud",
            Origin::Letterform => "letterform",
        };
        let if_new = if rule.new_letters_only { ", if new" } else { "" };
        writeln!(page, "| [{code}](rules/{code}.md) | {}{if_new} | {origin} | {} |", rule.severity, rule.title)
            .expect("written");
    }
    generated("docs/reference/rules.md", &page);
}

#[test]
fn every_page_of_a_rule_belongs_to_a_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/rules");
    let pages = fs::read_dir(folder).expect("pages").map(|entry| entry.expect("a page").file_name());
    let pages: BTreeSet<_> = pages.map(|name| name.into_string().expect("a name in UTF-8")).collect();
    let rules: BTreeSet<_> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert_eq!(pages, rules);
}
