//! The tests of the program and of the library as a whole, in one binary: one module a subject.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test's folder is its own")]

mod bad_input;
mod credentials;
mod declarations;
mod docs;
mod doctor;
mod emulator;
mod files;
mod fix;
mod generated;
mod hostile;
mod inventory;
mod log;
mod long_apply;
mod lsp;
mod main_job;
mod new_letters;
mod normalised;
mod paper;
mod papers;
mod project;
mod proofread;
mod reference;
mod reliability;
mod saved_plan;
mod scan_looks;
mod schema;
mod secrets;
mod shared_papers;
mod signals;
mod signature_vectors;
mod simulation;
mod status;
mod target;
mod tls;
mod unreadable;
mod validate;
mod validate_hostile;
mod validate_rules;
mod workspace;
mod workspace_schema;
