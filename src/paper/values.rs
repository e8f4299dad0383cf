//! What a template can use: the fields of a letter, under their names in declarations.

use std::{collections::BTreeSet, fmt, sync::Arc};

use jiff::civil::Date;
use minijinja::{
    Environment, Error, ErrorKind, Value,
    value::{Enumerator, Object, ObjectRepr},
};

use super::{Source, TemplateProblem, source, variables};
use crate::letter::{Field, Letter, Validity};

/// The fields that the reader of a paper compares with the registered letter.
pub(super) const ON_PAPER: [Field; 5] =
    [Field::Authorizer, Field::AuthorizedParty, Field::OrganizationCode, Field::Validity, Field::Signatures];

/// Every name that a template can use.
const NAMES: [&str; 8] = [
    "name",
    "authorizer",
    "authorizedParty",
    "organizationCode",
    "validity",
    "validity.from",
    "validity.to",
    "signatures",
];

/// The values of a letter.
pub(super) fn of<P>(letter: &Letter<P>) -> Value {
    let texts = [letter.name.as_str(), letter.authorizer.as_str(), letter.authorized_party.as_str()];
    let signatures = letter.signatures.iter().map(|signature| signature.as_str().to_owned()).collect();
    named(texts, letter.organization_code.as_str(), letter.validity, signatures)
}

/// Values of a letter that nobody has, with which a template is tried.
pub(super) fn sample() -> Value {
    let validity =
        Validity::new(Date::constant(2026, 1, 1), Date::constant(2027, 1, 1)).expect("it ends after it begins");
    named(["name", "authorizer", "party"], "code", validity, vec!["one".to_owned(), "two".to_owned()])
}

fn named(texts: [&str; 3], code: &str, validity: Validity, signatures: Vec<String>) -> Value {
    let [name, authorizer, party] = texts.map(Value::from);
    Value::from_pairs([
        ("name", name),
        ("authorizer", authorizer),
        ("authorizedParty", party),
        ("organizationCode", Value::from(code)),
        ("validity", Value::from_object(Days(validity))),
        ("signatures", Value::from_object(Names(signatures))),
    ])
}

/// `validity`: prints as declarations write it, and has `from` and `to`.
#[derive(Debug)]
struct Days(Validity);

impl Object for Days {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let date = match key.as_str()? {
            "from" => self.0.from(),
            "to" => self.0.until(),
            _ => return None,
        };
        Some(Value::from(date.to_string()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["from", "to"])
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// `signatures`: a list that prints with the comma of Chinese enumerations between its items.
#[derive(Debug)]
struct Names(Vec<String>);

impl Object for Names {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).map(Value::from)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("、"))
    }
}

/// Adds the filter `chinese`: a date as `2026年1月1日`, a validity as two of them.
pub(super) fn add_filters(environment: &mut Environment<'_>) {
    environment.add_filter("chinese", |value: &Value| -> Result<String, Error> {
        if let Some(Days(validity)) = value.downcast_object_ref::<Days>() {
            return Ok(format!("{}至{}", chinese(validity.from()), chinese(validity.until())));
        }
        let date = value.as_str().and_then(|text| text.parse().ok());
        let date =
            date.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "`chinese` takes a date or `validity`"))?;
        Ok(chinese(date))
    });
}

fn chinese(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// The fields that a template reads.
pub(super) fn used(environment: &Environment<'static>) -> BTreeSet<Field> {
    variables(environment).iter().filter_map(|name| Field::from_name(root(name))).collect()
}

/// The placeholders that no letter has, each where it first stands.
pub(super) fn unknown(text: &Source, environment: &Environment<'static>) -> Vec<TemplateProblem> {
    let unknown = variables(environment).into_iter().filter(|name| !is_known(name) && name != source::CHUNKS);
    let mut found: Vec<(usize, TemplateProblem)> = unknown
        .map(|name| {
            let (order, place) = text.place_of(&name);
            (
                order,
                TemplateProblem { place, message: format!("unknown placeholder `{name}`"), help: Some(help(&name)) },
            )
        })
        .collect();
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, problem)| problem).collect()
}

/// Whether a letter has what a template names. What follows a value other than `validity` is for
/// the engine to judge.
fn is_known(name: &str) -> bool {
    NAMES.contains(&name) || root(name) != "validity" && NAMES.contains(&root(name))
}

fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn help(name: &str) -> String {
    let alike = |known: &&str| strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase());
    let best = NAMES.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|known| alike(known) > 0.8);
    best.map_or_else(|| format!("use one of {}", NAMES.join(", ")), |best| format!("did you mean `{best}`?"))
}
