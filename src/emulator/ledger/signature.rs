//! The signatures of an account: how far their review is, and what the service tells of them.

use serde_json::{Value, json};

use super::{StoredLetter, china_time, is_false};

/// How far the review of a signature is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignatureState {
    /// Under review.
    #[default]
    Init,
    /// Passed.
    Pass,
    /// Refused.
    NotPass,
    /// Withdrawn.
    Cancel,
}

impl SignatureState {
    /// `AuditStatus` of `QuerySmsSignList`
    const fn audit_status(self) -> &'static str {
        match self {
            Self::Init => "AUDIT_STATE_INIT",
            Self::Pass => "AUDIT_STATE_PASS",
            Self::NotPass => "AUDIT_STATE_NOT_PASS",
            Self::Cancel => "AUDIT_STATE_CANCEL",
        }
    }

    /// `SignStatus` of `GetSmsSign`
    const fn sign_status(self) -> i64 {
        match self {
            Self::Init => 0,
            Self::Pass => 1,
            Self::NotPass => 2,
            Self::Cancel => 10,
        }
    }
}

/// A signature that was applied for.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredSignature {
    /// `SignName`, unique in its account
    pub name: String,
    /// How far its review is.
    #[serde(default)]
    pub state: SignatureState,
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
    /// `FileUrlList`: the keys of what was handed in with it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// `TrademarkId`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trademark_id: Option<u64>,
    /// `AppIcpRecordId`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_icp_record_id: Option<u64>,
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
    pub account: Option<crate::emulator::EmulatorAccount>,
    /// The signature.
    pub signature: String,
    /// What was decided.
    pub state: SignatureState,
    /// Why it was refused: `RejectInfo`.
    #[serde(default)]
    pub reason: String,
    /// More on that: `RejectSubInfo`.
    #[serde(default)]
    pub detail: String,
}

impl StoredSignature {
    /// Notes a reviewer's decision.
    pub(super) fn review(&mut self, review: &SignatureReview, now: jiff::Timestamp) {
        self.state = review.state;
        self.reject_info.clone_from(&review.reason);
        self.reject_sub_info.clone_from(&review.detail);
        self.reviewed = if review.state == SignatureState::Init { String::new() } else { china_time(now) };
    }

    /// Whether it passed review.
    pub fn passed(&self) -> bool {
        self.state == SignatureState::Pass
    }

    /// Its item in the answer of `QuerySmsSignList`.
    pub(super) fn item(&self, letter: Option<&StoredLetter>) -> Value {
        let refused = self.state == SignatureState::NotPass;
        let reason = if refused {
            json!({"RejectInfo": self.reject_info, "RejectSubInfo": self.reject_sub_info, "RejectDate": self.reviewed})
        } else {
            json!({"RejectInfo": "无审核备注"})
        };
        let mut item = json!({
            "SignName": self.name,
            "AuditStatus": self.state.audit_status(),
            "CreateDate": self.created,
            "Reason": reason,
            "BusinessType": if self.business_type.is_empty() { "通用类型" } else { &self.business_type },
            "OrderId": self.order_id,
        });
        self.push_ids(&mut item, letter);
        if let Some(letter) = letter {
            // The one field whose name begins with a small letter, and in this answer alone.
            item["authorizationLetterAuditPass"] = letter.has_passed().into();
        }
        item
    }

    /// The answer of `GetSmsSign`.
    pub(super) fn answer(&self, letter: Option<&StoredLetter>) -> Value {
        let mut answer = json!({
            "Code": "OK",
            "Message": "OK",
            "SignName": self.name,
            "SignStatus": self.state.sign_status(),
            "CreateDate": self.created,
            "OrderId": self.order_id,
            "Remark": self.remark,
            "ApplyScene": self.apply_scene,
            "SignUsage": self.usage,
            "SignTag": "2",
            "ThirdParty": self.third_party,
            "AuditInfo": {"RejectInfo": self.reject_info, "AuditDate": self.reviewed},
            "FileUrlList": self.files,
            "RegisterResult": self.register_result(),
            "SignIspRegisterDetailList": self.carriers.iter().map(CarrierRegistration::item).collect::<Value>(),
        });
        if let Some(id) = self.qualification_id {
            answer["QualificationId"] = id.into();
        }
        self.push_ids(&mut answer, letter);
        if let Some(letter) = letter {
            answer["AuthorizationLetterAuditPass"] = letter.has_passed().into();
        }
        answer
    }

    /// Adds the ids that both answers have. What it was not applied for with is left out.
    fn push_ids(&self, told: &mut Value, letter: Option<&StoredLetter>) {
        let ids = [
            ("AuthorizationLetterId", letter.map(|letter| letter.id.0)),
            ("TrademarkId", self.trademark_id),
            ("AppIcpRecordId", self.app_icp_record_id),
        ];
        for (name, id) in ids {
            if let Some(id) = id {
                told[name] = id.into();
            }
        }
    }

    /// `RegisterResult`, which the carriers' own states have replaced: 1 once one of them has
    /// registered the signature, else 2 when a registration has lapsed, 0 when one has failed, and
    /// -1 for no result yet.
    fn register_result(&self) -> i64 {
        let any = |wanted: &[i64]| self.carriers.iter().any(|carrier| wanted.contains(&carrier.status));
        match () {
            () if any(&[1, 3]) => 1,
            () if any(&[2]) => 2,
            () if any(&[0]) => 0,
            () => -1,
        }
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
