//! `paper`: from declarations and a template to files for a printer.

use std::{
    fs,
    io::{Cursor, Read as _},
};

use crate::{declarations::letter, project::Project};

const TEMPLATE: &str = "{{ name }}：{{ authorizer }}（{{ organizationCode }}）授权 {{ authorizedParty }}，\
                        {{ validity | chinese }}：{% for signature in signatures %}【{{ signature }}】{% endfor %}\n";

#[test]
fn writes_one_paper_a_letter_before_there_is_a_scan() {
    let project = Project::with_letters(&["甲", "乙"]).file("form.txt", TEMPLATE);
    fs::remove_file(project.path().join("scan.png")).unwrap();
    let run = project.run(&["paper", "--template", "form.txt", "--out", "papers"]).exits(0);
    assert_eq!(run.stderr, "Wrote 2 papers to papers\n");
    let paper = project.read("papers/甲.txt");
    assert!(paper.starts_with("甲：") && paper.contains("】") && paper.ends_with('\n'), "{paper}");
    assert!(project.read("papers/乙.txt").starts_with("乙："));
}

#[test]
fn writes_the_named_letters_alone_and_says_which_is_not_declared() {
    let project = Project::with_letters(&["甲", "乙"]).file("form.txt", TEMPLATE);
    let _ = project.run(&["paper", "乙", "--template", "form.txt", "--out", "papers"]).exits(0);
    assert!(!project.path().join("papers/甲.txt").exists());
    let run = project.run(&["paper", "丙", "甲", "--template", "form.txt", "--out", "other"]).exits(1);
    assert!(run.stderr.contains("no letter named 丙 is declared"), "{}", run.stderr);
    assert!(!project.path().join("other").exists());
}

#[test]
fn overwrites_nothing_unless_told() {
    let project = Project::with_letters(&["甲", "乙"]).file("form.txt", TEMPLATE).file("papers/乙.txt", "signed");
    let run = project.run(&["paper", "--template", "form.txt", "--out", "papers"]).exits(1);
    assert!(run.stderr.contains("papers/乙.txt already exists"), "{}", run.stderr);
    assert_eq!(project.read("papers/乙.txt"), "signed");
    assert!(!project.path().join("papers/甲.txt").exists());
    let _ = project.run(&["paper", "--template", "form.txt", "--out", "papers", "--force"]).exits(0);
    assert!(project.read("papers/乙.txt").starts_with("乙："));
}

#[test]
fn warns_of_fields_that_the_template_does_not_use() {
    let project =
        Project::with_letters(&["甲"]).file("form.md", "{{ authorizer }} {{ authorizedParty }} {{ signatures }}\n");
    let run = project.run(&["paper", "--template", "form.md", "--out", "papers"]).exits(0);
    for field in ["organizationCode", "validity"] {
        assert!(run.stderr.contains(&format!("form.md does not use {field}")), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("use signatures"), "{}", run.stderr);
}

#[test]
fn names_every_mistake_of_a_template_and_writes_nothing() {
    let project = Project::with_letters(&["甲"]).file("form.html", "<p>{{ authoriser }}\n<p>{{ code }}\n");
    let run = project.run(&["paper", "--template", "form.html", "--out", "papers"]).exits(1);
    assert_eq!(
        run.stderr,
        "error: the template form.html can't be used, and nothing was written:\n  \
         - line 1, column 4: unknown placeholder `authoriser`; did you mean `authorizer`?\n  \
         - line 2, column 4: unknown placeholder `code`; use one of name, authorizer, authorizedParty, organizationCode, \
         validity, validity.from, validity.to, signatures\n"
    );
    assert!(!project.path().join("papers").exists());
}

#[test]
fn letters_with_mistakes_are_not_printed() {
    let project = Project::with_letters(&[letter("甲").code("！91330100799655058B")]).file("form.txt", TEMPLATE);
    let run = project.run(&["paper", "--template", "form.txt", "--out", "papers"]).exits(1);
    assert!(run.stderr.contains("organizationCode"), "{}", run.stderr);
}

#[test]
fn the_example_document_is_filled_in() {
    let project = Project::example("agency");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/paper/example.docx");
    let run = project.run(&["paper", "--template", example, "--out", "papers"]).exits(0);
    assert_eq!(run.stderr, "Wrote 4 papers to papers\n");
    let bytes = fs::read(project.path().join("papers/半山书店授权书2026.docx")).unwrap();
    let mut document = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut document).unwrap();
    for text in ["上海半山书店有限公司", "91310000MA1K4LMN79", "半山书店", "半山读书会", "2028年12月31日"]
    {
        assert!(document.contains(text), "{text}");
    }
    assert!(!document.contains("{{") && !document.contains("{%"), "{document}");
}

const TERM: &str = "{{ name }} {{ validity }}\n";

#[test]
fn the_papers_of_what_ends_soon_are_those_of_the_successors() {
    let ending = letter("甲2023").valid("2024-01-01~2026-12-31");
    let project = Project::with_letters(&[ending]).file("form.txt", TERM);
    let paper = ["paper", "--template=form.txt", "--out=papers", "--ending=60d", "--years=2"];
    let run = project.run(&paper).exits(0);
    assert!(run.stderr.ends_with("Wrote 1 paper to papers\n"), "{}", run.stderr);
    assert_eq!(project.read("papers/甲2026.txt"), "甲2026 2026-11-24~2028-11-23\n");
    // What `renew` declares is the same letter; then there is nothing left to print.
    let _ = project.run(&["renew", "--ending=60d", "--years=2"]).exits(0);
    assert!(project.read("letters.yaml").contains("validity: 2026-11-24~2028-11-23"));
    let run = project.run(&paper).exits(0);
    assert_eq!(run.stderr, "Nothing to print: no declared letter without a successor ends within 60 days.\n");
}

#[test]
fn the_term_of_successors_needs_ending_and_the_other_way_round() {
    let project = Project::with_letters(&["甲"]).file("form.txt", TERM);
    for arguments in [&["--ending=60d"][..], &["--years=2"], &["甲", "--ending=60d", "--years=2"]] {
        let run = project.run(&[&["paper", "--template=form.txt", "--out=papers"], arguments].concat());
        assert!(run.status != 0 && run.stderr.contains("--ending"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_renewal_writes_its_paper_or_changes_nothing() {
    let project = Project::with_letters(&["甲"]).file("form.txt", TERM).file("papers/甲2026.txt", "signed");
    let declared = project.read("letters.yaml");
    let renew = ["renew", "甲", "--until=2030-01-31", "--paper", "--template=form.txt", "--out=papers"];
    let run = project.run(&renew).exits(1);
    assert!(run.stderr.contains("papers/甲2026.txt already exists"), "{}", run.stderr);
    let bad = project.run(&[&renew[..4], &["--template=none.txt", "--out=papers"]].concat()).exits(1);
    assert!(bad.stderr.contains("none.txt"), "{}", bad.stderr);
    assert_eq!(project.read("letters.yaml"), declared);
    let run = project.run(&[&renew[..], &["--force"]].concat()).exits(0);
    assert!(
        run.stderr.contains("Renewed: 甲2026") && run.stderr.contains("Wrote 1 paper to papers\n"),
        "{}",
        run.stderr
    );
    assert_eq!(project.read("papers/甲2026.txt"), "甲2026 2026-11-24~2030-01-31\n");
    assert!(project.read("letters.yaml").contains("name: 甲2026"));
}
