//! The remote service: what plan and apply ask of it, and the client that asks over HTTP.
//!
//! Reading and writing are different traits, so that a plan has nothing in its hands that could
//! write.

use std::{future::Future, time::Duration};

use bytes::Bytes;

mod advice;
mod answer;
mod client;
mod denial;
mod error;
mod error_code;
mod object_names;
mod reach;
mod signatures;
#[cfg(test)]
mod tests;
mod upload;
mod upload_host;
mod upload_policy;

pub use client::{Client, ClientConfig, ClientError};
pub use denial::Denial;
pub use error::{Outcome, Retry, ServiceError};
pub use object_names::ObjectNames;
pub use reach::{NoUpload, Reached, Unreachable};

pub use crate::{
    endpoint::{Endpoint, EndpointError},
    nonce::{Nonces, random as random_nonces},
    transport::{Roots, RootsError},
    wire::{Operation, RequestId, request::SignatureForm},
};

use crate::{
    letter::{
        ExistingLetter, ExistingLetters, FileKey, LetterId, LetterName, NewLetter, OrganizationCode, ScanObject,
        SignatureName,
    },
    signature::{AppliedSignature, Page, Qualification, QualificationDetails, QualificationId, SignatureDetails},
};

/// What the service answered, and the id under which its support finds the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// The request's id; `None` when the service sent none.
    pub request_id: Option<RequestId>,
}

impl<T> Answer<T> {
    /// The same answer with its value made into something else.
    fn map<U>(self, make: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: make(self.value), request_id: self.request_id }
    }
}

/// One request that was sent, and how it ended.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// What was asked.
    pub operation: Operation,
    /// From sending to answer.
    pub duration: Duration,
    /// The request's id, or why it failed.
    pub result: Result<Option<&'a RequestId>, &'a ServiceError>,
}

/// Hears of a request when it has ended.
pub type Tell<'a> = dyn Fn(&Exchange<'_>) + Sync + 'a;

/// Which letters to ask for. The default is all of them; the service can't filter by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterFilter {
    /// Letters of the authorizer with this code.
    pub organization_code: Option<OrganizationCode>,
    /// Letters whose scope holds this signature.
    pub signature: Option<SignatureName>,
}

/// The right to see letters.
pub trait ReadLetters: Sync {
    /// Asks for the letters that exist (`QuerySmsAuthorizationLetter`). One request; nothing is
    /// retried here.
    fn query(
        &self,
        filter: &LetterFilter,
    ) -> impl Future<Output = Result<Answer<ExistingLetters>, ServiceError>> + Send;
}

/// The right to see what uses letters. Each call is one request; nothing is retried here.
pub trait ReadSignatures: Sync {
    /// Asks for one page of the signatures that were applied for, counted from 1, of [`Page::SIZE`]
    /// (`QuerySmsSignList`).
    fn signatures(
        &self,
        page: u32,
    ) -> impl Future<Output = Result<Answer<Page<AppliedSignature>>, ServiceError>> + Send;

    /// Asks for more of one signature (`GetSmsSign`); `None` when nobody applied for it.
    fn signature(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Answer<Option<SignatureDetails>>, ServiceError>> + Send;

    /// Asks for one page of the qualifications, counted from 1, of [`Page::SIZE`]
    /// (`QuerySmsQualificationRecord`).
    fn qualifications(
        &self,
        page: u32,
    ) -> impl Future<Output = Result<Answer<Page<Qualification>>, ServiceError>> + Send;

    /// Asks for more of one qualification (`QuerySingleSmsQualification`); `None` when there is no
    /// such one.
    fn qualification(
        &self,
        id: QualificationId,
    ) -> impl Future<Output = Result<Answer<Option<QualificationDetails>>, ServiceError>> + Send;
}

/// The right to create letters.
pub trait WriteLetters: ReadLetters {
    /// Uploads a scan, under its content-addressed name unless the upload policy fixes another
    /// (`GetQualificationOssInfo` when there is no valid policy at hand, then a PostObject), and
    /// gives its key. Doing it twice is the same as doing it once. Nothing is retried here, but a
    /// policy from an earlier upload that OSS refuses is replaced by a new one. The picture of
    /// another letter is never replaced.
    ///
    /// `tell` hears of each request when it has ended.
    fn upload(
        &self,
        object: ScanObject,
        scan: Bytes,
        tell: &Tell<'_>,
    ) -> impl Future<Output = Result<FileKey, ServiceError>> + Send;

    /// Creates a letter (`CreateSmsAuthorizationLetter`). One request; nothing is retried here. An
    /// error whose [`outcome`](ServiceError::outcome) is [`Outcome::Unknown`] says that the letter
    /// may exist.
    fn create(
        &self,
        letter: &NewLetter<FileKey>,
    ) -> impl Future<Output = Result<Answer<Option<LetterId>>, ServiceError>> + Send;
}

/// Finds a letter by name among those that can be read.
pub fn find_by_name<'a>(letters: &'a [ExistingLetter], name: &LetterName) -> Option<&'a ExistingLetter> {
    letters.iter().find(|letter| letter.name == name.as_str())
}
