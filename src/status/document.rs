//! The status as JSON: what `status --format json` prints.

use jiff::civil::Date;
use serde::Serialize;

use super::{LetterStatus, Move, SignatureStatus, Status, StatusSummary};
use crate::{
    accounts::{Accounts, Document, workspace_document},
    escape::Untrusted,
    letter::AccountName,
    plan::{FORMAT_VERSION, Generator},
    signature::NotKnown,
};

/// A status as it is written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Status", extend("additionalProperties" = false))]
pub struct StatusDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the document.
    generator: Generator,
    /// The account of the workspace. Without a workspace there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    workspace_account: Option<AccountName>,
    /// Where the letters are.
    endpoint: Untrusted,
    /// The day by which validities are judged.
    #[schemars(with = "String", extend("format" = "date"))]
    today: Date,
    /// How many there are of each kind.
    summary: StatusSummary,
    /// Declared letters in the order of files and lines, then the others by name.
    letters: Vec<LetterStatus>,
    /// The signatures that are for a third party, by name.
    signatures: Vec<SignatureStatus>,
    /// The signatures that still name a letter which has a registered successor.
    moves: Vec<Move>,
    /// What could not be read.
    not_known: Vec<NotKnown>,
    /// Whether the list of signatures changed too often while it was read.
    incomplete: bool,
    /// How many signatures were not asked for their qualification (`--details always` asks for
    /// all).
    not_asked: usize,
}

workspace_document! {
    /// The status of the accounts of a workspace as it is written.
    #[schemars(title = "WorkspaceStatus")]
    pub struct StatusesDocument {
        /// The program that made the document.
        generator,
        /// How many there are of each kind, in all accounts.
        summary: StatusSummary,
    }
    enum StatusOrError in AccountStatus {
        /// What became of its letters.
        Status(StatusDocument),
        /// Why nobody knows.
        Error,
    }
}

impl Status {
    /// The status as JSON holds it.
    pub fn to_document(&self) -> StatusDocument {
        StatusDocument {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            workspace_account: self.account.clone(),
            endpoint: self.endpoint.clone(),
            today: self.today,
            summary: self.summary(),
            letters: self.letters.clone(),
            signatures: self.signatures.clone(),
            moves: self.moves.clone(),
            not_known: self.not_known.clone(),
            incomplete: self.incomplete,
            not_asked: self.not_asked,
        }
    }
}

impl Accounts<Status> {
    /// How many there are of each kind, in all accounts.
    pub fn summary(&self) -> StatusSummary {
        self.good().collect()
    }

    /// The status as `status --format json` prints it.
    pub fn to_document(&self) -> Document<StatusDocument, StatusesDocument> {
        self.written(Status::to_document, |accounts| StatusesDocument::new(self.summary(), accounts))
    }
}
