use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::{
    CallerIdentity, CredentialError, CredentialSource, Credentials, Environment, Means, Place, Problem, Tried,
    recipe::{Fetched, Recipe, RoleWords, sts},
};

/// How many seconds before their end temporary credentials are renewed, so that no request sets out with ones that end
/// on the way.
const MARGIN: i64 = 300;

/// The official default chain: the first place that gives credentials is the one, from then on.
pub struct DefaultChain {
    environment: Environment,
    profile: Option<String>,
    role: Option<AssumedRole>,
    means: Means,
    chosen: Mutex<Option<Chosen>>,
}

/// A role that is taken with what the chain finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// The role's ARN.
    pub arn: String,
    /// The ARN of the identity provider whose token is shown for it, instead of credentials. The token is in the file that
    /// `ALIBABA_CLOUD_OIDC_TOKEN_FILE` names.
    pub oidc_provider: Option<String>,
}

/// Credentials, where they come from, and until when they hold.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where they were found, or what took the role.
    pub place: Place,
    /// The credentials.
    pub credentials: Credentials,
    /// Their end; `None`: they have none, or nobody told it.
    pub expires: Option<Timestamp>,
}

struct Chosen {
    place: Place,
    recipe: Recipe,
    fetched: Fetched,
}

/// Looks for credentials where the official tools do, in their order. With a `profile`, which is one that somebody asked
/// for, only the files are looked at.
#[must_use]
pub fn default_chain(environment: Environment, profile: Option<&str>, means: Means) -> DefaultChain {
    DefaultChain { environment, profile: profile.map(str::to_owned), role: None, means, chosen: Mutex::new(None) }
}

impl DefaultChain {
    /// The chain of somebody who takes this role with what is found.
    #[must_use]
    pub fn taking(self, role: Option<AssumedRole>) -> Self {
        Self { role, ..self }
    }

    /// Where credentials are looked for, in this order.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        match &self.role {
            Some(AssumedRole { oidc_provider: Some(_), .. }) => vec![Place::OidcVariables],
            _ => Place::all(&self.environment, self.profile.as_deref()),
        }
    }

    /// Who the service says that the holder of these credentials is. Asked of the STS that variables name.
    pub async fn caller(&self, credentials: &Credentials) -> Result<CallerIdentity, Problem> {
        self.means.caller_identity(credentials, &sts(None, None, &self.environment)?).await
    }

    /// The credentials as they are now, and where they come from.
    pub async fn find(&self) -> Result<Found, CredentialError> {
        // Held while asking: one question, however many need the answer.
        let mut chosen = self.chosen.lock().await;
        match chosen.as_mut() {
            Some(chosen) => self.renew(chosen).await?,
            None => *chosen = Some(self.choose().await?),
        }
        let Chosen { place, fetched, .. } = chosen.as_ref().expect("it was just put there");
        Ok(Found { place: place.clone(), credentials: fetched.credentials.clone(), expires: fetched.expires })
    }

    async fn choose(&self) -> Result<Chosen, CredentialError> {
        let mut tried = Vec::new();
        for place in self.places() {
            match self.ask(&place).await {
                Ok((recipe, fetched)) => {
                    tracing::debug!(%place, access_key_id = super::masked(&fetched.credentials.access_key_id), "credentials found");
                    return Ok(Chosen { place, recipe, fetched });
                }
                Err(problem) => {
                    // What is set up and passed over may be what somebody meant.
                    match &problem {
                        Problem::Absent(_) => tracing::debug!(%place, %problem, "no credentials"),
                        Problem::Unusable(_) if place == Place::EcsMetadata => {
                            tracing::debug!(%place, %problem, "no credentials");
                        }
                        Problem::Unusable(_) => tracing::warn!(%place, %problem, "credentials passed over"),
                    }
                    tried.push(Tried { place, problem });
                }
            }
        }
        Err(match &self.profile {
            Some(profile) => CredentialError::Profile { profile: profile.clone(), tried },
            None => CredentialError::NotFound { tried },
        })
    }

    async fn ask(&self, place: &Place) -> Result<(Recipe, Fetched), Problem> {
        let recipe = self.recipe(place).await?;
        let fetched = self.means.fetch(&recipe).await?;
        Ok((recipe, fetched))
    }

    async fn recipe(&self, place: &Place) -> Result<Recipe, Problem> {
        let Some(AssumedRole { arn, oidc_provider }) = &self.role else {
            return place.recipe(&self.environment, self.profile.as_deref()).await;
        };
        let role = RoleWords { arn: Some(arn.clone()), ..RoleWords::default() };
        if oidc_provider.is_some() {
            return Recipe::oidc(oidc_provider.clone(), None, role, &self.environment);
        }
        let source = Box::new(place.recipe(&self.environment, self.profile.as_deref()).await?);
        Ok(Recipe::Role { source, role: role.resolve(&self.environment)? })
    }

    async fn renew(&self, chosen: &mut Chosen) -> Result<(), CredentialError> {
        let Some(expires) = chosen.fetched.expires else { return Ok(()) };
        let left = expires.as_second() - self.means.clock.now().as_second();
        if left > MARGIN {
            return Ok(());
        }
        match self.means.fetch(&chosen.recipe).await {
            Ok(fetched) => chosen.fetched = fetched,
            Err(problem) if left > 0 => tracing::warn!(place = %chosen.place, %problem, "credentials not renewed yet"),
            Err(problem) => return Err(CredentialError::NotRenewed { place: chosen.place.clone(), problem }),
        }
        Ok(())
    }
}

impl CredentialSource for DefaultChain {
    fn get(&self) -> BoxFuture<'_, Result<Credentials, CredentialError>> {
        Box::pin(async { Ok(self.find().await?.credentials) })
    }
}
