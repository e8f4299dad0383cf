//! The language server, over its protocol and with the built program.

use std::{
    fs,
    io::{BufReader, BufWriter, Write as _},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};

use crate::{
    declarations::{file, letter, workspace},
    papers::paper,
    project::Project,
};

/// An editor with a project open as its folder.
struct Editor {
    project: Project,
    server: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
    next: i32,
    /// Notifications that came while an answer was awaited.
    heard: Vec<Notification>,
    /// What the server asked for.
    asked: Vec<String>,
}

impl Editor {
    fn open(project: Project) -> Self {
        Self::open_with(project, &[], &json!({}))
    }

    /// The same with arguments of the server, and more that the editor says of itself.
    fn open_with(project: Project, arguments: &[&str], says: &Value) -> Self {
        let mut command = project.command(&[&["lsp", "--stdio"], arguments].concat());
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let (to, from) = (BufWriter::new(to), BufReader::new(from));
        let mut editor = Self { project, server, to, from, next: 0, heard: Vec::new(), asked: Vec::new() };
        let folder = json!([{"uri": editor.uri(""), "name": "letters"}]);
        let mut parameters = json!({"capabilities": {}, "workspaceFolders": folder});
        parameters.as_object_mut().unwrap().extend(says.as_object().unwrap().clone());
        let answer = editor.request("initialize", parameters);
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.notify("initialized", json!({}));
        editor
    }

    fn uri(&self, name: &str) -> String {
        let path = fs::canonicalize(self.project.path()).unwrap().join(name);
        url::Url::from_file_path(path).unwrap().into()
    }

    fn notify(&mut self, method: &str, params: Value) {
        Message::from(Notification::new(method.to_owned(), params)).write(&mut self.to).unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.next += 1;
        let request = Request::new(self.next.into(), method.to_owned(), params);
        Message::from(request).write(&mut self.to).unwrap();
        loop {
            match Message::read(&mut self.from).unwrap().expect("the server is there") {
                Message::Notification(notification) => self.heard.push(notification),
                Message::Request(request) => self.asked.push(request.method),
                Message::Response(response) => {
                    let response = serde_json::to_value(&response).unwrap();
                    assert_eq!(response["id"], self.next);
                    return match response.get("error") {
                        Some(error) => Err(error["message"].as_str().unwrap().to_owned()),
                        None => Ok(response["result"].clone()),
                    };
                }
            }
        }
    }

    #[track_caller]
    fn request(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, params).unwrap()
    }

    /// Opens a text in the place of a file's.
    fn type_in(&mut self, name: &str, text: &str) {
        let document = json!({"uri": self.uri(name), "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// The problems that the server tells of a file next.
    fn problems(&mut self, name: &str) -> Vec<Value> {
        let uri = self.uri(name);
        loop {
            let notification = if self.heard.is_empty() {
                match Message::read(&mut self.from).unwrap().expect("the server is there") {
                    Message::Notification(notification) => notification,
                    Message::Request(request) => {
                        self.asked.push(request.method);
                        continue;
                    }
                    Message::Response(_) => continue,
                }
            } else {
                self.heard.remove(0)
            };
            if notification.method == "textDocument/publishDiagnostics" && notification.params["uri"] == uri {
                return notification.params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    /// A request about the place where a text stands in a file, `offset` UTF-16 units into it.
    fn at(&mut self, method: &str, (name, text): (&str, &str), (part, offset): (&str, usize), more: &Value) -> Value {
        let before = &text[..text.find(part).unwrap()];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap().encode_utf16().count() + offset;
        let mut params =
            json!({"textDocument": {"uri": self.uri(name)}, "position": {"line": line, "character": column}});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.request(method, params)
    }

    /// Ends the session as the protocol says.
    fn end(mut self) {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        assert_eq!(self.server.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn codes(problems: &[Value]) -> Vec<&str> {
    problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect()
}

#[test]
fn problems_follow_the_unsaved_text_in_utf16_columns() {
    let text = file(&[letter("甲乙").signing(&["😀菜", "【菜鸟】"])]);
    let mut editor = Editor::open(Project::with_letters(&["甲乙"]));
    editor.type_in("letters.yaml", &text);
    let problems = editor.problems("letters.yaml");
    assert_eq!(codes(&problems), ["LF-signature-character", "LF-signature-character"]);
    let line = text.lines().position(|line| line.contains('😀')).unwrap();
    // The face is two units wide: `    signatures: [😀菜, 【`.
    assert_eq!(problems[1]["range"]["start"], json!({"line": line, "character": 22}));
    assert_eq!(problems[0]["source"], "letterform");
    let range = json!({"start": {"line": line, "character": 17}, "end": {"line": line, "character": 26}});
    let change = json!({"range": range, "text": "菜鸟"});
    let document = json!({"uri": editor.uri("letters.yaml"), "version": 2});
    editor.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    assert_eq!(editor.problems("letters.yaml"), Vec::<Value>::new());
    editor.end();
}

#[test]
fn duplicates_point_at_each_other_across_files_and_follow_the_disk() {
    let project = Project::new()
        .letters("a.letters.yaml", &["甲乙"])
        .letters("b/letters.yml", &["甲乙"])
        .file("b/scan.png", paper());
    let mut editor = Editor::open(project);
    let problems = editor.problems("b/letters.yml");
    assert!(codes(&problems).contains(&"LF-name-duplicate"), "{problems:?}");
    let related = &problems[0]["relatedInformation"][0]["location"]["uri"];
    assert_eq!(related, &editor.uri("a.letters.yaml"));
    fs::remove_file(editor.project.path().join("a.letters.yaml")).unwrap();
    let changes = json!([{"uri": editor.uri("a.letters.yaml"), "type": 3}]);
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    // Before that, they may be told to say the same, once the pictures are decoded.
    while !editor.problems("b/letters.yml").is_empty() {}
    editor.end();
}

#[test]
fn a_damaged_scan_is_told_once_it_is_decoded() {
    let project = Project::with_letters(&["甲乙"]).file("scan.png", b"\x89PNG\r\n\x1a\nno picture");
    let mut editor = Editor::open(project);
    assert_eq!(codes(&editor.problems("letters.yaml")), ["LF-scan-broken"]);
    editor.end();
}

#[test]
fn fixes_are_offered_one_by_one_and_all_at_once() {
    let text = file(&[letter("甲乙").renamed("authorizer", "Authorization").valid("2026-01-01～2028-12-31")]);
    let mut editor = Editor::open(Project::new().file("letters.yaml", &text));
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let more = json!({"range": range, "context": {"diagnostics": []}});
    let actions = editor.at("textDocument/codeAction", ("letters.yaml", &text), ("version", 0), &more);
    let actions = actions.as_array().unwrap();
    let titles: Vec<_> = actions.iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Rename the field to `authorizer`", "Write `2026-01-01~2028-12-31`", "Apply all safe fixes"]);
    assert_eq!(actions[2]["kind"], "source.fixAll.letterform");
    let edits = actions[2]["edit"]["changes"][editor.uri("letters.yaml")].as_array().unwrap();
    assert_eq!(edits.len(), 2);
    editor.end();
}

#[test]
fn hover_and_completion_know_the_other_letters() {
    let other = letter("丙丁").authorizer("北京信使科技有限公司");
    let text = file(&["甲乙"]);
    let project = Project::with_letters(&["甲乙"]).letters("b.letters.yaml", &[other]).file("new.png", "");
    let mut editor = Editor::open(project);
    let here = ("letters.yaml", text.as_str());
    let field = editor.at("textDocument/hover", here, ("organizationCode", 3), &json!({}));
    assert!(field["contents"]["value"].as_str().unwrap().contains("OrganizationCode"), "{field}");
    let scan = editor.at("textDocument/hover", here, ("scan.png", 2), &json!({}));
    assert!(scan["contents"]["value"].as_str().unwrap().starts_with("![scan](file:///"), "{scan}");
    let days = editor.at("textDocument/hover", here, ("2026-01-01", 2), &json!({}));
    assert!(days["contents"]["value"].as_str().unwrap().contains("days left"), "{days}");
    let labels = |items: &Value| -> Vec<String> {
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    };
    let parties = editor.at("textDocument/completion", here, ("菜鸟网络科技", 1), &json!({}));
    assert!(labels(&parties).contains(&"北京信使科技有限公司".to_owned()), "{parties}");
    let scans = editor.at("textDocument/completion", here, ("scan.png", 0), &json!({}));
    assert_eq!(labels(&scans), ["new.png"]);
    let unfinished = file(&[letter("甲乙").without("signatures")]).replace("    validity", "    \n    validity");
    editor.type_in("letters.yaml", &unfinished);
    let keys = editor.at("textDocument/completion", ("letters.yaml", &unfinished), ("    \n", 4), &json!({}));
    assert!(labels(&keys).contains(&"signatures".to_owned()) && !labels(&keys).contains(&"name".to_owned()), "{keys}");
    editor.end();
}

#[test]
fn navigation_and_rename_reach_every_file() {
    let text = file(&["旧授权书"]);
    let new = letter("新授权书").valid("2029-01-01~2031-12-31");
    let after = format!("version: 1\nletters:\n  # Renews 旧授权书.\n{new}");
    let project = Project::new().file("letters.yaml", &text).file("new.letters.yaml", &after);
    let mut editor = Editor::open(project);
    let here = ("letters.yaml", text.as_str());
    let successor = editor.at("textDocument/definition", here, ("旧授权书", 1), &json!({}));
    assert_eq!(successor[0]["uri"], editor.uri("new.letters.yaml"));
    let predecessor = editor.at("textDocument/declaration", ("new.letters.yaml", &after), ("新授权书", 1), &json!({}));
    assert_eq!(predecessor[0]["uri"], editor.uri("letters.yaml"));
    let scan = editor.at("textDocument/definition", here, ("scan.png", 1), &json!({}));
    assert_eq!(scan[0]["uri"], editor.uri("scan.png"));
    let places = editor.at("textDocument/references", here, ("[菜鸟网络]", 2), &json!({"context": {}}));
    assert_eq!(places.as_array().unwrap().len(), 2);
    let symbols = editor.at("textDocument/documentSymbol", here, ("旧授权书", 0), &json!({}));
    assert_eq!(symbols[0]["name"], "旧授权书");
    let rename = editor.at("textDocument/rename", here, ("旧授权书", 0), &json!({"newName": "更名授权书"}));
    let edits = |editor: &Editor, name: &str| rename["changes"][editor.uri(name)].as_array().unwrap().len();
    assert_eq!((edits(&editor, "letters.yaml"), edits(&editor, "new.letters.yaml")), (1, 1));
    let document = json!({"textDocument": {"uri": editor.uri("letters.yaml")}});
    let mut params = document.clone();
    let line = text.lines().position(|line| line.contains("旧授权书")).unwrap();
    params["position"] = json!({"line": line, "character": 11});
    params["newName"] = json!("a-b");
    assert!(editor.ask("textDocument/rename", params).unwrap_err().contains("not allowed"));
    editor.end();
}

/// A workspace file in which this is the level of LF-expires-soon.
fn workspace_with(level: &str) -> String {
    let settings = format!("settings: {{expiringDays: 1000, lints: {{LF-expires-soon: {level}}}}}\n");
    workspace(&["shop", "travel"]) + &settings
}

#[test]
fn settings_of_a_workspace_file_hold_and_are_outranked_by_arguments() {
    let project = || {
        let project = Project::new().folder("shop", &["甲乙"]).folder("travel", &["甲乙"]);
        project.file("letterform.yaml", workspace_with("error"))
    };
    let mut editor = Editor::open_with(project(), &["--today", "2026-11-01"], &json!({}));
    // The same name in another account is another letter.
    let problems = editor.problems("shop/letters.yaml");
    assert_eq!((codes(&problems), &problems[0]["severity"]), (vec!["LF-expires-soon"], &json!(1)));
    editor.project.write("letterform.yaml", workspace_with("off"));
    let changes = json!([{"uri": editor.uri("letterform.yaml"), "type": 2}]);
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    assert_eq!(editor.problems("shop/letters.yaml"), Vec::<Value>::new());
    editor.end();

    let arguments = ["--today", "2026-11-01", "--expiring-days", "30", "--deny", "warnings"];
    let mut editor = Editor::open_with(project(), &arguments, &json!({}));
    editor.type_in("shop/letters.yaml", &file(&[letter("甲乙").until("2026-11-20")]));
    let problems = editor.problems("shop/letters.yaml");
    assert_eq!(codes(&problems), ["LF-validity-short", "LF-expires-soon"]);
    assert!(problems.iter().all(|problem| problem["severity"] == 1), "{problems:?}");
    editor.end();
}

#[test]
fn problems_of_a_workspace_file_are_told_and_go_away_when_mended() {
    let (right, wrong) = (workspace_with("error"), workspace_with("deadly"));
    let project = Project::new().folder("shop", &["甲乙"]).folder("travel", &["丙丁"]).file("letterform.yaml", &wrong);
    let mut editor = Editor::open_with(project, &["--today", "2026-11-01"], &json!({}));
    let problems = editor.problems("letterform.yaml");
    assert_eq!(codes(&problems), ["LF-setting-value"], "{problems:?}");
    let line = wrong.lines().position(|line| line.contains("deadly")).unwrap();
    assert_eq!(problems[0]["range"]["start"]["line"], line);
    // Mended in the editor, and wrong again.
    editor.type_in("letterform.yaml", &right);
    assert_eq!(editor.problems("shop/letters.yaml")[0]["severity"], 1, "its settings hold at once");
    assert_eq!(editor.problems("letterform.yaml"), Vec::<Value>::new());
    let document = json!({"uri": editor.uri("letterform.yaml"), "version": 2});
    let change = json!({"textDocument": document, "contentChanges": [{"text": &wrong}]});
    editor.notify("textDocument/didChange", change);
    assert_eq!(codes(&editor.problems("letterform.yaml")), ["LF-setting-value"]);
    // Mended on the disk.
    editor.project.write("letterform.yaml", &right);
    let closed = json!({"textDocument": {"uri": editor.uri("letterform.yaml")}});
    editor.notify("textDocument/didClose", closed);
    assert_eq!(editor.problems("letterform.yaml"), Vec::<Value>::new());
    // It is no place for letters.
    let items = editor.at("textDocument/completion", ("letterform.yaml", &right), ("name: shop", 0), &json!({}));
    assert_eq!(items, json!([]));
    editor.end();
}

#[test]
fn folders_are_added_and_removed() {
    let project = Project::new().letters("one/letters.yaml", &["甲乙"]).letters("two/letters.yaml", &["甲乙"]);
    let mut editor = Editor::open_with(project, &[], &json!({"workspaceFolders": null}));
    let change = |editor: &Editor, added: &[&str], removed: &[&str]| {
        let folders = |names: &[&str]| -> Vec<Value> {
            names.iter().map(|name| json!({"uri": editor.uri(name), "name": name})).collect()
        };
        json!({"event": {"added": folders(added), "removed": folders(removed)}})
    };
    let method = "workspace/didChangeWorkspaceFolders";
    let one = change(&editor, &["one"], &[]);
    editor.notify(method, one);
    assert_eq!(codes(&editor.problems("one/letters.yaml")), ["LF-scan-missing"]);
    let two = change(&editor, &["two"], &[]);
    editor.notify(method, two);
    assert_eq!(codes(&editor.problems("two/letters.yaml")), ["LF-name-duplicate", "LF-scan-missing"]);
    let gone = change(&editor, &[], &["one"]);
    editor.notify(method, gone);
    assert_eq!(editor.problems("one/letters.yaml"), Vec::<Value>::new());
    assert_eq!(codes(&editor.problems("two/letters.yaml")), ["LF-scan-missing"]);
    editor.end();
}

#[test]
fn files_that_change_on_the_disk_are_asked_for_and_looked_at() {
    let watches = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let project = Project::with_letters(&[letter("甲乙").scan("new.png")]);
    let mut editor = Editor::open_with(project, &[], &json!({"capabilities": watches}));
    assert_eq!(codes(&editor.problems("letters.yaml")), ["LF-scan-missing"]);
    editor.project.write("new.png", paper());
    editor.project.write("more.letters.yaml", file(&["甲乙"]));
    let changes: Vec<Value> =
        ["new.png", "more.letters.yaml"].iter().map(|name| json!({"uri": editor.uri(name), "type": 1})).collect();
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    assert_eq!(editor.problems("letters.yaml"), Vec::<Value>::new());
    assert!(codes(&editor.problems("more.letters.yaml")).contains(&"LF-name-duplicate"));
    assert!(editor.asked.contains(&"client/registerCapability".to_owned()), "{:?}", editor.asked);
    editor.end();

    // Without being told, it looks when a text is saved.
    let project = Project::with_letters(&[letter("甲乙").scan("new.png")]);
    let mut editor = Editor::open(project);
    assert_eq!(codes(&editor.problems("letters.yaml")), ["LF-scan-missing"]);
    editor.project.write("new.png", paper());
    let document = json!({"textDocument": {"uri": editor.uri("letters.yaml")}});
    editor.notify("textDocument/didSave", document);
    assert_eq!(editor.problems("letters.yaml"), Vec::<Value>::new());
    editor.end();
}

#[test]
fn a_scan_is_shown_as_a_small_picture_where_pictures_are_shown() {
    let text = file(&["甲乙"]);
    let says = json!({"clientInfo": {"name": "Visual Studio Code"}});
    let mut editor = Editor::open_with(Project::new().file("letters.yaml", &text), &[], &says);
    let shown = editor.at("textDocument/hover", ("letters.yaml", &text), ("scan.png", 2), &json!({}));
    let shown = shown["contents"]["value"].as_str().unwrap();
    assert!(shown.starts_with("![scan](data:image/png;base64,") && shown.len() < 30_000, "{shown}");
    editor.end();
}

#[test]
fn fields_and_values_are_completed_within_braces() {
    let text = "version: 1\nletters:\n  - {name: 甲乙, scan: scan.png, }\n  - {authorizer: 菜鸟公司, validity: }\n";
    let other = letter("丙丁").authorizer("北京信使科技有限公司");
    let project = Project::new().file("letters.yaml", text).letters("b.letters.yaml", &[other]);
    let mut editor = Editor::open(project);
    let labels = |items: &Value| -> Vec<String> {
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    };
    let here = ("letters.yaml", text);
    let fields = editor.at("textDocument/completion", here, ("scan.png, ", 10), &json!({}));
    assert_eq!(labels(&fields), ["authorizer", "authorizedParty", "organizationCode", "validity", "signatures"]);
    let parties = editor.at("textDocument/completion", here, ("菜鸟公司", 2), &json!({}));
    assert!(labels(&parties).contains(&"北京信使科技有限公司".to_owned()), "{parties}");
    let dates = editor.at("textDocument/completion", here, ("validity: }", 10), &json!({}));
    assert_eq!(labels(&dates), ["2026-01-01~2028-12-31"]);
    let name = editor.at("textDocument/hover", here, ("scan: ", 1), &json!({}));
    assert!(name["contents"]["value"].as_str().unwrap().starts_with("**scan**"), "{name}");
    editor.end();
}

#[test]
fn what_is_half_typed_is_completed_with_what_can_stand_there() {
    let project = Project::new().file("letters.yaml", file(&["甲乙"]));
    let mut editor = Editor::open(project);
    let mut completed = |typed: &str| -> Vec<String> {
        let text = format!("version: 1\n{typed}");
        let begun = text.replacen('|', "", 1);
        editor.type_in("new.letters.yaml", &begun);
        let at = text.find('|').unwrap();
        let (line, column) = (text[..at].matches('\n').count(), text[..at].rsplit('\n').next().unwrap());
        let place = json!({"line": line, "character": column.encode_utf16().count()});
        let document = json!({"uri": editor.uri("new.letters.yaml")});
        let items = editor.request("textDocument/completion", json!({"textDocument": document, "position": place}));
        let made = |item: &Value| {
            let edit = &item["textEdit"];
            let start = usize::try_from(edit["range"]["start"]["character"].as_u64().unwrap()).unwrap();
            let kept = String::from_utf16(&column.encode_utf16().take(start).collect::<Vec<_>>()).unwrap();
            format!("{kept}{}", edit["newText"].as_str().unwrap().lines().next().unwrap())
        };
        items.as_array().unwrap().iter().map(made).collect()
    };
    assert_eq!(completed("letters:\n  - {name: 丙, auth|")[0], "  - {name: 丙, authorizer: ");
    assert_eq!(
        completed("letters:\n  - {name: 丙, authorizer: \"菜|")[0],
        "  - {name: 丙, authorizer: \"菜鸟网络科技有限公司"
    );
    assert_eq!(completed("letters:\n  - name: 丙\n    authorizer:|")[0], "    authorizer: 菜鸟网络科技有限公司");
    assert_eq!(completed("letters:\n  - name: 丙\n    |")[0], "    authorizer: ");
    assert_eq!(completed("letters:\n  - name: 丙\n  |")[0], "  - name: ${1:授权书名称}");
    let shared = ["authorizer", "authorizedParty", "organizationCode", "validity", "signatures"];
    assert_eq!(completed("defaults:\n  |\nletters: []\n"), shared.map(|field| format!("  {field}: ")));
    assert_eq!(completed("defa|\nletters: []\n"), ["defaults: "]);
    assert_eq!(completed("# |\nletters: []\n"), [""; 0]);
    editor.end();
}

#[test]
fn a_letter_that_is_half_written_is_known_by_what_it_has() {
    let text = "version: 1\nletters:\n  - name: 甲乙\n    authorizer: 菜鸟公司\n    organizationCode: 91330100799655058B\n\
                defaults:\n  authorizedParty: 信使公司\n";
    let mut editor = Editor::open(Project::new().file("letters.yaml", text));
    let file = ("letters.yaml", text);
    let shown = editor.at("textDocument/hover", file, ("9133", 2), &json!({}));
    assert!(shown["contents"]["value"].as_str().unwrap().starts_with("Code of 菜鸟公司"), "{shown}");
    let defaults = editor.at("textDocument/implementation", file, ("甲乙", 0), &json!({}));
    assert_eq!(defaults[0]["range"]["start"], json!({"line": 6, "character": 19}));
    editor.end();
}

#[test]
fn a_server_that_is_killed_leaves_nothing_behind() {
    let project = Project::with_letters(&["甲乙"]);
    let listed = |project: &Project| {
        let mut names: Vec<_> = fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = listed(&project);
    let mut editor = Editor::open(project);
    editor.type_in("letters.yaml", &file(&["甲-乙"]));
    assert_eq!(codes(&editor.problems("letters.yaml")), ["LF-name-character"]);
    editor.server.kill().unwrap();
    editor.server.wait().unwrap();
    assert_eq!(listed(&editor.project), before);
    // Another one serves the same folder at once.
    let again = editor.project.command(&["lsp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut again = again.unwrap();
    drop(again.stdin.take());
    assert_eq!(again.wait().unwrap().code(), Some(1));
}

#[test]
fn an_editor_that_goes_away_ends_the_server() {
    let mut editor = Editor::open(Project::with_letters(&["甲乙"]));
    editor.notify("exit", Value::Null);
    assert_eq!(editor.server.wait().unwrap().code(), Some(1));
    let project = Project::with_letters(&["甲乙"]);
    let mut server = project.command(&["lsp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    drop(server.stdin.take());
    assert_eq!(server.wait().unwrap().code(), Some(1));
}

#[test]
fn input_that_is_no_message_is_told_and_ends_the_server() {
    for (input, reason) in [
        ("hello\n", "expected a header such as `Content-Length: 120`, found `hello`"),
        ("Content-Length: 99999999999\r\n\r\n{}", "`Content-Length` is 99999999999; messages have at most 256 MiB"),
        ("Content-Length: 9\r\n\r\n{}", "the input ends within a message"),
        ("", "the editor went away before `initialize`"),
    ] {
        let project = Project::new();
        let mut command = project.command(&["lsp"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        server.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let ended = server.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}
