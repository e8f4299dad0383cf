//! The same API as the service's, served on this machine.

pub mod core;
pub mod faults;

mod account;
mod nonces;
mod operation;
mod params;
mod refusal;
mod rules;
mod store;
mod upload;

pub use account::{AccessKey, AccountError, AccountName};
pub use operation::Operation;
pub use params::Params;
pub use refusal::{Code, Refusal};
pub use rules::{Filter, NewLetter};
pub use store::{StateLocation, StoreError};
