//! The domain: letters of authorization and their parts, as types that can only hold valid values.
//!
//! Nothing here does IO, reads a clock, awaits or renders. Text becomes a value through
//! `TryFrom<&str>` or `FromStr`, and every refusal is a [`ValueError`] that knows which field,
//! which rule and which character.

mod account;
mod desired;
mod error;
mod existing;
mod field;
mod file_key;
mod form;
mod name;
mod nearest;
mod new;
mod organization_code;
mod party;
mod scan;
mod signature;
mod succession;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod validity;

pub use account::{AccountName, AccountNameError};
pub use desired::{DesiredLetter, Finding, Picture, Scan, Source};
pub use error::ValueError;
pub use existing::{ExistingLetter, ExistingLetters, LetterId, UnreadableLetter, picture_path};
pub use field::Field;
pub use file_key::FileKey;
pub use form::{folded_form, normal_form};
pub use name::LetterName;
pub use nearest::nearest_names;
pub use new::NewLetter;
pub use organization_code::OrganizationCode;
pub use party::Party;
pub use scan::{PictureFormat, ScanDigest, ScanObject};
pub use signature::{SignatureName, Signatures};
pub use succession::{Successions, renewals};
pub use validity::Validity;

/// A letter of authorization as somebody wants it: every part is one that a letter can have.
/// Whether it can be created is for [`NewLetter`] to say.
///
/// `P` is what stands for the picture: a scan that is still to be uploaded, or the key of one that
/// was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter<P> {
    /// The identity of the letter in its account (`AuthorizationLetterName`).
    pub name: LetterName,
    /// The company that owns the signatures (`Authorization`).
    pub authorizer: Party,
    /// The company that may use the signatures (`ProxyAuthorization`).
    pub authorized_party: Party,
    /// The authorizer's Unified Social Credit Code (`OrganizationCode`).
    pub organization_code: OrganizationCode,
    /// The days on which the letter holds (`AuthorizationLetterExpDate`).
    pub validity: Validity,
    /// The signatures that may be used (`SignList`).
    pub signatures: Signatures,
    /// The stamped paper (`AuthorizationLetterPic`).
    pub picture: P,
}

impl<P> Letter<P> {
    /// The same letter with its picture replaced.
    pub fn with_picture<Q>(self, picture: Q) -> Letter<Q> {
        Letter {
            name: self.name,
            authorizer: self.authorizer,
            authorized_party: self.authorized_party,
            organization_code: self.organization_code,
            validity: self.validity,
            signatures: self.signatures,
            picture,
        }
    }
}
