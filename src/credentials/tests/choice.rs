use super::*;

const KEY: &str = r#"{"name":"main","mode":"AK","access_key_id":"cli","access_key_secret":"s"}"#;
const INI: &str = "[default]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = s\n";

/// A world with no metadata service.
async fn world() -> World {
    World::new([]).await.variable("ECS_METADATA_DISABLED", "true")
}

async fn chosen(world: World, profile: Option<&str>) -> (Place, String) {
    world.found(profile).await.expect("credentials")
}

fn id(found: &(Place, String)) -> &str {
    found.1.split(':').next().expect("an id")
}

#[tokio::test]
async fn variables_come_first() {
    let world = world().await.config(KEY).ini(INI).variable("ACCESS_KEY_ID", "env").variable("ACCESS_KEY_SECRET", "s");
    assert_eq!(world.found(None).await.expect("found"), (Place::Variables, "env:s".to_owned()));
    let world = world.variable("SECURITY_TOKEN", "t");
    assert_eq!(world.found(None).await.expect("found"), (Place::Variables, "env:s:t".to_owned()));
}

#[tokio::test]
async fn variables_that_are_empty_or_incomplete_are_passed_over() {
    let half = world().await.config(KEY).variable("ACCESS_KEY_ID", "env");
    assert_eq!(id(&chosen(half, None).await), "cli");
    let empty = world().await.config(KEY).variable("ACCESS_KEY_ID", "env").variable("ACCESS_KEY_SECRET", "");
    assert_eq!(id(&chosen(empty, None).await), "cli");
}

#[tokio::test]
async fn the_command_line_s_file_comes_before_the_other() {
    let both = world().await.config(KEY).ini(INI);
    let path = both.path().join(".aliyun/config.json");
    assert_eq!(chosen(both, None).await, (Place::CliConfig(path), "cli:s".to_owned()));
    assert_eq!(id(&chosen(world().await.ini(INI), None).await), "ini");
    let disabled = world().await.config(KEY).ini(INI).variable("CLI_PROFILE_DISABLED", "True");
    assert_eq!(id(&chosen(disabled, None).await), "ini");
}

#[tokio::test]
async fn a_named_profile_outranks_the_variables() {
    let other = r#",{"name":"other","mode":"StsToken","access_key_id":"o","access_key_secret":"s","sts_token":"t"}"#;
    let world = world()
        .await
        .config(&format!("{KEY}{other}"))
        .variable("ACCESS_KEY_ID", "env")
        .variable("ACCESS_KEY_SECRET", "s")
        .variable("CLI_PROFILE_DISABLED", "true");
    assert_eq!(world.found(Some("other")).await.expect("found").1, "o:s:t");
    let error = world.found(Some("third")).await.expect_err("none").to_string();
    assert!(error.starts_with("the profile `third` gives no credentials; "), "{error}");
    assert!(
        error.contains("config.json: it has no profile `third`; ") && error.ends_with("check --profile"),
        "{error}"
    );
}

#[tokio::test]
async fn a_variable_names_the_profile_in_both_files() {
    let other = r#"{"name":"other","mode":"AK","access_key_id":"o","access_key_secret":"s"}"#;
    let in_config = world().await.config(&format!("{KEY},{other}")).variable("PROFILE", "other");
    assert_eq!(id(&chosen(in_config, None).await), "o");
    let in_ini = "[other]\ntype=access_key\naccess_key_id=p\naccess_key_secret=s";
    let elsewhere = world().await.config(KEY).ini(in_ini).variable("PROFILE", "other");
    assert_eq!(id(&chosen(elsewhere, None).await), "p");
}

#[tokio::test]
async fn variables_name_the_files() {
    let world = world().await.file(
        "a.json",
        r#"{"current":"x","profiles":[{"name":"x","mode":"AK","access_key_id":"a","access_key_secret":"s"}]}"#,
    );
    let path = world.path().join("a.json");
    let world = world.config(KEY).variable("CONFIG_FILE", path.to_str().expect("text"));
    assert_eq!(id(&chosen(world, None).await), "a");
    let world = self::world().await.file("b", "[default]\ntype=access_key\naccess_key_id=b\naccess_key_secret=s");
    let path = world.path().join("b");
    let world = world.ini(INI).variable("CREDENTIALS_FILE", path.to_str().expect("text"));
    assert_eq!(id(&chosen(world, None).await), "b");
}

#[tokio::test]
async fn the_ini_file_may_have_an_ending_comments_and_other_sections() {
    let text = "\u{feff}; a comment\n[first]\ntype = sts\n[default] \n# a comment\nTYPE : access_key # the kind\n\
                access_key_id = ini  \naccess_key_secret = a=b:c\nenable = true\n[last]\naccess_key_id = no\n";
    let world = world().await.file(".alibabacloud/credentials.ini", text);
    let path = world.path().join(".alibabacloud/credentials.ini");
    assert_eq!(chosen(world, None).await, (Place::CredentialsFile(path), "ini:a=b:c".to_owned()));
    let text = "[default]\ntype=sts\naccess_key_id=i\naccess_key_secret=s\nsecurity_token=t";
    assert_eq!(chosen(self::world().await.ini(text), None).await.1, "i:s:t");
}

/// What is set up and can't be used is passed over, as the official chain does, and named when nothing else is found.
#[tokio::test]
async fn what_can_t_be_used_is_named() {
    let profile = |rest: &str| format!(r#"{{"name":"main",{rest}}}"#);
    for (profiles, problem) in [
        (profile(r#""mode":"AK","access_key_id":"i""#), "profile `main` (AK): the AccessKey secret is missing"),
        (profile(r#""mode":"AK","access_key_secret":"s""#), "profile `main` (AK): the AccessKey id is missing"),
        (
            profile(r#""mode":"StsToken","access_key_id":"i","access_key_secret":"s","sts_token":"""#),
            "profile `main` (StsToken): the sts_token is missing",
        ),
        (profile(r#""mode":"CloudSSO""#), "profile `main` (CloudSSO): signing in with a browser"),
        (profile(r#""mode":"OAuth""#), "profile `main` (OAuth): signing in with a browser"),
        (profile(r#""mode":"External""#), "profile `main` (External): it has no process_command"),
        (profile(r#""mode":"External","process_command":"'""#), "has a quotation mark without its other half"),
        (profile(r#""mode":"External","process_command":"/no/such/program x""#), "/no/such/program can't be run: "),
        (profile(r#""mode":"New\u001b[31m""#), r"profile `main` (New\u{1b}[31m): this mode is not known"),
        (profile(r#""mode":null"#), "profile `main` (): this mode is not known"),
        (
            profile(r#""mode":"RamRoleArn","access_key_id":"i","access_key_secret":"s""#),
            "profile `main` (RamRoleArn): the ARN of the role is missing",
        ),
        (
            profile(
                r#""mode":"RamRoleArn","access_key_id":"i","access_key_secret":"s","ram_role_arn":"r","expired_seconds":60"#,
            ),
            "a session of 60 seconds is too short",
        ),
        (profile(r#""mode":"OIDC","ram_role_arn":"r""#), "neither it nor ALIBABA_CLOUD_OIDC_PROVIDER_ARN is set"),
        (profile(r#""mode":"ChainableRamRoleArn""#), "it names no source_profile"),
        (profile(r#""mode":"ChainableRamRoleArn","source_profile":"b""#), "it has no profile `b`"),
        (profile(r#""mode":"ChainableRamRoleArn","source_profile":"main""#), "the profiles main lead in a circle"),
        (profile(r#""mode":"CredentialsURI","credentials_uri":"http://example.com""#), "plain http to another machine"),
        (r#"{"name":"other"}"#.to_owned(), "it has no profile `main`"),
    ] {
        let world = world().await.config(&profiles);
        let error = world.found(None).await.expect_err(&profiles).to_string();
        assert!(error.contains(problem), "{error}");
        assert_eq!(id(&chosen(world.ini(INI), None).await), "ini", "{profiles}");
    }
}

#[tokio::test]
async fn a_profile_is_read_whatever_another_one_holds() {
    let odd = r#"{"name":7,"mode":[],"access_key_secret":{"a":1},"expired_seconds":"x","enable_vpc":"x"}"#;
    assert_eq!(id(&chosen(world().await.config(&format!("{odd},{KEY}")), None).await), "cli");
}

#[tokio::test]
async fn a_section_that_says_something_twice_is_refused() {
    let keys = "type=access_key\naccess_key_id=a\naccess_key_secret=s\n";
    for (text, line) in [(format!("[default]\n{keys}[default]\n"), 5), (format!("[default]\n{keys}Type = sts"), 5)] {
        let error = world().await.ini(&text).found(None).await.expect_err("refused").to_string();
        assert!(error.contains(&format!("section [default]: line {line} says again what stands above")), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_can_t_be_understood_is_named_and_not_quoted() {
    let text = "{\n \"current\": \"main\", \"profiles\": \"hush\"}";
    let error = world().await.file(".aliyun/config.json", text).found(None).await.expect_err("none").to_string();
    assert!(error.contains("it can't be understood, from line 2, column ") && !error.contains("hush"), "{error}");
}

#[tokio::test]
async fn when_there_are_none_every_place_is_named() {
    let world = world().await.variable("ROLE_ARN", "r").ini("[other]\n");
    let error = world.found(None).await.expect_err("none");
    let CredentialError::NotFound { tried } = &error else { panic!("{error}") };
    let absent: Vec<bool> = tried.iter().map(|tried| matches!(tried.problem, Problem::Absent(_))).collect();
    assert_eq!(absent, [true, false, true, true, true, true, true]);
    let text = error.to_string().replace(world.path().to_str().expect("text"), "~");
    assert_eq!(
        text,
        "no credentials were found; environment variables: ALIBABA_CLOUD_ACCESS_KEY_ID is not set; OIDC role: not set: \
         ALIBABA_CLOUD_OIDC_PROVIDER_ARN, ALIBABA_CLOUD_OIDC_TOKEN_FILE; ~/.aliyun/config.json: no such file; \
         ~/.alibabacloud/credentials: it has no section [default]; ~/.alibabacloud/credentials.ini: no such file; ECS \
         instance role: ALIBABA_CLOUD_ECS_METADATA_DISABLED is set; ALIBABA_CLOUD_CREDENTIALS_URI: not set; set \
         ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`"
    );
}
