//! Questions about signatures and qualifications, asked again when that may help.

use super::{Caller, Purpose, RateLimiter};
use crate::{
    service::{Answer, Operation, ReadSignatures, ServiceError},
    signature::{AppliedSignature, Page, Qualification, QualificationDetails, QualificationId, SignatureDetails},
};

/// The rates of the four operations: the service limits each on its own.
#[derive(Debug, Default)]
pub(super) struct Limiters {
    signatures: RateLimiter,
    signature: RateLimiter,
    qualifications: RateLimiter,
    qualification: RateLimiter,
}

impl<S: ReadSignatures> Caller<'_, S> {
    /// Asks for one page of the signatures.
    pub async fn signatures(&self, page: u32) -> Result<Answer<Page<AppliedSignature>>, ServiceError> {
        let what = (Operation::QuerySmsSignList, &self.usage.signatures);
        self.ask(what, None, Purpose::Listing, || self.service.signatures(page)).await
    }

    /// Asks for more of one signature.
    pub async fn signature(&self, name: &str) -> Result<Answer<Option<SignatureDetails>>, ServiceError> {
        let what = (Operation::GetSmsSign, &self.usage.signature);
        self.ask(what, None, Purpose::Listing, || self.service.signature(name)).await
    }

    /// Asks for one page of the qualifications.
    pub async fn qualifications(&self, page: u32) -> Result<Answer<Page<Qualification>>, ServiceError> {
        let what = (Operation::QuerySmsQualificationRecord, &self.usage.qualifications);
        self.ask(what, None, Purpose::Listing, || self.service.qualifications(page)).await
    }

    /// Asks for more of one qualification.
    pub async fn qualification(
        &self,
        id: QualificationId,
    ) -> Result<Answer<Option<QualificationDetails>>, ServiceError> {
        let what = (Operation::QuerySingleSmsQualification, &self.usage.qualification);
        self.ask(what, None, Purpose::Listing, || self.service.qualification(id)).await
    }
}
