//! `--format` of commands whose results are read by people, by programs and on pull requests.

use clap::ValueEnum;
use serde::Serialize;

use super::{checkout::CommentArgs, files};
use crate::render::markdown::CommentOptions;

/// In which form a command prints its result.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct OutputArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    #[command(flatten)]
    comment: CommentArgs,
}

/// The forms of a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request or an issue
    Markdown,
}

/// The forms of a result that is no matter of a pull request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

impl OutputArgs {
    /// How markdown is written.
    pub(super) fn comment_options(&self) -> CommentOptions {
        self.comment.options()
    }

    /// Prints a result in the form that is asked for.
    pub(super) fn print<D: Serialize>(
        &self,
        text: impl FnOnce() -> String,
        document: impl FnOnce() -> D,
        markdown: impl FnOnce(&CommentOptions) -> String,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Text => files::print_styled(&text()),
            Format::Json => files::print_json(&document()),
            Format::Markdown => files::print_styled(&markdown(&self.comment_options())),
        }
    }
}
