//! The bodies of answers about signatures and qualifications, written as documented and read
//! leniently.
//!
//! What is not needed is not read, the personal data of a qualification least of all.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lenient::{Lenient, lenient_object};

lenient_object! {
    /// The body of the answer to `QuerySmsSignList`. It has no `Data`.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct SignListAnswer {
        /// The signatures of the page.
        pub sms_sign_list: Vec<SignData>,
        /// How many signatures there are on all pages.
        pub total_count: Option<u64>,
    }
}

lenient_object! {
    /// A signature in the answer to `QuerySmsSignList`.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct SignData {
        /// The signature.
        pub sign_name: String,
        /// `AUDIT_STATE_INIT`, `AUDIT_STATE_PASS`, `AUDIT_STATE_NOT_PASS` or `AUDIT_STATE_CANCEL`.
        pub audit_status: String,
        /// When it was applied for, `YYYY-MM-DD hh:mm:ss`.
        pub create_date: String,
        /// Why it was refused.
        pub reason: ReasonData,
        /// `验证码类型` or `通用类型`.
        pub business_type: String,
        /// The number of the review.
        pub order_id: String,
        /// The letter that its request names; 0 is none.
        pub authorization_letter_id: Option<u64>,
    }
}

/// `Reason` of a signature: an object, or a sentence where there is nothing to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReasonData {
    /// `RejectInfo`
    pub reject_info: String,
    /// `RejectSubInfo`
    pub reject_sub_info: String,
    /// `RejectDate`, `YYYY-MM-DD hh:mm:ss`
    pub reject_date: String,
}

impl Lenient for ReasonData {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let reason = Value::deserialize(deserializer)?;
        if let Value::String(reject_info) = reason {
            return Ok(Self { reject_info, ..Self::default() });
        }
        let text = |name| reason.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            reject_info: text("RejectInfo"),
            reject_sub_info: text("RejectSubInfo"),
            reject_date: text("RejectDate"),
        })
    }
}

lenient_object! {
    /// The body of the answer to `GetSmsSign`. It has no `Data`.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct SignDetailsAnswer {
        /// The signature.
        pub sign_name: String,
        /// The qualification that it was applied for with; 0 is none.
        pub qualification_id: Option<u64>,
        /// Whether it is for a third party.
        pub third_party: Option<bool>,
        /// The letter that its request names; 0 is none.
        pub authorization_letter_id: Option<u64>,
        /// What it is for.
        pub remark: String,
        /// The link to the app, or another text about where it is used.
        pub apply_scene: String,
        /// What the signature is the name of, in words.
        pub sign_usage: String,
        /// Keys or URLs of more material.
        pub file_url_list: Vec<Value>,
        /// What came of the review.
        pub audit_info: AuditInfoData,
        /// The trademark; 0 is none.
        pub trademark_id: Option<u64>,
        /// The record of the app; 0 is none.
        pub app_icp_record_id: Option<u64>,
        /// How far the registration with each carrier is.
        pub sign_isp_register_detail_list: Vec<CarrierData>,
    }
}

lenient_object! {
    /// `AuditInfo` of a signature.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct AuditInfoData {
        /// Why it was refused.
        pub reject_info: String,
        /// When it was reviewed.
        pub audit_date: String,
    }
}

/// Anything but an object is as one with no fields.
impl Lenient for AuditInfoData {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(if value.is_object() { Self::deserialize(value).unwrap_or_default() } else { Self::default() })
    }
}

lenient_object! {
    /// The registration of a signature with one carrier.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct CarrierData {
        /// `mobile`, `unicom` or `telecom`.
        pub operator_code: String,
        /// -2 to 3.
        pub register_status: String,
    }
}

lenient_object! {
    /// `Data` in the answer to `QuerySmsQualificationRecord`.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct QualificationListData {
        /// The qualifications of the page.
        pub list: Vec<QualificationData>,
        /// How many there are on all pages.
        pub total: Option<u64>,
    }
}

lenient_object! {
    /// A qualification in the answer to `QuerySmsQualificationRecord`.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct QualificationData {
        /// The qualification's number.
        pub group_id: Option<u64>,
        /// The company.
        pub company_name: String,
        /// `INIT`, `NOT_PASS`, `PASS`, `NOT_FINISH` or `CANCEL`.
        pub state_name: String,
        /// `true` or `false`, as text.
        pub use_by_self: Option<bool>,
    }
}

lenient_object! {
    /// `Data` in the answer to `QuerySingleSmsQualification`.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    #[serde(rename_all = "PascalCase")]
    pub struct QualificationDetailsData {
        /// The company's code.
        pub organization_code: String,
        /// How long the company's licence holds, `YYYY-MM-DD~YYYY-MM-DD`.
        pub eff_time_str: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_sample_of_a_list_is_read() {
        let answer: SignListAnswer = serde_json::from_str(
            r#"{"RequestId":"F655\n","Code":"OK","SmsSignList":[{"SignName":"阿里云","AuditStatus":"AUDIT_STATE_NOT_PASS",
               "CreateDate":"2020-06-04 11:42:17","Reason":{"RejectSubInfo":"附注","RejectDate":"2020-06-04 13:35:10",
               "RejectInfo":"文件不能证明信息真实性"},"BusinessType":"验证码类型","OrderId":"2005098","AuthorizationLetterId":0,
               "authorizationLetterAuditPass":true,"TrademarkId":0}],"TotalCount":100,"CurrentPage":1,"PageSize":10}"#,
        )
        .expect("an answer");
        assert_eq!(answer.total_count, Some(100));
        let signature = &answer.sms_sign_list[0];
        assert_eq!((signature.sign_name.as_str(), signature.authorization_letter_id), ("阿里云", Some(0)));
        assert_eq!(signature.reason.reject_info, "文件不能证明信息真实性");
        assert_eq!((signature.reason.reject_sub_info.as_str(), signature.order_id.as_str()), ("附注", "2005098"));
    }

    #[test]
    fn what_is_absent_null_or_of_another_type_harms_nothing() {
        for json in ["{}", r#"{"SmsSignList":null,"TotalCount":"x"}"#] {
            assert_eq!(serde_json::from_str::<SignListAnswer>(json).expect(json), SignListAnswer::default());
        }
        let answer: SignListAnswer = serde_json::from_str(
            r#"{"SmsSignList":[{"SignName":7,"Reason":"无审核备注","OrderId":12,"AuthorizationLetterId":"10"},
               {"Reason":null},{"Reason":[1]}],"TotalCount":"3"}"#,
        )
        .expect("an answer");
        let first = &answer.sms_sign_list[0];
        assert_eq!((first.sign_name.as_str(), first.order_id.as_str()), ("7", "12"));
        assert_eq!((first.authorization_letter_id, first.reason.reject_info.as_str()), (Some(10), "无审核备注"));
        assert_eq!(answer.total_count, Some(3));
        let details = r#"{"AuditInfo":"none","FileUrlList":null,"ThirdParty":"true","SignIspRegisterDetailList":
            [{"OperatorCode":"telecom","RegisterStatus":-1}]}"#;
        let details: SignDetailsAnswer = serde_json::from_str(details).expect("an answer");
        assert_eq!((details.third_party, &details.audit_info), (Some(true), &AuditInfoData::default()));
        assert_eq!(details.sign_isp_register_detail_list[0].register_status, "-1");
    }

    #[test]
    fn a_list_that_is_no_list_is_not_taken_for_an_empty_one() {
        assert!(serde_json::from_str::<SignListAnswer>(r#"{"SmsSignList":{"a":1}}"#).is_err());
        assert!(serde_json::from_str::<SignListAnswer>(r#"{"SmsSignList":[1]}"#).is_err());
        assert!(serde_json::from_str::<QualificationListData>(r#"{"List":"x"}"#).is_err());
    }
}
