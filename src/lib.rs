//! Letters of Authorization for Alibaba Cloud SMS as code.
//!
//! Data flows one way, and the modules are its steps:
//!
//! ```text
//! YAML ─ declaration ─┐
//!                     ├─ plan ─ apply ─ Report ─ render
//! API ─── service ────┘
//! ```
//!
//! [`letter`] and [`plan`] are pure: no IO, no clock, no async, no rendering.
//!
//! This library exists for the program `letterform` and its tests. Its interface is not stable and
//! can change in any release. What other programs can rely on is the command line, its exit codes
//! and its JSON.

pub mod accounts;
pub mod apply;
pub mod checkout;
pub mod cli;
pub mod clock;
pub mod credentials;
pub mod declaration;
pub mod doctor;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod endpoint;
pub mod escape;
pub mod import;
pub mod inventory;
pub mod letter;
pub mod lsp;
pub mod nonce;
pub mod ocr;
pub mod paper;
pub mod plan;
pub mod proofread;
pub mod render;
pub mod renew;
pub mod retry;
pub mod run;
pub mod service;
pub mod signature;
pub mod status;
mod transport;
pub mod usage;
pub mod wire;
mod wording;
