//! README.md and README.zh-CN.md say the same: the same parts, commands, declarations, tables and
//! links, in the same order.

use crate::docs::{
    markdown::{Block, Page},
    page,
    transcript::comparable,
};

fn both() -> [Page; 2] {
    [page("README.md"), page("README.zh-CN.md")]
}

#[test]
fn the_chinese_readme_has_the_same_parts() {
    let [english, chinese] = both().map(|page| page.headings.iter().map(|heading| heading.level).collect::<Vec<_>>());
    assert_eq!(english, chinese, "the levels of the headings");
}

#[test]
fn the_chinese_readme_has_the_same_blocks() {
    /// A block without what is written for people to read: comments.
    fn bare(block: &Block) -> (&str, String) {
        let without_comment =
            |line: &str| line.split_once("# ").map_or(line, |(before, _)| before).trim_end().to_owned();
        let text = match block.language.as_str() {
            "yaml" | "sh" => block.text.lines().map(without_comment).collect::<Vec<_>>().join("\n"),
            "console" => comparable(&block.text),
            _ => block.text.clone(),
        };
        (&block.language, text)
    }
    let [english, chinese] = both();
    for (one, other) in english.blocks.iter().zip(&chinese.blocks) {
        assert_eq!(bare(one), bare(other), "README.md:{} and README.zh-CN.md:{}", one.line, other.line);
    }
    assert_eq!(english.blocks.len(), chinese.blocks.len());
}

#[test]
fn the_chinese_readme_has_the_same_tables_and_links() {
    let [english, chinese] = both();
    assert_eq!(english.rows, chinese.rows, "the cells of the rows of the tables");
    let targets = |page: &Page| -> Vec<String> {
        let other = |target: &str| ["README.md", "README.zh-CN.md"].contains(&target);
        // Each links to the other one.
        page.links.iter().map(|link| if other(&link.target) { "the other" } else { &link.target }.to_owned()).collect()
    };
    assert_eq!(targets(&english), targets(&chinese), "the links");
}
