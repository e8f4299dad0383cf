//! Reading what uses letters: signatures and qualifications.

use serde_json::Value;

use super::{Answer, Client, Operation, ReadSignatures, ServiceError, answer::Shape, client::MAX_ANSWER};
use crate::{
    letter::{LetterId, picture_path},
    signature::{
        AppliedSignature, Audit, Carrier, NotKnown, Page, Qualification, QualificationDetails, QualificationId,
        Registration, Rejection, SignatureDetails,
    },
    wire::{
        Parameters,
        signatures::{
            CarrierData, QualificationData, QualificationDetailsData, QualificationListData, SignData,
            SignDetailsAnswer, SignListAnswer,
        },
    },
};

/// The code of a signature that nobody applied for.
const NOT_FOUND: &str = "SignatureNotFound";

impl ReadSignatures for Client {
    async fn signatures(&self, page: u32) -> Result<Answer<Page<AppliedSignature>>, ServiceError> {
        let parameters = paged("PageIndex", page);
        let answer = self.call::<SignListAnswer>(Operation::QuerySmsSignList, parameters, MAX_ANSWER, Shape::Whole);
        Ok(answer.await?.map(|list| {
            let SignListAnswer { sms_sign_list, total_count } = list.unwrap_or_default();
            Page { items: sms_sign_list.into_iter().map(Into::into).collect(), total: total_count }
        }))
    }

    async fn signature(&self, name: &str) -> Result<Answer<Option<SignatureDetails>>, ServiceError> {
        let parameters = vec![("SignName".to_owned(), name.to_owned())];
        let answer = self.call::<SignDetailsAnswer>(Operation::GetSmsSign, parameters, MAX_ANSWER, Shape::Whole);
        match answer.await {
            Ok(answer) => Ok(answer.map(|details| details.map(Into::into))),
            Err(error) if error.has_code(NOT_FOUND) => {
                Ok(Answer { value: None, request_id: error.request_id().cloned() })
            }
            Err(error) => Err(error),
        }
    }

    async fn qualifications(&self, page: u32) -> Result<Answer<Page<Qualification>>, ServiceError> {
        const OPERATION: Operation = Operation::QuerySmsQualificationRecord;
        let answer =
            self.call::<QualificationListData>(OPERATION, paged("PageNo", page), MAX_ANSWER, Shape::Data).await?;
        Ok(answer.map(|data| {
            let QualificationListData { list, total } = data.unwrap_or_default();
            Page { items: list.iter().filter_map(read_qualification).collect(), total }
        }))
    }

    async fn qualification(&self, id: QualificationId) -> Result<Answer<Option<QualificationDetails>>, ServiceError> {
        const OPERATION: Operation = Operation::QuerySingleSmsQualification;
        let parameters = vec![("QualificationGroupId".to_owned(), id.to_string())];
        let answer = self.call::<QualificationDetailsData>(OPERATION, parameters, MAX_ANSWER, Shape::Data).await?;
        Ok(answer.map(|data| data.map(Into::into)))
    }
}

fn paged(number: &str, page: u32) -> Parameters {
    let size = Page::<()>::SIZE.to_string();
    vec![(number.to_owned(), page.to_string()), ("PageSize".to_owned(), size)]
}

/// A number; the service writes 0 for none.
fn given(number: Option<u64>) -> Option<u64> {
    number.filter(|number| *number != 0)
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

impl From<SignData> for AppliedSignature {
    fn from(data: SignData) -> Self {
        let audit = Audit::read(&data.audit_status);
        let reason = data.reason;
        let refusal = match audit {
            Audit::Refused => Rejection {
                reason: trimmed(&reason.reject_info),
                detail: trimmed(&reason.reject_sub_info),
                date: trimmed(&reason.reject_date),
            },
            // Any other signature has the words that there is nothing to tell.
            _ => Rejection::default(),
        };
        Self {
            name: data.sign_name,
            audit,
            order_id: Some(trimmed(&data.order_id)).filter(|id| !id.is_empty()),
            letter: given(data.authorization_letter_id).map(LetterId),
            refusal,
            kind: trimmed(&data.business_type),
        }
    }
}

impl From<SignDetailsAnswer> for SignatureDetails {
    fn from(data: SignDetailsAnswer) -> Self {
        let (reason, date) = (trimmed(&data.audit_info.reject_info), trimmed(&data.audit_info.audit_date));
        Self {
            third_party: data.third_party,
            qualification: given(data.qualification_id).map(QualificationId),
            letter: given(data.authorization_letter_id).map(LetterId),
            remark: trimmed(&data.remark),
            apply_scene: trimmed(&data.apply_scene),
            usage: trimmed(&data.sign_usage),
            files: data.file_url_list.iter().filter_map(Value::as_str).map(file_key).collect(),
            trademark: given(data.trademark_id),
            app_icp_record: given(data.app_icp_record_id),
            refusal: Rejection { reason, date, ..Rejection::default() },
            carriers: data.sign_isp_register_detail_list.into_iter().map(Into::into).collect(),
        }
    }
}

/// The key of an object that is told as a key or as a URL. A URL's query may hold a signature: it
/// is left out.
fn file_key(file: &str) -> String {
    picture_path(file.trim()).trim_start_matches('/').to_owned()
}

impl From<CarrierData> for Carrier {
    fn from(data: CarrierData) -> Self {
        Self { operator: data.operator_code, registration: Registration::read(&data.register_status) }
    }
}

/// A qualification without a number can't be tied to anything.
fn read_qualification(data: &QualificationData) -> Option<Qualification> {
    Some(Qualification {
        id: QualificationId(given(data.group_id)?),
        company: trimmed(&data.company_name),
        approved: data.state_name.trim() == "PASS",
        own_use: data.use_by_self,
    })
}

impl From<QualificationDetailsData> for QualificationDetails {
    fn from(data: QualificationDetailsData) -> Self {
        Self { organization_code: trimmed(&data.organization_code), validity: trimmed(&data.eff_time_str) }
    }
}

impl From<&ServiceError> for NotKnown {
    fn from(error: &ServiceError) -> Self {
        Self {
            operation: error.operation(),
            code: error.code().cloned(),
            message: error.to_string().into(),
            request_id: error.request_id().cloned(),
            help: error.advice().map(Into::into),
        }
    }
}
