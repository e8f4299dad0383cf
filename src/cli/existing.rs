//! The letters that exist, asked for once.

use std::sync::Arc;

use super::connection::{Connection, Service};
use crate::{
    clock::Clock,
    letter::ExistingLetters,
    retry::{Caller, Purpose, RetryPolicy, Shutdown, Silent},
    service::LetterFilter,
};

/// The letters that exist at one endpoint.
pub(super) struct Existing {
    /// What plans and reports name as the endpoint.
    pub(super) endpoint: String,
    pub(super) letters: ExistingLetters,
    /// Whose letters they are, if that was asked.
    pub(super) account_id: Result<Option<String>, String>,
}

/// Whether the account's number is asked for too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Asked,
    Any,
}

/// Asks for the letters that exist, unless the run is stopped.
pub(super) async fn ask(
    service: &Service,
    clock: Arc<dyn Clock>,
    stop: &Shutdown,
    whose: Whose,
) -> anyhow::Result<Existing> {
    let connection = Connection::open(service, clock).await?;
    let caller = Caller::new(&connection.client, RetryPolicy::brief(), rand::random(), &Silent, stop);
    let everything = LetterFilter::default();
    let query = caller.query(None, &everything, Purpose::Listing);
    let (answer, account_id) = match whose {
        Whose::Asked => tokio::join!(query, connection.account_id()),
        Whose::Any => (query.await, Ok(None)),
    };
    let endpoint = connection.endpoint.clone();
    connection.close().await?;
    Ok(Existing { endpoint, letters: answer?.value, account_id })
}

/// Asks for the letters that exist.
pub(super) async fn query(service: &Service, clock: Arc<dyn Clock>) -> anyhow::Result<ExistingLetters> {
    let stop = Shutdown::new();
    Ok(ask(service, clock, &stop, Whose::Any).await?.letters)
}
