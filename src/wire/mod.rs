//! What goes over the wire, for both of its ends: the client of [`service`](crate::service) and the
//! emulator.
//!
//! Parameters become signed text ([`encode`], [`rpc`], [`acs3`], [`request`]), answers become
//! values ([`letters`], [`letter_list`], [`signatures`]). Nothing here does IO.

pub mod acs3;
mod digest;
pub mod encode;
pub(crate) mod lenient;
pub mod letter_list;
pub mod letters;
mod operation;
pub mod request;
pub mod rpc;
pub mod signatures;

pub use digest::{body_sha256, same_signature};
pub use operation::{Operation, RequestId};

/// The version of the API, as requests name it.
pub const API_VERSION: &str = "2017-05-25";

/// Parameters of a request, not yet encoded: names and values.
pub type Parameters = Vec<(String, String)>;
