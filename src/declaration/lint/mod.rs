//! What is allowed and probably wrong, and what only shows when letters are seen together.

pub(super) mod across;
mod organization_code;
mod renewal;
mod said;
mod signature;
mod text;
mod validity;

/// The lints on single values.
pub(super) mod value {
    pub(in crate::declaration) use super::{
        text::text,
        validity::{Calendar, validity},
    };
}
