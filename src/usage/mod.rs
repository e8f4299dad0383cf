//! Reading what uses the letters of an account: every page, a bounded number of requests at once,
//! and no more than needed.
//!
//! An operation that is refused or not there fails nothing: its part is not known, and says what to
//! allow.

mod pages;

use std::{collections::HashMap, hash::Hash};

use crate::{
    retry::Caller,
    service::{Answer, ReadSignatures, ServiceError},
    signature::{
        AppliedSignature, Audit, Facts, Listing, NotKnown, Qualification, QualificationDetails, QualificationId,
        SignatureDetails,
    },
};
use futures::{StreamExt as _, stream};

/// How many single signatures or qualifications are asked for without being told to: as many
/// requests as two pages hold items, so that a large account costs its pages alone.
pub const FEW: usize = 100;

/// How much to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The signatures alone, one request a page.
    Signatures,
    /// The qualifications and their codes.
    Qualifications,
    /// All of it, single signatures and qualifications up to [`FEW`] each.
    Few,
    /// All of it, whatever it costs.
    All,
}

/// Reads for one run of a command.
pub struct Reader<'a, S> {
    caller: &'a Caller<'a, S>,
    parallelism: usize,
}

impl<'a, S: ReadSignatures> Reader<'a, S> {
    /// A reader of lists with at most this many requests under way at once for each; the caller's
    /// slots bound them together.
    pub fn new(caller: &'a Caller<'a, S>, parallelism: usize) -> Self {
        Self { caller, parallelism: parallelism.max(1) }
    }

    /// Reads what uses the letters.
    pub async fn facts(&self, depth: Depth) -> Facts {
        let (signatures, qualifications) = tokio::join!(self.signatures(depth), self.qualifications(depth));
        let (signatures, asked) = signatures;
        let (qualifications, codes) = qualifications;
        Facts {
            signatures,
            details: asked.found,
            not_asked: asked.left_out,
            qualifications,
            qualification_details: codes.found,
            unanswered: asked.problem.into_iter().chain(codes.problem).collect(),
        }
    }

    /// Asks for more of these signatures, unless that is known.
    pub async fn complete(&self, facts: &mut Facts, names: impl IntoIterator<Item = String>) {
        let names: Vec<String> = names.into_iter().filter(|name| !facts.details.contains_key(name)).collect();
        let asked = self.each(names, |name| async move { self.caller.signature(&name).await }).await;
        facts.details.extend(asked.found);
        facts.unanswered.extend(asked.problem);
    }

    async fn signatures(
        &self,
        depth: Depth,
    ) -> (Result<Listing<AppliedSignature>, NotKnown>, Asked<String, SignatureDetails>) {
        if depth == Depth::Qualifications {
            return (Ok(Listing { items: Vec::new(), complete: false }), Asked::none());
        }
        let page = async |number| self.caller.signatures(number).await.map(|answer| answer.value);
        let key = |signature: &AppliedSignature| (signature.name.clone(), signature.order_id.clone());
        let listing = match pages::read(self.parallelism, key, page).await {
            Ok(listing) => listing,
            Err(error) => return (Err(NotKnown::from(&error)), Asked::none()),
        };
        // A cancelled signature is nobody's any more.
        let in_use = listing.items.iter().filter(|signature| signature.audit != Audit::Cancelled);
        let mut names: Vec<String> = in_use.map(|signature| signature.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let asked = match depth {
            Depth::Few if names.len() > FEW => Asked { left_out: names.len(), ..Asked::none() },
            Depth::Few | Depth::All => self.each(names, |name| async move { self.caller.signature(&name).await }).await,
            Depth::Signatures | Depth::Qualifications => Asked::none(),
        };
        (Ok(listing), asked)
    }

    async fn qualifications(
        &self,
        depth: Depth,
    ) -> (Result<Listing<Qualification>, NotKnown>, Asked<QualificationId, QualificationDetails>) {
        if depth == Depth::Signatures {
            return (Ok(Listing { items: Vec::new(), complete: false }), Asked::none());
        }
        let page = async |number| self.caller.qualifications(number).await.map(|answer| answer.value);
        let listing = match pages::read(self.parallelism, |qualification| qualification.id, page).await {
            Ok(listing) => listing,
            Err(error) => return (Err(NotKnown::from(&error)), Asked::none()),
        };
        let serving = listing.items.iter().filter(|qualification| qualification.serves_third_parties());
        let ids: Vec<QualificationId> = serving.map(|qualification| qualification.id).collect();
        let asked = match depth {
            Depth::Few if ids.len() > FEW => Asked { left_out: ids.len(), ..Asked::none() },
            _ => self.each(ids, |id| self.caller.qualification(id)).await,
        };
        (Ok(listing), asked)
    }

    /// Asks one question for each key. The first that is refused ends it, as the others would be
    /// refused too.
    async fn each<K: Clone + Eq + Hash, T, F: Future<Output = Result<Answer<Option<T>>, ServiceError>>>(
        &self,
        keys: Vec<K>,
        ask: impl Fn(K) -> F,
    ) -> Asked<K, T> {
        let mut asked = Asked::none();
        let ask = &ask;
        let answers = keys.into_iter().map(|key| async move { (key.clone(), ask(key).await) });
        let mut answers = stream::iter(answers).buffer_unordered(self.parallelism);
        while let Some((key, answer)) = answers.next().await {
            match answer {
                Ok(Answer { value: Some(found), .. }) => drop(asked.found.insert(key, found)),
                Ok(Answer { value: None, .. }) => {}
                Err(error) => {
                    asked.problem = Some(NotKnown::from(&error));
                    break;
                }
            }
        }
        asked
    }
}

/// What came of a question about each of several things.
struct Asked<K, T> {
    found: HashMap<K, T>,
    /// How many were not asked about.
    left_out: usize,
    problem: Option<NotKnown>,
}

impl<K, T> Asked<K, T> {
    fn none() -> Self {
        Self { found: HashMap::new(), left_out: 0, problem: None }
    }
}

#[cfg(test)]
mod tests;
