//! The letters in the answer to a query, each read on its own: one that can't be read hides no
//! other.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::letters::LetterData;

/// The most bytes of a text that is read: several times what the longest documented one has.
const MAX_TEXT: usize = 16 << 10;
/// The entries that an answer may hold whatever its length.
const FREE_ENTRIES: usize = 10_000;
/// The bytes of an answer for each further entry. The names of a letter's fields alone have more,
/// and a letter in memory has a few times as many: so an answer of any shape is read in a few times
/// its own length.
const BYTES_PER_ENTRY: usize = 160;

/// How the error begins that tells of more entries than letters can fill.
pub const TOO_MANY: &str = "has more entries than letters can fill";

/// What `Data` of the answer to `QuerySmsAuthorizationLetter` holds.
///
/// A field may be absent, null or of another type; fields that nobody knows are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterList {
    /// The letters that can be read.
    pub letters: Vec<LetterData>,
    /// The entries that can't.
    pub unreadable: Vec<UnreadableEntry>,
}

/// An entry that is no letter that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEntry {
    /// Which entry of the answer it is, counted from 1.
    pub position: usize,
    /// The letter's name, when that much is certain.
    pub name: Option<String>,
    /// What is wrong with it, in words that quote nothing of it.
    pub problem: String,
}

impl<'de> Deserialize<'de> for LetterList {
    /// Works with `serde_json`'s deserializer of texts alone.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = LetterList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of letters")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<LetterList, A::Error> {
                let mut list = LetterList::default();
                let mut bytes = 0;
                while let Some(entry) = entries.next_element::<&'de RawValue>()? {
                    let position = list.letters.len() + list.unreadable.len() + 1;
                    bytes += entry.get().len();
                    if position > FREE_ENTRIES + bytes / BYTES_PER_ENTRY {
                        return Err(A::Error::custom(format!("{TOO_MANY}: {position} in {bytes} bytes")));
                    }
                    match letter(entry) {
                        Ok(letter) => list.letters.push(letter),
                        Err((name, problem)) => list.unreadable.push(UnreadableEntry { position, name, problem }),
                    }
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(Entries)
    }
}

/// The fields of a letter, as answers name them.
const FIELDS: [&str; 10] = [
    "AuthorizationLetterId",
    "AuthorizationLetterName",
    "Authorization",
    "ProxyAuthorization",
    "OrganizationCode",
    "AuthorizationLetterExpDate",
    "AuthorizationLetterPic",
    "SignScope",
    "State",
    "Status",
];
const NAME: usize = 1;

/// The values of [`FIELDS`] in an entry, and the first duplicate one.
#[derive(Default)]
struct Fields<'a> {
    values: [Option<&'a RawValue>; FIELDS.len()],
    repeated: Option<usize>,
    /// Whether there are two names, which differ, so that it is not known.
    names_differ: bool,
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a letter")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Fields::default();
                while let Some(Key(key)) = entries.next_key()? {
                    let Some(field) = FIELDS.iter().position(|field| *field == key) else {
                        entries.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value: &RawValue = entries.next_value()?;
                    if let Some(before) = fields.values[field] {
                        fields.repeated.get_or_insert(field);
                        fields.names_differ |= field == NAME && before.get() != value.get();
                    } else {
                        fields.values[field] = Some(value);
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The name of a field.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads one letter; when it can't be read, its name as far as that is certain, and why.
fn letter(entry: &RawValue) -> Result<LetterData, (Option<String>, String)> {
    let fields: Fields<'_> = serde_json::from_str(entry.get()).map_err(|_| (None, no_object(entry)))?;
    let certain = fields.values[NAME].filter(|_| !fields.names_differ);
    let name = certain.and_then(|name| text(name).ok()).filter(|name| is_name(name));
    let fails = |problem: String| (name.clone(), problem);
    if let Some(field) = fields.repeated {
        return Err(fails(format!("duplicate field `{}`", FIELDS[field])));
    }
    let [id, letter_name, authorizer, party, code, validity, picture, signatures, state, status] = fields.values;
    let of = |field: usize, value: Option<&RawValue>| {
        let read = value.map_or(Ok(String::new()), text);
        read.map_err(|problem| fails(format!("the field `{}` {problem}", FIELDS[field])))
    };
    let letter = LetterData {
        id: id.map_or(Ok(None), number).map_err(|problem| fails(format!("the field `{}` {problem}", FIELDS[0])))?,
        name: of(NAME, letter_name)?,
        authorizer: of(2, authorizer)?,
        authorized_party: of(3, party)?,
        organization_code: of(4, code)?,
        validity: of(5, validity)?,
        picture_url: Some(of(6, picture)?).filter(|url| !url.is_empty()),
        signatures: of(7, signatures)?,
        state: of(8, state)?,
        status: of(9, status)?,
    };
    if is_name(&letter.name) { Ok(letter) } else { Err((None, format!("the field `{}` holds no name", FIELDS[NAME]))) }
}

fn no_object(entry: &RawValue) -> String {
    if entry.get().starts_with('{') { "it is not valid".to_owned() } else { "it is not an object".to_owned() }
}

/// Whether a text can be the name by which a letter is known: it is not blank, and no byte of it
/// was lost.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::REPLACEMENT_CHARACTER)
}

/// Any value as text: `null` is the empty one, a string is itself, anything else is its JSON.
fn text(value: &RawValue) -> Result<String, String> {
    let json = value.get();
    // What is escaped is at most six times as long.
    if json.len() > 6 * MAX_TEXT + 2 {
        return Err(format!("has {} bytes", json.len()));
    }
    let text = match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map_err(|_| "is no valid string".to_owned())?,
        _ if json == "null" => String::new(),
        _ => json.to_owned(),
    };
    if text.len() > MAX_TEXT { Err(format!("has {} bytes", text.len())) } else { Ok(text) }
}

/// A whole number, or a string of its digits; another value of JSON is none.
fn number(value: &RawValue) -> Result<Option<u64>, String> {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => {
            let number: Result<serde_json::Number, _> = serde_json::from_str(json);
            number.map(|number| number.as_u64()).map_err(|_| "is a number that is out of range".to_owned())
        }
        Some(b'"') => Ok(text(value).ok().and_then(|digits| digits.trim().parse().ok())),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> LetterList {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn a_letter_is_read_whatever_the_types_of_its_fields() {
        let list = read(
            r#"[{"AuthorizationLetterId":"12","AuthorizationLetterName":7,"State":["?"],"SignScope":null,"New":1},
                {"AuthorizationLetterId":13,"AuthorizationLetterName":"\u7532"},
                {"AuthorizationLetterId":-1.5,"AuthorizationLetterName":"乙"}]"#,
        );
        let letters = &list.letters;
        assert_eq!(list.unreadable, []);
        assert_eq!(letters.iter().map(|letter| letter.id).collect::<Vec<_>>(), [Some(12), Some(13), None]);
        assert_eq!((letters[0].name.as_str(), letters[0].state.as_str()), ("7", "[\"?\"]"));
        assert_eq!((letters[1].name.as_str(), letters[1].picture_url.as_deref()), ("甲", None));
    }

    #[test]
    fn a_letter_that_cannot_be_read_hides_no_other() {
        let long = "x".repeat(MAX_TEXT + 1);
        let list = read(&format!(
            r#"[{{"AuthorizationLetterName":"甲"}},
                {{"AuthorizationLetterId":1e400,"AuthorizationLetterName":"乙"}},
                {{"AuthorizationLetterName":"丙","State":"INT","State":"PASSED"}},
                {{"AuthorizationLetterName":"丁","AuthorizationLetterName":"戊"}},
                {{"AuthorizationLetterName":"己","Status":"{long}"}},
                {{"AuthorizationLetterName":"\ud800"}}, 7, {{}},
                {{"AuthorizationLetterName":"庚"}}]"#
        ));
        assert_eq!(list.letters.iter().map(|letter| letter.name.as_str()).collect::<Vec<_>>(), ["甲", "庚"]);
        let unreadable: Vec<_> = list
            .unreadable
            .iter()
            .map(|entry| (entry.position, entry.name.as_deref().unwrap_or("-"), entry.problem.as_str()))
            .collect();
        assert_eq!(
            unreadable,
            [
                (2, "乙", "the field `AuthorizationLetterId` is a number that is out of range"),
                (3, "丙", "duplicate field `State`"),
                (4, "-", "duplicate field `AuthorizationLetterName`"),
                (5, "己", "the field `Status` has 16385 bytes"),
                (6, "-", "the field `AuthorizationLetterName` is no valid string"),
                (7, "-", "it is not an object"),
                (8, "-", "the field `AuthorizationLetterName` holds no name"),
            ]
        );
    }

    #[test]
    fn what_is_no_list_is_not_taken_for_an_empty_one() {
        assert!(serde_json::from_str::<LetterList>(r#"{"List":[]}"#).is_err());
        assert!(serde_json::from_str::<LetterList>("[1").is_err());
    }

    #[test]
    fn more_entries_than_letters_can_fill_are_not_read() {
        let entries = |count: usize| format!("[{}{{}}]", "{},".repeat(count - 1));
        assert_eq!(read(&entries(FREE_ENTRIES)).unreadable.len(), FREE_ENTRIES);
        let error = serde_json::from_str::<LetterList>(&entries(1_000_000)).expect_err("too many").to_string();
        assert!(error.starts_with("has more entries than letters can fill: 10127 in 20254 bytes"), "{error}");
    }
}
