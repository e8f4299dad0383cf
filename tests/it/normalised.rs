//! Letters that the service stores in another form than they were declared in: at most a warning,
//! never a conflict.

use crate::{
    declarations::letter,
    hostile::serve,
    project::{Project, Run},
};

/// The declared letter as a service may give it back: full-width brackets, a code in lower case,
/// spaces, dates with slashes, times and another tilde, and a scope with other commas.
const ANSWER: &str = r#"{"Code":"OK","RequestId":"R","Data":[{"AuthorizationLetterId":1,
    "AuthorizationLetterName":"支付宝委托","Authorization":"支付宝（中国） 网络技术有限公司",
    "ProxyAuthorization":" 杭州信使网络科技有限公司 ","OrganizationCode":"91330106ma2800xyza",
    "AuthorizationLetterExpDate":"2026/01/01 00:00:00 ～ 2028/12/31 23:59:59","SignScope":"支付宝 ，菜鸟；ＶＩＰ会员",
    "AuthorizationLetterPic":"https://bucket.example/123456/a.jpg?Expires=1","State":"INT","Status":"VALID"}]}"#;

fn project() -> Project {
    let declared = letter("支付宝委托").authorizer("支付宝(中国)网络技术有限公司").code("91330106MA2800XYZA");
    Project::with_letters(&[declared.signing(&["支付宝", "菜鸟", "VIP会员"]).uploaded("123456/a.jpg")])
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    let endpoint = serve(|head, _| match head {
        head if head.contains("QuerySmsAuthorizationLetter") => (200, ANSWER.to_owned()),
        _ => (404, String::new()),
    });
    Run::of(project.asking(&endpoint, arguments).output().unwrap())
}

#[test]
fn other_forms_of_every_field_are_no_conflict() {
    let project = project();
    let plan = run(&project, &["plan", "--detailed-exitcode", "--format=json"]).exits(0).json();
    let summary = serde_json::json!({"create": 0, "unchanged": 1, "conflict": 0, "unmanaged": 0});
    assert_eq!(plan["summary"], summary, "{plan}");
    let warnings = plan["warnings"].as_array().unwrap().iter();
    let codes: Vec<_> = warnings.filter(|of| of["name"] == "支付宝委托").map(|of| &of["code"]).collect();
    assert_eq!(codes, ["form-differs"], "{plan}");
    let applied = run(&project, &["apply", "--auto-approve"]).exits(0);
    assert!(applied.stdout.contains("1 unchanged"), "{}{}", applied.stdout, applied.stderr);
}

#[test]
fn a_letter_that_no_signature_has_passed_with_is_not_called_reviewed() {
    let project = project();
    for arguments in [&["list"][..], &["show", "支付宝委托"], &["plan"], &["report", "--out=-"]] {
        let run = run(&project, arguments);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(shown.contains("支付宝委托") || arguments == ["plan"], "{arguments:?}: {shown}");
        assert!(!shown.to_lowercase().contains("under review"), "{arguments:?}: {shown}");
    }
}
