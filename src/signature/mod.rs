//! What uses letters, as the service tells it: signatures that were applied for, and the
//! qualifications of their owners.
//!
//! Nothing here is held to our rules, and nothing does IO: values that nobody knows are kept and
//! shown as they are.

mod facts;
mod uses;

pub use facts::{Codes, Facts, Listing, NotKnown};
pub use uses::{SignatureUse, Use};

use crate::letter::LetterId;

/// The number of a qualification (`QualificationId`, `GroupId`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QualificationId(pub u64);

impl std::fmt::Display for QualificationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A signature that was applied for (`QuerySmsSignList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedSignature {
    /// The signature (`SignName`). Case matters.
    pub name: String,
    /// How far its review is.
    pub audit: Audit,
    /// The number of the review (`OrderId`), which its reviewers ask for.
    pub order_id: Option<String>,
    /// The letter that its request names; `None` is none.
    pub letter: Option<LetterId>,
    /// Why it was refused; empty unless it was.
    pub refusal: Rejection,
    /// `验证码类型`, `通用类型`, or what the service says (`BusinessType`).
    pub kind: String,
}

/// How far the review of a signature is (`AuditStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audit {
    /// Under review: `AUDIT_STATE_INIT`.
    Reviewing,
    /// `AUDIT_STATE_PASS`
    Passed,
    /// `AUDIT_STATE_NOT_PASS`
    Refused,
    /// `AUDIT_STATE_CANCEL`
    Cancelled,
    /// Whatever else the service says.
    Other(String),
}

impl Audit {
    /// Reads the service's word.
    pub fn read(text: &str) -> Self {
        match text.trim() {
            "AUDIT_STATE_INIT" => Self::Reviewing,
            "AUDIT_STATE_PASS" => Self::Passed,
            "AUDIT_STATE_NOT_PASS" => Self::Refused,
            "AUDIT_STATE_CANCEL" => Self::Cancelled,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Reviewing => "AUDIT_STATE_INIT",
            Self::Passed => "AUDIT_STATE_PASS",
            Self::Refused => "AUDIT_STATE_NOT_PASS",
            Self::Cancelled => "AUDIT_STATE_CANCEL",
            Self::Other(other) => other,
        }
    }
}

/// Why a signature was refused. Texts are the reviewer's; empty ones were not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejection {
    /// `RejectInfo`
    pub reason: String,
    /// `RejectSubInfo`
    pub detail: String,
    /// `RejectDate`, `YYYY-MM-DD hh:mm:ss`
    pub date: String,
}

/// More of one signature (`GetSmsSign`): what a request that changes it has to repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignatureDetails {
    /// Whether it is for a third party (`ThirdParty`).
    pub third_party: Option<bool>,
    /// The qualification that it was applied for with.
    pub qualification: Option<QualificationId>,
    /// The letter that its request names.
    pub letter: Option<LetterId>,
    /// What it is for (`Remark`).
    pub remark: String,
    /// The link to the app, or where it is used (`ApplyScene`).
    pub apply_scene: String,
    /// What it is the name of, in words (`SignUsage`).
    pub usage: String,
    /// The object keys of more material (`FileUrlList`).
    pub files: Vec<String>,
    /// `TrademarkId`
    pub trademark: Option<u64>,
    /// `AppIcpRecordId`
    pub app_icp_record: Option<u64>,
    /// Why it was refused (`AuditInfo`).
    pub refusal: Rejection,
    /// How far its registration with each carrier is.
    pub carriers: Vec<Carrier>,
}

/// The registration of a signature with one carrier (`SignIspRegisterDetailList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// `mobile`, `unicom`, `telecom`, or what the service says.
    pub operator: String,
    /// How far it is.
    pub registration: Registration,
}

/// How far the registration with a carrier is (`RegisterStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// -2: not begun.
    NotBegun,
    /// -1: under way.
    UnderWay,
    /// 0: failed.
    Failed,
    /// 1: registered, to be tried out with a few messages.
    Unverified,
    /// 2: lapsed, as nothing was sent for six months.
    Lapsed,
    /// 3: registered.
    Registered,
    /// Whatever else the service says.
    Other(String),
}

impl Registration {
    /// Reads the service's number.
    pub fn read(text: &str) -> Self {
        match text.trim() {
            "-2" => Self::NotBegun,
            "-1" => Self::UnderWay,
            "0" => Self::Failed,
            "1" => Self::Unverified,
            "2" => Self::Lapsed,
            "3" => Self::Registered,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The registration in a word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NotBegun => "not-begun",
            Self::UnderWay => "under-way",
            Self::Failed => "failed",
            Self::Unverified => "unverified",
            Self::Lapsed => "lapsed",
            Self::Registered => "registered",
            Self::Other(other) => other,
        }
    }
}

/// A qualification (`QuerySmsQualificationRecord`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualification {
    /// Its number.
    pub id: QualificationId,
    /// The company.
    pub company: String,
    /// Whether it is approved: the state is `PASS`.
    pub approved: bool,
    /// Whether it is for the account's own use (`UseBySelf`); `None` when the service does not
    /// tell.
    pub own_use: Option<bool>,
}

impl Qualification {
    /// Whether signatures for a third party can be applied for with it now.
    pub fn serves_third_parties(&self) -> bool {
        self.approved && self.own_use != Some(true)
    }
}

/// More of one qualification (`QuerySingleSmsQualification`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QualificationDetails {
    /// The company's Unified Social Credit Code.
    pub organization_code: String,
    /// How long the company's licence holds, in the service's words (`EffTimeStr`).
    pub validity: String,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// How many there are on all pages; `None` when the service does not tell.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The most items of a page that the service gives.
    pub const SIZE: usize = 50;
}
