//! The language server: what `validate` knows, where a declaration is typed.
//!
//! ```text
//! editor ⇄ stdio ⇄ session ─ documents ─► LiveDeclarations
//!                                            ├─► diagnostics, actions, hover
//!                                            └─► completion, navigation
//! ```
//!
//! The session is one loop on one thread. A change is read again by itself, and problems are sent
//! once no message waits. Pictures are decoded on a thread of their own, once for each content.

mod abilities;
mod actions;
mod completion;
mod context;
mod diagnostics;
mod documents;
mod hover;
mod navigation;
mod position;
mod previews;
mod session;
mod stdio;
#[cfg(test)]
mod tests;

pub use session::{Ended, run};
pub use stdio::{Garbled, Stdio};
