use super::*;

#[test]
fn nothing_that_prints_credentials_prints_a_secret() {
    let credentials = Credentials {
        access_key_id: "LTAI5tExampleExample1234".to_owned(),
        secret: Secret::new("s3cr3t".to_owned()),
        token: Some(Secret::new("t0k3n".to_owned())),
    };
    let shown = format!("{credentials:?} {:?}", credentials.secret);
    assert!(!shown.contains("s3cr3t") && !shown.contains("t0k3n") && !shown.contains("ExampleExample"), "{shown}");
    assert!(shown.contains("LTAI****1234") && shown.contains("***"), "{shown}");
}

#[test]
fn a_short_id_is_masked_whole() {
    assert_eq!(masked("LTAI1"), "****");
    assert_eq!(masked("授权授权授权授权授权授权"), "授权授权****授权授权");
}
