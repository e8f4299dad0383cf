//! The letters that exist, asked for once.

use std::sync::Arc;

use super::{
    connection::{Connection, ServiceArgs},
    interrupt,
};
use crate::{
    calls::{Caller, RetryPolicy, Silent, Stop},
    clock::Clock,
    letter::ExistingLetter,
    service::LetterFilter,
};

/// Asks for the letters that exist.
pub(super) async fn query(args: &ServiceArgs, clock: Arc<dyn Clock>) -> anyhow::Result<Vec<ExistingLetter>> {
    let connection = Connection::open(args, clock).await?;
    let stop = Stop::new();
    interrupt::listen(&stop)?;
    let caller = Caller::new(&connection.client, RetryPolicy::default(), rand::random(), &Silent, &stop);
    let answer = caller.query(None, &LetterFilter::default()).await;
    connection.close().await?;
    Ok(answer?.value)
}
