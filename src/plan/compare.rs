use std::collections::BTreeSet;

use crate::letter::{
    ExistingLetter, Field, Letter, Picture, ScanObject, Validity, folded_form, normal_form, picture_path,
};

/// How a declared letter compares with one that exists under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The fields that differ, in the order in which declarations are written.
    pub differences: Vec<Difference>,
    /// The fields that differ in form alone: in width, in white space, and in a code's case. They
    /// are equal.
    pub forms: Vec<Difference>,
    /// The fields that can't be compared.
    pub unknown: Vec<Field>,
}

impl Comparison {
    /// Whether nothing differs, as far as can be known.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

/// A field with different content than declared.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// What is declared.
    pub declared: DifferenceValue,
    /// What exists.
    pub existing: DifferenceValue,
}

/// The content of a field, in the shape that the field has in declarations.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum DifferenceValue {
    /// A text; of a validity, the service's own words where they are no two dates.
    Text(String),
    /// Signatures.
    List(Vec<String>),
    /// A validity.
    Validity(DeclaredValidity),
}

/// A validity as two dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct DeclaredValidity {
    /// The first day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: jiff::civil::Date,
    /// The last day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: jiff::civil::Date,
}

impl From<Validity> for DeclaredValidity {
    fn from(validity: Validity) -> Self {
        Self { from: validity.from(), to: validity.until() }
    }
}

/// Compares a declared letter with one that exists: signatures as sets, the validity as dates,
/// texts by their normal form, a scan by the digest in the name of the existing picture, a file key
/// by the end of its URL's path.
pub fn compare(desired: &Letter<Picture>, existing: &ExistingLetter) -> Comparison {
    let mut comparison = Comparison { differences: Vec::new(), forms: Vec::new(), unknown: Vec::new() };
    let mut text = |field, declared: &str, there: &str, form: fn(&str) -> String| {
        if declared != there.trim() {
            let same = form(declared) == form(there);
            let list = if same { &mut comparison.forms } else { &mut comparison.differences };
            list.push(Difference {
                field,
                declared: DifferenceValue::Text(declared.to_owned()),
                existing: DifferenceValue::Text(there.to_owned()),
            });
        }
    };
    text(Field::Authorizer, desired.authorizer.as_str(), existing.authorizer.raw(), normal_form);
    text(Field::AuthorizedParty, desired.authorized_party.as_str(), existing.authorized_party.raw(), normal_form);
    text(Field::OrganizationCode, desired.organization_code.as_str(), existing.organization_code.raw(), folded_form);
    comparison.differences.extend(compare_validity(desired.validity, existing));
    compare_signatures(desired, existing, &mut comparison);
    match compare_picture(&desired.picture, existing.picture_url.as_deref()) {
        PictureMatch::Same => {}
        PictureMatch::Unknown(field) => comparison.unknown.push(field),
        PictureMatch::Other(difference) => comparison.differences.push(difference),
    }
    comparison
}

fn compare_validity(declared: Validity, existing: &ExistingLetter) -> Option<Difference> {
    let there = existing.parsed_validity();
    (there != Some(declared)).then(|| Difference {
        field: Field::Validity,
        declared: DifferenceValue::Validity(declared.into()),
        existing: there.map_or_else(
            || DifferenceValue::Text(existing.validity.raw().to_owned()),
            |validity| DifferenceValue::Validity(validity.into()),
        ),
    })
}

fn compare_signatures(desired: &Letter<Picture>, existing: &ExistingLetter, comparison: &mut Comparison) {
    let there = existing.signatures.iter().map(|signature| signature.raw().trim());
    if desired.signatures.same_as(there.clone()) {
        return;
    }
    let forms = |texts: &mut dyn Iterator<Item = &str>| texts.map(normal_form).collect::<BTreeSet<_>>();
    let same = forms(&mut desired.signatures.iter().map(AsRef::as_ref)) == forms(&mut there.clone());
    let list = if same { &mut comparison.forms } else { &mut comparison.differences };
    list.push(Difference {
        field: Field::Signatures,
        declared: DifferenceValue::List(desired.signatures.iter().map(ToString::to_string).collect()),
        existing: DifferenceValue::List(existing.signatures.iter().map(|name| name.raw().to_owned()).collect()),
    });
}

enum PictureMatch {
    Same,
    Unknown(Field),
    Other(Difference),
}

fn compare_picture(declared: &Picture, url: Option<&str>) -> PictureMatch {
    let path = url.map(picture_path).filter(|path| !path.trim_matches('/').is_empty());
    match (declared, path) {
        (Picture::Scan(scan), Some(path)) => {
            let name = path.rsplit('/').next().unwrap_or_default();
            match ScanObject::from_name(name) {
                Some(object) if object.holds(scan.digest) => PictureMatch::Same,
                Some(_) => PictureMatch::Other(Difference {
                    field: Field::Scan,
                    declared: DifferenceValue::Text(scan.object().to_string()),
                    existing: DifferenceValue::Text(name.to_owned()),
                }),
                None => PictureMatch::Unknown(Field::Scan),
            }
        }
        (Picture::FileKey(key), Some(path)) if key.is_end_of(&path) => PictureMatch::Same,
        (Picture::FileKey(key), Some(path)) => PictureMatch::Other(Difference {
            field: Field::FileKey,
            declared: DifferenceValue::Text(key.to_string()),
            existing: DifferenceValue::Text(path.trim_start_matches('/').to_owned()),
        }),
        (Picture::Scan(_), None) => PictureMatch::Unknown(Field::Scan),
        (Picture::FileKey(_), None) => PictureMatch::Unknown(Field::FileKey),
    }
}
