use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::*;
use crate::{
    letter::{Field, LetterId, Source},
    plan::{Difference, DifferenceValue, Matched, PlannedLetter, Standing, WarningCode},
};

/// What a reader of markdown makes of a comment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    headings: usize,
    rows: usize,
    cells: usize,
    items: usize,
    fences: Vec<String>,
    tags: Vec<String>,
    others: Vec<String>,
}

fn seen(markdown: &str) -> Seen {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let mut seen = Seen::default();
    let mut fence = None;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Heading { .. }) => seen.headings += 1,
            Event::Start(Tag::TableHead | Tag::TableRow) => seen.rows += 1,
            Event::Start(Tag::TableCell) => seen.cells += 1,
            Event::Start(Tag::Item) => seen.items += 1,
            Event::Start(Tag::CodeBlock(_)) => fence = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => seen.fences.extend(fence.take()),
            Event::Text(text) if fence.is_some() => fence.as_mut().expect("is begun").push_str(&text),
            Event::InlineHtml(tag) => seen.tags.push(tag.into_string()),
            Event::Html(html) => seen.tags.extend(
                html.split_inclusive('>')
                    .filter_map(|part| part.find('<').map(|start| part[start..].trim().to_owned())),
            ),
            Event::Start(Tag::Paragraph | Tag::List(None) | Tag::Table(_) | Tag::HtmlBlock)
            | Event::End(_)
            | Event::Text(_)
            | Event::SoftBreak
            | Event::Code(_) => {}
            other => seen.others.push(format!("{other:?}")),
        }
    }
    seen
}

fn shown(plans: &Accounts<Plan>) -> String {
    plan(plans, &CommentOptions::default())
}

fn matched(name: &str, standing: Standing) -> Matched {
    let name = name.parse().expect("a name");
    Matched { name, source: Source { file: "a_b|c.yaml".into(), line: 3 }, standing, unknown: Vec::new() }
}

fn plan_of(texts: &[String; 8]) -> Accounts<Plan> {
    let [name, state, status, declared, existing, item, message, endpoint] = texts;
    let standing = Standing { id: Some(LetterId(7)), state: state.as_str().into(), status: status.as_str().into() };
    let differences = vec![
        Difference {
            field: Field::Authorizer,
            declared: DifferenceValue::Text(declared.clone()),
            existing: DifferenceValue::Text(existing.clone()),
        },
        Difference {
            field: Field::Signatures,
            declared: DifferenceValue::List(vec![item.clone()]),
            existing: DifferenceValue::List(vec![existing.clone(), item.clone()]),
        },
    ];
    Accounts::Single(Plan {
        account_id: None,
        account: None,
        chosen: crate::plan::Chosen::default(),
        endpoint: endpoint.as_str().into(),
        letters: vec![
            PlannedLetter::Conflict(matched("甲", standing.clone()), differences),
            PlannedLetter::Unmanaged(name.as_str().into(), standing),
        ],
        unreadable: Vec::new(),
        warnings: vec![Warning {
            code: WarningCode::Expired,
            name: name.as_str().into(),
            message: message.as_str().into(),
            rule: None,
        }],
    })
}

/// Texts in which the signs of markdown, HTML and YAML are frequent.
fn any_text() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec![
        "|",
        "`",
        "```",
        "\n",
        "\r\n",
        "<b>",
        "</details>",
        "<!--",
        "-->",
        "*",
        "**",
        "_",
        "[a](b)",
        "![a](b)",
        "#",
        "> ",
        "- ",
        "1. ",
        "&amp;",
        "\\",
        "https://a.cn",
        "www.a.cn",
        "@a",
        "a@b.cn",
        ":a:",
        "~~",
        "$",
        "$$",
        " ",
        "\u{3000}",
        "（",
        "）",
        "---",
        "===",
        "<script>",
        "菜鸟",
        "a",
        "[ ]",
        "[^1]",
        "\t",
        "    ",
        "\u{202e}",
        "\u{2028}",
        "<a@b.cn>",
        "<https://a.cn>",
    ]);
    prop_oneof![prop::collection::vec(sign, 0..8).prop_map(|parts| parts.concat()), any::<String>(),]
}

proptest! {
    #[test]
    fn whatever_is_in_a_value_the_comment_has_the_same_shape(
        texts in prop::array::uniform8(any_text()),
    ) {
        let plain = seen(&shown(&plan_of(&std::array::from_fn(|_| "文".to_owned()))));
        let markdown = shown(&plan_of(&texts));
        let mut seen = seen(&markdown);
        // What an empty or equal text leaves out of a difference is no matter of the shape.
        let fences = std::mem::take(&mut seen.fences);
        prop_assert_eq!(fences.len(), plain.fences.len(), "{}", markdown);
        prop_assert!(fences[0].lines().all(|line| line.starts_with(['@', '-', '+', ' '])), "{}", fences[0]);
        let tags: Vec<String> = std::mem::take(&mut seen.tags);
        prop_assert_eq!(tags, plain.tags, "{}", markdown);
        prop_assert_eq!(seen, Seen { fences: Vec::new(), tags: Vec::new(), ..plain }, "{}", markdown);
    }
}

#[test]
fn what_needs_a_decision_comes_first_and_lines_of_html_show_no_backslash() {
    let texts =
        ["名", "PASSED", "VALID", "甲", "乙", "丙", "warned", "https://dysmsapi.aliyuncs.com"].map(str::to_owned);
    let markdown = shown(&plan_of(&texts));
    assert!(
        markdown
            .starts_with("<!-- letterform -->\n## letterform: 0 to create, 0 unchanged, 1 in conflict, 1 unmanaged\n")
    );
    assert!(markdown.contains("<b>甲</b> declared at a_b|c.yaml:3 · id 7 · PASSED · VALID</summary>"), "{markdown}");
    assert!(markdown.find("### In conflict") < markdown.find("### Warnings"));
    assert!(markdown.contains("<b>Letters that are not declared, and left alone</b> (1)"));
}

#[test]
fn many_signatures_that_both_sides_have_are_counted() {
    let all: Vec<String> = (0..100).map(|i| format!("签名{i}")).collect();
    let difference = Difference {
        field: Field::Signatures,
        declared: DifferenceValue::List(all[1..].to_vec()),
        existing: DifferenceValue::List(all.clone()),
    };
    let text = conflict::diff(&[difference]);
    assert!(text.contains("-签名0\n") && text.ends_with(" … and 93 more on both sides\n"), "{text}");
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(listed(&names).contains("<summary>and 88 more</summary>"));
}

#[test]
fn a_fence_is_longer_than_any_in_the_diff() {
    assert_eq!(conflict::longest_run_of_backticks("a ``` b `` c"), 3);
    assert_eq!(conflict::longest_run_of_backticks(""), 0);
}
