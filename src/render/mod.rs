//! What people and programs read: plans, reports and diagnostics as text, JSON, markdown and
//! annotations.
//!
//! Renderings are texts with ANSI styles, which are stripped when printed where they are not
//! wanted.

pub mod diagnostics;
mod difference;
pub mod doctor;
#[cfg(feature = "report")]
pub mod html;

pub mod inventory;
pub mod json;
pub mod markdown;
pub mod style;
pub mod text;
pub(crate) mod unreadable;
mod warnings;
