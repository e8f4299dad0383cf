//! Faults on demand: what goes wrong, for which operation, and when.
//!
//! Whether a fault happens is a pure function of the rules, the operation and the number of the
//! call: the same rules give the same faults on every run.

use std::time::Duration;

mod text;

pub use text::FaultError;

use super::{action::Action, refusal::Refusal};

/// How a request goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InjectedFailure {
    /// The connection is cut with no answer.
    Cut,
    /// No answer comes, and the connection stays open until the client leaves.
    Hang,
    /// An HTTP status with a body that is no JSON, or none.
    Status {
        /// The status.
        status: u16,
        /// What its body is.
        body: FailureBody,
    },
    /// An answer with an error code.
    Refuse(Refusal),
    /// The connection is cut in the middle of the answer.
    CutWithin,
    /// An answer that ends in the middle, as a whole HTTP message.
    Truncated,
    /// An answer that is an HTML page.
    NotJson,
}

/// The body of a failure that is only an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureBody {
    /// A page as a proxy would show it.
    Html,
    /// Nothing.
    Empty,
}

/// What a rule brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The answer is late by a time between these.
    Delay {
        /// At least.
        least: Duration,
        /// So much more at most.
        spread: Duration,
    },
    /// The service's clock is ahead of the client's by so many seconds (negative: behind).
    Skew(i64),
    /// No more requests of the operation than this in a second, in each account.
    Rate(u32),
    /// The request fails and was never handled.
    Before(InjectedFailure),
    /// The request was handled, and whatever it did was kept, and then it fails.
    After(InjectedFailure),
    /// A query with no filter leaves out so many of the newest letters.
    LeaveOut(usize),
    /// An upload is read at so many bytes a second.
    Slow(u32),
    /// An upload is refused as if its policy had expired.
    Expired,
}

/// When a rule applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// At every call.
    Always,
    /// From one call to another, both included, counted from 1.
    Calls {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// With a probability between 0 and 1, drawn from a seed and the number of the call.
    Chance {
        /// The probability.
        probability: f64,
        /// The seed.
        seed: u64,
    },
}

/// One rule: a fault of an operation, or of all of them.
///
/// Its text is `OPERATION FAULT [WHEN]`, such as `create cut-after call=3`.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    /// The action; `None` is every one.
    pub action: Option<Action>,
    /// What goes wrong.
    pub fault: Fault,
    /// At which calls.
    pub when: When,
    text: String,
}

/// Everything that goes wrong with one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// How late the answer is.
    pub delay: Duration,
    /// By how many seconds the service's clock is ahead.
    pub skew: i64,
    /// The most requests a second.
    pub rate: Option<u32>,
    /// How the request fails before it is handled.
    pub before: Option<InjectedFailure>,
    /// How it fails after it was handled.
    pub after: Option<InjectedFailure>,
    /// How many of the newest letters an unfiltered query leaves out.
    pub leave_out: usize,
    /// At how many bytes a second an upload is read.
    pub slow: Option<u32>,
    /// Whether the upload's policy counts as expired.
    pub expired: bool,
}

/// The rules in force. Of several that would fail one call the first wins; delays add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults(pub Vec<FaultRule>);

impl Faults {
    /// What goes wrong with the call of that number, counted from 1 for each operation.
    pub fn decide(&self, action: Action, call: u64) -> Effects {
        let mut effects = Effects::default();
        for (index, rule) in self.0.iter().enumerate() {
            let concerned = rule.action.is_none_or(|of| of == action);
            if concerned && rule.when.holds(index, action, call) {
                effects.add(&rule.fault, draw(rule.when.seed(), index, action, call, "delay"));
            }
        }
        effects
    }
}

impl Effects {
    fn add(&mut self, fault: &Fault, chance: f64) {
        match fault {
            Fault::Delay { least, spread } => self.delay += *least + spread.mul_f64(chance),
            Fault::Skew(seconds) => self.skew += seconds,
            Fault::Rate(rate) => self.rate = Some(self.rate.unwrap_or(u32::MAX).min(*rate)),
            Fault::Before(failure) => drop(self.before.get_or_insert_with(|| failure.clone())),
            Fault::After(failure) => drop(self.after.get_or_insert_with(|| failure.clone())),
            Fault::LeaveOut(letters) => self.leave_out = self.leave_out.max(*letters),
            Fault::Slow(rate) => self.slow = Some(self.slow.unwrap_or(u32::MAX).min(*rate)),
            Fault::Expired => self.expired = true,
        }
    }
}

impl When {
    fn holds(self, index: usize, action: Action, call: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Calls { first, last } => (first..=last).contains(&call),
            Self::Chance { probability, seed } => draw(seed, index, action, call, "when") < probability,
        }
    }

    fn seed(self) -> u64 {
        match self {
            Self::Chance { seed, .. } => seed,
            Self::Always | Self::Calls { .. } => 0,
        }
    }
}

/// A number from 0 up to 1 that depends on its arguments alone (FNV-1a, then the finish of
/// `SplitMix64`).
fn draw(seed: u64, index: usize, action: Action, call: u64, purpose: &str) -> f64 {
    let bytes = seed.to_le_bytes().into_iter().chain(call.to_le_bytes());
    let bytes = bytes.chain(index.to_le_bytes()).chain(action.keyword().bytes()).chain(purpose.bytes());
    let mut x = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    let top = u32::try_from(x >> 32).expect("32 bits are left");
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(rules: &[&str]) -> Faults {
        Faults(rules.iter().map(|text| text.parse().expect(text)).collect())
    }

    #[test]
    fn a_fault_of_the_nth_call_happens_at_that_call_alone() {
        let faults = faults(&["create cut-after call=3", "query leave-out=2 call=2..3"]);
        let cut = |call| faults.decide(Action::Create, call).after;
        assert_eq!((cut(2), cut(3), cut(4)), (None, Some(InjectedFailure::Cut), None));
        let left_out = |call| faults.decide(Action::Query, call).leave_out;
        assert_eq!((left_out(1), left_out(2), left_out(3), left_out(4)), (0, 2, 2, 0));
        assert_eq!(faults.decide(Action::Upload, 3), Effects::default());
    }

    #[test]
    fn a_seed_gives_the_same_faults_on_every_run() {
        let hits = |rule: &str| -> Vec<u64> {
            let faults = faults(&[rule]);
            (1..=10_000).filter(|call| faults.decide(Action::Create, *call).before.is_some()).collect()
        };
        let first = hits("* cut p=0.1 seed=7");
        assert_eq!(first, hits("* cut p=0.1 seed=7"));
        assert_ne!(first, hits("* cut p=0.1 seed=8"));
        assert!((900..1100).contains(&first.len()), "{}", first.len());
        assert_eq!(hits("* cut p=0").len(), 0);
        assert_eq!(hits("* cut p=1").len(), 10_000);
    }

    #[test]
    fn delays_add_up_and_the_first_failure_wins() {
        let faults = faults(&["* delay=10", "create delay=5..15 p=1 seed=1", "* status=502,html", "* cut"]);
        let effects = faults.decide(Action::Create, 1);
        assert!((Duration::from_millis(15)..=Duration::from_millis(25)).contains(&effects.delay));
        assert_eq!(effects.before, Some(InjectedFailure::Status { status: 502, body: FailureBody::Html }));
        assert_eq!(faults.decide(Action::Query, 1).delay, Duration::from_millis(10));
    }

    #[test]
    fn a_code_has_the_status_of_the_table_or_the_one_that_is_asked_for() {
        let refusal = |rule: &str| match faults(&[rule]).decide(Action::Create, 1).before {
            Some(InjectedFailure::Refuse(refusal)) => (refusal.code.into_owned(), refusal.status),
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal("create code=Throttling.User"), ("Throttling.User".to_owned(), 400));
        assert_eq!(refusal("create code=isp.SYSTEM_ERROR@200"), ("isp.SYSTEM_ERROR".to_owned(), 200));
        assert_eq!(refusal("create code=Some.New@418"), ("Some.New".to_owned(), 418));
        assert_eq!(refusal("create status=503"), ("ServiceUnavailable".to_owned(), 503));
    }
}
