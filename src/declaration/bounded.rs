//! Text for the YAML parser that ends when the parser looks too far ahead.
//!
//! Whatever could still turn out to be a key is kept in memory as tokens until it is known, which
//! takes hundreds of bytes for each byte of a hostile file. Between two events the parser may take
//! a number of steps that is far beyond what declarations need; after that its text is at its end.

use std::cell::Cell;

use saphyr_parser::{Input, StrInput, input::SkipTabs};

/// The steps that are left before the next event.
#[derive(Debug, Default)]
pub(super) struct Steps(Cell<u32>);

impl Steps {
    /// The most steps between two events: each token takes at least one, and some 100 bytes.
    const MAX: u32 = 1_000_000;

    /// An event has come.
    pub(super) fn refill(&self) {
        self.0.set(Self::MAX);
    }

    /// Whether the text was cut short.
    pub(super) fn exhausted(&self) -> bool {
        self.0.get() == 0
    }
}

/// A text that ends when the steps are used up.
pub(super) struct BoundedInput<'t> {
    text: StrInput<'t>,
    steps: &'t Steps,
}

impl<'t> BoundedInput<'t> {
    pub(super) fn new(text: &'t str, steps: &'t Steps) -> Self {
        Self { text: StrInput::new(text), steps }
    }
}

impl Input for BoundedInput<'_> {
    #[inline]
    fn lookahead(&mut self, count: usize) {
        let left = self.steps.0.get().saturating_sub(1);
        self.steps.0.set(left);
        if left == 0 {
            self.text = StrInput::new("");
        }
        self.text.lookahead(count);
    }

    #[inline]
    fn buflen(&self) -> usize {
        self.text.buflen()
    }

    #[inline]
    fn bufmaxlen(&self) -> usize {
        self.text.bufmaxlen()
    }

    #[inline]
    fn raw_read_ch(&mut self) -> char {
        self.text.raw_read_ch()
    }

    #[inline]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        self.text.raw_read_non_breakz_ch()
    }

    #[inline]
    fn skip(&mut self) {
        self.text.skip();
    }

    #[inline]
    fn skip_n(&mut self, count: usize) {
        self.text.skip_n(count);
    }

    #[inline]
    fn peek(&self) -> char {
        self.text.peek()
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        self.text.peek_nth(n)
    }

    #[inline]
    fn peek_opt(&self) -> Option<char> {
        self.text.peek_opt()
    }

    // What follows is faster on the whole text than the trait's own way, a character at a time.

    #[inline]
    fn skip_ws_to_eol(&mut self, tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        self.text.skip_ws_to_eol(tabs)
    }

    #[inline]
    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        self.text.next_can_be_plain_scalar(in_flow)
    }

    #[inline]
    fn next_is_document_indicator(&self) -> bool {
        self.text.next_is_document_indicator()
    }

    #[inline]
    fn next_is_document_start(&self) -> bool {
        self.text.next_is_document_start()
    }

    #[inline]
    fn next_is_document_end(&self) -> bool {
        self.text.next_is_document_end()
    }

    #[inline]
    fn skip_while_non_breakz(&mut self) -> usize {
        self.text.skip_while_non_breakz()
    }

    #[inline]
    fn skip_while_blank(&mut self) -> usize {
        self.text.skip_while_blank()
    }

    #[inline]
    fn fetch_while_is_alpha(&mut self, out: &mut String) -> usize {
        self.text.fetch_while_is_alpha(out)
    }

    #[inline]
    fn fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize {
        self.text.fetch_while_is_yaml_non_space(out)
    }
}
