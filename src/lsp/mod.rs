//! The language server: what `validate` knows, where a declaration is typed.
//!
//! ```text
//! editor ⇄ session ─ documents ─► LiveDeclarations ─► diagnostics, actions, hover, completion,
//!                                                     navigation
//! ```
//!
//! The session is one loop on one thread. A change is read again by itself, and problems are sent
//! once no message waits. Pictures are decoded on a thread of their own.

mod abilities;
mod actions;
mod completion;
mod context;
mod diagnostics;
mod documents;
mod hover;
mod navigation;
mod position;
mod session;

pub use session::{Ended, run};
