//! Safe fixes, made in files.
//!
//! Nothing outside the edits changes a byte: the encoding, the byte order mark and the line ends
//! are the file's own. A fixed file has no problem left that a safe fix mends.

use std::path::{Path, PathBuf};

use super::{
    Diagnostic, FileId, LoadOptions, SourceFile, allow, discover,
    document::Reason,
    edit::{Edit, Safety, applied},
    reading::Reading,
    source::Encoding,
};

/// A file with its safe fixes made.
#[derive(Debug)]
pub struct FixedFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it is called.
    pub name: String,
    /// Its bytes before.
    pub before: Vec<u8>,
    /// Its text before, without a byte order mark.
    pub old: String,
    /// Its text with the fixes.
    pub new: String,
    /// How many problems are fixed.
    pub fixed: usize,
    encoding: Encoding,
}

impl FixedFile {
    /// The bytes of the fixed file.
    #[must_use]
    pub fn after(&self) -> Vec<u8> {
        self.encoding.encode(&self.new)
    }
}

/// The files among those that `paths` lead to in which safe fixes change something. Nothing is
/// written.
#[must_use]
pub fn fixed_files(paths: &[PathBuf], options: &LoadOptions) -> Vec<FixedFile> {
    let (found, _) = discover::discover(paths);
    let files = found.into_iter().filter_map(|found| {
        let bytes = discover::read(&found).ok()?;
        fixed(&found.path, &found.name, bytes, options)
    });
    files.collect()
}

/// The file with its safe fixes made; `None` when there is nothing to fix.
fn fixed(path: &Path, name: &str, before: Vec<u8>, options: &LoadOptions) -> Option<FixedFile> {
    let encoding = Encoding::of(&before);
    let mut reading = judged(name, before.clone(), options);
    let old = reading.0.text().to_owned();
    let mut fixed = 0;
    let mut budget = MAX_BYTES;
    for _ in 0..MAX_ROUNDS {
        let Some(left) = budget.checked_sub(reading.0.text().len()) else { break };
        budget = left;
        let (source, problems) = &reading;
        let (text, made) = applied(source, problems.iter().filter_map(safe_edits));
        if made == 0 || text == source.text() {
            break;
        }
        fixed += made;
        reading = judged(name, text.into_bytes(), options);
    }
    let new = reading.0.text().to_owned();
    (new != old).then(|| FixedFile { path: path.to_owned(), name: name.to_owned(), before, old, new, fixed, encoding })
}

/// A mistake that keeps a file from being YAML hides those after it, so that each round may show
/// the next.
const MAX_ROUNDS: usize = 1_000;
/// The most bytes that are read in all rounds of a file.
const MAX_BYTES: usize = 1 << 30;

/// The file as it reads, and its problems that no comment silences.
fn judged(name: &str, bytes: Vec<u8>, options: &LoadOptions) -> (SourceFile, Vec<Diagnostic>) {
    let Reading { source, mut problems, .. } = Reading::of_bytes((name, bytes), Reason::Once, options);
    allow::apply(&mut problems, std::iter::once((FileId(0), &source)));
    (source, problems.finish())
}

fn safe_edits(diagnostic: &Diagnostic) -> Option<&[Edit]> {
    let fix = diagnostic.fix.as_deref().filter(|fix| fix.safety == Safety::Safe)?;
    Some(&fix.edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::Position;

    fn mended(text: impl Into<Vec<u8>>) -> Option<Vec<u8>> {
        fixed(Path::new("letters.yaml"), "letters.yaml", text.into(), &options()).map(|file| {
            assert!(fixed(Path::new("f"), "f", file.after(), &options()).is_none(), "fixing twice is fixing once");
            file.after()
        })
    }

    fn letter(lines: &[(&str, &str)]) -> String {
        let mut text = "version: 1 # 版本\nletters:\n  - name: 甲乙\n    authorizer: 菜鸟网络科技有限公司\n    \
                        authorizedParty: 支付宝(中国)网络技术有限公司 # 乙方\n    organizationCode: 91330100799655058B\n    \
                        validity: 2026-01-01~2028-12-31\n    signatures: [菜鸟网络, 菜鸟裹裹]\n    fileKey: 1/a.jpg\n"
            .to_owned();
        for (from, to) in lines {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        text
    }

    #[test]
    fn every_kind_of_safe_mistake_is_mended_where_it_stands() {
        for wrong in [
            [("91330100799655058B", "９1330100799655058Ｂ")],
            [("2026-01-01~2028-12-31", "2026-01-01～2028-12-31")],
            [("2026-01-01~2028-12-31", "2026/1/1 ~ 2028/12/31")],
            [("2026-01-01~2028-12-31", "2026年1月1日至2028年12月31日")],
            [("甲乙", "\"甲乙\"")],
            [("菜鸟网络,", "【菜鸟网络】,")],
            [("菜鸟裹裹]", "菜鸟裹裹, 菜鸟网络]")],
            [("authorizer:", "Authorization:")],
            [("authorizedParty:", "authorized_party:")],
            [("organizationCode", "ORGANIZATIONCODE")],
            [("    authorizer:", "\tauthorizer:")],
            [("    authorizer:", "\u{3000}\u{3000}authorizer:")],
            [("authorizer: ", "authorizer:\u{3000}")],
            [("authorizer: ", "authorizer:")],
            [("authorizer: ", "authorizer：")],
            [("  - name", "  －name")],
        ] {
            let good = letter(&[]);
            let text = letter(&wrong);
            let expected = if wrong[0].1.starts_with('"') { None } else { Some(good) };
            let found = mended(text.clone()).map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn quotes_comments_line_ends_and_encodings_stay() {
        let wrong = letter(&[("菜鸟裹裹", "\"【菜鸟裹裹】\""), ("91330100799655058B", "'９1330100799655058B'")])
            .replace('\n', "\r\n");
        let right = letter(&[("菜鸟裹裹", "\"菜鸟裹裹\""), ("91330100799655058B", "'91330100799655058B'")])
            .replace('\n', "\r\n");
        let marked = |text: &str| format!("\u{FEFF}{text}");
        assert_eq!(mended(marked(&wrong)), Some(marked(&right).into_bytes()));
        let wide = |text: &str| marked(text).encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        assert_eq!(mended(wide(&wrong)), Some(wide(&right)));
    }

    #[test]
    fn what_must_be_confirmed_or_is_silenced_stays() {
        for wrong in [
            [("058B", "058C")],
            [("authorizer:", "authoriser:")],
            [("甲乙", "甲乙")],
            // A letter is known by its name, and one that exists may have this one.
            [("甲乙", "\" 甲乙\"")],
            [("甲乙", "甲乙Ａ")],
            [("菜鸟网络,", "菜鸟、网络,")],
            [("fileKey", "附件")],
            [("    authorizer:", "    # letterform: allow LF-look-alike the licence has it\n    authorizer: ＡＣ")],
        ] {
            assert_eq!(mended(letter(&wrong)), None, "{wrong:?}");
        }
    }

    proptest::proptest! {
        /// Nothing outside the edits changes, a fixed file has no such problem left, and fixing
        /// twice is fixing once.
        #[test]
        fn fixing_holds_its_laws(
            slips in proptest::collection::vec((0_usize..200, 0_usize..SLIPS.len()), 0..6),
            whole in 0..WHOLE.len(), mark: bool, returns: bool,
        ) {
            let mut text = WHOLE[whole].iter().fold(letter(&[]), |text, (from, to)| text.replace(from, to));
            for (at, slip) in slips {
                let at = text.char_indices().map(|(index, _)| index).cycle().nth(at * 3).unwrap();
                text.insert_str(at, SLIPS[slip]);
            }
            let text = if returns { text.replace('\n', "\r\n") } else { text };
            let bytes = if mark { format!("\u{FEFF}{text}") } else { text.clone() }.into_bytes();
            let Some(file) = fixed(Path::new("f"), "f", bytes, &options()) else { return Ok(()) };
            proptest::prop_assert_eq!(file.after().starts_with("\u{FEFF}".as_bytes()), mark);
            let (_, problems) = judged("f", file.after(), &options());
            proptest::prop_assert!(problems.iter().all(|problem| safe_edits(problem).is_none()), "{}", file.new);
            // Round by round: what stands between the edits stands between them afterwards.
            let mut text = text;
            while text != file.new {
                let (source, problems) = judged("f", text.clone().into_bytes(), &options());
                let groups = problems.iter().filter_map(safe_edits);
                let edits = crate::declaration::apart(groups.clone());
                let next = applied(&source, groups).0;
                proptest::prop_assert!(next != text, "{}", text);
                let byte = |at: Position| {
                    let lines = text.split_inclusive('\n').take(at.line as usize);
                    let line = lines.clone().last().unwrap_or_default();
                    let before: usize = lines.map(str::len).sum::<usize>() - line.len();
                    before + line.chars().take(at.column as usize - 1).map(char::len_utf8).sum::<usize>()
                };
                let mut rest = next.as_str();
                let mut from = 0;
                for edit in edits {
                    let (start, end) = (byte(edit.place.span.start), byte(edit.place.span.end));
                    rest = rest.strip_prefix(&text[from..start]).expect("what stands before the edit stays");
                    rest = rest.strip_prefix(&*edit.text).expect("the edit is there");
                    from = end;
                }
                proptest::prop_assert_eq!(rest, &text[from..]);
                text = next;
            }
        }
    }

    fn options() -> LoadOptions {
        LoadOptions::new(jiff::civil::date(2026, 6, 1))
    }

    /// A letter with comments, and in all quotation marks.
    const WHOLE: [&[(&str, &str)]; 4] = [
        &[],
        &[("菜鸟网络科技有限公司", "\"菜鸟网络科技有限公司\" # 甲"), ("菜鸟裹裹]", "'【菜鸟裹裹】', 菜鸟网络] # 乙")],
        &[("91330100799655058B", "'９1330100799655058B'"), ("    validity", "\n    # 期\n    validity")],
        &[("authorizer:", "Authorization :"), ("2026-01-01~", "2026/1/1 ～ "), ("letters:", "letters: # all")],
    ];

    const SLIPS: [&str; 12] = ["９", "Ａ", "～", " ", "\u{3000}", "\t", "【", "】", "：", "\u{A0}", "_", "，"];
}
