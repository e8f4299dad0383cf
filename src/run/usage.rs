//! Letters and what uses them, read over one connection.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Connect, Existing, Prepared, Run, RunError, Target, query::all_letters};
use crate::{
    letter::{DesiredLetter, ExistingLetters},
    plan,
    retry::Caller,
    service::ReadSignatures,
    signature::Facts,
    usage::{Depth, Reader},
};

/// The letters of an account and what uses them.
#[derive(Debug)]
pub struct Survey {
    /// The letters.
    pub existing: Existing,
    /// What uses them.
    pub facts: Facts,
}

impl Run<'_> {
    /// Asks for the letters that exist, and for what uses them. `further` names signatures of which
    /// more is asked, once both are known.
    ///
    /// # Errors
    /// When there is no connection to the service, or no good answer about the letters. What else
    /// can't be read is a part of the facts.
    pub async fn survey<C: Connect<Service: ReadSignatures>>(
        &self,
        target: &Target<C>,
        depth: Depth,
        further: impl Fn(&ExistingLetters, &Facts) -> Vec<String>,
    ) -> Result<Survey, RunError> {
        let ask = async |caller: &Caller<'_, C::Service>| {
            let reader = Reader::new(caller, self.parallelism);
            let (letters, mut facts) = tokio::join!(all_letters(caller), reader.facts(depth));
            let letters = letters?;
            let names = further(&letters, &facts);
            reader.complete(&mut facts, names).await;
            Ok((letters, facts))
        };
        let (endpoint, (letters, facts)) = Box::pin(self.read(target, ask)).await?;
        Ok(Survey { existing: Existing { endpoint, letters }, facts })
    }
}

impl Run<'_> {
    /// Adds to a plan what is to be known of the declared letters' qualifications, over the plan's
    /// own connection.
    pub async fn preflight<C: Connect<Service: ReadSignatures>, R>(
        &self,
        prepared: &mut Prepared<C, R>,
        declared: &[DesiredLetter],
    ) {
        let caller = self.first_caller(&prepared.connection, &prepared.target);
        let facts = Reader::new(&caller, self.parallelism).facts(Depth::Qualifications).await;
        let chosen = &prepared.plan.chosen;
        let declared: Vec<&DesiredLetter> =
            declared.iter().filter(|desired| chosen.has(desired.letter.name.as_str())).collect();
        let warnings = plan::preflight(&declared, &prepared.plan, &facts);
        prepared.plan.warnings.extend(warnings);
    }
}

/// The first pause between two looks, which grows by half each time.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause: reviews take hours.
const LONGEST: Duration = Duration::from_secs(60);

/// Looks again and again until what is seen is settled or the time is over, and gives what was seen
/// last. A look that fails ends it when it is the first or the last one.
///
/// # Errors
/// Those of the look.
pub async fn until<T, E>(
    bound: Duration,
    look: impl AsyncFn() -> Result<T, E>,
    settled: impl Fn(&T) -> bool,
) -> Result<T, E> {
    let end = Instant::now() + bound;
    let mut seen = look().await?;
    let mut pause = FIRST;
    while !settled(&seen) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        sleep(pause.min(left)).await;
        pause = pause.mul_f64(1.5).min(LONGEST);
        match look().await {
            Ok(next) => seen = next,
            Err(error) if Instant::now() >= end => return Err(error),
            Err(_) => {}
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Looks whose answers are scripted, settled at 0; says what came of them, how many there were
    /// and how long it took.
    async fn looked(
        answers: &[Result<u32, &'static str>],
        minutes: u64,
    ) -> (Result<u32, &'static str>, usize, Duration) {
        let (count, began) = (Cell::new(0), Instant::now());
        let look = async || {
            let number = count.get();
            count.set(number + 1);
            answers[number.min(answers.len() - 1)]
        };
        let result = until(Duration::from_secs(minutes * 60), look, |seen| *seen == 0).await;
        (result, count.get(), began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_settled_is_not_waited_for() {
        assert_eq!(looked(&[Ok(0)], 60).await, (Ok(0), 1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn looks_go_on_until_it_is_settled_and_pauses_grow() {
        let (result, looks, took) = looked(&[Ok(2), Ok(1), Err("cut"), Ok(0)], 60).await;
        assert_eq!((result, looks), (Ok(0), 4));
        assert_eq!(took, Duration::from_secs_f64(1.0 + 1.5 + 2.25));
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_is_bounded_and_the_last_look_is_at_its_end() {
        let (result, looks, took) = looked(&[Ok(1)], 10).await;
        assert_eq!((result, took), (Ok(1), Duration::from_secs(600)));
        assert!(looks < 25, "{looks} looks in ten minutes");
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_and_the_last_failure_are_told() {
        assert_eq!(looked(&[Err("no")], 10).await.0, Err("no"));
        assert_eq!(looked(&[Ok(1), Err("no")], 10).await.0, Err("no"));
    }
}
