//! `--target`: a plan for some of the declared letters, by the built program.

use serde_json::{Value, json};

use crate::declarations::{letter, workspace};
use crate::project::Project;

/// Three declared letters, of which 丙委托 is in conflict, and one that is not declared.
fn project() -> Project {
    let project = Project::with_letters(&["丙委托", "外人委托"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    project.letters("letters.yaml", &[letter("甲委托"), letter("乙委托"), letter("丙委托").signing(&["菜鸟裹裹"])])
}

fn names(document: &Value) -> Vec<&str> {
    document["letters"].as_array().unwrap().iter().map(|letter| letter["name"].as_str().unwrap()).collect()
}

#[test]
fn only_the_chosen_letters_are_planned_and_applied() {
    let project = project();
    let target = ["--target", "甲委托", "--detailed-exitcode", "--format=json"];
    let plan = project.sandbox(&[&["plan"][..], &target].concat()).exits(2).json();
    assert_eq!((names(&plan), &plan["targets"]), (vec!["甲委托"], &json!(["甲委托"])));
    // The conflict is no matter of this run.
    let apply = ["apply", "--auto-approve", "--format=json", "--target", "甲委托"];
    let report = project.sandbox(&apply).exits(0).json();
    assert_eq!((names(&report), &report["targets"]), (vec!["甲委托"], &json!(["甲委托"])));
    assert_eq!(report["letters"][0]["outcome"], "created");
    let rest = project.sandbox(&["plan", "--detailed-exitcode", "--format=json"]).exits(3).json();
    assert_eq!(rest["summary"], json!({"create": 1, "unchanged": 1, "conflict": 1, "unmanaged": 1}));
    assert_eq!(rest.get("targets"), None);
    let both = project.sandbox(&["plan", "--target=甲委托", "--target=丙委托", "--detailed-exitcode"]).exits(3).stdout;
    assert!(both.contains("Only these (--target): 丙委托, 甲委托") && !both.contains("外人委托"), "{both}");
    let settled = project.sandbox(&["plan", "--target=甲委托"]).exits(0).stdout;
    assert!(settled.contains("Nothing to do: the chosen letters exist as declared."), "{settled}");
    let comment = project.sandbox(&["plan", "--target=乙委托", "--format=markdown"]).exits(0).stdout;
    assert!(comment.contains("Only these letters (`--target`): 乙委托"), "{comment}");
}

#[test]
fn a_saved_plan_holds_for_the_chosen_letters_alone() {
    let project = project();
    let _ = project.sandbox(&["plan", "--target=乙委托", "--out=plan.json"]).exits(0);
    let both = project.sandbox(&["apply", "--plan=plan.json", "--target=乙委托"]).exits(1);
    assert!(both.stderr.contains("cannot be used with"), "{}", both.stderr);
    let saved = project.read("plan.json");
    project.write("other.json", saved.replacen("\"乙委托\"", "\"丁委托\"", 1));
    let tampered = project.sandbox(&["apply", "--plan=other.json", "--auto-approve"]).exits(1);
    assert!(tampered.stderr.contains("its parts contradict each other"), "{}", tampered.stderr);
    let report = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve", "--format=json"]).exits(0).json();
    assert_eq!(names(&report), ["乙委托"]);
}

#[test]
fn a_name_that_is_not_declared_is_an_error_with_what_was_meant() {
    let project = project();
    for command in ["plan", "apply"] {
        let run = project.sandbox(&[command, "--target=甲委拖", "--target=外人委托"]).exits(1);
        let told = "no letter named 外人委托 is declared; no letter named 甲委拖 is declared, did you mean 甲委托?";
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
}

#[test]
fn rules_see_all_declared_letters() {
    let project = Project::with_letters(&["甲委托", "甲委托"]);
    let run = project.sandbox(&["plan", "--target=甲委托"]).exits(1);
    assert!(run.stderr.contains("LF-name-duplicate"), "{}", run.stderr);
    // The end of a letter is settled by a successor that is not chosen.
    let ends = letter("甲委托").valid("2024-12-01~2026-12-01");
    let project = Project::with_letters(&[ends, letter("乙委托").valid("2026-11-01~2029-12-31").scan("b.png")]);
    let mut other = crate::papers::paper().to_vec();
    other.extend(b"another");
    project.write("b.png", other);
    let plan = project.sandbox(&["plan", "--target=甲委托", "--format=json"]).exits(0).json();
    assert_eq!(plan["warnings"], json!([]));
}

#[test]
fn accounts_without_a_chosen_letter_are_left_out() {
    let project = Project::new()
        .file("letterform.yaml", workspace(&["a", "b"]))
        .folder("a", &["甲委托"])
        .folder("b", &["乙委托"]);
    let plan = project.sandbox(&["plan", "--target=乙委托", "--format=json"]).exits(0).json();
    let accounts = plan["accounts"].as_array().unwrap();
    assert_eq!((accounts.len(), &accounts[0]["account"]), (1, &json!("b")));
    assert_eq!(plan["summary"]["create"], 1);
}
