//! The qualifications of an account, which signatures are applied for with.

use serde_json::{Value, json};

use super::{china_time, is_false};
use crate::emulator::{auth::EmulatorAccount, params::Params};

/// How far the review of a qualification is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QualificationState {
    /// Under review.
    Init,
    /// Passed.
    #[default]
    Pass,
    /// Refused.
    NotPass,
    /// Something is still to be handed in.
    NotFinish,
    /// Withdrawn.
    Cancel,
}

impl QualificationState {
    /// `State` and `StateName` of `QuerySmsQualificationRecord`
    const fn in_list(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Pass => "PASS",
            Self::NotPass => "NOT_PASS",
            Self::NotFinish => "NOT_FINISH",
            Self::Cancel => "CANCEL",
        }
    }

    /// `State` of `QuerySingleSmsQualification`, which has other words
    const fn in_details(self) -> &'static str {
        match self {
            Self::Init => "INT",
            Self::Pass => "PASSED",
            Self::NotPass => "FAILED",
            Self::NotFinish => "NOT_FINISH",
            Self::Cancel => "CANCELED",
        }
    }
}

/// A decision of a reviewer about one qualification.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QualificationReview {
    /// The account; every account that has the qualification when it is left out.
    #[serde(default)]
    pub account: Option<EmulatorAccount>,
    /// The qualification.
    pub id: u64,
    /// What was decided.
    pub state: QualificationState,
    /// What the reviewer notes: `AuditRemark`.
    #[serde(default)]
    pub remark: String,
}

/// A qualification that was submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredQualification {
    /// `GroupId` in the list, `QualificationGroupId` elsewhere; unique in its account
    pub id: u64,
    /// `WorkOrderId`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<u64>,
    /// `QualificationGroupName`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `CompanyName`
    pub company: String,
    /// `OrganizationCode`
    pub organization_code: String,
    /// `LegalPersonName`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legal_person: String,
    /// `UseBySelf`
    #[serde(default, skip_serializing_if = "is_false")]
    pub use_by_self: bool,
    /// How far its review is.
    #[serde(default)]
    pub state: QualificationState,
    /// `CreateDate`, `YYYY-MM-DD hh:mm:ss` in China's time
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub created: String,
    /// `AuditTime`, written like `created`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reviewed: String,
    /// `AuditRemark`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// `EffTimeStr`, `YYYY-MM-DD~YYYY-MM-DD`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub validity: String,
}

impl StoredQualification {
    /// Notes a reviewer's decision.
    pub(super) fn review(&mut self, review: &QualificationReview, now: jiff::Timestamp) {
        self.state = review.state;
        self.remark.clone_from(&review.remark);
        self.reviewed = if review.state == QualificationState::Init { String::new() } else { china_time(now) };
    }

    /// Whether a query asks for it; an empty filter is none.
    pub(super) fn matches(&self, params: &Params) -> bool {
        let order = self.order_id.map(|id| id.to_string()).unwrap_or_default();
        let own = if self.use_by_self { "true" } else { "false" };
        [
            ("QualificationGroupName", self.name.as_str()),
            ("CompanyName", &self.company),
            ("State", self.state.in_list()),
            ("WorkOrderId", &order),
            ("LegalPersonName", &self.legal_person),
            ("UseBySelf", own),
        ]
        .into_iter()
        .all(|(name, value)| {
            // The official Python SDK writes a truth value as `False`.
            let same = |wanted: &str| wanted == value || (name == "UseBySelf" && wanted.eq_ignore_ascii_case(value));
            params.filled(name).is_none_or(same)
        })
    }

    /// Its item in the answer of `QuerySmsQualificationRecord`.
    pub(super) fn item(&self) -> Value {
        json!({
            "GroupId": self.id,
            "WorkOrderId": self.order_id,
            "QualificationGroupName": self.name,
            "CompanyName": self.company,
            "LegalPersonName": self.legal_person,
            "StateName": self.state.in_list(),
            "UseBySelf": self.use_by_self.to_string(),
            "CreateDate": self.created,
            "AuditTime": self.reviewed,
            "AuditRemark": self.remark,
        })
    }

    /// `Data` in the answer of `QuerySingleSmsQualification`.
    pub(super) fn details(&self) -> Value {
        json!({
            "QualificationGroupId": self.id,
            "WorkOrderId": self.order_id,
            "QualificationName": self.name,
            "CompanyName": self.company,
            "CompanyType": "COMPANY",
            "OrganizationCode": self.organization_code,
            "LegalPersonName": self.legal_person,
            "UseBySelf": self.use_by_self,
            "EffTimeStr": self.validity,
            "State": self.state.in_details(),
            "BusinessType": "dysms",
            "WhetherShare": false,
            "BusinessLicensePics": [],
            "OtherFiles": [],
        })
    }
}
