//! Work on all cores, with results in the order of the work.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// Does `work` for each index below `count`, and hands the results to `take` in the order of the
/// indexes.
///
/// `weigh` tells how much memory a result holds, in any unit. No new work begins while the results
/// that wait for an earlier one weigh more than `most`, so that one slow result does not let the
/// others pile up.
pub(super) fn in_order<T: Send>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    (weigh, most): (impl Fn(&T) -> usize + Sync, usize),
    mut take: impl FnMut(T),
) {
    // The number of cores is read from files, which costs more than to read a small file.
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let threads = if count > 1 { cores().min(count) } else { 1 };
    if threads == 1 {
        return (0..count).map(work).for_each(take);
    }
    let next = AtomicUsize::new(0);
    let scale = Scale::new(most);
    thread::scope(|scope| {
        let (results, received) = mpsc::channel();
        for _ in 0..threads {
            let results = results.clone();
            scope.spawn(|| {
                let results = results;
                let _opened = OpenAfterPanic(&scale);
                loop {
                    scale.wait();
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let result = work(index);
                    scale.add(weigh(&result));
                    if results.send((index, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        let mut waiting = BTreeMap::new();
        let mut wanted = 0;
        // It ends when the last worker has; a panic of one is the panic of the scope.
        for (index, result) in received {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&wanted) {
                scale.remove(weigh(&result));
                wanted += 1;
                take(result);
            }
        }
    });
}

/// How much the results weigh that wait to be taken.
///
/// Work is begun in order, so that what the others wait for is always under way and never waits
/// here.
struct Scale {
    /// `None` once nobody shall wait any more.
    weight: Mutex<Option<usize>>,
    lighter: Condvar,
    most: usize,
}

impl Scale {
    fn new(most: usize) -> Self {
        Self { weight: Mutex::new(Some(0)), lighter: Condvar::new(), most }
    }

    fn wait(&self) {
        let weight = self.weight.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.lighter.wait_while(weight, |weight| weight.is_some_and(|weight| weight > self.most)));
    }

    fn change(&self, change: impl FnOnce(usize) -> Option<usize>) {
        let mut weight = self.weight.lock().unwrap_or_else(PoisonError::into_inner);
        *weight = weight.and_then(change);
        self.lighter.notify_all();
    }

    fn add(&self, more: usize) {
        self.change(|weight| Some(weight.saturating_add(more)));
    }

    fn remove(&self, less: usize) {
        self.change(|weight| Some(weight.saturating_sub(less)));
    }
}

/// Lets the other workers end when this one panics: what they wait for does not come.
struct OpenAfterPanic<'s>(&'s Scale);

impl Drop for OpenAfterPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.change(|_| None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(count: usize, weight: usize, most: usize) -> Vec<usize> {
        let mut taken = Vec::new();
        in_order(count, |index| index, (|_: &usize| weight, most), |index| taken.push(index));
        taken
    }

    #[test]
    fn results_come_in_order() {
        for count in [0, 1, 2, 1000] {
            assert_eq!(taken(count, 0, 0), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn heavy_results_slow_the_work_and_do_not_stop_it() {
        assert_eq!(taken(100, 10, 1), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_passed_on() {
        let work = |index| if index == 0 { panic!("the first") } else { index };
        let run = || in_order(50, work, (|_: &usize| 9, 1), drop);
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
