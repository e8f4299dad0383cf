//! What can go wrong with a request, drawn from the schedule's seed.

use std::time::Duration;

use letterform::service::{Operation, ServiceError};
use rand::{Rng, RngExt, rngs::StdRng, seq::IndexedRandom};

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is handled and answered.
    Works,
    /// No connection is made.
    NoConnection,
    /// It is cut before it is handled.
    CutBefore,
    /// It is handled, and the answer is cut.
    CutAfter,
    /// It is handled long after it was sent, mostly when the client has given it up.
    Late(Duration),
    /// It is handled, and no answer ever comes.
    Hangs,
    /// It is turned away at the door.
    Throttled(Throttling),
    /// The service has seen its nonce: something on the way sent it twice. The first copy may have
    /// been handled.
    NonceUsed(Handled),
    /// The service is at a loss, in its own words: code and status.
    Fails(&'static str, u16, Handled),
    /// The answer is no JSON, or ends in the middle.
    Unreadable(u16, Handled),
    /// It is refused for good.
    Refused,
    /// The caller is refused, whatever it asks for.
    CallerRefused,
}

/// Whether a request was handled before it was answered with something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handled {
    Yes,
    No,
}

/// In which words a request is throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Throttling {
    Code(&'static str),
    CodeWithWait(u64),
    /// A page, from wherever it came.
    Page429(Handled),
}

/// What a client can tell from an answer, by the documents of the service alone: the simulator's
/// own judgement, to hold the program's against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conclusion {
    Done,
    TurnedAway,
    Refused,
    Nothing,
}

impl Fate {
    pub(crate) fn is_handled(self) -> bool {
        match self {
            Self::Works | Self::CutAfter | Self::Late(_) | Self::Hangs => true,
            Self::NonceUsed(handled) | Self::Fails(_, _, handled) | Self::Unreadable(_, handled) => {
                handled == Handled::Yes
            }
            Self::Throttled(Throttling::Page429(handled)) => handled == Handled::Yes,
            Self::NoConnection | Self::CutBefore | Self::Throttled(_) | Self::Refused | Self::CallerRefused => false,
        }
    }

    pub(crate) fn delay(self) -> Duration {
        if let Self::Late(delay) = self { delay } else { Duration::ZERO }
    }

    /// What the client gets to see; `None` is a cut connection. `Ok` passes on what the service
    /// answered.
    pub(crate) fn answer<T>(
        self,
        operation: Operation,
        handled: Option<Result<T, ServiceError>>,
    ) -> Option<Result<T, ServiceError>> {
        let code = |code: &str, status, retry_after| {
            ServiceError::answered(operation, status, code, "a fault of the simulation", retry_after)
        };
        let unreadable = |status| ServiceError::Unreadable {
            operation,
            status,
            problem: "it is no JSON".into(),
            request_id: None,
            retry_after: None,
        };
        match self {
            Self::Works | Self::Late(_) => handled,
            Self::CutBefore | Self::CutAfter | Self::Hangs => None,
            Self::NoConnection => Some(Err(ServiceError::NoConnection {
                operation,
                host: "dysmsapi.example".into(),
                problem: "connection refused".into(),
            })),
            Self::Throttled(Throttling::Code(name)) => Some(Err(code(name, 400, None))),
            Self::Throttled(Throttling::CodeWithWait(seconds)) => {
                Some(Err(code("Throttling.User", 429, Some(Duration::from_secs(seconds)))))
            }
            Self::Throttled(Throttling::Page429(_)) => Some(Err(unreadable(429))),
            Self::NonceUsed(_) => Some(Err(code("SignatureNonceUsed", 400, None))),
            Self::Fails(name, status, _) => Some(Err(code(name, status, None))),
            Self::Unreadable(status, _) => Some(Err(unreadable(status))),
            Self::Refused => Some(Err(code("SignNotMatchRegex", 400, None))),
            Self::CallerRefused => Some(Err(code("Forbidden.RAM", 403, None))),
        }
    }

    /// What the client can tell, when `answered` is what came of handling the request, if an answer
    /// came at all.
    pub(crate) fn told(self, answered: Option<bool>) -> Conclusion {
        match (self, answered) {
            (Self::Throttled(Throttling::Page429(_)), _) => Conclusion::Nothing,
            (Self::NoConnection | Self::Throttled(_), _) => Conclusion::TurnedAway,
            (Self::Refused | Self::CallerRefused, _) | (Self::Works | Self::Late(_), Some(false)) => {
                Conclusion::Refused
            }
            (Self::Works | Self::Late(_), Some(true)) => Conclusion::Done,
            _ => Conclusion::Nothing,
        }
    }
}

/// How many seconds the service asks to wait: mostly a few, now and then up to two hours.
fn retry_after(rng: &mut impl Rng) -> u64 {
    if rng.random_bool(0.8) { rng.random_range(1..10) } else { rng.random_range(10..=7_200) }
}

/// The kinds of trouble. Each schedule has some of them only, so that one does not hide another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NoConnection,
    CutBefore,
    CutAfter,
    Late,
    Hangs,
    Throttled,
    NonceUsed,
    Fails,
    Unreadable,
    Refused,
    CallerRefused,
}

const KINDS: [Kind; 11] = [
    Kind::NoConnection,
    Kind::CutBefore,
    Kind::CutAfter,
    Kind::Late,
    Kind::Hangs,
    Kind::Throttled,
    Kind::NonceUsed,
    Kind::Fails,
    Kind::Unreadable,
    Kind::Refused,
    Kind::CallerRefused,
];

/// How a query sees the letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Letters younger than this are not seen.
    pub(crate) lag: Duration,
    /// So many of the newest letters are left out of an unfiltered answer.
    pub(crate) leave_out: usize,
}

/// What goes wrong in one schedule.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    /// How likely a request is in trouble.
    trouble: f64,
    kinds: Vec<Kind>,
    /// The longest way in one direction, in milliseconds.
    way: u64,
    /// The longest lag of a query, in milliseconds; 0 is none.
    lag: u64,
    /// The most letters that an unfiltered query leaves out.
    leave_out: usize,
    /// The most creates a second.
    pub(crate) rate: Option<usize>,
}

impl Faults {
    pub(crate) fn draw(rng: &mut StdRng) -> Self {
        let some = |rng: &mut StdRng, chance: f64| rng.random_bool(chance);
        let mut kinds: Vec<Kind> = KINDS.into_iter().filter(|_| rng.random_bool(0.5)).collect();
        if kinds.is_empty() {
            kinds.push(*KINDS.choose(rng).expect("not empty"));
        }
        let trouble = if some(rng, 0.1) { 0.0 } else { rng.random_range(0.02..0.7) };
        Self {
            trouble,
            kinds,
            way: *[1, 20, 400, 4_000].choose(rng).expect("not empty"),
            lag: if some(rng, 0.2) { rng.random_range(1..20_000) } else { 0 },
            leave_out: if some(rng, 0.3) { rng.random_range(1..5) } else { 0 },
            rate: some(rng, 0.15).then(|| rng.random_range(1..10)),
        }
    }

    /// Nothing goes wrong any more.
    pub(crate) fn none() -> Self {
        Self { trouble: 0.0, kinds: Vec::new(), way: 20, lag: 0, leave_out: 0, rate: None }
    }

    /// Whether each request that is not over the rate works, and each query shows everything.
    pub(crate) fn are_none(&self) -> bool {
        self.trouble == 0.0 && self.shows_everything() && self.leave_out == 0
    }

    /// Whether a letter that is asked for with filters is shown once it exists.
    pub(crate) fn shows_everything(&self) -> bool {
        self.lag == 0
    }

    /// Whether a client that has given a request up, and then looks in every way, sees all that the
    /// request did: nothing is late, and no query lags.
    pub(crate) fn is_prompt(&self) -> bool {
        self.shows_everything() && !self.kinds.contains(&Kind::Late)
    }

    /// How long one way takes.
    pub(crate) fn way(&self, rng: &mut impl Rng) -> Duration {
        Duration::from_millis(rng.random_range(1..=self.way))
    }

    pub(crate) fn view(&self, rng: &mut impl Rng) -> View {
        let mut view = View::default();
        if self.lag > 0 && rng.random_bool(0.5) {
            view.lag = Duration::from_millis(rng.random_range(0..self.lag));
        }
        if self.leave_out > 0 && rng.random_bool(0.7) {
            view.leave_out = rng.random_range(1..=self.leave_out);
        }
        view
    }

    pub(crate) fn fate(&self, rng: &mut impl Rng) -> Fate {
        if self.trouble == 0.0 || !rng.random_bool(self.trouble) {
            return Fate::Works;
        }
        let handled = if rng.random_bool(0.5) { Handled::Yes } else { Handled::No };
        match self.kinds.choose(rng).expect("a schedule with trouble has kinds of it") {
            Kind::NoConnection => Fate::NoConnection,
            Kind::CutBefore => Fate::CutBefore,
            Kind::CutAfter => Fate::CutAfter,
            Kind::Late => Fate::Late(Duration::from_millis(rng.random_range(5_000..120_000))),
            Kind::Hangs => Fate::Hangs,
            Kind::Throttled => Fate::Throttled(match rng.random_range(0..5) {
                0 => Throttling::Code("Throttling"),
                1 => Throttling::Code("Throttling.User"),
                2 => Throttling::Code("Throttling.Api"),
                3 => Throttling::CodeWithWait(retry_after(rng)),
                _ => Throttling::Page429(handled),
            }),
            Kind::NonceUsed => Fate::NonceUsed(handled),
            Kind::Fails => match rng.random_range(0..8) {
                0 => Fate::Fails("InternalError", 500, handled),
                1 => Fate::Fails("ServiceUnavailable", 503, handled),
                2 => Fate::Fails("isp.SYSTEM_ERROR", 200, handled),
                3 => Fate::Fails("SomethingNew", 500, handled),
                4 => Fate::Fails("SystemBusy", 400, handled),
                _ => {
                    let code = *["isp.BUSY", "UnknownError", "InvalidSomething", "Code", "throttling"]
                        .choose(rng)
                        .expect("some");
                    Fate::Fails(code, *[200, 400, 403, 404, 409, 429].choose(rng).expect("some"), handled)
                }
            },
            Kind::Unreadable => {
                let status = *[200, 302, 400, 403, 404, 408, 425, 499, 502, 504].choose(rng).expect("not empty");
                Fate::Unreadable(status, handled)
            }
            // A refusal for good is rare, or little else would be seen of such a schedule.
            Kind::Refused if rng.random_bool(0.2) => Fate::Refused,
            Kind::CallerRefused if rng.random_bool(0.1) => Fate::CallerRefused,
            Kind::Refused | Kind::CallerRefused => Fate::Works,
        }
    }
}
