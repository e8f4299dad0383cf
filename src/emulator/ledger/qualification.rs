//! The qualifications of an account, which signatures are applied for with.

use serde_json::{Value, json};

use super::is_false;
use crate::emulator::params::Params;

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
    /// How far its review is: `INIT`, `PASS`, `NOT_PASS`, `NOT_FINISH` or `CANCEL`.
    #[serde(default = "passed")]
    pub state: String,
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

fn passed() -> String {
    "PASS".to_owned()
}

impl StoredQualification {
    /// Whether a query asks for it; an empty filter is none.
    pub(super) fn matches(&self, params: &Params) -> bool {
        let order = self.order_id.map(|id| id.to_string()).unwrap_or_default();
        let own = if self.use_by_self { "true" } else { "false" };
        [
            ("QualificationGroupName", self.name.as_str()),
            ("CompanyName", &self.company),
            ("State", &self.state),
            ("WorkOrderId", &order),
            ("LegalPersonName", &self.legal_person),
            ("UseBySelf", own),
        ]
        .into_iter()
        .all(|(name, value)| params.filled(name).is_none_or(|wanted| wanted == value))
    }

    /// Its item in the answer of `QuerySmsQualificationRecord`.
    pub(super) fn item(&self) -> Value {
        json!({
            "GroupId": self.id,
            "WorkOrderId": self.order_id,
            "QualificationGroupName": self.name,
            "CompanyName": self.company,
            "LegalPersonName": self.legal_person,
            "StateName": self.state,
            "UseBySelf": self.use_by_self.to_string(),
            "CreateDate": self.created,
            "AuditTime": self.reviewed,
            "AuditRemark": self.remark,
        })
    }

    /// `Data` in the answer of `QuerySingleSmsQualification`.
    pub(super) fn details(&self) -> Value {
        let state = match self.state.as_str() {
            "INIT" => "INT",
            "PASS" => "PASSED",
            "NOT_PASS" => "FAILED",
            "CANCEL" => "CANCELED",
            other => other,
        };
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
            "State": state,
            "BusinessType": "dysms",
            "WhetherShare": false,
            "BusinessLicensePics": [],
            "OtherFiles": [],
        })
    }
}
