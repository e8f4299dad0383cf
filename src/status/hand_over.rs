//! The signatures that still name a letter which has a successor, and the request that moves each:
//! `UpdateSmsSign` with what the signature's last request said, as far as the service tells it.
//! What it does not tell is a gap.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::View;
use crate::{
    escape::Untrusted,
    inventory::Entry,
    letter::LetterId,
    signature::{AppliedSignature, Audit, SignatureDetails},
};

/// A signature to move from a letter to its successor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// The signature.
    pub signature: Untrusted,
    /// The letter that it names.
    pub from: MoveTarget,
    /// The letter that takes over.
    pub to: MoveTarget,
    /// Whether the request can be sent now: the service takes no change while a review is under
    /// way.
    pub ready: bool,
    /// The parameters of `UpdateSmsSign`; empty when the signature's last request was not asked
    /// for.
    #[serde(serialize_with = "given", default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub parameters: Vec<Parameter>,
    /// What the signature is the name of, in the service's words (`SignUsage`): it helps to fill in
    /// `SignSource`.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub usage: Untrusted,
    /// The parameters that the service does not tell.
    #[schemars(with = "Vec<String>")]
    pub gaps: Vec<&'static str>,
}

/// A letter that a signature is moved from or to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MoveTarget {
    /// Its number (`AuthorizationLetterId`).
    #[schemars(with = "u64")]
    pub id: LetterId,
    /// Its name.
    pub name: Untrusted,
}

impl fmt::Display for MoveTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

/// A parameter of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub value: ParameterValue,
}

/// What a parameter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// As the service tells it.
    Given(String),
    /// The service does not tell it. The text says what belongs there; it is the program's own.
    Gap(&'static str),
}

/// The parameters that are known, as an object.
fn given<S: Serializer>(parameters: &[Parameter], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for Parameter { name, value } in parameters {
        if let ParameterValue::Given(value) = value {
            map.serialize_entry(name, value)?;
        }
    }
    map.end()
}

pub(super) fn of(view: &View<'_>) -> Vec<Move> {
    let target = |entry: &Entry<'_>| Some(MoveTarget { id: entry.standing().id?, name: entry.name().into() });
    let mut moves = Vec::new();
    for entry in &view.inventory.entries {
        let Some(to) = view.successor(entry).and_then(target) else { continue };
        let Some(from) = target(entry) else { continue };
        for name in entry.signatures() {
            let applied = view.signatures.get(name).into_iter().flatten();
            let hanging = applied
                .filter(|signature| signature.audit != Audit::Cancelled && view.letter_of(signature) == Some(from.id));
            moves.extend(hanging.map(|signature| planned(view, signature, from.clone(), to.clone())));
        }
    }
    moves
}

fn planned(view: &View<'_>, signature: &AppliedSignature, from: MoveTarget, to: MoveTarget) -> Move {
    let details = view.facts.details.get(&signature.name);
    let parameters = details.map(|details| parameters(signature, details, to.id)).unwrap_or_default();
    let gap = |parameter: &Parameter| matches!(parameter.value, ParameterValue::Gap(_)).then_some(parameter.name);
    Move {
        signature: signature.name.as_str().into(),
        from,
        to,
        usage: details.map(|details| details.usage.as_str().into()).unwrap_or_default(),
        ready: matches!(signature.audit, Audit::Passed | Audit::Refused),
        gaps: parameters.iter().filter_map(gap).collect(),
        parameters,
    }
}

/// The parameters of the request: what the last one said, with the other letter.
fn parameters(signature: &AppliedSignature, details: &SignatureDetails, to: LetterId) -> Vec<Parameter> {
    use ParameterValue::{Gap, Given};
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let files = (!details.files.is_empty())
        .then(|| serde_json::to_string(&details.files).expect("a list of strings is always JSON"));
    let kind = match signature.kind.as_str() {
        "验证码类型" => Given("0".to_owned()),
        "通用类型" => Given("1".to_owned()),
        _ => Gap("0 for verification codes, 1 for general use"),
    };
    let required = [
        ("SignName", Given(signature.name.clone())),
        ("AuthorizationLetterId", Given(to.to_string())),
        ("ThirdParty", Given("true".to_owned())),
        (
            "QualificationId",
            number(details.qualification.map(|id| id.0)).map_or(Gap("the approved qualification's id"), Given),
        ),
        ("SignSource", Gap("0 for a company, 2 for an app, 5 for a trademark")),
        ("SignType", kind),
    ];
    let optional = [
        ("Remark", text(&details.remark)),
        ("ApplySceneContent", text(&details.apply_scene)),
        ("MoreData", files),
        ("TrademarkId", number(details.trademark)),
        ("AppIcpRecordId", number(details.app_icp_record)),
    ];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name, Given(value?))));
    required.into_iter().chain(optional).map(|(name, value)| Parameter { name, value }).collect()
}
