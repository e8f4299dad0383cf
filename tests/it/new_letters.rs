//! Rules that hold for new letters alone: an existing letter may break them, and no new one is
//! created that does.

use serde_json::json;

use crate::declarations::letter;
use crate::project::{Emulator, Project, Run};

/// A letter that exists and that nobody could create: name, authorizer, code and signatures.
type Old = (&'static str, &'static str, &'static str, &'static [&'static str]);

const OLD: [Old; 3] = [
    ("Acme Trading Co., Ltd.V1", "Acme Trading Co., Ltd.", "91330100799655058B", &["菜鸟网络"]),
    ("菜鸟-授权书", "菜鸟&裹裹", "９1330100799655058B", &["10086", "菜鸟测试", "тест"]),
    ("乙", "菜鸟网络科技有限公司", "9.13301E+17", &["菜鸟"]),
];

/// A project, and an emulator that holds the old letters.
fn with_old_letters() -> (Project, Emulator) {
    let project = Project::with_letters(&["新"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let emulator = Emulator::holding(&project, |letters| {
        let good = letters.remove(0);
        letters.extend(OLD.iter().zip(1..).map(|((name, authorizer, code, signatures), id)| {
            json!({"id": id, "name": name, "authorizer": authorizer, "organizationCode": code, "signatures": signatures,
                   "authorizedParty": good["authorizedParty"], "validity": good["validity"], "fileKey": good["fileKey"]})
        }));
    });
    (project, emulator)
}

fn errors(run: &Run) -> Vec<String> {
    let lines = run.stdout.lines().chain(run.stderr.lines());
    let codes = lines.filter_map(|line| line.strip_prefix("error[")?.split(']').next().map(str::to_owned));
    codes.collect()
}

#[test]
fn what_is_imported_validates_and_plans_as_unchanged() {
    let (project, emulator) = with_old_letters();
    let imported = emulator.run(&project, &["import", "--out=old.yaml"]).exits(0);
    assert!(imported.stderr.contains("3 declared."), "{}", imported.stderr);
    let validated = project.run(&["validate", "old.yaml"]).exits(0);
    assert!(!validated.stdout.contains("LF-allow-unused"), "{}", validated.stdout);
    let plan = emulator.run(&project, &["plan", "old.yaml", "--detailed-exitcode"]).exits(0);
    assert!(plan.stdout.contains("0 to create, 3 unchanged"), "{}", plan.stdout);
    let applied = emulator.run(&project, &["apply", "old.yaml"]).exits(0);
    assert!(applied.stdout.contains("3 unchanged"), "{}", applied.stdout);
}

#[test]
fn without_its_comments_an_existing_letter_is_unchanged_and_validate_reports_each_rule() {
    let (project, emulator) = with_old_letters();
    let imported = emulator.run(&project, &["import"]).exits(0).stdout;
    let bare: Vec<&str> = imported.lines().filter(|line| !line.contains("# letterform:")).collect();
    project.write("old.yaml", bare.join("\n"));
    let validated = project.run(&["validate", "old.yaml"]).exits(1);
    assert_eq!(
        errors(&validated),
        [
            "LF-name-character",
            "LF-party-character",
            "LF-code-character",
            "LF-signature-digits-only",
            "LF-test-word",
            "LF-signature-script",
            "LF-code-mangled",
        ],
        "{}",
        validated.stdout
    );
    assert!(validated.stdout.contains("warning[LF-name-character]: a space"), "{}", validated.stdout);
    let plan = emulator.run(&project, &["plan", "old.yaml", "--detailed-exitcode"]).exits(0);
    assert!(plan.stdout.contains("3 unchanged"), "{}", plan.stdout);
}

#[test]
fn a_missing_letter_is_refused_with_every_place_and_nothing_is_created() {
    let broken = letter("菜鸟-授权书").with("signatures", "[菜鸟测试, 菜鸟] # letterform: allow LF-test-word old");
    let project = Project::with_letters(&[letter("新"), broken, letter("2026")]);
    let emulator = Emulator::start(&project, &[]);
    for command in [&["plan", "--out=plan.json"][..], &["apply", "--auto-approve"]] {
        let run = emulator.run(&project, command).exits(1);
        assert_eq!(errors(&run), ["LF-name-character", "LF-test-word", "LF-name-digits-only"], "{}", run.stderr);
        for place in ["letters.yaml:10:13", "letters.yaml:15:20", "letters.yaml:17:11"] {
            assert!(run.stderr.contains(place), "{place}: {}", run.stderr);
        }
        let last =
            "3 errors: 2 letters do not exist yet, and a new letter must follow these rules; nothing was created";
        assert_eq!(run.stderr.lines().last(), Some(last));
    }
    assert!(!project.path().join("plan.json").exists());
    let letters = emulator.run(&project, &["import"]).exits(0).stderr;
    assert!(letters.contains("0 declared"), "{letters}");
}

#[test]
fn a_saved_plan_that_was_changed_by_hand_creates_no_such_letter() {
    let project = Project::with_letters(&["新"]);
    let emulator = Emulator::start(&project, &[]);
    let _ = emulator.run(&project, &["plan", "--out=plan.json"]).exits(0);
    let plan = project.read("plan.json");
    project.write("plan.json", plan.replace("\"菜鸟网络\"", "\"10086\""));
    let run = emulator.run(&project, &["apply", "--plan=plan.json", "--auto-approve"]).exits(1);
    assert!(run.stderr.contains("digits alone"), "{}", run.stderr);
}

#[test]
fn only_the_name_and_the_parties_of_a_letter_of_the_console_are_excused() {
    let of_console = |name: &str, signature: &str| {
        let letter = letter(name).authorizer("Acme Co., Ltd.").signing(&[signature]);
        let run = Project::with_letters(&[letter]).run(&["validate"]);
        (run.status, errors(&run))
    };
    assert_eq!(of_console("Acme Co., Ltd.V1", "菜鸟"), (0, vec![]));
    assert_eq!(of_console("Acme Co., Ltd. V12", "菜鸟"), (0, vec![]));
    assert_eq!(of_console("Acme Co., Ltd.V1", "'10086'"), (1, vec!["LF-signature-digits-only".to_owned()]));
    let other = vec!["LF-name-character".to_owned(), "LF-party-character".to_owned()];
    assert_eq!(of_console("Acme Co., Ltd. 2026", "菜鸟"), (1, other));
}

#[test]
fn a_default_is_as_bad_as_for_the_letter_for_which_it_is_worst() {
    let with = |names: &[&str]| {
        let letters: String = names.iter().map(|name| letter(name).without("authorizer").to_string()).collect();
        let head = "version: 1\ndefaults:\n  authorizer: Acme Co., Ltd.\nletters:\n";
        let project = Project::new().file("letters.yaml", format!("{head}{letters}"));
        let run = project.run(&["validate"]);
        (errors(&run), run.stdout.matches("[LF-party-character]").count())
    };
    assert_eq!(with(&["Acme Co., Ltd.V1", "Acme Co., Ltd.V2"]), (vec![], 1));
    assert_eq!(with(&["Acme Co., Ltd.V1", "新"]), (vec!["LF-party-character".to_owned()], 1));
}
