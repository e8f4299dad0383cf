//! A list that is read page by page while it may change.

use std::{collections::HashMap, hash::Hash};

use futures::{StreamExt as _, stream};

use crate::{
    service::ServiceError,
    signature::{Listing, Page},
};

/// How often a list is read that changes while it is read.
const ROUNDS: usize = 3;

/// The most pages of a list, whatever its total says: half a million items.
const MOST: u64 = 10_000;

/// Reads a whole list: its first page, then as many as its total asks for, `parallelism` at once.
/// `key` tells items apart.
///
/// The list counts as unchanged when every page told the same total and as many different items
/// came. Otherwise it is read again, up to [`ROUNDS`] times; then what was seen in any round is the
/// list, and it is not complete.
pub(super) async fn read<T, K: Eq + Hash, F: Future<Output = Result<Page<T>, ServiceError>>>(
    parallelism: usize,
    key: impl Fn(&T) -> K,
    page: impl Fn(u32) -> F,
) -> Result<Listing<T>, ServiceError> {
    let mut seen = Distinct::new(key);
    for _ in 0..ROUNDS {
        if round(parallelism, &mut seen, &page).await? {
            return Ok(Listing { items: seen.of_the_round(), complete: true });
        }
    }
    Ok(Listing { items: seen.all(), complete: false })
}

/// Reads every page once. Says whether the list stayed the same meanwhile.
async fn round<T, K: Eq + Hash, F: Future<Output = Result<Page<T>, ServiceError>>>(
    parallelism: usize,
    seen: &mut Distinct<T, K, impl Fn(&T) -> K>,
    page: &impl Fn(u32) -> F,
) -> Result<bool, ServiceError> {
    seen.begin();
    let first = page(1).await?;
    let (total, size) = (first.total, first.items.len() as u64);
    seen.add(first.items);
    let Some(total) = total else { return unnumbered(seen, page).await };
    // A page may hold fewer than were asked for: the first one shows it.
    let pages = if size == 0 { 1 } else { total.div_ceil(size).min(MOST) };
    let pages = u32::try_from(pages).unwrap_or(u32::MAX);
    let mut steady = true;
    let mut rest = stream::iter(2..=pages).map(page).buffered(parallelism);
    while let Some(page) = rest.next().await {
        let page = page?;
        steady &= page.total == Some(total);
        if seen.add(page.items) == 0 {
            break;
        }
    }
    Ok(steady && seen.count() as u64 == total)
}

/// Goes on until a page brings nothing new, as nobody tells how many there are.
async fn unnumbered<T, K: Eq + Hash, F: Future<Output = Result<Page<T>, ServiceError>>>(
    seen: &mut Distinct<T, K, impl Fn(&T) -> K>,
    page: &impl Fn(u32) -> F,
) -> Result<bool, ServiceError> {
    let mut number = 2;
    while u64::from(number) <= MOST {
        if seen.add(page(number).await?.items) == 0 {
            return Ok(true);
        }
        number += 1;
    }
    Ok(false)
}

/// Items, each once, and in which round each was seen last.
struct Distinct<T, K, F> {
    key: F,
    places: HashMap<K, usize>,
    items: Vec<(T, usize)>,
    round: usize,
    in_round: usize,
}

impl<T, K: Eq + Hash, F: Fn(&T) -> K> Distinct<T, K, F> {
    fn new(key: F) -> Self {
        Self { key, places: HashMap::new(), items: Vec::new(), round: 0, in_round: 0 }
    }

    fn begin(&mut self) {
        self.round += 1;
        self.in_round = 0;
    }

    /// Adds items; those of a later page or round replace equal ones. Says how many are new in this
    /// round.
    fn add(&mut self, items: Vec<T>) -> usize {
        let before = self.in_round;
        for item in items {
            let place = *self.places.entry((self.key)(&item)).or_insert(self.items.len());
            match self.items.get_mut(place) {
                None => {
                    self.items.push((item, self.round));
                    self.in_round += 1;
                }
                Some((known, round)) => {
                    self.in_round += usize::from(*round != self.round);
                    (*known, *round) = (item, self.round);
                }
            }
        }
        self.in_round - before
    }

    fn count(&self) -> usize {
        self.in_round
    }

    fn of_the_round(self) -> Vec<T> {
        let last = self.round;
        self.items.into_iter().filter(|(_, round)| *round == last).map(|(item, _)| item).collect()
    }

    fn all(self) -> Vec<T> {
        self.items.into_iter().map(|(item, _)| item).collect()
    }
}
