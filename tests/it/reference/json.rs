//! The references of declarations, of the workspace file and of what is printed as JSON.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value;

use crate::{
    declarations::{account, letter, workspace},
    project::{Emulator, Project},
    reference::{
        generated_page,
        schema::{BY_DEFAULT, Pages},
    },
};

/// A schema as the program prints it.
fn printed(kind: &str) -> Value {
    Project::new().run(&["schema", kind]).exits(0).json()
}

#[test]
fn generated_reference_of_declarations_is_their_schema() {
    let mut schema = printed("letters");
    // A default has the rules of the letter's own field.
    schema["properties"]["defaults"].as_object_mut().expect("an object").remove("properties");
    let shared: Vec<Value> = schema["allOf"].as_array().expect("a list").iter().flat_map(required_by_default).collect();
    schema["properties"]["letters"]["items"][BY_DEFAULT] = shared.into();
    let mut page = format!(
        "# Declarations\n\n{}\n\nEditors read the JSON schema, [`schema/letters.schema.json`](../../schema/letters.schema.json), which \
         `letterform schema letters` prints as well. This page says the same in tables; [Rules](rules.md) has every rule that goes \
         beyond it.\n\n\
         A scalar is the text that stands there: `012345678901234567` and `1210000040000E25` keep every character, whatever number \
         YAML would make of them. White space around a value is dropped, \
         and so is the line break at the end of a block (`name: |`). Spaces in quotation marks around a name or a signature are part \
         of it. JSON is read too, its escapes of two halves (`\"\\uD83D\\uDE00\"`) included. Several documents in a file, several files and folders are one \
         set of declarations. In a folder, the files named `letters.yaml`, `letters.yml`, `*.letters.yaml` and `*.letters.yml` are read, \
         recursively; hidden folders are not.\n\n```yaml\n{}```\n\n## The document\n\n",
        schema["description"].as_str().expect("a text"),
        readme_example(),
    );
    Pages::new(&mut page, 2).object(&schema);
    generated_page("docs/reference/declarations.md", &page);
}

/// The fields that a letter needs unless `defaults` has them.
fn required_by_default(condition: &Value) -> Vec<Value> {
    let required = &condition["else"]["properties"]["letters"]["items"]["required"];
    required.as_array().expect("names").clone()
}

/// The example of declarations that the README has.
fn readme_example() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a page");
    let (_, from) = readme.split_once("```yaml\n").expect("declarations");
    let (example, _) = from.split_once("```").expect("an end");
    example.to_owned()
}

#[test]
fn generated_reference_of_the_workspace_file_is_its_schema() {
    let schema = printed("workspace");
    let mut page = format!(
        "# The workspace file\n\n{} It is named `letterform.yaml`. [Several accounts](../how-to/accounts.md) says how to use it, and \
         `letterform schema workspace` prints its JSON schema.\n\n## The file\n\n",
        schema["description"].as_str().expect("a text"),
    );
    Pages::new(&mut page, 2).object(&schema);
    page.push_str(
        "\nNot together: `region` and `endpoint`; `profile` and `oidcProvider`. With `oidcProvider` there is a `role`. The levels of \
         `lints` are `error`, `warning` and `off`.\n",
    );
    generated_page("docs/reference/workspace.md", &page);
}

#[test]
fn generated_reference_of_json_is_the_schemas() {
    let kinds = [
        ("plan", "Plan", "`plan --format json` prints it, and `plan --out FILE` saves it with what must still hold."),
        ("report", "Report", "`apply --format json` prints it."),
        ("workspace-plan", "Plan of a workspace", "`plan` prints and saves it for all accounts of a workspace file."),
        ("workspace-report", "Report of a workspace", "`apply` prints it for all accounts of a workspace file."),
        ("status", "Status", "`status --format json` prints it."),
        ("workspace-status", "Status of a workspace", "`status` prints it for all accounts of a workspace file."),
        (
            "list",
            "List",
            "`list --format json` prints it, and `show --format json` for one letter. What is registered counts; what is declared stands in for it where nothing is.",
        ),
        ("workspace-list", "List of a workspace", "`list` prints it for all accounts of a workspace file."),
        (
            "diagnostics",
            "Diagnostics",
            "`validate --format json` prints it. For GitHub and code scanning there are `--format github` and `--format sarif`.",
        ),
        (
            "doctor",
            "Examinations",
            "`doctor --format json` prints it, with one examination for each account of a workspace file.",
        ),
        (
            "accounts",
            "Accounts",
            "`accounts --format json` prints it, in one line, in the form of the matrix of a CI system.",
        ),
        ("journal", "Journal", "`apply --journal FILE` writes one for each line."),
        ("proofread", "Proof", "`proofread --format json` prints it."),
    ];
    let mut page = "# What is printed as JSON\n\nEvery document but the matrix of accounts and the journal names its `formatVersion`, which changes when a field goes or changes \
                    its meaning; fields may come. The same input gives the same bytes, and no secret is in it. `letterform schema KIND` \
                    prints the JSON schemas, the same bytes as in [`schema/`](../../schema).\n"
        .to_owned();
    let mut definitions: BTreeMap<String, Value> = BTreeMap::new();
    for (kind, title, said) in kinds {
        let schema = printed(kind);
        write!(page, "\n## {title}\n\n{said} Its schema: `letterform schema {kind}`.\n\n").unwrap();
        Pages::new(&mut page, 3).object(&schema);
        for (name, definition) in schema["$defs"].as_object().expect("definitions") {
            let known = definitions.insert(name.clone(), definition.clone());
            assert!(known.is_none_or(|known| known == *definition), "{name} is one thing in all schemas");
        }
    }
    page.push_str("\n## Parts\n");
    Pages::new(&mut page, 3).definitions(&definitions);
    generated_page("docs/reference/json.md", &page);
}

/// Checks documents against the schema that the program prints.
#[track_caller]
fn hold(kind: &str, documents: impl IntoIterator<Item = Value>) {
    let schema = printed(kind);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for document in documents {
        let problems: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{kind}: {problems:?} in {document:#}");
    }
}

#[test]
fn lists_are_as_their_schemas_say() {
    let project = Project::with_letters(&["甲委托", "乙委托"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    // One that is registered otherwise, and one that is not declared.
    project.declare(&[letter("甲委托").signing(&["菜鸟裹裹"]), letter("丙委托")]);
    let list = |arguments: &[&str]| project.sandbox(&[arguments, &["--format=json"]].concat()).exits(0).json();
    let mut lists = vec![list(&["list"]), list(&["list", "--signatures"]), list(&["show", "甲委托"])];
    project.declare(&["乙委托"]);
    let _ = project.run(&["renew", "乙委托", "--until=2029-12-31"]).exits(0);
    lists.push(list(&["list"]));
    hold("list", lists);
    let accounts = [account("a").with("letters", "letters.yaml"), account("b").with("letters", "no")];
    project.write("letterform.yaml", workspace(&accounts));
    hold("workspace-list", [project.sandbox(&["list", "--format=json"]).exits(1).json()]);
    hold("accounts", [project.run(&["accounts", "--format=json"]).exits(0).json()]);
}

#[test]
fn diagnostics_are_as_their_schema_says() {
    let project = Project::with_letters(&[letter("甲委托"), letter("甲委托").signing(&["【菜鸟】"])]);
    let found = project.run(&["validate", "--format=json"]).exits(1).json();
    assert!(found["diagnostics"].as_array().unwrap().iter().any(|one| one.get("fix").is_some()), "{found}");
    hold("diagnostics", [found, project.run(&["validate", "none", "--format=json"]).exits(1).json()]);
}

/// An account that may not query, and two of a workspace that have no credentials.
#[test]
fn examinations_are_as_their_schema_says() {
    let project = Project::example("quickstart");
    let emulator = Emulator::start(&project, &["query code=Forbidden.RAM"]);
    let refused = emulator.run(&project, &["doctor", "--format=json"]).exits(1).json();
    let accounts = Project::example("accounts");
    let without = accounts.run(&["doctor", "--format=json", "--endpoint=http://127.0.0.1:1"]).exits(1).json();
    hold("doctor", [refused, without]);
}

#[test]
fn a_journal_is_as_its_schema_says() {
    let project = Project::with_letters(&["甲委托", "乙委托"]);
    let emulator = Emulator::start(&project, &["create code=SignNotMatchRegex call=1", "query status=503 call=1"]);
    let _ = emulator.run(&project, &["apply", "--auto-approve", "--journal=journal.jsonl"]).exits(1);
    let journal = project.read("journal.jsonl");
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in ["run", "began", "request", "settled"] {
        assert!(lines.iter().any(|line| line["event"] == event), "{event}: {journal}");
    }
    hold("journal", lines);
}
