//! The references of declarations, of the workspace file and of what is printed as JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

use crate::{
    generated::generated,
    project::{Emulator, Project, letter},
    reference::schema::{BY_DEFAULT, Pages},
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
    generated("docs/reference/declarations.md", &page);
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
    generated("docs/reference/workspace.md", &page);
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
    ];
    let mut page = "# What is printed as JSON\n\nEvery document names its `formatVersion`, which changes when a field goes or changes \
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
    for document in documents() {
        document.describe(&mut page);
    }
    page.push_str("\n## Parts\n");
    Pages::new(&mut page, 3).definitions(&definitions);
    generated("docs/reference/json.md", &page);
}

/// A document that has no schema: its fields are held to what is printed.
struct Document {
    title: &'static str,
    said: &'static str,
    /// The path of a field, its type, and what it is.
    fields: &'static [(&'static str, &'static str, &'static str)],
    printed: Vec<Value>,
}

fn documents() -> [Document; 3] {
    [
        Document {
            title: "Inventory",
            said: "`list --format json` prints it. What is registered counts; what is declared stands in for it where nothing is.",
            fields: INVENTORY,
            printed: inventories(),
        },
        Document {
            title: "Diagnostics",
            said: "`validate --format json` prints it. For GitHub and code scanning there are `--format github` and `--format sarif`.",
            fields: DIAGNOSTICS,
            printed: diagnostics(),
        },
        Document {
            title: "Examinations",
            said: "`doctor --format json` prints it, with one examination for each account of a workspace file.",
            fields: EXAMINATIONS,
            printed: examinations(),
        },
    ]
}

impl Document {
    /// Describes the document, once it is seen that the table has the fields that are printed, and no other.
    fn describe(&self, page: &mut String) {
        let mut found = BTreeSet::new();
        for document in &self.printed {
            collect(document, "", &mut found);
        }
        let told: BTreeSet<String> = self.fields.iter().map(|(path, ..)| (*path).to_owned()).collect();
        assert_eq!(told, found, "{}", self.title);
        write!(page, "\n## {}\n\n{}\n\n| field | type | what it is |\n|---|---|---|\n", self.title, self.said).unwrap();
        for (path, kind, said) in self.fields {
            writeln!(page, "| `{path}` | {kind} | {said} |").unwrap();
        }
    }
}

/// The paths of the fields of a document. What every document has, and what the parts below describe, is left out.
fn collect(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let described = ["generator", "source", "differences", "validity"].contains(&name.as_str());
                if name != "formatVersion" && name != "generator" {
                    found.insert(path.clone());
                }
                if !described {
                    collect(value, &path, found);
                }
            }
        }
        Value::Array(values) => {
            for value in values {
                collect(value, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
    // A list of objects is told by their fields.
    if value.as_array().is_some_and(|values| values.iter().any(Value::is_object)) {
        found.remove(path);
    }
}

/// A letter that is registered otherwise, one with a successor, one that is missing and one that is not declared.
fn inventories() -> Vec<Value> {
    let project = Project::with_letters(&["甲委托", "乙委托"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let changed = letter("甲委托").replace("[菜鸟网络]", "[菜鸟裹裹]");
    project.write("letters.yaml", format!("version: 1\nletters:\n{changed}"));
    let differs = project.sandbox(&["list", "--format=json"]).exits(0).json();
    project.write("letters.yaml", format!("version: 1\nletters:\n{}", letter("乙委托")));
    let _ = project.run(&["renew", "乙委托", "--until=2029-12-31"]).exits(0);
    vec![differs, project.sandbox(&["list", "--format=json"]).exits(0).json()]
}

fn diagnostics() -> Vec<Value> {
    let project = Project::with_letters(&["甲委托"]);
    let wrong = letter("甲委托").replace("[菜鸟网络]", "[【菜鸟】]");
    project.write("letters.yaml", format!("version: 1\nletters:\n{}{wrong}", letter("甲委托")));
    vec![project.run(&["validate", "--format=json"]).exits(1).json()]
}

/// An account that may not query, and two of a workspace that have no credentials.
fn examinations() -> Vec<Value> {
    let project = Project::example("quickstart");
    let emulator = Emulator::start(&project, &["query code=Forbidden.RAM"]);
    let refused = emulator.run(&project, &["doctor", "--format=json"]).exits(1).json();
    vec![
        refused,
        Project::example("accounts").run(&["doctor", "--format=json", "--endpoint=http://127.0.0.1:1"]).exits(1).json(),
    ]
}

const INVENTORY: &[(&str, &str, &str)] = &[
    ("today", "date", "The day by which the days left are counted."),
    ("letters[].name", "text", "The letter's name."),
    ("letters[].action", "text", "What a plan says: `create`, `unchanged`, `conflict` or `unmanaged`."),
    ("letters[].id", "number or null", "The letter's number, once it is registered."),
    ("letters[].state", "text", "`INT` (not yet reviewed), `PASSED`, or whatever else the service says."),
    ("letters[].status", "text", "`VALID`, `INVALID` (expired), or whatever else the service says."),
    ("letters[].source", "[source](#source)", "Where it is declared, if it is."),
    ("letters[].authorizer", "text", "The company that owns the signatures."),
    ("letters[].authorizedParty", "text", "The company that may use them."),
    ("letters[].organizationCode", "text", "The authorizer's code."),
    (
        "letters[].validity",
        "[declared validity](#declared-validity) or null",
        "Null when the service's words are no two dates.",
    ),
    ("letters[].daysLeft", "number or null", "0 on the last day, negative once it has expired."),
    ("letters[].signatures", "list of texts", "The signatures."),
    (
        "letters[].scan",
        "text",
        "Whether it is known what the registered picture shows: `known`, `unknown`, `differs`, `missing`.",
    ),
    ("letters[].declaredPicture", "text", "The declared scan or fileKey."),
    ("letters[].registeredPicture", "text", "The path of the registered picture."),
    ("letters[].successor", "text", "The letter that takes over when this one ends."),
    (
        "letters[].differences",
        "list of [difference](#difference)",
        "What is registered with another content than declared.",
    ),
];

const DIAGNOSTICS: &[(&str, &str, &str)] = &[
    ("summary", "mapping", "How much was looked at and found."),
    ("summary.files", "number", "Files that were read."),
    ("summary.letters", "number", "Letters that can be used."),
    ("summary.errors", "number", "Errors."),
    ("summary.warnings", "number", "Warnings."),
    ("diagnostics[].code", "text", "The [rule](rules.md)."),
    ("diagnostics[].severity", "text", "`error` or `warning`."),
    ("diagnostics[].message", "text", "What is wrong."),
    (
        "diagnostics[].file",
        "text",
        "The file. This field and the four below are missing when the problem has no place.",
    ),
    ("diagnostics[].line", "number", "The line, from 1."),
    ("diagnostics[].column", "number", "The column, from 1, in characters."),
    ("diagnostics[].endLine", "number", "The line of the end."),
    ("diagnostics[].endColumn", "number", "The column of the end, which is no longer a part of it."),
    ("diagnostics[].help", "text", "What to do."),
    ("diagnostics[].fix", "mapping", "What mends it in the file, when that is known."),
    ("diagnostics[].fix.edits[].column", "number", ""),
    ("diagnostics[].fix.edits[].endColumn", "number", ""),
    ("diagnostics[].fix.edits[].endLine", "number", ""),
    ("diagnostics[].fix.edits[].file", "text", ""),
    ("diagnostics[].fix.edits[].line", "number", ""),
    ("diagnostics[].fix.edits[].text", "text", "What is written in the place of what is there."),
    (
        "diagnostics[].fix.safe",
        "true or false",
        "Whether `validate --fix` does it; everything else is for a person to confirm.",
    ),
    ("diagnostics[].fix.title", "text", "What it does."),
    ("diagnostics[].related[].message", "text", "What another place has to do with it."),
    ("diagnostics[].related[].file", "text", "That place, as above."),
    ("diagnostics[].related[].line", "number", ""),
    ("diagnostics[].related[].column", "number", ""),
    ("diagnostics[].related[].endLine", "number", ""),
    ("diagnostics[].related[].endColumn", "number", ""),
];

const EXAMINATIONS: &[(&str, &str, &str)] = &[
    ("healthy", "true or false", "Whether nothing is in the way of a plan, for any account."),
    ("examinations[].account", "text", "The account, where there is a workspace file."),
    (
        "examinations[].checks[].check",
        "text",
        "`declarations`, `credentials`, `endpoint`, `reachable`, `clock`, `signature`, `caller` or `permission`.",
    ),
    (
        "examinations[].checks[].verdict",
        "text",
        "`ok`, `warning`, `failed`, or `skipped` because of a check before it.",
    ),
    ("examinations[].checks[].found", "list of texts", "What was found, the most important line first."),
    ("examinations[].checks[].help", "text", "What to do."),
    ("examinations[].checks[].requestId", "text", "The id of the request, when one failed."),
];
