use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::{
    CredentialError, CredentialSource, Credentials, Environment, Means, Place, Problem, Tried, fetch::Fetched,
    recipe::Recipe,
};

/// How many seconds before their end temporary credentials are renewed, so that no request sets out with ones that end
/// on the way.
const MARGIN: i64 = 300;

/// The official default chain: the first place that gives credentials is the one, from then on.
pub struct DefaultChain {
    environment: Environment,
    profile: Option<String>,
    means: Means,
    chosen: Mutex<Option<Chosen>>,
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
    DefaultChain { environment, profile: profile.map(str::to_owned), means, chosen: Mutex::new(None) }
}

impl DefaultChain {
    /// The credentials as they are now, and where they come from.
    pub async fn find(&self) -> Result<(Place, Credentials), CredentialError> {
        // Held while asking: one question, however many need the answer.
        let mut chosen = self.chosen.lock().await;
        match chosen.as_mut() {
            Some(chosen) => self.renew(chosen).await?,
            None => *chosen = Some(self.choose().await?),
        }
        let Chosen { place, fetched, .. } = chosen.as_ref().expect("it was just put there");
        Ok((place.clone(), fetched.credentials.clone()))
    }

    async fn choose(&self) -> Result<Chosen, CredentialError> {
        let mut tried = Vec::new();
        for place in Place::all(&self.environment, self.profile.as_deref()) {
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
        let recipe = place.recipe(&self.environment, self.profile.as_deref()).await?;
        let fetched = self.means.fetch(&recipe).await?;
        Ok((recipe, fetched))
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
        Box::pin(async { Ok(self.find().await?.1) })
    }
}
