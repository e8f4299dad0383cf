//! A simulation of everything that can happen between the engine and the service: the real engine
//! against the emulator's real ledger, in simulated time, with faults drawn from a seed.
//!
//! The same seed plays the same schedule to the last request. `LETTERFORM_SIM_SEED=N` plays one and
//! tells what happens in it; `LETTERFORM_SIM_RUNS=N` plays so many (300 unless told otherwise).
// What a schedule did is told to whoever runs it.
#![allow(clippy::print_stdout)]

mod broken;
mod client;
mod coverage;
mod declarations;
mod faults;
mod history;
mod invariants;
mod schedule;
mod service;
mod world;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::simulation::{
    broken::Guard,
    coverage::{Coverage, Situation},
    schedule::play,
};

/// How many schedules are played unless told otherwise, and how many are enough to reach every
/// situation.
const FEW: u64 = 300;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is {text:?}, and should be a number")))
}

/// The first seed that fails, if any does; without a guard, the first that sees its damage.
fn first_failure(seeds: u64, guard: Option<Guard>, coverage: &Arc<Coverage>) -> Option<u64> {
    let fails = |seed| {
        let violations = play(seed, guard, coverage, false).violations;
        guard.map_or(!violations.is_empty(), |guard| {
            violations.iter().any(|violation| violation.contains(guard.damage()))
        })
    };
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(u64::MAX);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.min(failed.load(Ordering::Relaxed)) {
                        break;
                    }
                    if fails(seed) {
                        failed.fetch_min(seed, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    Some(failed.into_inner()).filter(|seed| *seed < u64::MAX)
}

fn tell(seed: u64) -> String {
    let played = play(seed, None, &Arc::default(), true);
    format!(
        "schedule {seed}:\n{}\n\nwhat should not have happened:\n{}\n\nplay it again with LETTERFORM_SIM_SEED={seed}",
        played.log.join("\n"),
        played.violations.join("\n")
    )
}

#[test]
fn nothing_is_lost_and_nothing_doubled_whatever_happens() {
    if let Some(seed) = number("LETTERFORM_SIM_SEED") {
        let played = play(seed, None, &Arc::default(), true);
        println!("{}", played.log.join("\n"));
        assert!(played.violations.is_empty(), "{}", played.violations.join("\n"));
        return;
    }
    let runs = number("LETTERFORM_SIM_RUNS").unwrap_or(FEW);
    let coverage = Arc::default();
    if let Some(seed) = first_failure(runs, None, &coverage) {
        panic!("{}", tell(seed));
    }
    println!("{runs} schedules");
    for situation in Situation::ALL {
        println!("{:>10} {situation:?}", coverage.count(situation));
        assert!(runs < FEW || coverage.count(situation) > 0, "no schedule reaches {situation:?}");
    }
}

#[test]
fn without_any_of_its_guards_the_engine_is_caught() {
    for guard in Guard::ALL {
        let failure = first_failure(2_000, Some(guard), &Arc::default());
        println!("without {guard:?}: caught by schedule {failure:?}");
        assert!(failure.is_some(), "2,000 schedules see nothing wrong without {guard:?}");
    }
}

#[test]
fn a_seed_plays_the_same_schedule_every_time() {
    for seed in 0..20 {
        let [first, again] = [(); 2].map(|()| play(seed, None, &Arc::default(), true).log);
        assert!(first.len() > 2, "schedule {seed} is empty");
        assert_eq!(first, again, "schedule {seed}");
    }
}
