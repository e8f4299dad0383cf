//! How deep a heading is: a page of several accounts has one level more.

use maud::{Markup, html};

#[derive(Debug, Clone, Copy)]
pub(super) enum Level {
    Two,
    Three,
    Four,
}

impl Level {
    pub(super) const fn below(self) -> Self {
        match self {
            Self::Two => Self::Three,
            Self::Three | Self::Four => Self::Four,
        }
    }

    pub(super) fn heading(self, id: Option<&str>, text: &Markup) -> Markup {
        match self {
            Self::Two => html! { h2 id=[id] tabindex=[id.map(|_| "-1")] { (text) } },
            Self::Three => html! { h3 id=[id] tabindex=[id.map(|_| "-1")] { (text) } },
            Self::Four => html! { h4 id=[id] tabindex=[id.map(|_| "-1")] { (text) } },
        }
    }
}
