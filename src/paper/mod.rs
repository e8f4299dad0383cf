//! The paper of a letter, filled in from its declaration into a template of the user.
//!
//! The wording of the official form belongs to the service's console: nothing here knows it. A
//! template is a Word document or a text with placeholders such as `{{ authorizer }}`. It is read
//! once, with all its mistakes at once, and filled in for each letter. Neither reads a file or a
//! clock.

mod docx;
mod escape;
mod source;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig};

use self::{docx::Document, escape::Escape, source::Source};
use crate::{
    letter::{Field, Letter},
    wording::counted,
};

/// The largest template, in bytes.
pub const MAX_TEMPLATE: usize = 32 << 20;

/// The most bytes to which the parts with text of a Word document may unpack.
pub const MAX_TEXT: u64 = 64 << 20;

/// How much a template may compute: enough for the hundred signatures of a letter in every cell of
/// a long document.
const FUEL: u64 = 1_000_000;

/// The endings of the names of templates.
pub const ENDINGS: [&str; 8] = ["docx", "html", "htm", "md", "markdown", "typ", "tex", "txt"];

/// A mistake in a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct TemplateProblem {
    /// Where it is: `line 3, column 7`, or `paragraph 12 of the document`.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
}

/// Why a template can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The ending of its name is none of [`ENDINGS`].
    #[error("templates are .docx, .html, .md, .typ, .tex or .txt files")]
    Ending,
    /// It is larger than [`MAX_TEMPLATE`].
    #[error("the template is too large; at most {} MiB", MAX_TEMPLATE >> 20)]
    TooLarge,
    /// The text of a Word document unpacks to more than [`MAX_TEXT`].
    #[error("the text of the template unpacks to more than {} MiB", MAX_TEXT >> 20)]
    TextTooLarge,
    /// A text template is not UTF-8.
    #[error("the template is not UTF-8 text")]
    NotUtf8,
    /// A `.docx` file is something else.
    #[error("this is not a Word document (.docx): {0}")]
    NotDocx(String),
    /// Placeholders are wrong.
    #[error("the template has {}", counted(.0.len(), "error"))]
    Problems(Vec<TemplateProblem>),
}

/// A template whose placeholders are all known.
#[derive(Debug)]
pub struct Template {
    body: Body,
    used: BTreeSet<Field>,
}

#[derive(Debug)]
enum Body {
    Text(Box<Part>),
    Word(Document),
}

/// A template text, ready to be filled in.
#[derive(Debug)]
struct Part {
    source: Source,
    environment: Environment<'static>,
}

impl Template {
    /// Reads a template. `ending` is that of its file's name, without the dot.
    ///
    /// # Errors
    /// When it is no template, and with all its mistakes.
    pub fn read(ending: &str, bytes: &[u8]) -> Result<Self, TemplateError> {
        if bytes.len() > MAX_TEMPLATE {
            return Err(TemplateError::TooLarge);
        }
        let ending = ending.to_ascii_lowercase();
        let (body, problems) = if ending == "docx" {
            let (document, problems) = Document::read(bytes, MAX_TEXT)?;
            (Body::Word(document), problems)
        } else {
            let escape = Escape::of(&ending).ok_or(TemplateError::Ending)?;
            let text = std::str::from_utf8(bytes).map_err(|_| TemplateError::NotUtf8)?;
            let (part, problems) = Part::new(Source::text(text), escape);
            (Body::Text(Box::new(part)), problems)
        };
        if !problems.is_empty() {
            return Err(TemplateError::Problems(problems));
        }
        let used = match &body {
            Body::Text(part) => part.used(),
            Body::Word(document) => document.parts().flat_map(Part::used).collect(),
        };
        Ok(Self { body, used })
    }

    /// The fields that a paper should have and this template does not use.
    pub fn unused(&self) -> impl Iterator<Item = Field> {
        values::ON_PAPER.into_iter().filter(|field| !self.used.contains(field))
    }

    /// Fills the template in for a letter: the bytes of a file of the template's kind, the same for
    /// the same letter.
    ///
    /// # Errors
    /// When an expression of the template can't be computed.
    pub fn fill<P>(&self, letter: &Letter<P>) -> Result<Vec<u8>, TemplateProblem> {
        let values = values::of(letter);
        match &self.body {
            Body::Text(part) => part.fill(&values).map(String::into_bytes),
            Body::Word(document) => document.fill(&values),
        }
    }
}

impl Part {
    /// The part and its mistakes.
    fn new(source: Source, escape: Escape) -> (Self, Vec<TemplateProblem>) {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(syntax());
        environment.set_debug(true);
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(move |out, _, value| escape.write(out, value));
        values::add_filters(&mut environment);
        if !escape.trusts_the_template() {
            environment.remove_filter("safe");
        }
        let mut problems = source.problems();
        if problems.is_empty() {
            if let Err(error) = environment.add_template_owned(TEMPLATE, source.jinja().to_owned()) {
                problems.push(source.problem(&error));
            } else {
                problems = values::unknown(&source, &environment);
            }
        }
        let part = Self { source, environment };
        if problems.is_empty() {
            // The engine looks for filters and the like when it comes to them.
            problems.extend(part.fill(&values::sample()).err());
        }
        (part, problems)
    }

    fn used(&self) -> BTreeSet<Field> {
        values::used(&self.environment)
    }

    fn fill(&self, values: &minijinja::Value) -> Result<String, TemplateProblem> {
        let template = self.environment.get_template(TEMPLATE).expect("the template was added when it was read");
        template.render(self.source.with_chunks(values)).map_err(|error| self.source.problem(&error))
    }
}

/// The syntax of Jinja, with the line break at the end of a file kept.
fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder().keep_trailing_newline(true).build().expect("the marks of tags are the usual ones")
}

/// The only template of an environment.
const TEMPLATE: &str = "template";

/// The variables that a template reads and does not set itself, with their first attribute:
/// `validity.from`.
fn variables(environment: &Environment<'static>) -> BTreeSet<String> {
    let template = environment.get_template(TEMPLATE);
    template.map(|template| template.undeclared_variables(true).into_iter().collect()).unwrap_or_default()
}
