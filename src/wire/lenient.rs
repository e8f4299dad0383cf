//! Reading JSON that need not keep to its own documents.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

/// A value that is read whatever its type in JSON is.
pub(crate) trait Lenient: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Defines an object whose fields are each read as [`Lenient`]. One that is absent is the default.
macro_rules! lenient_object {
    (
        $(#[$meta:meta])*
        $vis:vis struct $Name:ident { $($(#[$of_field:meta])* $field_vis:vis $field:ident: $Type:ty,)* }
    ) => {
        #[derive(serde::Deserialize)]
        #[serde(default)]
        $(#[$meta])*
        $vis struct $Name {
            $(
                $(#[$of_field])*
                #[serde(deserialize_with = "crate::wire::lenient::Lenient::read")]
                $field_vis $field: $Type,
            )*
        }
    };
}
pub(crate) use lenient_object;

/// Any value as text: `null` is none, a string is itself, anything else is its JSON.
impl Lenient for Option<String> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        })
    }
}

/// Any value as text, none as the empty text.
impl Lenient for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::read(deserializer)?.unwrap_or_default())
    }
}

/// A whole number, or a string of its digits; anything else is none.
impl Lenient for Option<u64> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_u64(),
            Value::String(digits) => digits.trim().parse().ok(),
            _ => None,
        })
    }
}

/// `true`, `false`, or a string of either in any case; anything else is none.
impl Lenient for Option<bool> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Bool(truth) => Some(truth),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        })
    }
}

/// A list; `null` is an empty one.
impl<T: DeserializeOwned> Lenient for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Option::unwrap_or_default)
    }
}

/// A string, a number or a truth value as text; anything else is none, since it may hold what must
/// not be shown.
pub(crate) fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Scalar;

    impl<'de> Visitor<'de> for Scalar {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }

        fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
            Ok(Some(truth.to_string()))
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
            while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    }
    deserializer.deserialize_any(Scalar)
}
