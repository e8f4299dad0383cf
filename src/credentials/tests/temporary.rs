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
    assert_eq!(world.found(None).await.expect("found"), (Place::OidcVariables, "oidc:s-oidc:t-oidc".to_owned()));
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
    assert_eq!(world.found(None).await.expect("found"), (Place::EcsMetadata, "ecs:s-ecs:t-ecs".to_owned()));
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
    assert!(error.contains("`../../user-data` is no name of a role"), "{error}");
    assert_eq!(world.services.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_gives_out_credentials_comes_last() {
    let world = World::new([Step::json(200, &keys("uri", LATER))]).await.variable("ECS_METADATA_DISABLED", "true");
    let uri = format!("{}/creds?user=me", world.services.origin());
    let world = world.variable("CREDENTIALS_URI", &uri);
    assert_eq!(world.found(None).await.expect("found"), (Place::CredentialsUri, "uri:s-uri:t-uri".to_owned()));
    assert!(world.services.requests()[0].starts_with("GET /creds?user=me "));
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_a_profile_names_is_run_with_no_shell() {
    let keys = r#"{"mode":"AK","access_key_id":"$HOME","access_key_secret":"s"}"#;
    for (command, found) in [
        (format!("printf %s '{keys}'"), Ok("$HOME:s")),
        ("printf hush".to_owned(), Err("the program printf printed no credentials: no JSON of the documented form")),
        ("false".to_owned(), Err("the program false failed (exit status: 1)")),
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
        (r#"{"AccessKeyId":"i","AccessKeySecret":"hush"}"#, "the answer holds no SecurityToken"),
        (r#"{"AccessKeyId":"i","SecurityToken":"hush"}"#, "the answer holds no whole key"),
        (r#"{"AccessKeyId":"i","AccessKeySecret":"hush","SecurityToken":"t"}"#, "the answer holds no Expiration"),
        (r#"{"AccessKeyId":"i","AccessKeySecret":["hush"]}"#, "the answer holds no credentials"),
        ("hush", "the answer holds no credentials"),
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
    for found in join_all((0..8).map(|_| ask())).await {
        assert_eq!(found, "second:s-second:t-second");
    }
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
    assert!(
        error.starts_with("the credentials from OIDC role have expired, and new ones are not to be had: "),
        "{error}"
    );
    assert!(error.contains("ServiceUnavailable: m (HTTP 503"), "{error}");
}
