//! What a request is called, and the id that its answer has.

use std::fmt;

use crate::escape::Untrusted;

/// An operation of the service, by its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[non_exhaustive]
pub enum Operation {
    /// `QuerySmsAuthorizationLetter`
    QuerySmsAuthorizationLetter,
    /// `GetQualificationOssInfo`
    GetQualificationOssInfo,
    /// The upload of an object.
    PostObject,
    /// `CreateSmsAuthorizationLetter`
    CreateSmsAuthorizationLetter,
    /// `QuerySmsSignList`
    QuerySmsSignList,
    /// `GetSmsSign`
    GetSmsSign,
    /// `QuerySmsQualificationRecord`
    QuerySmsQualificationRecord,
    /// `QuerySingleSmsQualification`
    QuerySingleSmsQualification,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The id of a request, which the service's support asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub Untrusted);

impl RequestId {
    /// The longest id that is kept, in characters. The service's have 36.
    const MAX_CHARS: usize = 128;

    /// An id as the service sent it; an absurdly long one is cut.
    pub(crate) fn new(text: &str) -> Self {
        Self(Untrusted::short(text, Self::MAX_CHARS))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
