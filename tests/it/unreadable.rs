//! A letter in the service's answer that can't be read: it is shown, hides no other, and is never
//! created a second time.
#![cfg(unix)]

use serde_json::{Value, json};

use crate::{
    declarations::{account, letter, workspace},
    hostile::serve,
    project::{Project, Run},
};

/// Which entry of [`ANSWER`] can't be read, in every rendering.
const TOLD: &str = "letter 2 of the answer (乙委托) can't be read: duplicate field `State`";

/// A stranger, and the letter 乙委托 with a repeated field.
const ANSWER: &str = r#"{"Code":"OK","RequestId":"R","Data":[{"AuthorizationLetterId":1,"AuthorizationLetterName":"外人V1"},
    {"AuthorizationLetterId":2,"AuthorizationLetterName":"乙委托","State":"INT","State":"PASSED"}]}"#;

/// The same, of which the name can't be read either.
const NAMELESS: &str =
    r#"{"Code":"OK","RequestId":"R","Data":[{"AuthorizationLetterName":7,"AuthorizationLetterName":8}]}"#;

/// Answers each query with `answer`, and a create with a page that tells that it must not have been
/// sent.
fn endpoint(answer: &'static str) -> String {
    serve(move |head, _| match head {
        head if head.contains("QuerySmsAuthorizationLetter") => (200, answer.to_owned()),
        head if head.contains("CreateSmsAuthorizationLetter") => (200, r#"{"Code":"OK","Data":"9"}"#.to_owned()),
        _ => (404, String::new()),
    })
}

fn run(project: &Project, answer: &'static str, arguments: &[&str]) -> Run {
    Run::of(project.asking(&endpoint(answer), arguments).output().unwrap())
}

/// Two letters whose pictures are uploaded already.
fn project() -> Project {
    let uploaded = |name: &str, key: &str| letter(name).signing(&["菜鸟"]).uploaded(key);
    Project::with_letters(&[uploaded("甲委托", "123456/a.jpg"), uploaded("乙委托", "123456/b.jpg")])
}

#[test]
fn it_is_shown_and_hides_no_other() {
    let project = project();
    for (arguments, status) in [
        (&["plan"][..], 1),
        (&["plan", "--detailed-exitcode"], 1),
        (&["plan", "--format=markdown"], 1),
        (&["list"], 0),
        (&["list", "--format=csv"], 0),
        (&["import"], 0),
        (&["report", "--out=-"], 0),
    ] {
        let run = run(&project, ANSWER, arguments).exits(status);
        let told = format!("{}{}", run.stdout, run.stderr).replace("\\`", "`").replace("&#39;", "'");
        assert!(told.contains(TOLD) && told.contains("外人V1"), "{arguments:?}: {told}");
    }
}

#[test]
fn json_tells_its_place() {
    let project = project();
    let unreadable = json!([{"position": 2, "name": "乙委托", "problem": "duplicate field `State`"}]);
    for arguments in [&["plan", "--format=json"][..], &["list", "--format=json"]] {
        let document: Value = serde_json::from_str(&run(&project, ANSWER, arguments).stdout).unwrap();
        assert_eq!(document["unreadable"], unreadable, "{arguments:?}");
        assert_eq!(document["letters"][0]["action"], "create", "{arguments:?}");
        assert_eq!(document["letters"][1]["action"], "unreadable", "{arguments:?}");
    }
}

#[test]
fn the_letter_that_it_may_be_is_not_created() {
    let project = project();
    let outcomes = |run: Run| {
        let report: Value = serde_json::from_str(&run.exits(1).stdout).unwrap();
        ["甲委托", "乙委托"].map(|name| {
            let mut letters = report["letters"].as_array().unwrap().iter();
            let letter = letters.find(|letter| letter["name"] == name).unwrap();
            let reason = letter["reason"].as_str().map(|reason| format!(" {reason}"));
            format!("{}{}", letter["outcome"].as_str().unwrap(), reason.unwrap_or_default())
        })
    };
    let apply = ["apply", "--auto-approve", "--format=json"];
    assert_eq!(outcomes(run(&project, ANSWER, &apply)), ["created", "skipped unreadable"]);
    assert_eq!(outcomes(run(&project, NAMELESS, &apply)), ["skipped unreadable", "skipped unreadable"]);
}

#[test]
fn one_that_is_not_declared_is_told_of_by_show() {
    let project = project();
    project.write("letters.yaml", "version: 1\nletters: []\n");
    let show = |answer: &'static str| run(&project, answer, &["show", "乙委托"]).exits(1).stderr;
    assert!(show(ANSWER).contains(TOLD), "{}", show(ANSWER));
    assert!(show(NAMELESS).contains("but 1 letter of the service's answer can't be read"), "{}", show(NAMELESS));
}

#[test]
fn a_spreadsheet_of_several_accounts_says_whose_it_is() {
    let project = project();
    let accounts = ["a", "b"].map(|name| account(name).with("letters", "letters.yaml"));
    project.write("letterform.yaml", workspace(&accounts));
    let list = run(&project, ANSWER, &["list", "--format=csv", "-q"]).exits(0);
    for account in ["a", "b"] {
        assert!(list.stderr.contains(&format!("warning: account {account}: {TOLD}")), "{}", list.stderr);
    }
}
