//! The law of import: any letters → declarations → plan: nothing to create, and no conflict.

use std::path::Path;

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::{
    declaration::{Code, Diagnostic, LoadOptions, Severity, load_text},
    letter::LetterId,
    plan::Plan,
};

const OPTIONS: ImportOptions<'static> = ImportOptions { schema: "letters.schema.json" };

/// Mostly what letters hold, and sometimes anything.
fn text(usual: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![8 => select(usual).prop_map(str::to_owned), 1 => "\\PC{0,8}", 1 => any::<String>()]
}

fn existing() -> impl Strategy<Value = ExistingLetter> {
    let texts = (
        prop_oneof![4 => "[甲乙丙no0-9]{1,3}", 1 => any::<String>()],
        text(&[
            "菜鸟网络科技有限公司",
            " 信使·中国（杭州） ",
            "no",
            "Acme  Ltd",
            "a: b",
            "1e3",
            "2026",
            "Acme Co., Ltd.",
        ]),
        text(&["支付宝(中国)网络技术有限公司", "杭州信使网络科技有限公司", "Null"]),
        text(&[
            "91330100799655058B",
            "012345678901234567",
            "1210000040000E25",
            "#letterform:x",
            "~",
            "- a",
            "9.1E+17",
            "９13 3",
        ]),
        text(&["2026-01-01~2029-01-01", " 2020-01-01~2021-01-01 ", "2026-01-01"]),
        vec(text(&["菜鸟网络", "123456", "no", "1e10", "菜鸟", " 菜鸟", "тест測試", "Test网"]), 0..40),
        option::weighted(
            0.9,
            text(&[
                "https://b.example/1/a.jpg?Signature=x",
                "https://b.example/bucket/2/%E6%89%AB.jpg",
                "https://b.example//1//a.jpg",
                "1/a%20.jpg ",
                "https://b.example/1/a.jpg%20",
            ]),
        ),
        option::of(0..9_u64),
    );
    texts.prop_map(|(name, authorizer, authorized_party, organization_code, validity, signatures, picture_url, id)| {
        ExistingLetter {
            id: id.map(LetterId),
            name: name.into(),
            authorizer: authorizer.into(),
            authorized_party: authorized_party.into(),
            organization_code: organization_code.into(),
            validity: validity.into(),
            signatures: signatures.into_iter().map(Into::into).collect(),
            picture_url,
            state: "INT".into(),
            status: "VALID".into(),
        }
    })
}

/// The plan of the declarations in `texts`, which must validate.
fn plan(texts: &[&str], existing: &[ExistingLetter]) -> Plan {
    let today = "2026-11-24".parse().unwrap();
    let mut letters = Vec::new();
    for text in texts {
        let loaded = load_text(Path::new("letters.yaml"), text.as_bytes().to_vec(), &LoadOptions::new(today));
        let errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        assert_eq!(errors.collect::<Vec<&Diagnostic>>(), [] as [&Diagnostic; 0], "{text}");
        let unused = loaded.diagnostics.iter().find(|diagnostic| diagnostic.code == Code::AllowUnused);
        assert_eq!(unused, None, "{text}");
        letters.extend(loaded.letters);
    }
    Plan::new("https://dysmsapi.aliyuncs.com".to_owned(), letters, &existing.to_vec().into(), today, 60)
}

proptest! {
    #[test]
    fn any_letters_import_as_declarations_that_plan_as_unchanged(letters in vec(existing(), 0..12)) {
        let one = import(&letters.clone().into(), OPTIONS);
        let summary = plan(&[&one.text], &letters).summary();
        prop_assert_eq!((summary.create, summary.conflict, summary.unchanged), (0, 0, one.declared), "{}", one.text);
        prop_assert_eq!(one.declared + one.refused.len(), letters.len());

        let split = import_by_authorizer(&letters, OPTIONS);
        let texts: Vec<&str> = split.iter().map(|(_, file)| file.text.as_str()).collect();
        prop_assert_eq!(plan(&texts, &letters).summary(), summary);
        prop_assert_eq!(split.iter().map(|(_, file)| file.declared).sum::<usize>(), one.declared);
    }
}
