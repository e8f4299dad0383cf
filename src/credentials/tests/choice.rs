use super::*;

const KEY: &str = r#"{"name":"main","mode":"AK","access_key_id":"cli","access_key_secret":"s"}"#;
const INI: &str = "[default]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = s\n";

/// A world with no metadata service.
async fn world() -> World {
    World::new([]).await.variable("ECS_METADATA_DISABLED", "true")
}

async fn chosen(world: World, profile: Option<&str>) -> (Provider, String) {
    world.found(profile).await.expect("credentials")
}

fn id(found: &(Provider, String)) -> &str {
    found.1.split(':').next().expect("an id")
}

#[tokio::test]
async fn variables_come_first() {
    let world = world().await.config(KEY).ini(INI).variable("ACCESS_KEY_ID", "env").variable("ACCESS_KEY_SECRET", "s");
    assert_eq!(world.found(None).await.expect("found"), (Provider::Variables, "env:s".to_owned()));
    let world = world.variable("SECURITY_TOKEN", "t");
    assert_eq!(world.found(None).await.expect("found"), (Provider::Variables, "env:s:t".to_owned()));
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
    assert_eq!(chosen(both, None).await, (Provider::CliConfig(path), "cli:s".to_owned()));
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
    assert!(error.starts_with("no credentials in profile `third`; "), "{error}");
    assert!(
        error.contains("config.json: no profile `third`; it has main, other; ") && error.ends_with("check --profile"),
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
    assert_eq!(chosen(world, None).await, (Provider::CredentialsFile(path), "ini:a=b:c".to_owned()));
    let text = "[default]\ntype=sts\naccess_key_id=i\naccess_key_secret=s\nsecurity_token=t";
    assert_eq!(chosen(self::world().await.ini(text), None).await.1, "i:s:t");
}

/// What is set up and can't be used is passed over, as the official chain does, and named when
/// nothing else is found.
#[tokio::test]
async fn what_can_t_be_used_is_named() {
    let profile = |rest: &str| format!(r#"{{"name":"main",{rest}}}"#);
    for (profiles, problem) in [
        (profile(r#""mode":"AK","access_key_id":"i""#), "profile `main` (AK): missing access_key_secret"),
        (profile(r#""mode":"AK","access_key_secret":"s""#), "profile `main` (AK): missing access_key_id"),
        (
            profile(r#""mode":"StsToken","access_key_id":"i","access_key_secret":"s","sts_token":"""#),
            "profile `main` (StsToken): missing sts_token",
        ),
        (
            profile(r#""mode":"CloudSSO""#),
            "profile `main` (CloudSSO): missing cloud_sso_sign_in_url; run `aliyun configure --mode CloudSSO --profile 'main'`",
        ),
        (
            profile(r#""mode":"OAuth""#),
            "the sign-in has expired; run `aliyun configure --mode OAuth --profile 'main'` to sign in again",
        ),
        (profile(r#""mode":"External""#), "profile `main` (External): missing process_command"),
        (profile(r#""mode":"External","process_command":"'""#), "unclosed quotation mark in process_command"),
        (profile(r#""mode":"External","process_command":"/no/such/program x""#), "/no/such/program can't be run: "),
        (profile(r#""mode":"hush""#), "profile `main`: unknown mode, expected one of AK, "),
        (profile(r#""mode":null"#), "profile `main`: missing mode"),
        (
            profile(r#""mode":"RamRoleArn","access_key_id":"i","access_key_secret":"s""#),
            "profile `main` (RamRoleArn): missing ARN of the role",
        ),
        (
            profile(
                r#""mode":"RamRoleArn","access_key_id":"i","access_key_secret":"s","ram_role_arn":"r","expired_seconds":60"#,
            ),
            "a session of 60 seconds is too short",
        ),
        (profile(r#""mode":"OIDC","ram_role_arn":"r""#), "neither it nor ALIBABA_CLOUD_OIDC_PROVIDER_ARN is set"),
        (profile(r#""mode":"ChainableRamRoleArn""#), "missing source_profile"),
        (profile(r#""mode":"ChainableRamRoleArn","source_profile":"b""#), "no profile `b`; it has main"),
        (profile(r#""mode":"ChainableRamRoleArn","source_profile":"main""#), "source_profile forms a cycle: main"),
        (profile(r#""mode":"CredentialsURI","credentials_uri":"http://example.com""#), "plain HTTP to another machine"),
        (r#"{"name":"other"}"#.to_owned(), "no profile `main`; it has other"),
    ] {
        let world = world().await.config(&profiles);
        let error = world.found(None).await.expect_err(&profiles).to_string();
        assert!(error.contains(problem) && !error.contains("hush"), "{error}");
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
        assert!(error.contains(&format!("section [default]: duplicate entry in line {line}")), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_can_t_be_understood_is_named_and_not_quoted() {
    let text = "{\n \"current\": \"main\", \"profiles\": \"hush\"}";
    let error = world().await.file(".aliyun/config.json", text).found(None).await.expect_err("none").to_string();
    assert!(
        error.contains("invalid JSON or unexpected value in line 2, column ") && !error.contains("hush"),
        "{error}"
    );
}

#[tokio::test]
async fn when_there_are_none_every_place_is_named() {
    let world = world().await.variable("ROLE_ARN", "r").ini("[other]\n");
    let error = world.found(None).await.expect_err("none");
    let CredentialError::NotFound { attempts, .. } = &error else { panic!("{error}") };
    let absent: Vec<bool> =
        attempts.iter().map(|attempts| matches!(attempts.problem, ProviderError::Absent(_))).collect();
    assert_eq!(absent, [true, false, true, true, true, true, true]);
    let text = error.to_string().replace(world.path().to_str().expect("text"), "~");
    assert_eq!(
        text,
        "no credentials found; environment variables: ALIBABA_CLOUD_ACCESS_KEY_ID is not set; OIDC role: not set: \
         ALIBABA_CLOUD_OIDC_PROVIDER_ARN, ALIBABA_CLOUD_OIDC_TOKEN_FILE; ~/.aliyun/config.json: no such file; \
         ~/.alibabacloud/credentials: no section [default]; it has other; ~/.alibabacloud/credentials.ini: no such file; ECS \
         instance role: ALIBABA_CLOUD_ECS_METADATA_DISABLED is set; ALIBABA_CLOUD_CREDENTIALS_URI: not set; set \
         ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_malformed_variable_ends_the_search() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};
    for (value, problem) in [
        (&b"secret\n"[..], "ALIBABA_CLOUD_ACCESS_KEY_SECRET ends with white space"),
        (b" secret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET starts with white space"),
        (b"sec\tret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET contains white space or control characters"),
        (b"\"secret\"", "ALIBABA_CLOUD_ACCESS_KEY_SECRET starts with a quotation mark"),
        (b"secret\xff", "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not valid UTF-8"),
        ("secret密".as_bytes(), "ALIBABA_CLOUD_ACCESS_KEY_SECRET contains characters other than ASCII"),
    ] {
        let world = world().await.config(KEY);
        let home = Some(world.path().to_owned());
        let value = OsString::from_vec(value.to_vec());
        let variables = move |name: &str| match name {
            "ALIBABA_CLOUD_ACCESS_KEY_ID" => Some("env".into()),
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET" => Some(value.clone()),
            _ => None,
        };
        let chain = default_chain(Environment::new(variables, home), None, world.fetcher());
        let error = chain.find().await.expect_err(problem);
        assert!(matches!(error, CredentialError::Stopped { provider: Provider::Variables, .. }), "{error}");
        let error = error.to_string();
        assert!(error.contains(problem) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_secret_of_a_file_with_white_space_ends_the_search() {
    let profile = r#"{"name":"main","mode":"AK","access_key_id":"i","access_key_secret":"hush\n"}"#;
    let error = world().await.config(profile).ini(INI).found(None).await.expect_err("stopped").to_string();
    assert!(error.contains("profile `main` (AK): access_key_secret ends with white space"), "{error}");
    assert!(!error.contains("hush"), "{error}");
}

#[tokio::test]
async fn a_long_chain_of_profiles_is_refused() {
    let link = |n: usize| {
        format!(r#"{{"name":"{n}","mode":"ChainableRamRoleArn","source_profile":"{}","ram_role_arn":"r"}}"#, n + 1)
    };
    let profiles: Vec<String> = (0..20_000).map(link).collect();
    let world = world().await.config(&profiles.join(","));
    let error = world.found(Some("0")).await.expect_err("too long").to_string();
    assert!(error.contains("more than 16 profiles in a chain of source_profile"), "{error}");
}

#[tokio::test]
async fn an_unknown_type_of_a_section_is_not_quoted() {
    for kind in ["hush", "access_key_id=hush"] {
        let error = world().await.ini(&format!("[default]\ntype = {kind}\n")).found(None).await.expect_err(kind);
        let error = error.to_string();
        assert!(error.contains("section [default]: unknown `type`, expected one of access_key, "), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn variables_of_other_tools_are_mentioned() {
    let world = world().await;
    let home = Some(world.path().to_owned());
    let variables = |name: &str| matches!(name, "ALICLOUD_ACCESS_KEY" | "ALIBABACLOUD_PROFILE").then(|| "x".to_owned());
    let environment = Environment::new(variables, home);
    let fetcher = Fetcher { metadata: "http://127.0.0.1:1".parse().expect("a URL"), ..world.fetcher() };
    let error = default_chain(environment, None, fetcher).find().await.expect_err("none").to_string();
    assert!(error.contains("ALICLOUD_ACCESS_KEY is set but not read, use ALIBABA_CLOUD_ACCESS_KEY_ID; "), "{error}");
    assert!(error.contains("ALIBABACLOUD_PROFILE is set but not read, use ALIBABA_CLOUD_PROFILE; "), "{error}");
}

#[tokio::test]
async fn the_region_is_that_of_the_profile_in_use_or_of_a_variable() {
    const SINGAPORE: &str =
        r#"{"name":"main","mode":"AK","access_key_id":"a","access_key_secret":"s","region_id":"ap-southeast-1"}"#;
    let region = |world: &World, profile: Option<&str>| {
        let found = world.environment().region(profile).map_err(|problem| problem.to_string())?;
        Ok::<_, String>(found.map(|found| format!("{} {}", found.region, found.origin)))
    };
    let some = |text: &str| Ok(Some(text.to_owned()));
    assert_eq!(region(&world().await, None), Ok(None));
    let set = world().await.variable("REGION_ID", "cn-shanghai");
    assert_eq!(region(&set, None), some("cn-shanghai ALIBABA_CLOUD_REGION_ID"));
    let both = set.config(SINGAPORE);
    assert_eq!(region(&both, None), some("ap-southeast-1 profile `main`"));
    assert_eq!(region(&both, Some("main")), some("ap-southeast-1 profile `main`"));
    let with_key = both.variable("ACCESS_KEY_ID", "env");
    assert_eq!(region(&with_key, None), some("cn-shanghai ALIBABA_CLOUD_REGION_ID"));
    let typo = world().await.variable("REGION_ID", "cn-hangzou");
    let error = region(&typo, None).expect_err("unknown");
    assert!(
        error.contains("ALIBABA_CLOUD_REGION_ID: unknown region `cn-hangzou`, did you mean `cn-hangzhou`?"),
        "{error}"
    );
}
