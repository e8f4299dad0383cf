//! What exists, listed, shown and imported by the built program.

use std::fs;

use crate::declarations::{file, letter};
use crate::papers::paper;
use crate::project::{Project, Run};

/// The quickstart with its letters in the sandbox.
fn applied() -> Project {
    let project = Project::example("quickstart");
    let _ = project.sandbox(&["apply", "--auto-approve", "--parallelism=1"]).exits(0);
    project
}

#[test]
fn what_exists_is_imported_and_plans_as_unchanged_at_once() {
    let project = applied();
    let printed = project.sandbox(&["import"]).exits(0);
    let written = project.sandbox(&["import", "--out", "letters/all.letters.yaml"]);
    assert!(written.status == 1 && written.stderr.contains("can't write"), "{}", written.stderr);
    let written = project.sandbox(&["import", "--out", "imported.yaml"]).exits(0);
    assert!(written.stderr.contains("Imported: 2 declared."), "{}", written.stderr);
    assert_eq!(project.read("imported.yaml"), printed.stdout);
    let _ = project.run(&["validate", "imported.yaml"]).exits(0);
    let plan = project.sandbox(&["plan", "imported.yaml", "--detailed-exitcode", "--format=json"]).exits(0).json();
    assert_eq!(plan["summary"], serde_json::json!({"create": 0, "unchanged": 2, "conflict": 0, "unmanaged": 0}));
}

#[test]
fn import_writes_a_file_for_each_authorizer_and_replaces_none_unasked() {
    let project = applied();
    let split = ["import", "--split", "--out", "imported"];
    let _ = project.sandbox(&split).exits(0);
    let _ = project.sandbox(&["plan", "imported", "--detailed-exitcode"]).exits(0);
    let one = project.path().join("imported/苏州听雨茶业有限公司.letters.yaml");
    std::fs::write(&one, "mine").unwrap();
    let again = project.sandbox(&split).exits(1);
    assert!(again.stderr.contains("听雨茶业") && again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&one).unwrap(), "mine");
    let _ = project.sandbox(&[&split[..], &["--force"]].concat()).exits(0);
    assert_ne!(std::fs::read_to_string(&one).unwrap(), "mine");
}

#[test]
fn letters_are_listed_filtered_and_sorted() {
    let project = applied();
    let project = project.letters("new.letters.yaml", &["新委托"]).file("scan.png", paper());
    insta::assert_snapshot!(project.sandbox(&["list", "--sort=name"]).exits(0).stdout);
    let names = |arguments: &[&str]| -> Vec<String> {
        let json = project.sandbox(&[&["list", "--format=json"], arguments].concat()).exits(0).json();
        json["letters"].as_array().unwrap().iter().map(|letter| letter["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["--signature", "菜鸟裹裹"]), ["菜鸟网络授权书"]);
    assert_eq!(names(&["--signature", "听雨茶业", "--signature-form", "v1"]), ["听雨茶业授权书"]);
    assert_eq!(names(&["--authorizer", "茶业"]), ["听雨茶业授权书"]);
    assert_eq!(names(&["--state", "create"]), ["新委托"]);
    assert_eq!(names(&["--expiring", "60d"]), [""; 0]);
    assert_eq!(names(&["--expiring", "60d", "--today", "2028-01-01"]), ["听雨茶业授权书"]);
    assert_eq!(names(&["--sort=id"]), ["菜鸟网络授权书", "听雨茶业授权书", "新委托"]);
    assert_eq!(names(&["--sort=ends"]), names(&["--sort=expiry"]));
    let csv = project.sandbox(&["list", "--format=csv"]).exits(0).stdout;
    assert_eq!(csv.lines().count(), 4);
    let csv = project.sandbox(&["list", "--format=csv", "--signatures"]).exits(0).stdout;
    assert!(csv.lines().next().unwrap().ends_with(",uses"), "{csv}");
    assert!(csv.contains("听雨茶业: none"), "{csv}");
}

#[test]
fn a_state_that_nothing_has_is_an_error() {
    let project = applied();
    let list = |state: &str| project.sandbox(&["list", "--state", state]);
    let unknown = list("PASED").exits(1);
    assert!(unknown.stderr.contains("unknown state `PASED`, did you mean PASSED?"), "{}", unknown.stderr);
    assert!(list("foo").exits(1).stderr.contains("INT or PASSED"));
    // A known one that no letter has is an empty list.
    assert!(list("passed").exits(0).stdout.starts_with("0 letters"));
}

#[test]
fn a_list_is_a_part_of_an_issue() {
    let project = applied();
    let list = |arguments: &[&str]| {
        project.sandbox(&[&["list", "--format=markdown", "--sort=expiry"], arguments].concat()).exits(0).stdout
    };
    insta::assert_snapshot!("a_list_in_markdown", list(&["--expiring=2000d"]));
    assert_eq!(
        list(&["--expiring=1d"]),
        "### Ends within 1 day, with no successor\n\nNo letters, as of 2026-11-24.\n\n"
    );
}

#[test]
fn a_list_needs_no_declarations() {
    let project = applied();
    std::fs::remove_file(project.path().join("letters.yaml")).unwrap();
    let list = project.sandbox(&["list", "--format=json"]).exits(0).json();
    assert_eq!(list["letters"][0]["action"], "unmanaged");
    let _ = project.sandbox(&["list", "letters.yaml"]).exits(1);
}

#[test]
fn one_letter_is_shown_and_a_mistyped_one_suggested() {
    let project = applied();
    let shown = project.sandbox(&["show", "菜鸟网络授权书"]).exits(0).stdout;
    assert!(shown.contains("registered as declared") && shown.contains("letters.yaml:"), "{shown}");
    let json = project.sandbox(&["show", "菜鸟网络授权书", "--format=json"]).exits(0).json();
    assert_eq!((&json["letters"][0]["action"], &json["letters"][0]["scan"]), (&"unchanged".into(), &"known".into()));
    let unknown = project.sandbox(&["show", "菜鸟网络受权书"]).exits(1);
    assert!(unknown.stderr.contains("did you mean 菜鸟网络授权书?"), "{}", unknown.stderr);
}

#[test]
fn a_successor_is_declared_beside_its_predecessor_and_stops_the_warning() {
    let project = applied();
    let day = ["--today", "2028-02-01"];
    let codes = || {
        let plan = project.sandbox(&[&["plan", "--format=json"], &day[..]].concat()).exits(0).json();
        plan["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(codes(), ["\"expires-soon\""]);
    let before = project.read("letters.yaml");
    let _ = project.run(&[&["renew", "听雨茶业授权书", "--until", "2031-01-31"], &day[..]].concat()).exits(0);
    let after = project.read("letters.yaml");
    assert!(after.starts_with(&before), "{after}");
    insta::assert_snapshot!("the_declaration_of_a_successor", &after[before.len()..]);
    let scan = after.rfind("scans/tea.png").unwrap();
    project.write("letters.yaml", format!("{}scans/new.png\n", &after[..scan]));
    project.write("scans/new.png", paper());
    assert_eq!(codes(), [""; 0]);
    let unknown = project.run(&["renew", "听雨茶业受权书", "--until", "2031-01-31"]).exits(1);
    assert!(unknown.stderr.contains("did you mean"), "{}", unknown.stderr);
}

#[test]
fn all_letters_that_end_soon_are_renewed_or_none() {
    let one = file(&[letter("甲").until("2026-12-31"), letter("丙").signing(&["菜鸟驿站"])]);
    let two = file(&[letter("乙").until("2027-01-10").signing(&["菜鸟裹裹"])]);
    let project = Project::new().file("one.letters.yaml", &one).file("two.letters.yaml", &two);
    let read = |name: &str| project.read(name);

    // A last day that is no later than theirs: both are told, and no file is touched.
    let refused = project.run(&["renew", "--ending=60d", "--until=2026-12-31", "."]).exits(1);
    assert!(refused.stderr.contains("甲") && refused.stderr.contains("乙"), "{}", refused.stderr);
    assert_eq!((read("one.letters.yaml"), read("two.letters.yaml")), (one.clone(), two.clone()));
    // One file can't be written in: the other stays as it is.
    let flow = "version: 1\nletters: [{name: 丁, authorizer: 菜鸟网络科技有限公司, authorizedParty: 杭州信使网络科技有限公司, \
                organizationCode: 91330100799655058B, validity: 2026-01-01~2026-12-30, signatures: [丁字], scan: scan.png}]\n";
    project.write("zzz.letters.yaml", flow);
    let refused = project.run(&["renew", "--ending=60d", "--years=2", "."]).exits(1);
    assert!(refused.stderr.contains("zzz.letters.yaml:2") && refused.stderr.contains("by hand"), "{}", refused.stderr);
    assert_eq!((read("one.letters.yaml"), read("two.letters.yaml")), (one.clone(), two));
    fs::remove_file(project.path().join("zzz.letters.yaml")).unwrap();

    let renewed = project.run(&["renew", "--ending=60d", "--years=2", "."]).exits(0);
    assert!(renewed.stderr.contains("甲2026 is declared beside 甲"), "{}", renewed.stderr);
    for (file, name) in [("one.letters.yaml", "甲2026"), ("two.letters.yaml", "乙2026")] {
        let text = read(file);
        assert!(text.contains(&format!("name: {name}\n")) && text.contains("2026-11-24~2028-11-23"), "{text}");
        assert!(renewed.stderr.contains(&format!("  {file}:")), "{}", renewed.stderr);
    }
    assert!(!read("one.letters.yaml").contains("丙2026"), "丙 ends later");
    // The scans are still the old ones, and nothing is renewed twice.
    let texts = (read("one.letters.yaml"), read("two.letters.yaml"));
    let again = project.run(&["renew", "--ending=60d", "--years=2"]).exits(0);
    assert!(again.stderr.contains("Nothing to renew"), "{}", again.stderr);
    assert_eq!(texts, (read("one.letters.yaml"), read("two.letters.yaml")));
    for wrong in [&["renew", "--years=2"][..], &["renew", "甲"], &["renew", "甲", "--years=1", "--until=2030-01-01"]]
    {
        let _ = project.run(wrong).exits(1);
    }
}

#[test]
fn import_leaves_out_what_is_declared_and_takes_what_is_named() {
    let project = Project::with_letters(&["甲委托", "乙委托"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let nothing = project.sandbox(&["import", "."]).exits(0);
    assert_eq!((nothing.stdout.as_str(), nothing.stderr.contains("Nothing to import")), ("", true));
    project.declare(&["甲委托", "丙委托"]);
    let rest = project.sandbox(&["import", "letters.yaml"]).exits(0);
    assert!(rest.stdout.contains("乙委托") && !rest.stdout.contains("甲委托"), "{}", rest.stdout);
    let named = project.sandbox(&["import", "--name=甲委托"]).exits(0).stdout;
    assert!(named.contains("甲委托") && !named.contains("乙委托"), "{named}");
    let lost = project.sandbox(&["import", "--name=甲委"]).exits(1).stderr;
    assert!(lost.contains("no letter named 甲委 exists"), "{lost}");
    project.write("letters.yaml", "version: 1\nletters: [{}]\n");
    assert!(project.sandbox(&["import", "letters.yaml"]).exits(1).stderr.contains("letters.yaml:2"));
}

#[test]
fn a_variable_of_the_environment_stands_in_for_an_option() {
    let project = Project::with_letters(&["委托"]);
    let plan = |value: &str| {
        let mut command = project.command(&["plan", "--sandbox"]);
        Run::of(command.env("LETTERFORM_PARALLELISM", value).output().unwrap())
    };
    let _ = plan("2").exits(0);
    let _ = plan("").exits(0);
    let wrong = plan("many").exits(1).stderr;
    assert!(wrong.contains("invalid value `many` in LETTERFORM_PARALLELISM"), "{wrong}");
}

#[test]
fn a_quiet_run_prints_results_and_errors_alone() {
    let project = Project::with_letters(&["甲委托"]);
    for arguments in [
        &["plan", "--out=plan.json", "-q"][..],
        &["apply", "--plan=plan.json", "--auto-approve", "--quiet", "--format=json"],
        &["report", "--out=page.html", "-q"],
        &["import", "-q"],
        &["list", "-q"],
    ] {
        let run = project.sandbox(arguments).exits(0);
        assert_eq!(run.stderr, "", "{arguments:?}");
        assert!(!run.stdout.is_empty() || arguments.contains(&"--out=page.html"), "{arguments:?}");
    }
    assert!(project.sandbox(&["show", "-q", "丙委托"]).exits(1).stderr.starts_with("error:"));
    assert!(project.run(&["plan", "-q", "-v"]).exits(1).stderr.contains("cannot be used with"));
}

#[test]
fn an_empty_variable_is_not_set() {
    let project = Project::with_letters(&["甲委托"]);
    let mut command = project.command(&["plan", "--sandbox"]);
    for name in ["LETTERFORM_NOW", "LETTERFORM_ENDPOINT", "LETTERFORM_TIMEOUT", "HTTPS_PROXY", "RUST_LOG", "GITHUB_SHA"]
    {
        command.env(name, " ");
    }
    let _ = Run::of(command.output().unwrap()).exits(0);
}
