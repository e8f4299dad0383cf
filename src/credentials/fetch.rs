//! From recipes to credentials: STS, the metadata service, and servers that give out credentials.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use url::Url;

use super::{
    CallerIdentity, Credentials, Problem, Secret, external,
    recipe::{Fetched, Recipe, Role, given, key, unusable},
};
use crate::{
    clock::Clock,
    escape::shorten,
    nonce::Nonces,
    transport::{Endpoint, MAX_MESSAGE, Response, Roots, Route, Secrets, Transport},
    wire::{
        Parameters, letters,
        request::{Call, SignatureForm, Stamp},
    },
};

/// What is needed to ask others for credentials.
#[derive(Clone)]
pub struct Means {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where nonces come from.
    pub nonces: Nonces,
    /// How long a request may take.
    pub timeout: Duration,
    /// Another place of STS than that which variables and profiles name.
    pub sts: Option<Endpoint>,
    /// Roots of trust beside the machine's own.
    pub roots: Roots,
    /// The origin of the metadata service.
    pub metadata: Url,
}

impl Means {
    /// The official places.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, nonces: Nonces, timeout: Duration) -> Self {
        let metadata = Url::parse("http://100.100.100.200").expect("a URL");
        Self { clock, nonces, timeout, sts: None, roots: Roots::default(), metadata }
    }
}

/// The largest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// The version of the API of STS.
const STS_VERSION: &str = "2015-04-01";

/// How long the metadata service may take: it is near, or not there at all.
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);

/// For how many seconds a token of the metadata service is asked.
const METADATA_TOKEN_SECONDS: &str = "21600";

impl Means {
    /// Does what the recipe says.
    pub(super) fn fetch<'a>(&'a self, recipe: &'a Recipe) -> BoxFuture<'a, Result<Fetched, Problem>> {
        Box::pin(async move {
            match recipe {
                Recipe::Static(credentials) => Ok(Fetched { credentials: credentials.clone(), expires: None }),
                Recipe::Role { source, role } => self.assume_role(&self.fetch(source).await?.credentials, role).await,
                Recipe::Oidc { provider_arn, token_file, role } => {
                    let token = tokio::fs::read_to_string(token_file).await.map(Secret::new).map_err(|error| {
                        unusable(&format!("the token file {} can't be read: {error}", token_file.display()))
                    })?;
                    self.assume_role_with_oidc(provider_arn, &token, role).await
                }
                Recipe::Ecs { role_name } => self.ecs_role(role_name.as_deref()).await,
                Recipe::External { command } => external::run(command, self.clock.now()).await,
                Recipe::Uri(url) => {
                    let route = if url.scheme() == "https" { Route::Tls } else { Route::Plain };
                    let transport = self.transport(route, self.timeout)?;
                    let host = url.host_str().unwrap_or_default();
                    let answer = ask(&transport, host, transport.request(Method::GET, url.clone())).await?;
                    Keys::read(host, &answer)
                }
            }
        })
    }

    async fn assume_role(&self, source: &Credentials, role: &Role) -> Result<Fetched, Problem> {
        let sts = self.sts.as_ref().unwrap_or(&role.sts);
        sts_keys(sts, &self.sts_call("AssumeRole", role.parameters(), source, sts).await?)
    }

    /// Asks STS whose credentials these are (`GetCallerIdentity`).
    pub(super) async fn caller_identity(
        &self,
        credentials: &Credentials,
        sts: &Endpoint,
    ) -> Result<CallerIdentity, Problem> {
        let sts = self.sts.as_ref().unwrap_or(sts);
        let response = self.sts_call("GetCallerIdentity", Vec::new(), credentials, sts).await?;
        let identity: CallerIdentity = serde_json::from_slice(&response.body)
            .map_err(|_| unusable(&format!("{}: the answer tells of no caller", sts.authority())))?;
        Ok(identity)
    }

    /// A signed call of STS.
    async fn sts_call(
        &self,
        action: &str,
        parameters: Parameters,
        caller: &Credentials,
        sts: &Endpoint,
    ) -> Result<Response, Problem> {
        let call = Call { action, version: STS_VERSION, parameters };
        let stamp = Stamp { time: self.clock.now(), nonce: (self.nonces)() };
        let signed = call.sign(SignatureForm::V3, caller.signer(), &stamp, &sts.authority());
        let transport = self.transport(sts.route(), self.timeout)?;
        let request = transport.signed(sts.url(&signed.query), &signed).map_err(|problem| unusable(&problem))?;
        sts_answer(&transport, sts, request, &Secrets::of(caller.signer(), &signed.signature)).await
    }

    async fn assume_role_with_oidc(&self, provider: &str, token: &Secret, role: &Role) -> Result<Fetched, Problem> {
        let time = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let query = format!("Action=AssumeRoleWithOIDC&Format=JSON&Version={STS_VERSION}&Timestamp={time}");
        let token = token.expose().trim();
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

    fn transport(&self, route: Route, timeout: Duration) -> Result<Transport, Problem> {
        Transport::new(route, timeout, 1, &self.roots).map_err(|error| unusable(&error.to_string()))
    }

    async fn ecs_role(&self, role_name: Option<&str>) -> Result<Fetched, Problem> {
        const HOST: &str = "the metadata service";
        const ROLES: &str = "/latest/meta-data/ram/security-credentials/";
        let transport = self.transport(Route::Plain, self.timeout.min(METADATA_TIMEOUT))?;
        let url = |path: &str| {
            let mut url = self.metadata.clone();
            url.set_path(path);
            url
        };
        let token = transport
            .request(Method::PUT, url("/latest/api/token"))
            .header("x-aliyun-ecs-metadata-token-ttl-seconds", METADATA_TOKEN_SECONDS)
            .header("content-length", 0);
        let token = text(HOST, ask(&transport, HOST, token).await?)?;
        let get = async |path: &str| {
            let request = transport.request(Method::GET, url(path)).header("x-aliyun-ecs-metadata-token", &token);
            ask(&transport, HOST, request).await
        };
        let name = match role_name {
            Some(name) => name.to_owned(),
            None => text(HOST, get(ROLES).await?)?.trim().to_owned(),
        };
        if name.is_empty() || name.contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')) {
            return Err(unusable(&format!("`{name}` is no name of a role of this instance")));
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

/// Sends a request; the answer's status is 2xx, or the error says what it is.
async fn ask(transport: &Transport, host: &str, request: RequestBuilder) -> Result<Response, Problem> {
    let failed = |problem: &str| unusable(&format!("{host}: {problem}"));
    let response = transport.send(request, MAX_ANSWER).await.map_err(|error| failed(&error.problem()))?;
    if response.head.is_success() {
        return Ok(response);
    }
    let status = response.head.status;
    let Ok(letters::Head { code: Some(code), message, request_id, .. }) = serde_json::from_slice(&response.body) else {
        return Err(failed(&format!("HTTP {status}")));
    };
    let message = shorten(&message.unwrap_or_default(), MAX_MESSAGE);
    let request_id = request_id.unwrap_or_default();
    Err(failed(&format!("{code}: {message} (HTTP {status}, RequestId {request_id})")))
}

async fn sts_answer(
    transport: &Transport,
    sts: &Endpoint,
    request: RequestBuilder,
    secrets: &Secrets,
) -> Result<Response, Problem> {
    ask(transport, &sts.authority(), request).await.map_err(|problem| match problem {
        Problem::Unusable(mut text) => {
            secrets.remove_from(&mut text);
            Problem::Unusable(text)
        }
        absent @ Problem::Absent(_) => absent,
    })
}

/// The key in an answer of STS.
fn sts_keys(sts: &Endpoint, response: &Response) -> Result<Fetched, Problem> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "Credentials")]
        credentials: Option<Keys>,
    }
    let host = sts.authority();
    match serde_json::from_slice(&response.body) {
        Ok(Answer { credentials: Some(keys) }) => keys.fetched(&host),
        _ => Err(unusable(&format!("{host}: the answer holds no credentials"))),
    }
}

fn text(host: &str, response: Response) -> Result<String, Problem> {
    String::from_utf8(response.body).map_err(|_| unusable(&format!("{host}: the answer is no text")))
}

/// A temporary key, as all of these services write it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    security_token: Option<Secret>,
    expiration: Option<String>,
}

impl Keys {
    fn read(host: &str, response: &Response) -> Result<Fetched, Problem> {
        // The error itself may quote a secret.
        serde_json::from_slice::<Self>(&response.body)
            .map_err(|_| unusable(&format!("{host}: the answer holds no credentials")))?
            .fetched(host)
    }

    fn fetched(self, host: &str) -> Result<Fetched, Problem> {
        let incomplete = |what: &str| unusable(&format!("{host}: the answer holds no {what}"));
        let credentials = key(self.access_key_id, self.access_key_secret, self.security_token)
            .map_err(|_| incomplete("whole key"))?;
        if credentials.token.is_none() {
            return Err(incomplete("SecurityToken"));
        }
        let expiration = given(self.expiration).ok_or_else(|| incomplete("Expiration"))?;
        let expires = expiration.parse().map_err(|_| incomplete("Expiration that is a time"))?;
        Ok(Fetched { credentials, expires: Some(expires) })
    }
}
