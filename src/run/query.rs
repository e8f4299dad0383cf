use super::{Connect, Connection, Run, RunError, Target};
use crate::{
    escape::Untrusted,
    letter::ExistingLetters,
    retry::{Caller, Purpose, RetryPolicy},
    service::{LetterFilter, WriteLetters},
};

/// The letters that exist in one account.
#[derive(Debug)]
pub struct Existing {
    /// What plans and reports name as the endpoint.
    pub endpoint: Untrusted,
    /// The letters, and those of the answer that can't be read.
    pub letters: ExistingLetters,
}

impl Run<'_> {
    /// Asks for the letters that exist, once.
    ///
    /// # Errors
    /// When there is no connection to the service, or no good answer.
    pub async fn existing<C: Connect>(&self, target: &Target<C>) -> Result<Existing, RunError> {
        let (endpoint, letters) = self.read(target, async |caller| all_letters(caller).await).await?;
        Ok(Existing { endpoint, letters })
    }

    /// Asks whatever is to be asked over one connection. Gives what plans and reports name as the
    /// endpoint, too.
    ///
    /// # Errors
    /// When there is no connection to the service, or `ask` fails.
    pub async fn read<C: Connect, T>(
        &self,
        target: &Target<C>,
        ask: impl AsyncFnOnce(&Caller<'_, C::Service>) -> Result<T, RunError>,
    ) -> Result<(Untrusted, T), RunError> {
        let asked = self.connected(target, async |connection| ask(&self.first_caller(connection, target)).await).await;
        let (connection, answer) = asked?;
        let endpoint = connection.endpoint.clone();
        connection.close().await?;
        Ok((endpoint, answer))
    }

    /// A caller for the questions with which a command begins.
    pub(super) fn first_caller<'c, C: Connect>(
        &'c self,
        connection: &'c Connection<C::Service>,
        target: &'c Target<C>,
    ) -> Caller<'c, C::Service> {
        self.caller(&connection.service, RetryPolicy::brief(), &*target.observer)
    }
}

pub(super) async fn all_letters<S: WriteLetters>(caller: &Caller<'_, S>) -> Result<ExistingLetters, RunError> {
    Ok(caller.query(None, &LetterFilter::default(), Purpose::Listing).await?.value)
}
