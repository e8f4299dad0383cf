//! The letters that exist, asked for once.

use std::sync::Arc;

use super::connection::{Connection, Service};
use crate::{
    clock::Clock,
    letter::ExistingLetter,
    retry::{Caller, Purpose, RetryPolicy, Shutdown, Silent},
    service::LetterFilter,
};

/// The letters that exist at one endpoint.
pub(super) struct Existing {
    /// What plans and reports name as the endpoint.
    pub(super) endpoint: String,
    pub(super) letters: Vec<ExistingLetter>,
}

/// Asks for the letters that exist, unless the run is stopped.
pub(super) async fn ask(service: &Service, clock: Arc<dyn Clock>, stop: &Shutdown) -> anyhow::Result<Existing> {
    let connection = Connection::open(service, clock).await?;
    let caller = Caller::new(&connection.client, RetryPolicy::brief(), rand::random(), &Silent, stop);
    let answer = caller.query(None, &LetterFilter::default(), Purpose::Listing).await;
    let endpoint = connection.endpoint.clone();
    connection.close().await?;
    Ok(Existing { endpoint, letters: answer?.value })
}

/// Asks for the letters that exist.
pub(super) async fn query(service: &Service, clock: Arc<dyn Clock>) -> anyhow::Result<Vec<ExistingLetter>> {
    let stop = Shutdown::new();
    Ok(ask(service, clock, &stop).await?.letters)
}
