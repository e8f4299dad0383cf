//! The signatures of an account: how far their review is, and what the service tells of them.

use serde_json::{Value, json};

use super::{StoredLetter, china_time, is_false};
use crate::emulator::{params::Params, refusal::Refusal};

/// A signature that was applied for.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredSignature {
    /// `SignName`, unique in its account
    pub name: String,
    /// How far its review is: `INIT`, `PASS`, `NOT_PASS` or `CANCEL`.
    #[serde(default = "init")]
    pub state: String,
    /// The name of the letter that its request names (`AuthorizationLetterId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// `ThirdParty`
    #[serde(default, skip_serializing_if = "is_false")]
    pub third_party: bool,
    /// `QualificationId`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification_id: Option<u64>,
    /// `OrderId`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order_id: String,
    /// `CreateDate`, `YYYY-MM-DD hh:mm:ss` in China's time
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub created: String,
    /// When it was reviewed: `AuditDate` and `RejectDate`, written like `created`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reviewed: String,
    /// `RejectInfo`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reject_info: String,
    /// `RejectSubInfo`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reject_sub_info: String,
    /// `BusinessType`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub business_type: String,
    /// `Remark`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// `ApplyScene`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub apply_scene: String,
    /// `SignUsage`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub usage: String,
    /// `SignIspRegisterDetailList`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carriers: Vec<CarrierRegistration>,
}

/// The registration of a signature with one carrier.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CarrierRegistration {
    /// `OperatorCode`: `mobile`, `unicom` or `telecom`
    pub operator: String,
    /// `RegisterStatus`
    pub status: i64,
    /// `OperatorCompleteTime`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub completed: String,
    /// `ReasonCode`s
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// A decision of a reviewer about one signature.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignatureReview {
    /// The account; every account that has the signature when it is left out.
    #[serde(default)]
    pub account: Option<crate::emulator::AccountName>,
    /// The signature.
    pub signature: String,
    /// `INIT`, `PASS`, `NOT_PASS` or `CANCEL`.
    pub state: String,
    /// Why it was refused: `RejectInfo`.
    #[serde(default)]
    pub reason: String,
    /// More on that: `RejectSubInfo`.
    #[serde(default)]
    pub detail: String,
}

fn init() -> String {
    "INIT".to_owned()
}

impl StoredSignature {
    /// Notes a reviewer's decision.
    pub(super) fn review(&mut self, review: &SignatureReview, now: jiff::Timestamp) {
        self.state.clone_from(&review.state);
        self.reject_info.clone_from(&review.reason);
        self.reject_sub_info.clone_from(&review.detail);
        self.reviewed = if review.state == "INIT" { String::new() } else { china_time(now) };
    }

    /// Whether it passed review.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.state == "PASS"
    }

    /// Its item in the answer of `QuerySmsSignList`.
    pub(super) fn item(&self, letter: Option<&StoredLetter>) -> Value {
        let refused = self.state == "NOT_PASS";
        let reason = if refused {
            json!({"RejectInfo": self.reject_info, "RejectSubInfo": self.reject_sub_info, "RejectDate": self.reviewed})
        } else {
            json!({"RejectInfo": "无审核备注"})
        };
        let mut item = json!({
            "SignName": self.name,
            "AuditStatus": format!("AUDIT_STATE_{}", self.state),
            "CreateDate": self.created,
            "Reason": reason,
            "BusinessType": if self.business_type.is_empty() { "通用类型" } else { &self.business_type },
            "OrderId": self.order_id,
        });
        if let Some(letter) = letter {
            item["AuthorizationLetterId"] = letter.id.0.into();
            item["authorizationLetterAuditPass"] = letter.has_passed().into();
        }
        item
    }

    /// The answer of `GetSmsSign`.
    pub(super) fn answer(&self, letter: Option<&StoredLetter>) -> Value {
        let status = match self.state.as_str() {
            "INIT" => 0,
            "PASS" => 1,
            "CANCEL" => 10,
            _ => 2,
        };
        let mut answer = json!({
            "Code": "OK",
            "Message": "OK",
            "SignName": self.name,
            "SignStatus": status,
            "CreateDate": self.created,
            "OrderId": self.order_id,
            "Remark": self.remark,
            "ApplyScene": self.apply_scene,
            "SignUsage": self.usage,
            "SignTag": "2",
            "ThirdParty": self.third_party,
            "AuditInfo": {"RejectInfo": self.reject_info, "AuditDate": self.reviewed},
            "FileUrlList": [],
            "SignIspRegisterDetailList": self.carriers.iter().map(CarrierRegistration::item).collect::<Value>(),
        });
        if let Some(id) = self.qualification_id {
            answer["QualificationId"] = id.into();
        }
        if let Some(letter) = letter {
            answer["AuthorizationLetterId"] = letter.id.0.into();
            answer["AuthorizationLetterAuditPass"] = letter.has_passed().into();
        }
        answer
    }
}

impl CarrierRegistration {
    fn item(&self) -> Value {
        let reason = |code: &String| json!({"ReasonCode": code, "ReasonDescList": []});
        json!({
            "OperatorCode": self.operator,
            "RegisterStatus": self.status,
            "OperatorCompleteTime": self.completed,
            "RegisterStatusReasons": self.reasons.iter().map(reason).collect::<Value>(),
        })
    }
}

/// A page of a list, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub number: usize,
    pub size: usize,
}

impl Page {
    /// Reads a page; at most 50 items each.
    ///
    /// # Errors
    /// When a parameter is not a number in its range.
    pub(super) fn from_params(params: &Params, number: &str, default_size: usize) -> Result<Self, Refusal> {
        let read = |name: &str, default, range: std::ops::RangeInclusive<usize>| match params.filled(name) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|value| range.contains(value)).ok_or_else(|| Refusal::invalid(name)),
        };
        Ok(Self { number: read(number, 1, 1..=usize::MAX)?, size: read("PageSize", default_size, 1..=50)? })
    }

    /// The items of the page.
    pub(super) fn of<T>(self, items: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        items.skip((self.number - 1).saturating_mul(self.size)).take(self.size)
    }
}
