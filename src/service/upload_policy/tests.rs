use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;
use crate::letter::{PictureFormat, ScanDigest};

fn object() -> ScanObject {
    ScanObject::new(ScanDigest::of(b"a"), PictureFormat::Jpeg)
}

fn policy(conditions: &str) -> UploadPolicy {
    let document = format!(r#"{{"expiration":"2027-01-01T00:00:00.001Z","conditions":[{conditions}]}}"#);
    UploadPolicy::parse(&BASE64.encode(document))
}

fn forms(conditions: &str) -> Vec<UploadForm> {
    policy(conditions).forms("123", object(), 100).expect(conditions)
}

/// The field `key` and the object's name of the likeliest form; `NAME` stands for ours.
fn key(conditions: &str) -> (String, String) {
    let name = object().to_string();
    let UploadForm { key, file_key, .. } = forms(conditions).swap_remove(0);
    (key.replace(&name, "NAME"), file_key.as_str().replace(&name, "NAME"))
}

fn problem(conditions: &str) -> String {
    policy(conditions).forms("123", object(), 100).expect_err(conditions).to_string()
}

fn field(conditions: &str, name: &str) -> Option<String> {
    let mut form = forms(conditions).swap_remove(0);
    form.fields.retain(|(field, _)| field == name);
    form.fields.pop().map(|(_, value)| value)
}

#[test]
fn the_name_is_ours_where_the_policy_leaves_it_to_us() {
    for (conditions, wanted) in [
        ("", "123/NAME"),
        (r#"["starts-with","$key",""]"#, "123/NAME"),
        (r#"["starts-with","$key","123/"]"#, "123/NAME"),
        (r#"["starts-with","$key","123/letterform-"]"#, "123/NAME"),
        (r#"["starts-with","$key","9/a/"]"#, "9/a/NAME"),
        (r#"["starts-with","$key","9/a"]"#, "9/a/NAME"),
        (r#"["starts-with","$key","上传 区/"]"#, "上传 区/NAME"),
        (r#"["starts-with","$KEY","9/"]"#, "9/NAME"),
        (r#"["not-in","$key",["1"]]"#, "123/NAME"),
    ] {
        assert_eq!(key(conditions), (wanted.to_owned(), wanted.to_owned()), "{conditions}");
    }
}

#[test]
fn the_variable_is_sent_and_then_what_it_comes_to() {
    let name = object().to_string();
    for conditions in [
        r#"["eq","$key","9/${filename}"]"#,
        r#"["eq","$key","9/\${filename}"]"#,
        r#"["eq","$key","9/\\${filename}"]"#,
        r#"["eq","$key","9\/${filename}"]"#,
        r#"{"key":"9/${filename}"}"#,
        r#"["starts-with","$key","9/${filename}"]"#,
        r#"["in","$key",["9/${filename}"]]"#,
    ] {
        let forms = forms(conditions);
        let keys: Vec<_> = forms.iter().map(|form| form.key.as_str()).collect();
        assert_eq!(keys, ["9/${filename}", &format!("9/{name}")], "{conditions}");
        assert!(forms.iter().all(|form| form.file_key.as_str() == format!("9/{name}")), "{conditions}");
    }
    let glued = &forms(r#"["eq","$key","9/a-${filename}.jpg"]"#)[0];
    assert_eq!(glued.file_key.object(), Some(object()), "{}", glued.file_key);
}

#[test]
fn a_fixed_name_is_taken_as_it_is() {
    for conditions in [r#"["eq","$key","9/a.jpg"]"#, r#"{"key":"9/a.jpg"}"#, r#"{"bucket":"b","key":"9/a.jpg"}"#] {
        assert_eq!(key(conditions), ("9/a.jpg".to_owned(), "9/a.jpg".to_owned()), "{conditions}");
    }
    let name = object().to_string();
    let ours = format!(r#"["in","$key",["9/a.jpg","9/{name}"]]"#);
    assert_eq!(key(&ours).1, "9/NAME", "a name that tells the content is preferred");
}

#[test]
fn other_fields_are_sent_as_the_policy_demands_them() {
    let conditions = r#"{"bucket":"b"},["eq","$x-oss-meta-a","1"],["starts-with","$x-oss-meta-b","p"],
        ["in","$x-oss-forbid-overwrite",["true","false"]],{"x-number":7},["matches","$x-other","v"],
        ["not-in","$x-absent",["a"]],["eq","$signature","secret"]"#;
    for (name, value) in [
        ("bucket", "b"),
        ("x-oss-meta-a", "1"),
        ("x-oss-meta-b", "p"),
        ("x-oss-forbid-overwrite", "true"),
        ("x-number", "7"),
        ("x-other", "v"),
    ] {
        assert_eq!(field(conditions, name).as_deref(), Some(value), "{name}");
    }
    for name in ["x-absent", "signature", "key"] {
        assert_eq!(field(conditions, name), None, "{name}");
    }
}

#[test]
fn the_content_type_is_the_scans_own_where_it_may_be() {
    for (conditions, media_type) in [
        ("", "image/jpeg"),
        (r#"["starts-with","$content-type","image/"]"#, "image/jpeg"),
        (r#"["in","$content-type",["image/png","image/jpg"]]"#, "image/jpg"),
        (r#"["eq","$Content-Type","application/octet-stream"]"#, "application/octet-stream"),
    ] {
        assert_eq!(forms(conditions)[0].media_type, media_type, "{conditions}");
    }
    assert_eq!(field(r#"["starts-with","$Content-Type","image/"]"#, "Content-Type").as_deref(), Some("image/jpeg"));
}

#[test]
fn the_success_status_is_the_one_demanded() {
    for (conditions, status) in [
        ("", "200"),
        (r#"{"success_action_status":"201"}"#, "201"),
        (r#"["eq","$success_action_status",204]"#, "204"),
        (r#"["in","$success_action_status",["201","204"]]"#, "201"),
        (r#"["not-in","$success_action_status",["200"]]"#, "201"),
    ] {
        let form = &forms(conditions)[0];
        assert_eq!(form.success_status, status, "{conditions}");
        assert_eq!(form.fields, [], "it is sent once");
    }
}

#[test]
fn a_policy_that_no_upload_can_meet_is_quoted() {
    for (conditions, quoted) in [
        (r#"["eq","$key","/a"]"#, r#"["eq","$key","/a"]"#),
        (r#"["eq","$key","a"],["eq","$key","b"]"#, r#"["eq","$key","b"]"#),
        (r#"["eq","$key","a"],["starts-with","$key","b/"]"#, r#"["starts-with","$key","b/"]"#),
        (r#"["eq","$x","a"],["not-in","$x",["a"]]"#, r#"["not-in","$x",["a"]]"#),
        (r#"["content-length-range",0,99]"#, r#"["content-length-range",0,99]"#),
        (r#"["content-length-range",101,"200"]"#, r#"["content-length-range",101,"200"]"#),
    ] {
        assert!(problem(conditions).ends_with(quoted), "{conditions}: {}", problem(conditions));
    }
}

#[test]
fn a_quote_is_one_safe_line_and_holds_no_secret() {
    let long = "a".repeat(10_000);
    let told = problem(&format!(r#"["eq","$key","/\u001b[31m\n::error::{long}"]"#));
    assert!(told.chars().count() < 260 && !told.contains(['\u{1b}', '\n']), "{told}");
    let told = problem(r#"["eq","$x-oss-security-token","S3CRET"],["eq","$x-oss-security-token","other"]"#);
    assert!(told.ends_with("a condition on `x-oss-security-token`"), "{told}");
}

#[test]
fn a_policy_that_cannot_be_read_is_left_to_the_object_store() {
    for policy in
        ["", "%%%", "cG9saWN5", &BASE64.encode("[]"), &BASE64.encode(r#"{"conditions":[7,["eq"],["eq","$a",[]]]}"#)]
    {
        let forms = UploadPolicy::parse(policy).forms("/123/", object(), 1).expect(policy);
        assert_eq!(forms[0].key, format!("123/{}", object()));
        assert_eq!(forms.len(), 1);
    }
}

#[test]
fn its_end_is_read() {
    assert_eq!(policy("").expiration().map(|end| end.to_string()).as_deref(), Some("2027-01-01T00:00:00.001Z"));
    assert_eq!(UploadPolicy::parse("").expiration(), None);
}
