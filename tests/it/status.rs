//! What became of letters, asked by the built program of an emulator that serves signatures and
//! qualifications.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::declarations::{letter, workspace};
use crate::project::{Emulator, Project};

const LETTER: &str = "菜鸟公司授权书";

/// A letter of the emulator's state.
fn registered(name: &str, validity: &str, signatures: &[&str]) -> Value {
    json!({
        "name": name, "authorizer": "菜鸟网络科技有限公司", "authorizedParty": "杭州信使网络科技有限公司",
        "organizationCode": "91330100799655058B", "validity": validity, "signatures": signatures, "fileKey": "1/a.png"
    })
}

/// A state with these letters and signatures, and the qualification of the letters' authorizer.
fn state(letters: &[Value], signatures: &[Value]) -> String {
    let qualification =
        json!({"id": 1_000_042, "company": "菜鸟网络科技有限公司", "organizationCode": "91330100799655058B"});
    let account = json!({
        "name": "letterform-emulator", "letters": letters, "signatures": signatures, "qualifications": [qualification],
        "objects": [{"key": "1/a.png", "base64": "iVBORw0KGgo="}]
    });
    json!({"formatVersion": 1, "accounts": [account]}).to_string()
}

/// A signature that was applied for with the first letter.
fn applied(name: &str, state: &str) -> Value {
    json!({"name": name, "state": state, "letter": LETTER, "thirdParty": true, "qualificationId": 1_000_042,
           "orderId": "2005098", "created": "2026-11-01 10:00:00"})
}

/// A project, and an emulator with one letter of four signatures, of which three were applied for.
fn reviewed(faults: &[&str]) -> (Project, Emulator) {
    let scope = ["菜鸟网络", "菜鸟裹裹", "菜鸟驿站", "菜鸟优选"];
    let mut refused = applied("菜鸟裹裹", "NOT_PASS");
    refused["rejectInfo"] = "印章不清晰".into();
    refused["reviewed"] = "2026-11-02 10:11:12".into();
    let signatures = [applied("菜鸟网络", "PASS"), refused, applied("菜鸟驿站", "INIT")];
    let state = state(&[registered(LETTER, "2026-01-01~2028-12-31", &scope)], &signatures);
    with_state(&state, faults)
}

fn with_state(state: &str, faults: &[&str]) -> (Project, Emulator) {
    let project = Project::new().file("state.json", state);
    let faults = faults.iter().flat_map(|fault| ["--fault", fault]);
    let arguments: Vec<&str> = ["--import", "state.json"].into_iter().chain(faults).collect();
    let emulator = Emulator::with(&project, &arguments);
    (project, emulator)
}

/// What the emulator counted of an operation.
fn calls(emulator: &Emulator, operation: &str) -> u64 {
    let shown = admin(emulator, "GET", "", "");
    shown["calls"][operation].as_u64().unwrap_or_default()
}

/// A request to the admin endpoint.
fn admin(emulator: &Emulator, method: &str, path: &str, body: &str) -> Value {
    let output = std::process::Command::new("curl")
        .args(["-sS", "-X", method, "-d", body, &format!("{}/_emulator{path}", emulator.endpoint)])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn each_signature_of_a_letter_is_told_what_became_of_it() {
    let (project, emulator) = reviewed(&[]);
    let run = emulator.run(&project, &["status", "--format=json", "--detailed-exitcode"]).exits(3);
    let status = run.json();
    let letter = &status["letters"][0];
    assert_eq!((&letter["name"], &letter["state"]), (&json!(LETTER), &json!("PASSED")));
    assert_eq!(
        letter["signatures"],
        json!([
            {"name": "菜鸟网络", "use": "passed", "orderId": "2005098"},
            {"name": "菜鸟裹裹", "use": "refused", "reason": "印章不清晰", "date": "2026-11-02 10:11:12", "orderId": "2005098"},
            {"name": "菜鸟驿站", "use": "reviewing", "orderId": "2005098"},
            {"name": "菜鸟优选", "use": "none"}
        ])
    );
    assert_eq!(status["signatures"][0]["auditStatus"], "AUDIT_STATE_PASS");
    assert_eq!(status["notKnown"], json!([]));
    let schema: Value = project.run(&["schema", "status"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&status), "{:?}", validator.iter_errors(&status).next());
    let text = emulator.run(&project, &["status"]).exits(0).stdout;
    assert!(text.contains("refused           菜鸟裹裹: 印章不清晰 (2026-11-02 10:11:12, order 2005098)"), "{text}");
    let markdown = emulator.run(&project, &["status", "--format=markdown"]).exits(0).stdout;
    assert!(
        markdown.starts_with("<!-- letterform -->\n## letterform: 1 passed, 1 under review, 1 refused"),
        "{markdown}"
    );
}

#[test]
fn the_exit_status_tells_what_is_under_way_and_what_was_refused() {
    let signatures = [applied("菜鸟网络", "INIT")];
    let letters = [registered(LETTER, "2026-01-01~2028-12-31", &["菜鸟网络"])];
    let (project, emulator) = with_state(&state(&letters, &signatures), &[]);
    let exits = |status| drop(emulator.run(&project, &["status", "--detailed-exitcode"]).exits(status));
    exits(2);
    admin(&emulator, "POST", "/signature-review", r#"{"signature": "菜鸟网络", "state": "PASS"}"#);
    exits(0);
    admin(&emulator, "POST", "/signature-review", r#"{"signature": "菜鸟网络", "state": "NOT_PASS", "reason": "no"}"#);
    exits(3);
    let wrong = emulator.run(&project, &["status", "--letter=无此授权书"]).exits(1);
    assert!(wrong.stderr.contains("no letter named 无此授权书"), "{}", wrong.stderr);
}

#[test]
fn a_wait_ends_when_the_review_has_ended() {
    let signatures = [applied("菜鸟网络", "INIT")];
    let letters = [registered(LETTER, "2026-01-01~2028-12-31", &["菜鸟网络"])];
    let (project, emulator) = with_state(&state(&letters, &signatures), &[]);
    let mut waiting = emulator.spawn(&project, &["status", "--wait=5", "--format=json", "--detailed-exitcode"]);
    // It says what it waits for once it has looked.
    let mut told = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(waiting.stderr.as_mut().unwrap()), &mut told).unwrap();
    assert!(told.contains(&format!("waiting for: {LETTER}")), "{told}");
    admin(&emulator, "POST", "/signature-review", r#"{"signature": "菜鸟网络", "state": "PASS"}"#);
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["letters"][0]["signatures"][0]["use"], "passed");
}

#[test]
fn what_is_refused_is_not_known_and_fails_nothing() {
    let (project, emulator) = reviewed(&["signatures code=NoPermission", "qualifications code=InvalidAction.NotFound"]);
    let run = emulator.run(&project, &["status", "--format=json"]).exits(0);
    let uses = run.json()["letters"][0]["signatures"].as_array().unwrap().iter().all(|used| used["use"] == "unknown");
    assert!(uses, "{}", run.stdout);
    let text = emulator.run(&project, &["status"]).exits(0).stdout;
    assert!(text.contains("allow dysms:QuerySmsSignList in the caller's RAM policy"), "{text}");
    // A job that asks whether all is well must not be told so.
    drop(emulator.run(&project, &["status", "--detailed-exitcode"]).exits(1));
    let (project, emulator) = reviewed(&["qualifications code=NoPermission", "signature code=NoPermission"]);
    let status = emulator.run(&project, &["status", "--format=json", "--detailed-exitcode"]).exits(3).json();
    assert_eq!(status["notKnown"].as_array().map(Vec::len), Some(2), "{status}");
}

#[test]
fn ten_thousand_signatures_cost_their_pages_even_when_reads_are_throttled() {
    let name = |number: usize| format!("签名{}", char::from_u32(0x4E00 + u32::try_from(number).unwrap()).unwrap());
    let signatures: Vec<Value> = (0..10_000).map(|number| json!({"name": name(number), "state": "PASS"})).collect();
    let (project, emulator) = with_state(&state(&[], &signatures), &["signatures delay=20"]);
    let status = emulator.run(&project, &["status", "--format=json"]).exits(0).json();
    assert_eq!((&status["incomplete"], &status["notKnown"]), (&json!(false), &json!([])));
    assert_eq!((calls(&emulator, "signatures"), calls(&emulator, "signature")), (200, 0));
    let (project, emulator) = with_state(&state(&[], &signatures[..1_000]), &["signatures rate=15"]);
    let status = emulator.run(&project, &["status", "--format=json"]).exits(0).json();
    assert_eq!((&status["incomplete"], &status["notKnown"]), (&json!(false), &json!([])));
}

#[test]
fn signatures_that_hang_on_a_renewed_letter_are_handed_over_by_calls_that_are_ready_to_run() {
    let mut signature = applied("菜鸟网络", "PASS");
    signature["remark"] = "it's for $(notices)".into();
    signature["usage"] = "已注册商标名称".into();
    let letters = [
        registered(LETTER, "2026-01-01~2026-12-31", &["菜鸟网络"]),
        registered("菜鸟公司授权书2029", "2026-11-24~2029-12-31", &["菜鸟网络"]),
    ];
    let (project, emulator) = with_state(&state(&letters, &[signature]), &[]);
    let status = emulator.run(&project, &["status", "--format=json"]).exits(0).json();
    assert_eq!(status["moves"][0]["to"]["name"], "菜鸟公司授权书2029");
    assert_eq!(status["moves"][0]["gaps"], json!(["SignSource"]));
    assert_eq!(status["moves"][0]["parameters"]["QualificationId"], "1000042");
    let script = emulator.run(&project, &["status", "--hand-over", "--details=never"]).exits(0).stdout;
    project.write("move.sh", &script);
    // A shell reads the calls as they are meant: `aliyun` is a function that shows its arguments.
    let run = |assignment: &str| {
        let shown = format!("aliyun() {{ printf '%s|' \"$@\"; }}; {assignment} . ./move.sh");
        std::process::Command::new("sh").args(["-c", &shown]).current_dir(project.path()).output().unwrap()
    };
    let unfilled = run("");
    assert!(!unfilled.status.success() && unfilled.stdout.is_empty(), "a gap stops the script: {unfilled:?}");
    let filled = run("SIGN_SOURCE=5;");
    let to = status["moves"][0]["to"]["id"].to_string();
    let expected = [
        "dysmsapi",
        "UpdateSmsSign",
        "--SignName",
        "菜鸟网络",
        "--AuthorizationLetterId",
        &to,
        "--ThirdParty",
        "true",
        "--QualificationId",
        "1000042",
        "--SignSource",
        "5",
        "--SignType",
        "1",
        "--Remark",
        "it's for $(notices)",
        "",
    ];
    assert_eq!(String::from_utf8_lossy(&filled.stdout), expected.join("|"), "{script}");
}

#[test]
fn lists_letters_and_the_page_take_up_what_became_of_signatures() {
    let (project, emulator) = reviewed(&[]);
    let list = emulator.run(&project, &["list", "--signatures"]).exits(0).stdout;
    assert!(list.contains("1 refused, 1 under review, 1 passed"), "{list}");
    let json = emulator.run(&project, &["list", "--signatures", "--format=json"]).exits(0).json();
    assert_eq!(json["letters"][0]["uses"][1]["reason"], "印章不清晰");
    let show = emulator.run(&project, &["show", LETTER, "--signatures"]).exits(0).stdout;
    assert!(show.contains("菜鸟裹裹: 印章不清晰"), "{show}");
    let page = emulator.run(&project, &["report", "--signatures", "--lang=zh"]).exits(0).stdout;
    assert!(page.contains("签名审核") && page.contains("印章不清晰"), "{page}");
    assert_eq!(calls(&emulator, "signature"), 0, "lists cost pages alone");
    let without = emulator.run(&project, &["list", "--format=json"]).exits(0).json();
    assert!(without["letters"][0].get("uses").is_none());
}

#[test]
fn a_plan_warns_of_a_code_without_a_qualification_when_it_is_asked_to() {
    let (_, emulator) = reviewed(&[]);
    let project = Project::with_letters(&[letter("菜鸟新授权书"), letter("别家授权书").code("91320500MA1N8K3Q5C")]);
    let warned = |arguments: &[&str]| {
        let plan = emulator.run(&project, &[&["plan", "--format=json"], arguments].concat()).exits(0).json();
        let warnings = plan["warnings"].as_array().unwrap().clone();
        warnings.into_iter().filter(|warning| warning["code"] == "no-qualification").collect::<Vec<_>>()
    };
    let warnings = warned(&["--signatures"]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["name"], "别家授权书");
    assert_eq!(warned(&[]), Vec::<Value>::new());
}

#[test]
fn a_workspace_tells_each_account_and_may_say_that_signatures_are_read() {
    let mut refused = applied("菜鸟网络", "NOT_PASS");
    refused["rejectInfo"] = "不清晰".into();
    let letters = [registered(LETTER, "2026-01-01~2028-12-31", &["菜鸟网络"])];
    let project = Project::new()
        .file("letterform.yaml", workspace(&["retail"]) + "settings: {signatures: true}\n")
        .folder("retail", &["甲委托"])
        .file("state.json", state(&letters, &[refused]));
    let _ = project.run(&["emulator", "import", "state.json", "--state=.letterform/sandbox/retail"]).exits(0);
    let run = |arguments: &[&str]| project.sandbox(arguments);
    let status = run(&["status", "--format=json", "--detailed-exitcode"]).exits(3).json();
    assert_eq!(status["accounts"][0]["account"], "retail");
    assert_eq!(status["summary"]["refused"], 1);
    let schema: Value = project.run(&["schema", "workspace-status"]).json();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&status));
    let list = run(&["list", "--format=json"]).exits(0).json();
    assert!(list["accounts"][0]["inventory"]["letters"][1]["uses"].is_array(), "{list}");
}

/// How long reading takes with a latency, beside what it must take. Run by hand: a measurement is
/// no test.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::print_stdout, reason = "what it measured is its result")]
fn measure_reading_ten_thousand_signatures() {
    let name = |number: usize| format!("签名{}", char::from_u32(0x4E00 + u32::try_from(number).unwrap()).unwrap());
    let signatures: Vec<Value> = (0..10_000).map(|number| json!({"name": name(number), "state": "PASS"})).collect();
    for (latency, parallelism) in [(50, 8), (100, 8), (200, 8), (100, 16), (100, 32)] {
        let (project, emulator) = with_state(&state(&[], &signatures), &[&format!("* delay={latency}")]);
        let began = Instant::now();
        let parallel = format!("--parallelism={parallelism}");
        let run = emulator.run(&project, &["status", "--format=json", &parallel]).exits(0);
        let took = began.elapsed();
        assert_eq!(run.json()["incomplete"], json!(false));
        let pages = calls(&emulator, "signatures");
        let ideal = Duration::from_millis(pages * latency / parallelism);
        let ratio = took.as_secs_f64() / ideal.as_secs_f64();
        println!(
            "latency {latency} ms, parallelism {parallelism}: {pages} pages, {took:.2?}, ideal {ideal:.2?}, {ratio:.3}"
        );
    }
}
