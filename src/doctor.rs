//! What `doctor` finds out: one check after the other, each with what to do when it fails.
//!
//! Pure: the caller asks the service and fills it in.

use serde::Serialize;

use crate::{
    letter::AccountName,
    plan::{FORMAT_VERSION, Generator},
    service::RequestId,
};

/// What is looked at, in this order. What fails keeps those after it from being tried that need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema, strum::AsRefStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Subject {
    /// The files of declarations that would be read.
    Declarations,
    /// Where credentials are looked for, and which are found.
    Credentials,
    /// The endpoint and its region.
    Endpoint,
    /// Whether the endpoint answers at all.
    Reachable,
    /// How far this machine's clock is off.
    Clock,
    /// Whether the service takes requests that are signed with the credentials.
    Signature,
    /// Who the service says that the caller is.
    Caller,
    /// Whether the caller may ask for letters.
    Permission,
    /// Whether scans can be uploaded, which `apply` needs.
    Upload,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckVerdict {
    /// As it should be.
    Ok,
    /// Usable, and somebody should look at it.
    Warning,
    /// In the way of every plan.
    Failed,
    /// Not looked at, because of something before it.
    Skipped,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was looked at.
    #[serde(rename = "check")]
    pub subject: Subject,
    /// How it ended.
    pub verdict: CheckVerdict,
    /// What was found, the most important line first.
    pub found: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The id of the request, when one failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub request_id: Option<RequestId>,
}

impl Check {
    fn new(subject: Subject, verdict: CheckVerdict, found: impl Into<String>) -> Self {
        Self { subject, verdict, found: vec![found.into()], help: None, request_id: None }
    }

    /// Everything is as it should be.
    pub fn ok(subject: Subject, found: impl Into<String>) -> Self {
        Self::new(subject, CheckVerdict::Ok, found)
    }

    /// It can be used, and somebody should look at it.
    pub fn warning(subject: Subject, found: impl Into<String>) -> Self {
        Self::new(subject, CheckVerdict::Warning, found)
    }

    /// It is in the way, and this is what to do.
    pub fn failed(subject: Subject, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(subject, CheckVerdict::Failed, found).help(help)
    }

    /// It was not looked at.
    pub fn skipped(subject: Subject, reason: impl Into<String>) -> Self {
        Self::new(subject, CheckVerdict::Skipped, reason)
    }

    /// With more of what was found.
    #[must_use]
    pub fn and(mut self, found: impl IntoIterator<Item = String>) -> Self {
        self.found.extend(found);
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// With the id of the request that failed.
    #[must_use]
    pub fn request(self, request_id: Option<&RequestId>) -> Self {
        Self { request_id: request_id.cloned(), ..self }
    }
}

/// The checks of one account, or of what the arguments say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Examination {
    /// The account, where there is a workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub account: Option<AccountName>,
    /// The checks in the order in which they were made.
    pub checks: Vec<Check>,
}

impl Examination {
    /// Whether nothing is in the way of a plan.
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.verdict != CheckVerdict::Failed)
    }
}

/// Everything that was found out, as `doctor --format json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Doctor", extend("additionalProperties" = false))]
pub struct DoctorDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the document.
    generator: Generator,
    /// Whether nothing is in the way of a plan, for any account.
    healthy: bool,
    /// One for each account of the workspace, or one without a workspace.
    examinations: Vec<Examination>,
}

impl DoctorDocument {
    /// The document of these examinations.
    pub fn new(examinations: Vec<Examination>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            healthy: examinations.iter().all(Examination::is_healthy),
            examinations,
        }
    }
}
