use std::io::{Cursor, Read as _, Write as _};

use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{Template, TemplateError, TemplateProblem, docx};
use crate::letter::{Field, Letter, LetterName, OrganizationCode, Party, SignatureName, Signatures, Validity};

fn letter(signatures: &[&str]) -> Letter<()> {
    let names: Vec<SignatureName> = signatures.iter().map(|name| SignatureName::try_from(*name).unwrap()).collect();
    Letter {
        name: LetterName::try_from("菜鸟授权书").unwrap(),
        authorizer: Party::parse(Field::Authorizer, "A&B <网络>").unwrap(),
        authorized_party: Party::parse(Field::AuthorizedParty, "支付宝(中国)网络技术有限公司").unwrap(),
        organization_code: OrganizationCode::try_from("91330100799655058B").unwrap(),
        validity: Validity::try_from("2026-01-09~2028-12-31").unwrap(),
        signatures: Signatures::try_from(names).unwrap(),
        picture: (),
    }
}

/// What a text template becomes for a letter with two signatures.
fn filled(ending: &str, template: &str) -> String {
    let template = Template::read(ending, template.as_bytes()).unwrap();
    String::from_utf8(template.fill(&letter(&["菜鸟网络", "菜鸟裹裹"])).unwrap()).unwrap()
}

fn problems(ending: &str, template: &[u8]) -> Vec<String> {
    match Template::read(ending, template) {
        Err(TemplateError::Problems(problems)) => problems.iter().map(told).collect(),
        other => panic!("expected problems, found {other:?}"),
    }
}

fn told(problem: &TemplateProblem) -> String {
    problem.help.as_ref().map_or_else(|| problem.to_string(), |help| format!("{problem}; {help}"))
}

/// A Word document with this body.
fn word(body: &str) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document xmlns:w=\"urn:w\"><w:body>{body}</w:body></w:document>"
    );
    archive(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", &document),
        ("word/media/seal.bin", "\u{1}\u{2}"),
    ])
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn entry(docx: &[u8], name: &str) -> String {
    let mut zip = ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// What the body of a Word template becomes for a letter with two signatures.
fn filled_word(body: &str) -> String {
    let template = Template::read("docx", &word(body)).unwrap();
    let docx = template.fill(&letter(&["菜鸟网络", "菜鸟裹裹"])).unwrap();
    let document = entry(&docx, "word/document.xml");
    let body = document.split_once("<w:body>").unwrap().1;
    body.strip_suffix("</w:body></w:document>").unwrap().to_owned()
}

/// A paragraph of runs with these texts.
fn paragraph(runs: &[&str]) -> String {
    let runs: Vec<String> = runs.iter().map(|text| format!("<w:r><w:t>{text}</w:t></w:r>")).collect();
    format!("<w:p>{}</w:p>", runs.concat())
}

#[test]
fn fills_in_every_field() {
    let template = "{{ name }}|{{ authorizedParty }}|{{ organizationCode }}|{{ validity }}|{{ validity.from }}|{{ validity.to }}|\
                    {{ validity.from | chinese }}|{{ validity | chinese }}|{{ signatures }}|{{ signatures | length }}|\
                    {% for signature in signatures %}{{ loop.index }}{{ signature }};{% endfor %}\n";
    assert_eq!(
        filled("txt", template),
        "菜鸟授权书|支付宝(中国)网络技术有限公司|91330100799655058B|2026-01-09~2028-12-31|2026-01-09|2028-12-31|\
         2026年1月9日|2026年1月9日至2028年12月31日|菜鸟网络、菜鸟裹裹|2|1菜鸟网络;2菜鸟裹裹;\n"
    );
}

#[test]
fn escapes_values_for_the_language_of_the_template() {
    for (ending, expected) in [
        ("html", "A&amp;B &lt;网络&gt;"),
        ("md", "A\\&B \\<网络\\>"),
        ("typ", "A&B \\<网络\\>"),
        ("tex", "A\\&B <网络>"),
        ("txt", "A&B <网络>"),
    ] {
        assert_eq!(filled(ending, "{{ authorizer }}"), expected, "{ending}");
    }
    assert_eq!(filled_word(&paragraph(&["{{ authorizer }}"])), paragraph(&["A&amp;B &lt;网络&gt;"]));
}

#[test]
fn names_every_unknown_placeholder_with_its_place() {
    let template = "授权方：{{ authoriser }}\n有效期：{{ validity.until }}\n{% for s in signs %}{{ s }}{% endfor %}\n";
    assert_eq!(
        problems("txt", template.as_bytes()),
        [
            "line 1, column 5: unknown placeholder `authoriser`; did you mean `authorizer`?",
            "line 2, column 5: unknown placeholder `validity.until`; did you mean `validity.to`?",
            "line 3, column 1: unknown placeholder `signs`; did you mean `signatures`?",
        ]
    );
}

#[test]
fn tells_where_a_tag_is_not_closed_or_not_understood() {
    assert_eq!(problems("txt", b"a\n {{ name"), ["line 2, column 2: `{{ name` is not closed; add `}}`"]);
    let open = "x\n {% if name %}{% for s in signatures %}{{ s }}{% endfor %}";
    assert_eq!(
        problems("txt", open.as_bytes()),
        ["line 2, column 2: `{% if name %}` is not closed; add `{% endif %}`"]
    );
    let unknown = problems("txt", b"{{ name | shout }}");
    assert!(unknown[0].contains("shout"), "{unknown:?}");
}

#[test]
fn says_which_fields_a_template_does_not_use() {
    let template = Template::read("txt", "{{ authorizer }} {{ validity.from }}".as_bytes()).unwrap();
    let unused: Vec<&str> = template.unused().map(Field::as_str).collect();
    assert_eq!(unused, ["authorizedParty", "organizationCode", "signatures"]);
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    let endless = "{% for a in signatures %}".repeat(6) + "{{ name }}" + &"{% endfor %}".repeat(6);
    let template = Template::read("txt", endless.as_bytes()).unwrap();
    let signatures: Vec<String> = (0..100).map(|number| format!("签名{number}")).collect();
    let signatures: Vec<&str> = signatures.iter().map(String::as_str).collect();
    let problem = template.fill(&letter(&signatures)).unwrap_err();
    assert!(problem.message.contains("ran out of fuel"), "{problem}");
}

#[test]
fn a_placeholder_that_word_split_into_runs_is_one() {
    let split = paragraph(&["甲方：{", "{ authori", "zer", " }", "}（盖章）"]);
    let expected = paragraph(&["甲方：A&amp;B &lt;网络&gt;", "", "", "", "（盖章）"]);
    assert_eq!(filled_word(&split), expected);
}

#[test]
fn quotation_marks_that_word_corrected_are_understood() {
    let corrected = paragraph(&["{{ signatures\u{a0}| join(“；”) }}"]);
    assert_eq!(filled_word(&corrected), paragraph(&["菜鸟网络；菜鸟裹裹"]));
}

#[test]
fn a_block_over_paragraphs_repeats_them_and_leaves_no_empty_ones() {
    let (begin, item, end) =
        (paragraph(&["{% for s in ", "signatures %}"]), paragraph(&["签名：{{ s }}"]), paragraph(&["{% endfor %}"]));
    let expected = paragraph(&["签名：菜鸟网络"]) + &paragraph(&["签名：菜鸟裹裹"]);
    assert_eq!(filled_word(&(begin + &item + &end)), expected);
}

#[test]
fn a_block_within_a_paragraph_stays_there() {
    let inline = paragraph(&["{% for s in signatures %}", "【{{ s }}】", "{% endfor %}。"]);
    let (first, again) =
        ("<w:t></w:t></w:r><w:r><w:t>【菜鸟网络】", "</w:t></w:r><w:r><w:t></w:t></w:r><w:r><w:t>【菜鸟裹裹】");
    assert_eq!(filled_word(&inline), format!("<w:p><w:r>{first}{again}</w:t></w:r><w:r><w:t>。</w:t></w:r></w:p>"));
}

#[test]
fn a_block_from_the_first_to_the_last_cell_repeats_the_row() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph(&[text]));
    let row = |first: &str, second: &str| format!("<w:tr>{}{}</w:tr>", cell(first), cell(second));
    let head = row("序号", "签名");
    let body = row("{% for s in signatures %}{{ loop.index }}", "{{ s }}{% endfor %}");
    let expected = format!("<w:tbl>{head}{}{}</w:tbl>", row("1", "菜鸟网络"), row("2", "菜鸟裹裹"));
    assert_eq!(filled_word(&format!("<w:tbl>{head}{body}</w:tbl>")), expected);
}

#[test]
fn rows_of_tags_alone_are_left_out() {
    let row = |text: &str| format!("<w:tr><w:tc>{}</w:tc></w:tr>", paragraph(&[text]));
    let table = row("{% for s in signatures %}") + &row("{{ s }}") + &row("{% endfor %}");
    let expected = row("菜鸟网络") + &row("菜鸟裹裹");
    assert_eq!(filled_word(&format!("<w:tbl>{table}</w:tbl>")), format!("<w:tbl>{expected}</w:tbl>"));
}

#[test]
fn markup_is_never_taken_for_a_tag_and_stays_as_it_was() {
    let odd = "<w:p w:rsidR=\"{{ name }}\"><w:r><w:rPr><w:b w:val='1'/></w:rPr><w:t xml:space=\"preserve\">a &lt; b &#38; c </w:t>\
               </w:r><!-- {% x %} --></w:p><w:sectPr/>";
    assert_eq!(filled_word(odd), odd);
}

#[test]
fn other_parts_of_a_document_go_along_and_the_bytes_are_the_same_each_time() {
    let template = Template::read("docx", &word(&paragraph(&["{{ name }}"]))).unwrap();
    let (one, two) = (template.fill(&letter(&["菜鸟网络"])).unwrap(), template.fill(&letter(&["菜鸟网络"])).unwrap());
    assert_eq!(one, two);
    assert_eq!(entry(&one, "word/media/seal.bin"), "\u{1}\u{2}");
}

#[test]
fn headers_and_footers_are_filled_in_too() {
    let header = "<w:hdr xmlns:w=\"urn:w\"><w:p><w:r><w:t>{{ name }}</w:t></w:r></w:p></w:hdr>";
    let document = "<w:document xmlns:w=\"urn:w\"><w:body/></w:document>";
    let docx = archive(&[("word/document.xml", document), ("word/header1.xml", header)]);
    let filled = Template::read("docx", &docx).unwrap().fill(&letter(&["菜鸟网络"])).unwrap();
    assert_eq!(entry(&filled, "word/header1.xml"), header.replace("{{ name }}", "菜鸟授权书"));
}

#[test]
fn mistakes_in_a_document_are_told_by_paragraph() {
    let body = paragraph(&["委托书"]) + &paragraph(&["{{ authorised", "Party }}"]) + &paragraph(&["{{ validity"]);
    assert_eq!(problems("docx", &word(&body)), ["paragraph 3 of the document: `{{ validity` is not closed; add `}}`"]);
    let body = paragraph(&["委托书"]) + &paragraph(&["{{ authorised", "Party }}"]);
    assert_eq!(
        problems("docx", &word(&body)),
        ["paragraph 2 of the document: unknown placeholder `authorisedParty`; did you mean `authorizedParty`?"]
    );
    let open = paragraph(&["x"]) + &paragraph(&["{% for s in signatures %}{{ s }}"]);
    assert_eq!(
        problems("docx", &word(&open)),
        ["paragraph 2 of the document: `{% for s in signatures %}` is not closed; add `{% endfor %}`"]
    );
}

#[test]
fn the_limit_that_a_document_exceeds_is_told() {
    let bytes = word(&paragraph(&["{{ name }}"]));
    assert!(docx::Document::read(&bytes, 1000).is_ok());
    let error = docx::Document::read(&bytes, 100).unwrap_err();
    assert_eq!(error.to_string(), "the text of the template unpacks to more than 64 MiB");
}

#[test]
fn files_that_are_no_word_documents_are_named() {
    let told = |bytes: &[u8]| Template::read("docx", bytes).unwrap_err().to_string();
    assert!(told(&[0xD0, 0xCF, 0x11, 0xE0, 0, 0]).contains("old .doc"), "{}", told(&[0xD0, 0xCF, 0x11, 0xE0]));
    assert!(told(b"%PDF-1.7").starts_with("this is not a Word document"), "{}", told(b"%PDF-1.7"));
    assert!(told(&archive(&[("mimetype", "x")])).contains("word/document.xml"));
    assert!(told(&word("<w:p>")).contains("not a Word document"));
    assert!(matches!(Template::read("pdf", b""), Err(TemplateError::Ending)));
    assert!(matches!(Template::read("md", &[0xFF]), Err(TemplateError::NotUtf8)));
}
