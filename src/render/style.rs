//! The colours of the program.

use anstyle::{AnsiColor, Style};

/// What will be or was created.
pub const CREATE: Style = AnsiColor::Green.on_default().bold();
/// What differs and can't be helped by a call.
pub const CONFLICT: Style = AnsiColor::Red.on_default().bold();
/// What went wrong.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What a reader should know.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// A line that is registered and not declared.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// A line that is declared and not registered.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// What is there for completeness.
pub const DIM: Style = Style::new().dimmed();
/// Names and headlines.
pub const STRONG: Style = Style::new().bold();

/// `text` in `style`.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
