//! From sources to credentials: STS, the metadata service, and servers that give out credentials.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use url::Url;

use super::{
    CallerIdentity, Credentials, ProviderError, Secret,
    error::{absent, unusable},
    external, file,
    key::{Fetched, given, key},
    sign_in::{CloudSso, NewTokens, OAuth, Tokens},
    source::{Role, Source},
};
use crate::{
    clock::Clock,
    endpoint::Endpoint,
    escape::shorten,
    nonce::Nonces,
    transport::{MAX_MESSAGE, Response, Roots, Route, Secrets, SendError, Transport},
    wire::{
        Parameters, letters,
        request::{Call, SignatureForm, Stamp},
    },
};

/// Asks others for credentials.
#[derive(Clone)]
pub struct Fetcher {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where nonces come from.
    pub nonces: Nonces,
    /// How long a request may take.
    pub timeout: Duration,
    /// The address of STS, when it is not the one that variables and profiles name.
    pub sts: Option<Endpoint>,
    /// Roots of trust beside the machine's own.
    pub roots: Roots,
    /// The origin of the metadata service.
    pub metadata: Url,
    /// The origin of the OAuth server, when it isn't an official one.
    pub oauth: Option<Url>,
    /// How long to wait before a request is sent again that got no answer; twice as long the next
    /// time.
    pub pause: Duration,
}

impl Fetcher {
    /// The official places.
    pub fn new(clock: Arc<dyn Clock>, nonces: Nonces, timeout: Duration) -> Self {
        let metadata = Url::parse("http://100.100.100.200").expect("a URL");
        Self { clock, nonces, timeout, sts: None, roots: Roots::default(), metadata, oauth: None, pause: PAUSE }
    }
}

/// The usual wait before a request is sent again.
const PAUSE: Duration = Duration::from_millis(500);

/// How often something is asked that doesn't answer.
const ATTEMPTS: u32 = 3;

/// Keys of a sign-in that end within so many seconds are exchanged for new ones.
const SIGN_IN_MARGIN: i64 = 300;

/// The largest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// The most characters of a code or an id that are shown.
const MAX_ID: usize = 128;

/// The version of the API of STS.
const STS_VERSION: &str = "2015-04-01";

/// How long the metadata service may take: it is near, or not there at all.
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);

/// For how many seconds a token of the metadata service is asked.
const METADATA_TOKEN_SECONDS: &str = "21600";

impl Fetcher {
    /// Asks again while `ask` finds nobody there.
    pub(super) async fn patiently<'a, T>(
        &self,
        ask: impl Fn() -> BoxFuture<'a, Result<T, ProviderError>> + Send + Sync,
    ) -> Result<T, ProviderError> {
        for attempt in 0..ATTEMPTS - 1 {
            match ask().await {
                Err(problem @ ProviderError::Unavailable(_)) => tracing::debug!(%problem, attempt, "asking again"),
                other => return other,
            }
            tokio::time::sleep(self.pause * 2_u32.pow(attempt)).await;
        }
        ask().await
    }

    /// The credentials of a source.
    pub(super) fn fetch<'a>(&'a self, source: &'a Source) -> BoxFuture<'a, Result<Fetched, ProviderError>> {
        Box::pin(async move {
            match source {
                Source::Static(credentials) => Ok(Fetched { credentials: credentials.clone(), expires: None }),
                Source::Role { source, role } => self.assume_role(&self.fetch(source).await?.credentials, role).await,
                Source::Oidc { provider_arn, token_file, role } => {
                    let token = file::read(token_file, file::MAX_TOKEN)
                        .await
                        .map_err(|problem| unusable(&format!("the token file {}: {problem}", token_file.display())))?;
                    let token = Secret::new(token.trim().to_owned());
                    self.assume_role_with_oidc(provider_arn, &token, role).await
                }
                Source::Ecs { role_name } => self.ecs_role(role_name.as_deref()).await,
                Source::OAuth(oauth) => self.oauth_keys(oauth).await,
                Source::CloudSso(sso) => self.cloud_sso_keys(sso).await,
                Source::External { command } => external::run(command, self.clock.now()).await,
                Source::Uri(url) => {
                    let route = if url.scheme() == "https" { Route::Tls } else { Route::Plain };
                    let transport = self.transport(route, self.timeout)?;
                    let host = url.host_str().unwrap_or_default();
                    let request = transport.request(Method::GET, url.clone());
                    Keys::read(host, &ask(&transport, host, request, Quoting::Nothing).await?)
                }
            }
        })
    }

    async fn assume_role(&self, source: &Credentials, role: &Role) -> Result<Fetched, ProviderError> {
        let sts = self.sts.as_ref().unwrap_or(&role.sts);
        sts_keys(sts, &self.sts_call("AssumeRole", role.parameters(), source, sts).await?)
    }

    /// Asks STS whose credentials these are (`GetCallerIdentity`).
    pub(super) async fn caller_identity(
        &self,
        credentials: &Credentials,
        sts: &Endpoint,
    ) -> Result<CallerIdentity, ProviderError> {
        let sts = self.sts.as_ref().unwrap_or(sts);
        let call =
            || -> BoxFuture<'_, _> { Box::pin(self.sts_call("GetCallerIdentity", Vec::new(), credentials, sts)) };
        let response = self.patiently(call).await?;
        let identity: CallerIdentity = serde_json::from_slice(&response.body)
            .map_err(|_| unusable(&format!("{}: no caller in the answer", sts.authority())))?;
        Ok(identity)
    }

    /// A signed call of STS.
    async fn sts_call(
        &self,
        action: &str,
        parameters: Parameters,
        caller: &Credentials,
        sts: &Endpoint,
    ) -> Result<Response, ProviderError> {
        let call = Call { action, version: STS_VERSION, parameters };
        let stamp = Stamp { time: self.clock.now(), nonce: (self.nonces)() };
        let signed = call.sign(SignatureForm::V3, caller.signer(), &stamp, &sts.authority());
        let transport = self.transport(sts.route(), self.timeout)?;
        let request = transport.signed(sts.url(&signed.query), &signed).map_err(|problem| unusable(&problem))?;
        sts_answer(&transport, sts, request, &Secrets::of(caller.signer(), &signed.signature)).await
    }

    async fn assume_role_with_oidc(
        &self,
        provider: &str,
        token: &Secret,
        role: &Role,
    ) -> Result<Fetched, ProviderError> {
        let time = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let query = format!("Action=AssumeRoleWithOIDC&Format=JSON&Version={STS_VERSION}&Timestamp={time}");
        let token = token.expose();
        // In the body, for a URL is more likely to be written down on the way.
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(role.parameters())
            .append_pair("OIDCProviderArn", provider)
            .append_pair("OIDCToken", token)
            .finish();
        let sts = self.sts.as_ref().unwrap_or(&role.sts);
        let transport = self.transport(sts.route(), self.timeout)?;
        let request = transport
            .request(Method::POST, sts.url(&query))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        sts_keys(sts, &sts_answer(&transport, sts, request, &Secrets::new([token])).await?)
    }

    fn transport(&self, route: Route, timeout: Duration) -> Result<Transport, ProviderError> {
        Transport::new(route, timeout, 1, &self.roots).map_err(|error| unusable(&error.to_string()))
    }

    /// The keys of a sign-in with OAuth: those at hand while they hold, else new ones.
    async fn oauth_keys(&self, oauth: &OAuth) -> Result<Fetched, ProviderError> {
        let now = self.clock.now();
        let mut tokens = oauth.tokens();
        if let Some(keys) = tokens.keys(now, SIGN_IN_MARGIN) {
            return Ok(keys);
        }
        match self.exchange(oauth, &mut tokens).await {
            Ok(keys) => Ok(keys),
            Err(problem) => tokens.keys(now, 0).ok_or(problem),
        }
    }

    async fn exchange(&self, oauth: &OAuth, tokens: &mut Tokens) -> Result<Fetched, ProviderError> {
        let origin = self.oauth.clone().unwrap_or_else(|| Url::parse(oauth.site.origin).expect("a URL"));
        let host = origin.host_str().unwrap_or_default().to_owned();
        let transport =
            self.transport(if origin.scheme() == "http" { Route::Plain } else { Route::Tls }, self.timeout)?;
        let post = |path: &str| transport.request(Method::POST, with_path(&origin, path));
        let with_help = |problem: ProviderError| match problem {
            ProviderError::Unusable(text) => {
                ProviderError::Unusable(format!("{text}; {}", oauth.sign_in_again()).into())
            }
            other => other,
        };
        let now = self.clock.now();
        if let Some(refresh) = tokens.to_refresh(now) {
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", refresh.expose())
                .append_pair("client_id", oauth.site.client_id)
                .append_pair("Timestamp", &now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
                .finish();
            let request = post("/v1/token").header("content-type", "application/x-www-form-urlencoded").body(form);
            let answer = ask(&transport, &host, request, Quoting::Nothing).await.map_err(with_help)?;
            let new: NewTokens = serde_json::from_slice(&answer.body)
                .map_err(|_| with_help(unusable(&format!("{host}: no tokens in the answer"))))?;
            tokens.access = Some(new.access_token);
            tokens.refresh = Some(new.refresh_token);
            tokens.access_expires = now.as_second().saturating_add(new.expires_in.unwrap_or(3600));
            // At once: the old refresh token is used up.
            oauth.keep(tokens.clone()).await;
        }
        let Some(access) = tokens.access.as_ref().filter(|_| tokens.access_expires > now.as_second()) else {
            return Err(with_help(unusable("the sign-in has expired")));
        };
        let request = post("/v1/exchange").header("content-type", "application/json").bearer_auth(access.expose());
        let answer = ask(&transport, &host, request.header("content-length", 0), Quoting::Nothing).await;
        let fetched = Keys::read(&host, &answer.map_err(with_help)?)?;
        let expires = fetched.expires.map_or(0, Timestamp::as_second);
        tokens.keys = Some((fetched.credentials.clone(), expires));
        oauth.keep(tokens.clone()).await;
        Ok(fetched)
    }

    /// The keys of a sign-in with CloudSSO.
    async fn cloud_sso_keys(&self, sso: &CloudSso) -> Result<Fetched, ProviderError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "CloudCredential")]
            keys: Keys,
        }
        let token = sso.token(self.clock.now())?;
        let host = sso.sign_in.host_str().unwrap_or_default();
        let route = if sso.sign_in.scheme() == "http" { Route::Plain } else { Route::Tls };
        let transport = self.transport(route, self.timeout)?;
        let body = serde_json::json!({"AccountId": sso.account_id, "AccessConfigurationId": sso.access_config});
        let request = transport
            .request(Method::POST, with_path(&sso.sign_in, "/cloud-credentials"))
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .bearer_auth(token.expose())
            .body(body.to_string());
        let answer = ask(&transport, host, request, Quoting::Nothing).await.map_err(|problem| match problem {
            ProviderError::Unusable(text) => ProviderError::Unusable(format!("{text}; {}", sso.sign_in_again()).into()),
            other => other,
        })?;
        let Answer { keys } = serde_json::from_slice(&answer.body)
            .map_err(|_| unusable(&format!("{host}: no credentials in the answer")))?;
        keys.fetched(host)
    }

    async fn ecs_role(&self, role_name: Option<&str>) -> Result<Fetched, ProviderError> {
        const HOST: &str = "the metadata service";
        const ROLES: &str = "/latest/meta-data/ram/security-credentials/";
        let transport = self.transport(Route::Plain, self.timeout.min(METADATA_TIMEOUT))?;
        let url = |path: &str| with_path(&self.metadata, path);
        let token = transport
            .request(Method::PUT, url("/latest/api/token"))
            .header("x-aliyun-ecs-metadata-token-ttl-seconds", METADATA_TOKEN_SECONDS)
            .header("content-length", 0);
        let quoting = Quoting::Nothing;
        let token = ask(&transport, HOST, token, quoting).await.map_err(|problem| match problem {
            // Most machines have no metadata service.
            ProviderError::Unavailable(text) => absent(text.raw()),
            other => other,
        })?;
        let token = text(HOST, token)?;
        let get = async |path: &str| {
            let request = transport.request(Method::GET, url(path)).header("x-aliyun-ecs-metadata-token", &token);
            ask(&transport, HOST, request, quoting).await
        };
        let name = match role_name {
            Some(name) => name.to_owned(),
            None => text(HOST, get(ROLES).await?)?.trim().to_owned(),
        };
        if name.is_empty() || name.contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')) {
            let problem = match role_name {
                Some(name) => format!("`{name}` is not a valid role name"),
                None => format!("{HOST}: no valid role name in the answer"),
            };
            return Err(unusable(&problem));
        }
        Keys::read(HOST, &get(&format!("{ROLES}{name}")).await?)
    }
}

impl Role {
    fn parameters(&self) -> Parameters {
        let mut parameters = vec![
            ("RoleArn".to_owned(), self.arn.clone()),
            ("RoleSessionName".to_owned(), self.session_name.clone()),
            ("DurationSeconds".to_owned(), self.seconds.to_string()),
        ];
        parameters.extend(self.policy.clone().map(|policy| ("Policy".to_owned(), policy)));
        parameters.extend(self.external_id.clone().map(|id| ("ExternalId".to_owned(), id)));
        parameters
    }
}

/// What may be shown of a failure's body.
#[derive(Clone, Copy)]
enum Quoting<'a> {
    /// Code and message of STS, without these secrets.
    Without(&'a Secrets),
    /// Nothing: who gives out keys may put anything there.
    Nothing,
}

/// Sends a request; the answer's status is 2xx, or the error says what it is.
async fn ask(
    transport: &Transport,
    host: &str,
    request: RequestBuilder,
    quoting: Quoting<'_>,
) -> Result<Response, ProviderError> {
    let response = match transport.send(request, MAX_ANSWER).await {
        Ok(response) => response,
        Err(error @ (SendError::NotMade(_) | SendError::TooLarge { .. })) => {
            return Err(unusable(&format!("{host}: {}", error.problem())));
        }
        Err(error) => return Err(ProviderError::Unavailable(format!("{host}: {}", error.problem()).into())),
    };
    if response.head.is_success() {
        return Ok(response);
    }
    let status = response.head.status;
    let refusal: Option<letters::Head> = serde_json::from_slice(&response.body).ok();
    let busy = |code: &str| code.starts_with("Throttling") || matches!(code, "ServiceUnavailable" | "InternalError");
    let code = refusal.as_ref().and_then(|refusal| refusal.code.as_deref());
    let is_busy = status == 429 || status >= 500 || code.is_some_and(busy);
    let mut text = match (quoting, refusal) {
        (Quoting::Without(_), Some(letters::Head { code: Some(code), message, request_id, .. })) => {
            let code = shorten(&code, MAX_ID);
            let request_id = request_id.map(|id| shorten(&id, MAX_ID)).unwrap_or_default();
            let message = shorten(&message.unwrap_or_default(), MAX_MESSAGE);
            format!("{host}: {code}: {message} (HTTP {status}, RequestId {request_id})")
        }
        _ => format!("{host}: HTTP {status}"),
    };
    if let Quoting::Without(secrets) = quoting {
        secrets.remove_from(&mut text);
    }
    Err(if is_busy { ProviderError::Unavailable(text.into()) } else { ProviderError::Unusable(text.into()) })
}

async fn sts_answer(
    transport: &Transport,
    sts: &Endpoint,
    request: RequestBuilder,
    secrets: &Secrets,
) -> Result<Response, ProviderError> {
    ask(transport, &sts.authority(), request, Quoting::Without(secrets)).await
}

/// The key in an answer of STS.
fn sts_keys(sts: &Endpoint, response: &Response) -> Result<Fetched, ProviderError> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "Credentials")]
        credentials: Option<Keys>,
    }
    let host = sts.authority();
    match serde_json::from_slice(&response.body) {
        Ok(Answer { credentials: Some(keys) }) => keys.fetched(&host),
        _ => Err(unusable(&format!("{host}: no credentials in the answer"))),
    }
}

/// Another path at the same origin.
fn with_path(origin: &Url, path: &str) -> Url {
    let mut url = origin.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn text(host: &str, response: Response) -> Result<String, ProviderError> {
    String::from_utf8(response.body).map_err(|_| unusable(&format!("{host}: the answer is not text")))
}

/// A temporary key, as all of these services write it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    #[serde(alias = "accessKeyId")]
    access_key_id: Option<String>,
    #[serde(alias = "accessKeySecret")]
    access_key_secret: Option<Secret>,
    #[serde(alias = "securityToken")]
    security_token: Option<Secret>,
    #[serde(alias = "expiration")]
    expiration: Option<String>,
}

impl Keys {
    fn read(host: &str, response: &Response) -> Result<Fetched, ProviderError> {
        // The error itself may quote a secret.
        serde_json::from_slice::<Self>(&response.body)
            .map_err(|_| unusable(&format!("{host}: no credentials in the answer")))?
            .fetched(host)
    }

    fn fetched(self, host: &str) -> Result<Fetched, ProviderError> {
        let incomplete = |what: &str| unusable(&format!("{host}: no {what} in the answer"));
        let names = ["AccessKeyId", "AccessKeySecret", "SecurityToken"];
        let credentials = key(names, self.access_key_id, self.access_key_secret, self.security_token)
            .map_err(|_| incomplete("complete key"))?;
        if credentials.token.is_none() {
            return Err(incomplete("SecurityToken"));
        }
        let expiration = given(self.expiration).ok_or_else(|| incomplete("Expiration"))?;
        let expires = expiration.parse().map_err(|_| incomplete("valid Expiration"))?;
        Ok(Fetched { credentials, expires: Some(expires) })
    }
}
