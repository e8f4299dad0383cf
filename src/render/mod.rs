//! What people and programs read: plans, reports and diagnostics as text, JSON, markdown and annotations.

pub mod diagnostics;
pub mod escape;
