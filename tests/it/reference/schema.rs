//! A JSON schema as tables: each field with its type, whether it must be there, and what it is.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Map, Value};

use crate::reference::cell;

/// Names the fields that an object needs unless they have a default elsewhere.
pub(crate) const BY_DEFAULT: &str = "x-required-or-default";

/// Parts of a page about schemas.
pub(crate) struct Pages<'a> {
    page: &'a mut String,
    /// The level of the headings below the page's parts.
    level: usize,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(page: &'a mut String, level: usize) -> Self {
        Self { page, level }
    }

    /// An object with its fields, and below it the objects within it, each under its own heading.
    pub(crate) fn object(&mut self, schema: &Value) {
        let branches = branches(schema);
        if fields(schema).next().is_some() {
            self.table(schema);
        }
        for branch in branches {
            self.branch(branch);
        }
        for (name, inner) in fields(schema) {
            if let Some(object) = inner_object(inner) {
                let (hashes, title) = ("#".repeat(self.level), title(object).unwrap_or(name));
                let said = text(object, "description");
                write!(self.page, "\n{hashes} {}\n\n{}", capital(title), paragraph(said)).unwrap();
                self.object(object);
            }
        }
    }

    /// One of several forms that an object can take, told apart by a constant or by a field.
    fn branch(&mut self, branch: &Value) {
        let told_by = fields(branch).find_map(|(name, field)| Some((name, field.get("const")?)));
        let said = text(branch, "description");
        match told_by {
            Some((name, value)) => write!(self.page, "\nWith `{name}: {}`. {said}\n\n", word(value)).unwrap(),
            None => write!(self.page, "\nEither: {said}\n\n").unwrap(),
        }
        self.table(branch);
    }

    fn table(&mut self, schema: &Value) {
        let shown: Vec<_> = fields(schema).filter(|(_, field)| !(is_tag(field))).collect();
        if shown.is_empty() {
            self.page.push_str("It has no other field.\n");
            return;
        }
        self.page.push_str("| field | type | | what it is |\n|---|---|---|---|\n");
        let has =
            |list: &str, name: &str| schema[list].as_array().is_some_and(|names| names.iter().any(|one| one == name));
        for (name, field) in shown {
            let must = match (has("required", name), has(BY_DEFAULT, name)) {
                (true, _) => "required",
                (false, true) => "required, here or in `defaults`",
                (false, false) => "",
            };
            writeln!(self.page, "| `{name}` | {} | {must} | {} |", cell(&kind(field)), cell(&meaning(field))).unwrap();
        }
    }

    /// The definitions that schemas share.
    pub(crate) fn definitions(&mut self, definitions: &BTreeMap<String, Value>) {
        for (name, schema) in definitions {
            let hashes = "#".repeat(self.level);
            write!(self.page, "\n{hashes} {}\n\n{}", spaced(name), paragraph(text(schema, "description"))).unwrap();
            if let Some(words) = words(schema) {
                for (word, said) in words {
                    writeln!(
                        self.page,
                        "- `{word}`{}",
                        if said.is_empty() { String::new() } else { format!(": {said}") }
                    )
                    .unwrap();
                }
            } else if let Some(forms) = schema["anyOf"].as_array() {
                for form in forms {
                    writeln!(self.page, "- {}: {}", kind(form), text(form, "description")).unwrap();
                }
            } else {
                self.object(schema);
            }
        }
    }
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{text}\n\n") }
}

/// A tag is told above the table of its branch.
fn is_tag(field: &Value) -> bool {
    field.get("const").is_some_and(Value::is_string)
}

fn fields(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    schema["properties"].as_object().into_iter().flatten().map(|(name, field)| (name.as_str(), field))
}

/// The forms that an object can take. A list of forms that only say which fields are required is
/// none.
fn branches(schema: &Value) -> Vec<&Value> {
    let direct = schema["oneOf"].as_array().into_iter().flatten();
    let nested = schema["allOf"].as_array().into_iter().flatten().filter_map(|part| part["oneOf"].as_array()).flatten();
    direct.chain(nested).filter(|branch| branch["properties"].is_object()).collect()
}

/// The words that a text can be, with what they mean.
fn words(schema: &Value) -> Option<Vec<(String, String)>> {
    if let Some(words) = schema["enum"].as_array() {
        return Some(words.iter().map(|value| (word(value), String::new())).collect());
    }
    let forms = schema["oneOf"].as_array()?;
    let one = |form: &Value| Some((word(form.get("const")?), text(form, "description").to_owned()));
    forms.iter().map(one).collect()
}

/// The object that a field holds, itself or in a list, when it is not defined elsewhere.
fn inner_object(field: &Value) -> Option<&Value> {
    let schema = field.get("items").unwrap_or(field);
    let is_object = schema["type"] == "object" && schema["properties"].is_object();
    // A rule a line would say what the reference of rules says.
    (is_object && !is_map_of_rules(schema)).then_some(schema)
}

fn is_map_of_rules(schema: &Value) -> bool {
    fields(schema).any(|(name, _)| name.starts_with("LF-"))
}

fn title(schema: &Value) -> Option<&str> {
    schema["title"].as_str()
}

/// The type of a field in words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = spaced(reference.trim_start_matches("#/$defs/"));
        return format!("[{}](#{})", name.to_lowercase(), name.to_lowercase().replace(' ', "-"));
    }
    if let Some(value) = schema.get("const") {
        return format!("`{}`", word(value));
    }
    if let Some(words) = words(schema) {
        return words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if is_map_of_rules(schema) {
        return "mapping of [rules](rules.md)".to_owned();
    }
    if let Some(object) = inner_object(schema) {
        let name = title(object).unwrap_or("mapping");
        let link = format!("[{name}](#{})", name.to_lowercase().replace(' ', "-"));
        return if schema["type"] == "array" { format!("list of {link}") } else { link };
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        return forms.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        other => panic!("a type: {other} in {schema}"),
    };
    let scalar = ["string", "number", "boolean"];
    if types == scalar {
        // Written without quotes, YAML would take some texts for numbers or booleans.
        return "text".to_owned();
    }
    types.iter().map(|one| kind_of(one, schema)).collect::<Vec<_>>().join(" or ")
}

fn kind_of(one: &str, schema: &Value) -> String {
    match one {
        "string" if schema["format"] == "date" => "date".to_owned(),
        "string" => "text".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"]).replace("text", "texts")),
        "object" => "mapping".to_owned(),
        "null" => "null".to_owned(),
        other => panic!("a type: {other}"),
    }
}

/// What a field is, and the limits that its schema sets.
fn meaning(schema: &Value) -> String {
    let said = schema["markdownDescription"].as_str().unwrap_or(text(schema, "description")).replace("\n\n", "<br>");
    let mut parts = Vec::from_iter((!said.is_empty()).then_some(said));
    let limits = limits(schema.as_object().expect("a schema"));
    if !limits.is_empty() {
        parts.push(limits);
    }
    if let Some(items) = schema.get("items").filter(|items| items["patternErrorMessage"].is_string()) {
        parts.push(format!("Each: {}", meaning(items).replace("<br>", " ")));
    }
    if let Some(example) = schema["examples"][0].as_str() {
        parts.push(format!("Such as `{example}`"));
    } else if let Some(example) = schema["examples"].get(0) {
        let words: Vec<String> = example.as_array().into_iter().flatten().map(word).collect();
        parts.push(format!("Such as `[{}]`", words.join(", ")));
    }
    parts.join("<br>")
}

fn limits(schema: &Map<String, Value>) -> String {
    let number = |name: &str| schema.get(name).and_then(Value::as_u64);
    let mut limits = Vec::new();
    let mut range = |least: Option<u64>, most: Option<u64>, what: &str| match (least, most) {
        (Some(least), Some(most)) => limits.push(format!("{least} to {most}{what}.")),
        (Some(least), None) if least > 1 => limits.push(format!("At least {least}{what}.")),
        (None, Some(most)) => limits.push(format!("At most {most}{what}.")),
        _ => {}
    };
    range(number("minLength"), number("maxLength"), " characters");
    range(number("minItems"), number("maxItems"), " of them");
    range(number("minimum").filter(|_| number("maximum").is_some()), number("maximum"), "");
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        limits.push("No duplicates.".to_owned());
    }
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let messages = std::iter::once(schema).chain(parts).filter_map(|part| part.get("patternErrorMessage"));
    limits.extend(messages.filter_map(Value::as_str).map(str::to_owned));
    if let Some(default) = schema.get("default").filter(|_| !schema.contains_key("const")) {
        limits.push(format!("Default: {}.", word(default)));
    }
    limits.join(" ")
}

fn text<'a>(schema: &'a Value, name: &str) -> &'a str {
    schema[name].as_str().unwrap_or_default()
}

/// A value as it is written.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A name in words: `LetterEntry` is a letter entry.
pub(crate) fn spaced(name: &str) -> String {
    let mut words = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_uppercase() && at > 0 {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else {
            words.push(c);
        }
    }
    words
}
