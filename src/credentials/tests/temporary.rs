use futures::future::join_all;

use super::*;
use crate::wire::acs3::Authorization;

fn keys(id: &str, expiration: &str) -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","AccessKeySecret":"s-{id}","SecurityToken":"t-{id}",
            "Expiration":"{expiration}"}}"#
    )
}

fn sts(id: &str, expiration: &str) -> Step {
    Step::json(200, &format!(r#"{{"RequestId":"R","Credentials":{}}}"#, keys(id, expiration)))
}

const LATER: &str = "2026-11-23T19:00:00Z";

const OIDC: [(&str, &str); 2] =
    [("ROLE_ARN", "acs:ram::1:role/ci"), ("OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/github")];

fn with_oidc(world: World) -> World {
    let world = world.file("token", "ey.J.token\n");
    let path = world.path().join("token");
    OIDC.iter()
        .fold(world, |world, (name, value)| world.variable(name, value))
        .variable("OIDC_TOKEN_FILE", path.to_str().expect("text"))
        .variable("ECS_METADATA_DISABLED", "true")
}

#[tokio::test]
async fn a_role_is_taken_with_the_token_of_an_identity_provider() {
    let world = with_oidc(World::new([sts("oidc", LATER)]).await).variable("ROLE_SESSION_NAME", "run-7");
    assert_eq!(world.found(None).await.expect("found"), (Provider::OidcVariables, "oidc:s-oidc:t-oidc".to_owned()));
    let requests = world.services.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").expect("a head");
    assert!(
        head.starts_with(
            "POST /?Action=AssumeRoleWithOIDC&Format=JSON&Version=2015-04-01&Timestamp=2026-11-23T18:00:00Z HTTP/1.1"
        ),
        "{head}"
    );
    let form: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let expected = [
        ("RoleArn", OIDC[0].1),
        ("RoleSessionName", "run-7"),
        ("DurationSeconds", "3600"),
        ("OIDCProviderArn", OIDC[1].1),
        ("OIDCToken", "ey.J.token"),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_refusal_of_sts_is_told_without_the_token() {
    let refusal = r#"{"Code":"AuthenticationFail.OIDCToken.Expired","Message":"ey.J.token is old","RequestId":"R9"}"#;
    let world = with_oidc(World::new([Step::json(400, refusal)]).await);
    let error = world.found(None).await.expect_err("none").to_string();
    assert!(error.contains("AuthenticationFail.OIDCToken.Expired: *** is old (HTTP 400, RequestId R9)"), "{error}");
}

#[tokio::test]
async fn a_profile_takes_a_role_with_its_key_and_another_profile_a_role_from_there() {
    let profiles = r#"{"name":"main","mode":"ChainableRamRoleArn","source_profile":"base","ram_role_arn":"outer",
            "ram_session_name":"outer-session","expired_seconds":900,"external_id":"x"},
        {"name":"base","mode":"RamRoleArn","access_key_id":"AK","access_key_secret":"sk","ram_role_arn":"inner"}"#;
    let world = World::new([sts("inner", LATER), sts("outer", LATER)]).await.config(profiles);
    assert_eq!(world.found(None).await.expect("found").1, "outer:s-outer:t-outer");
    let requests = world.services.requests();
    let inner = "POST /?DurationSeconds=3600&RoleArn=inner&RoleSessionName=letterform HTTP/1.1\r\n";
    assert!(requests[0].starts_with(inner), "{}", requests[0]);
    let outer = "POST /?DurationSeconds=900&ExternalId=x&RoleArn=outer&RoleSessionName=outer-session HTTP/1.1\r\n";
    assert!(requests[1].starts_with(outer), "{}", requests[1]);
    for (request, (id, token)) in requests.iter().zip([("AK", None), ("inner", Some("t-inner"))]) {
        let header = |name: &str| request.lines().find_map(|line| line.strip_prefix(name));
        let authorization = Authorization::parse(header("authorization: ").expect("a header")).expect("its form");
        assert_eq!(authorization.access_key_id, id);
        assert_eq!(header("x-acs-security-token: "), token);
        assert_eq!(header("x-acs-action: "), Some("AssumeRole"));
    }
}

#[tokio::test]
async fn an_instance_s_role_is_asked_with_a_token() {
    let text = |text: &str| Step::with_headers(200, "", text);
    let world = World::new([text("imds"), text("role-1\n"), text(&keys("ecs", LATER))]).await;
    assert_eq!(world.found(None).await.expect("found"), (Provider::EcsMetadata, "ecs:s-ecs:t-ecs".to_owned()));
    let requests = world.services.requests();
    assert!(requests[0].starts_with("PUT /latest/api/token "), "{}", requests[0]);
    assert!(requests[0].contains("x-aliyun-ecs-metadata-token-ttl-seconds: 21600\r\n"), "{}", requests[0]);
    assert!(requests[1].starts_with("GET /latest/meta-data/ram/security-credentials/ "), "{}", requests[1]);
    assert!(requests[2].starts_with("GET /latest/meta-data/ram/security-credentials/role-1 "), "{}", requests[2]);
    assert!(requests[2].contains("x-aliyun-ecs-metadata-token: imds\r\n"), "{}", requests[2]);
}

#[tokio::test]
async fn the_name_of_an_instance_s_role_can_t_lead_elsewhere() {
    let world = World::new([Step::with_headers(200, "", "t")]).await.variable("ECS_METADATA", "../../user-data");
    let error = world.found(None).await.expect_err("none").to_string();
    assert!(error.contains("`../../user-data` is not a valid role name"), "{error}");
    assert_eq!(world.services.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_gives_out_credentials_comes_last() {
    let world = World::new([Step::json(200, &keys("uri", LATER))]).await.variable("ECS_METADATA_DISABLED", "true");
    let uri = format!("{}/creds?user=me", world.services.origin());
    let world = world.variable("CREDENTIALS_URI", &uri);
    assert_eq!(world.found(None).await.expect("found"), (Provider::CredentialsUri, "uri:s-uri:t-uri".to_owned()));
    assert!(world.services.requests()[0].starts_with("GET /creds?user=me "));
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_a_profile_names_is_run_with_no_shell() {
    let keys = r#"{"mode":"AK","access_key_id":"$HOME","access_key_secret":"s"}"#;
    for (command, found) in [
        (format!("printf %s '{keys}'"), Ok("$HOME:s")),
        ("printf hush".to_owned(), Err("the program printf printed no credentials: not the documented JSON")),
        ("false".to_owned(), Err("the program false failed (exit status: 1); run it in a terminal")),
    ] {
        let profile = serde_json::json!({"name": "main", "mode": "External", "process_command": command});
        let world = World::new([]).await.variable("ECS_METADATA_DISABLED", "true").config(&profile.to_string());
        match (world.found(None).await, found) {
            (Ok((_, shown)), Ok(expected)) => assert_eq!(shown, expected),
            (Err(error), Err(problem)) => assert!(error.to_string().contains(problem), "{error}"),
            (other, _) => panic!("{command}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn answers_without_whole_credentials_are_refused_and_not_quoted() {
    for (body, problem) in [
        (r#"{"AccessKeyId":"i","AccessKeySecret":"hush"}"#, "no SecurityToken in the answer"),
        (r#"{"AccessKeyId":"i","SecurityToken":"hush"}"#, "no complete key in the answer"),
        (r#"{"AccessKeyId":"i","AccessKeySecret":"hush","SecurityToken":"t"}"#, "no Expiration in the answer"),
        (r#"{"AccessKeyId":"i","AccessKeySecret":["hush"]}"#, "no credentials in the answer"),
        ("hush", "no credentials in the answer"),
    ] {
        let world = World::new([Step::json(200, body)]).await.variable("ECS_METADATA_DISABLED", "true");
        let uri = world.services.origin();
        let error = world.variable("CREDENTIALS_URI", &uri).found(None).await.expect_err(body).to_string();
        assert!(error.contains(problem) && !error.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn temporary_credentials_are_renewed_5_minutes_before_their_end() {
    let world = with_oidc(World::new([sts("first", LATER), sts("second", "2026-11-23T20:00:00Z")]).await);
    let chain = world.chain(None);
    let ask = async || shown(&chain.get().await.expect("credentials"));
    assert_eq!(ask().await, "first:s-first:t-first");
    world.clock.set("2026-11-23T18:54:59Z");
    assert_eq!(ask().await, "first:s-first:t-first");
    world.clock.set("2026-11-23T18:55:00Z");
    // Those that hold are used while one of them renews.
    let found = join_all((0..8).map(|_| ask())).await;
    assert!(found.contains(&"second:s-second:t-second".to_owned()), "{found:?}");
    assert_eq!(ask().await, "second:s-second:t-second");
    assert_eq!(world.services.requests().len(), 2);
}

#[tokio::test]
async fn credentials_that_can_t_be_renewed_serve_until_their_end() {
    let busy = Step::json(503, r#"{"Code":"ServiceUnavailable","Message":"m"}"#);
    let world = with_oidc(World::new([sts("first", LATER), busy.clone(), busy]).await);
    let chain = world.chain(None);
    chain.get().await.expect("credentials");
    world.clock.set("2026-11-23T18:59:59Z");
    assert_eq!(shown(&chain.get().await.expect("credentials")), "first:s-first:t-first");
    world.clock.set(LATER);
    let error = chain.get().await.expect_err("expired").to_string();
    assert!(error.starts_with("the credentials from OIDC role have expired and can't be renewed: "), "{error}");
    assert!(error.contains("ServiceUnavailable: m (HTTP 503"), "{error}");
}

#[tokio::test]
async fn a_blip_of_sts_is_asked_again_and_never_chooses_another_identity() {
    let busy = Step::json(503, r#"{"Code":"ServiceUnavailable","Message":"m"}"#);
    let other = "[default]\ntype = access_key\naccess_key_id = other\naccess_key_secret = s\n";
    let world = with_oidc(World::new([busy.clone(), busy.clone(), sts("oidc", LATER)]).await).ini(other);
    assert_eq!(world.found(None).await.expect("found").0, Provider::OidcVariables);
    let world = with_oidc(World::new([busy.clone(), busy.clone(), busy]).await).ini(other);
    let error = world.found(None).await.expect_err("no other identity");
    assert!(matches!(&error, CredentialError::Stopped { provider: Provider::OidcVariables, .. }), "{error}");
    assert!(error.to_string().contains("no other credentials were tried"), "{error}");
}

#[tokio::test]
async fn a_metadata_service_that_fails_after_its_first_answer_ends_the_search() {
    let busy = Step::with_headers(500, "", "");
    let steps = (0..3).flat_map(|_| [Step::with_headers(200, "", "imds"), busy.clone()]);
    let world = World::new(steps).await.variable("CREDENTIALS_URI", "http://127.0.0.1:1/");
    let error = world.found(None).await.expect_err("no other identity");
    assert!(matches!(&error, CredentialError::Stopped { provider: Provider::EcsMetadata, .. }), "{error}");
}

#[tokio::test]
async fn a_failed_renewal_backs_off() {
    let busy = Step::json(503, r#"{"Code":"ServiceUnavailable","Message":"m"}"#);
    let world = with_oidc(World::new([sts("first", LATER), busy.clone(), busy, sts("second", LATER)]).await);
    let chain = world.chain(None);
    let ask = async || shown(&chain.get().await.expect("credentials"));
    assert_eq!(ask().await, "first:s-first:t-first");
    for (time, requests) in [
        ("2026-11-23T18:55:00Z", 2),
        ("2026-11-23T18:55:04Z", 2),
        ("2026-11-23T18:55:05Z", 3),
        ("2026-11-23T18:55:14Z", 3),
        ("2026-11-23T18:55:15Z", 4),
    ] {
        world.clock.set(time);
        for _ in 0..5 {
            ask().await;
        }
        // The last one succeeds, with keys that end as soon: it is asked again each time.
        assert_eq!(world.services.requests().len().min(4), requests, "{time}");
    }
}

#[tokio::test]
async fn requests_go_on_while_credentials_are_renewed() {
    let world = with_oidc(World::new([sts("first", LATER), Step::Hang]).await);
    let chain = Arc::new(world.chain(None));
    chain.get().await.expect("credentials");
    world.clock.set("2026-11-23T18:56:00Z");
    let renewing = tokio::spawn({
        let chain = Arc::clone(&chain);
        async move { chain.get().await }
    });
    while world.services.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(shown(&chain.get().await.expect("credentials")), "first:s-first:t-first");
    renewing.abort();
}

#[tokio::test]
async fn refreshed_oauth_tokens_are_saved_and_the_rest_of_the_file_stays() {
    let tokens = Step::json(200, r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#);
    let profile = r#"{"name":"main","mode":"OAuth","oauth_refresh_token":"r1","note":"kept"},{"name":"b"}"#;
    let world = World::new([tokens, Step::json(200, &keys("new", LATER))]).await.config(profile);
    assert_eq!(world.found(None).await.expect("found").1, "new:s-new:t-new");
    let requests = world.services.requests();
    assert!(requests[0].contains("grant_type=refresh_token&refresh_token=r1&client_id=4038181954557748008&"));
    assert!(requests[1].to_lowercase().contains("authorization: bearer a2\r\n"), "{}", requests[1]);
    let saved = std::fs::read_to_string(world.path().join(".aliyun/config.json")).expect("a file");
    let saved: serde_json::Value = serde_json::from_str(&saved).expect("JSON");
    let ends = LATER.parse::<Timestamp>().expect("a time").as_second();
    let expected = serde_json::json!({"name": "main", "mode": "OAuth", "oauth_refresh_token": "r2", "note": "kept",
        "oauth_access_token": "a2", "oauth_access_token_expire": ends, "access_key_id": "new",
        "access_key_secret": "s-new", "sts_token": "t-new", "sts_expiration": ends});
    assert_eq!(saved["profiles"], serde_json::json!([expected, {"name": "b"}]));
    assert_eq!(saved["meta_path"], "");
}

#[tokio::test]
async fn a_failure_of_a_server_of_keys_is_not_quoted() {
    let body = r#"{"Code":"hush","Message":"hush","RequestId":"hush"}"#;
    let world = World::new([Step::json(403, body)]).await.variable("ECS_METADATA_DISABLED", "true");
    let uri = world.services.origin();
    let error = world.variable("CREDENTIALS_URI", &uri).found(None).await.expect_err("none").to_string();
    assert!(error.contains("HTTP 403") && !error.contains("hush"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_program_says_on_standard_error_is_dropped_and_its_output_is_bounded() {
    for (command, problem) in [
        ("sh -c 'echo ::error::hush >&2; exit 3'", "the program sh failed (exit status: 3)"),
        ("sh -c 'yes hush'", "the program sh printed more than 1024 KiB"),
    ] {
        let profile = serde_json::json!({"name": "main", "mode": "External", "process_command": command});
        let world = World::new([]).await.variable("ECS_METADATA_DISABLED", "true").config(&profile.to_string());
        let error = world.found(None).await.expect_err(command).to_string();
        assert!(error.contains(problem) && !error.contains("hush"), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_the_place_of_a_file_does_not_hang() {
    let world = with_oidc(World::new([]).await);
    for name in ["token", ".aliyun/config.json"] {
        let path = world.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        let _ = std::fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    }
    let error = world.found(None).await.expect_err("none").to_string();
    assert!(
        error.contains("/token: not a regular file") && error.contains("config.json: not a regular file"),
        "{error}"
    );
}
