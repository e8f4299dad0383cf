//! The service as it is: the emulator's ledger, how it can be reached, and who made which letter.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use letterform::{
    emulator::{
        EmulatorAccount, LetterQuery, Params, Refusal,
        ledger::{Ledger, StoredLetter},
    },
    letter::{ExistingLetter, Field, FileKey, Letter, LetterId, ScanObject},
    service::{LetterFilter, Operation, ServiceError},
};
use rand::rngs::StdRng;
use tokio::time::Instant;

use crate::simulation::{
    declarations::{is_fixed, key_under_policy},
    faults::{Fate, Faults, Throttling, View},
};

/// The account's folder for uploads.
pub(crate) const START_PATH: &str = "123456";

/// Who made a letter: a client by its number, or somebody before the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    Earlier,
    Client(usize),
}

/// A letter, who made it, and what picture it was registered with.
pub(crate) struct MadeLetter {
    pub(crate) letter: Arc<StoredLetter>,
    pub(crate) maker: Maker,
    /// The key that tells the picture that stood under the letter's key when it was made.
    pub(crate) picture: FileKey,
}

/// One request's way there and back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journey {
    pub(crate) fate: Fate,
    pub(crate) there: Duration,
    pub(crate) back: Duration,
}

pub(crate) struct World(Mutex<State>);

struct State {
    ledger: Ledger,
    account: EmulatorAccount,
    began: Instant,
    rng: StdRng,
    faults: Faults,
    /// Whether the schedule's faults are prompt; what is on its way stays late when the faults end.
    prompt: bool,
    births: HashMap<LetterId, (Maker, Instant)>,
    /// What is held by the objects whose names a policy fixes.
    fixed: HashMap<String, ScanObject>,
    /// The pictures that letters with such a name were registered with.
    registered: HashMap<LetterId, ScanObject>,
    recent_creates: VecDeque<Instant>,
    violations: Vec<String>,
    log: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new(rng: StdRng, faults: Faults, keep_log: bool) -> Self {
        Self(Mutex::new(State {
            ledger: Ledger::default(),
            account: EmulatorAccount::try_from("simulation").expect("a name of an account"),
            began: Instant::now(),
            rng,
            prompt: faults.is_prompt(),
            faults,
            births: HashMap::new(),
            fixed: HashMap::new(),
            registered: HashMap::new(),
            recent_creates: VecDeque::new(),
            violations: Vec::new(),
            log: keep_log.then(Vec::new),
        }))
    }

    /// Draws what becomes of a request that is sent now.
    pub(crate) fn journey(&self, operation: Operation) -> Journey {
        let mut state = self.lock();
        let State { faults, rng, .. } = &mut *state;
        let (there, back) = (faults.way(rng), faults.way(rng));
        let mut fate = faults.fate(rng);
        if operation == Operation::CreateSmsAuthorizationLetter && state.is_over_the_rate() {
            fate = Fate::Throttled(Throttling::Code("Throttling.User"));
        }
        Journey { fate, there, back }
    }

    /// Creates a letter now.
    pub(crate) fn create(&self, maker: Maker, letter: &Letter<FileKey>) -> Result<LetterId, ServiceError> {
        let mut state = self.lock();
        let (account, now) = (state.account.clone(), state.now());
        let result = state.ledger.create(&account, &params(letter), now);
        state.note(|| {
            format!(
                "  {maker:?} create {}: {}",
                letter.name,
                result.as_ref().map_or_else(ToString::to_string, |made| made.id.to_string())
            )
        });
        if result.is_err() && state.prompt && state.was_made_by(maker, letter) {
            // Were names not unique, this would be a second letter: the client must not need the
            // service to prevent it.
            state.violations.push(format!("{maker:?}: a second create of {}, which it had made", letter.name));
        }
        let made = result.map_err(|refusal| answered(Operation::CreateSmsAuthorizationLetter, &refusal))?;
        if let Some(object) = state.fixed.get(letter.picture.as_str()).copied() {
            state.registered.insert(made.id, object);
        }
        state.births.insert(made.id, (maker, Instant::now()));
        Ok(made.id)
    }

    /// The letters as a query sees them now.
    pub(crate) fn query(&self, filter: &LetterFilter) -> Vec<ExistingLetter> {
        let mut state = self.lock();
        let State { faults, rng, .. } = &mut *state;
        let View { lag, leave_out } = faults.view(rng);
        let all = *filter == LetterFilter::default();
        let today = letterform::clock::day_in_china(state.now());
        let mut seen = state.stored(filter);
        seen.retain(|letter| state.births[&letter.id].1.elapsed() >= lag);
        if all {
            seen.truncate(seen.len().saturating_sub(leave_out));
        }
        seen.iter()
            .map(|letter| ExistingLetter {
                id: Some(letter.id),
                name: letter.name.to_string().into(),
                authorizer: letter.authorizer.to_string().into(),
                authorized_party: letter.authorized_party.to_string().into(),
                organization_code: letter.organization_code.to_string().into(),
                validity: letter.validity.to_string().into(),
                signatures: letter.signatures.iter().map(|text| text.to_string().into()).collect(),
                picture_url: Some(format!("https://oss.example/{}?Signature=drawn", letter.file_key)),
                state: letter.state.to_string().into(),
                status: letter.status(today).into(),
            })
            .collect()
    }

    /// Takes an object in, which replaces what has its name.
    pub(crate) fn put_object(&self, key: &str, object: Option<ScanObject>) {
        let mut state = self.lock();
        if let Some(object) = object.filter(|_| is_fixed(key)) {
            state.put_under_fixed_name(key, object);
        }
        let account = state.account.clone();
        state.ledger.put_object(&account, key);
    }

    /// Every letter with its maker, whatever a query would show.
    pub(crate) fn letters(&self) -> Vec<MadeLetter> {
        let state = self.lock();
        let letters = state.stored(&LetterFilter::default());
        let made = |letter: Arc<StoredLetter>| MadeLetter {
            maker: state.births[&letter.id].0,
            picture: match state.registered.get(&letter.id) {
                Some(object) => key_under_policy(None, *object),
                None => letter.file_key.parse().expect("a key"),
            },
            letter,
        };
        letters.into_iter().map(made).collect()
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        self.note(|| "the faults end".to_owned());
        self.lock().faults = faults;
    }

    pub(crate) fn note(&self, text: impl FnOnce() -> String) {
        self.lock().note(text);
    }

    /// What the service saw and should not have seen.
    pub(crate) fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().violations)
    }

    pub(crate) fn take_log(&self) -> Vec<String> {
        self.lock().log.take().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-24T02:00:00Z".parse().expect("a time");
        let passed = SignedDuration::try_from(self.began.elapsed()).expect("a schedule takes hours at most");
        start + passed
    }

    fn stored(&self, filter: &LetterFilter) -> Vec<Arc<StoredLetter>> {
        let code = filter.organization_code.iter().map(|code| ("OrganizationCode", code.to_string()));
        let signature = filter.signature.iter().map(|signature| ("SignName", signature.to_string()));
        let filter = LetterQuery::from_params(&code.chain(signature).collect()).expect("our filters are well formed");
        self.ledger.query(&self.account, &filter, self.now())
    }

    fn put_under_fixed_name(&mut self, key: &str, object: ScanObject) {
        let replaced = self.fixed.insert(key.to_owned(), object);
        if replaced.is_none_or(|replaced| replaced == object) {
            return;
        }
        for letter in self.stored(&LetterFilter::default()).iter().filter(|letter| &*letter.file_key == key) {
            self.violations.push(format!("{} is left with the picture of another letter", letter.name));
        }
    }

    fn was_made_by(&self, maker: Maker, letter: &Letter<FileKey>) -> bool {
        let letters = self.stored(&LetterFilter::default());
        letters.iter().any(|there| *there.name == *letter.name.as_str() && self.births[&there.id].0 == maker)
    }

    fn is_over_the_rate(&mut self) -> bool {
        let Some(rate) = self.faults.rate else { return false };
        let now = Instant::now();
        self.recent_creates.retain(|at| now.duration_since(*at) < Duration::from_secs(1));
        let over = self.recent_creates.len() >= rate;
        if !over {
            self.recent_creates.push_back(now);
        }
        over
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        let at = self.began.elapsed();
        if let Some(log) = &mut self.log {
            log.push(format!("{:>10.3} {}", at.as_secs_f64(), text()));
        }
    }
}

/// A letter as the parameters of a create.
fn params(letter: &Letter<FileKey>) -> Params {
    let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
    [
        (Field::Name, letter.name.to_string()),
        (Field::Authorizer, letter.authorizer.to_string()),
        (Field::AuthorizedParty, letter.authorized_party.to_string()),
        (Field::OrganizationCode, letter.organization_code.to_string()),
        (Field::Validity, letter.validity.to_string()),
        (Field::Signatures, serde_json::to_string(&signatures).expect("texts")),
        (Field::FileKey, letter.picture.to_string()),
    ]
    .into_iter()
    .map(|(field, value)| (field.parameter(), value))
    .collect()
}

fn answered(operation: Operation, refusal: &Refusal) -> ServiceError {
    ServiceError::answered(operation, refusal.status, &refusal.code, &refusal.message, None)
}
