//! `AccessDeniedDetail`: what RAM says of a refusal.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{escape::Untrusted, transport::Secrets, wire::lenient::Lenient};

/// The most characters of a detail that are shown.
const MAX_DETAIL: usize = 200;

/// Which right is missing, and whose it would be, as far as the service says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Denial {
    /// The action to allow (`AuthAction`), such as `dysms:CreateSmsAuthorizationLetter`.
    pub action: Option<Untrusted>,
    /// Who was refused (`AuthPrincipalDisplayName`).
    pub principal: Option<Untrusted>,
    /// What kind of principal that is (`AuthPrincipalType`).
    pub principal_type: Option<Untrusted>,
    /// The detail as it stands, when it is a text that names no action.
    pub text: Option<Untrusted>,
}

impl Denial {
    /// The detail in the body of an answer; `None` when there is none, or none that says anything.
    pub(super) fn in_body(body: &[u8]) -> Option<Box<Self>> {
        #[derive(Deserialize)]
        struct Body {
            #[serde(rename = "AccessDeniedDetail", default)]
            detail: Denial,
        }
        let Body { detail } = serde_json::from_slice(body).ok()?;
        (detail != Self::default()).then(|| Box::new(detail))
    }

    pub(super) fn without(&mut self, secrets: &Secrets) {
        let texts = [&mut self.action, &mut self.principal, &mut self.principal_type, &mut self.text];
        texts.into_iter().flatten().for_each(|text| secrets.remove_from(text.raw_mut()));
    }

    /// A detail that came as text: often an object written as JSON.
    fn of_text(text: &str) -> Self {
        let text = text.trim();
        match serde_json::from_str::<Self>(text) {
            Ok(detail) if text.starts_with('{') && detail != Self::default() => detail,
            _ if text.is_empty() => Self::default(),
            _ => Self { text: Some(Untrusted::short(text, MAX_DETAIL)), ..Self::default() },
        }
    }
}

/// ` (action: …; principal: …)`, or nothing.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let principal = self.principal.as_ref().map(|name| match &self.principal_type {
            Some(kind) => format!("principal: {name}, {kind}"),
            None => format!("principal: {name}"),
        });
        let action = self.action.as_ref().map(|action| format!("action: {action}"));
        let parts: Vec<String> =
            [action, principal, self.text.as_ref().map(ToString::to_string)].into_iter().flatten().collect();
        if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join("; ")) }
    }
}

impl<'de> Deserialize<'de> for Denial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Detail;

        /// The shapes that are read; anything else says nothing.
        impl<'de> Visitor<'de> for Detail {
            type Value = Denial;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an object")
            }

            fn visit_str<E>(self, text: &str) -> Result<Denial, E> {
                Ok(Denial::of_text(text))
            }

            fn visit_unit<E>(self) -> Result<Denial, E> {
                Ok(Denial::default())
            }

            fn visit_bool<E>(self, _: bool) -> Result<Denial, E> {
                Ok(Denial::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Denial, E> {
                Ok(Denial::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Denial, E> {
                Ok(Denial::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Denial, E> {
                Ok(Denial::default())
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Denial, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Denial::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Denial, A::Error> {
                let mut denial = Denial::default();
                while let Some(name) = fields.next_key::<String>()? {
                    let field = match name.as_str() {
                        "AuthAction" => &mut denial.action,
                        "AuthPrincipalDisplayName" => &mut denial.principal,
                        "AuthPrincipalType" => &mut denial.principal_type,
                        _ => {
                            fields.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    let Text(text) = fields.next_value()?;
                    *field = text.filter(|text| !text.is_empty()).map(|text| Untrusted::short(&text, MAX_DETAIL));
                }
                Ok(denial)
            }
        }
        deserializer.deserialize_any(Detail)
    }
}

#[derive(Deserialize)]
struct Text(#[serde(deserialize_with = "Lenient::read")] Option<String>);

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(detail: &str) -> String {
        let body = format!(r#"{{"Code":"NoPermission","AccessDeniedDetail":{detail},"Message":"m"}}"#);
        Denial::in_body(body.as_bytes()).map(|denial| denial.to_string()).unwrap_or_default()
    }

    #[test]
    fn both_shapes_tell_the_action_and_the_principal() {
        let object = r#"{"AuthAction":"dysms:CreateSmsAuthorizationLetter","AuthPrincipalType":"SubUser",
            "AuthPrincipalDisplayName":"20013","PolicyType":"ResourceGroupLevelIdentityBassdPolicy","NoPermissionType":"ImplicitDeny"}"#;
        let text = serde_json::to_string(object).expect("a text");
        for detail in [object, &text] {
            assert_eq!(shown(detail), " (action: dysms:CreateSmsAuthorizationLetter; principal: 20013, SubUser)");
        }
        assert_eq!(shown(r#""ask the administrator""#), " (ask the administrator)");
    }

    #[test]
    fn other_shapes_say_nothing_and_harm_nothing() {
        for detail in ["null", "\"\"", "{}", "[1,{}]", "7", "true", r#"{"AuthAction":null}"#, "-1", "1.5"] {
            assert_eq!(shown(detail), "", "{detail}");
        }
    }
}
