//! Everything that the requests share, behind one lock: who may call, what the accounts hold, what
//! goes wrong.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::Value;

use super::{
    action::Action,
    auth::{self, AccessKey, AccessKeys, ApiRequest, EmulatorAccount, Nonces},
    faults::{Effects, Faults},
    ledger::{Ledger, LetterQuery, QualificationReview, Review, SignatureReview, StoredLetter},
    limits::{Budgets, Limits},
    object_store::{PolicyForm, UploadPolicy},
    refusal::{ErrorCode, Refusal},
    sts::{self, Metadata, Proof, Sessions},
};
use crate::{
    clock::{Clock, day_in_china},
    letter::LetterId,
    wire::{self, letters::OssInfo},
};

pub(super) mod snapshot;
pub(super) mod store;

use self::store::{Change, Changes, Store};

/// What an action answers when it succeeds.
#[derive(Debug)]
pub(super) enum Success {
    /// A letter was created.
    Created(LetterId),
    /// The letters found.
    Letters {
        /// The letters.
        letters: Vec<Arc<StoredLetter>>,
        /// The day that decides their status.
        today: Date,
    },
    /// Where and how to upload.
    OssInfo(OssInfo),
    /// An answer of STS, which has no `Code` and no `Data`.
    Bare(Value),
}

/// What all connections share.
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
    pub(super) budgets: Budgets,
}

impl Shared {
    pub(super) fn new(state: State, store: Store, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self { state: Mutex::new(state), store, clock, limits, budgets: Budgets::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no request panics while it holds the state")
    }

    /// Waits until all that has been done so far would survive a crash.
    pub(super) async fn safe(&self) -> Result<(), Refusal> {
        let made = self.lock().changes.made();
        self.store
            .safe(made)
            .await
            .map_err(|error| Refusal::from(ErrorCode::InternalError).saying(&format!("({error})")))
    }
}

/// What the emulator knows, but for the contents of objects.
pub(super) struct State {
    pub(super) ledger: Ledger,
    pub(super) changes: Changes,
    pub(super) keys: AccessKeys,
    pub(super) faults: Faults,
    /// The form of the upload policies that are issued.
    pub(super) upload_policy: PolicyForm,
    /// How far the day that decides validity is from the clock's.
    pub(super) shift: SignedDuration,
    calls: BTreeMap<Action, u64>,
    rates: BTreeMap<(EmulatorAccount, Action), Allowance>,
    nonces: Nonces,
    sessions: Sessions,
    metadata: Option<Metadata>,
}

impl State {
    pub(super) fn new(
        ledger: Ledger,
        changes: Changes,
        keys: AccessKeys,
        faults: Faults,
        metadata: Option<Metadata>,
    ) -> Self {
        Self {
            ledger,
            changes,
            keys,
            faults,
            upload_policy: PolicyForm::default(),
            shift: SignedDuration::ZERO,
            calls: BTreeMap::new(),
            rates: BTreeMap::new(),
            nonces: Nonces::default(),
            sessions: Sessions::default(),
            metadata,
        }
    }

    /// Replaces the faults. Calls are counted from 1 again.
    pub(super) fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
        self.calls.clear();
        self.rates.clear();
    }

    /// How many calls of an operation there were since the faults were set.
    pub(super) fn calls(&self, action: Action) -> u64 {
        self.calls.get(&action).copied().unwrap_or(0)
    }

    /// Counts a call, and says what goes wrong with it.
    pub(super) fn count_call(&mut self, action: Action) -> Effects {
        let calls = self.calls.entry(action).or_default();
        *calls += 1;
        self.faults.decide(action, *calls)
    }

    /// The time that decides validity and status.
    pub(super) fn shifted(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.shift).unwrap_or(now)
    }

    /// Handles a call of the API: who calls, whether too often, and then the operation itself.
    pub(super) fn call(
        &mut self,
        request: &ApiRequest,
        effects: &Effects,
        now: Timestamp,
        origin: &str,
    ) -> Result<Success, Refusal> {
        let skewed = now.saturating_add(SignedDuration::from_secs(effects.skew)).unwrap_or(now);
        if action_of(request) == Ok(Action::AssumeRoleWithOidc) {
            // A client with a token of an identity provider has no key to sign with.
            let (params, proof) = (request.params(), Proof::OidcToken);
            return self.sessions.assume_role(&mut self.keys, &params, proof, now).map(Success::Bare);
        }
        let signed = auth::verify(&self.keys, request, skewed)?;
        if !self.nonces.first_use(&signed.key.id, &signed.nonce, signed.time, now) {
            return Err(ErrorCode::NonceUsed.into());
        }
        let key = signed.key.clone();
        let action = action_of(request)?;
        if !self.within_rate(&key.account, action, effects.rate, now) {
            return Err(ErrorCode::ThrottlingUser.into());
        }
        self.perform(action, &key, request, effects, now, origin)
    }

    fn perform(
        &mut self,
        action: Action,
        key: &AccessKey,
        request: &ApiRequest,
        effects: &Effects,
        now: Timestamp,
        origin: &str,
    ) -> Result<Success, Refusal> {
        let params = request.params();
        let shifted = self.shifted(now);
        match action {
            Action::Create => {
                let letter = self.ledger.create(&key.account, &params, shifted)?;
                let id = letter.id;
                self.changes.push(Change::Letter { account: key.account.clone(), letter });
                Ok(Success::Created(id))
            }
            Action::Query => {
                let filter = LetterQuery::from_params(&params)?;
                let mut letters = self.ledger.query(&key.account, &filter, shifted);
                if filter.is_empty() {
                    letters.truncate(letters.len().saturating_sub(effects.leave_out));
                }
                Ok(Success::Letters { letters, today: day_in_china(shifted) })
            }
            Action::Signatures => self.ledger.signature_list(&key.account, &params).map(Success::Bare),
            Action::Signature => self.ledger.signature(&key.account, &params).map(Success::Bare),
            Action::Qualifications => self.ledger.qualification_list(&key.account, &params).map(Success::Bare),
            Action::Qualification => self.ledger.qualification(&key.account, &params).map(Success::Bare),
            Action::OssInfo => {
                if params.filled("BizType").ok_or_else(|| Refusal::missing("BizType"))? != "dysms" {
                    return Err(ErrorCode::OssBizTypeNotSupported.into());
                }
                let UploadPolicy { access_key_id, policy, signature, start_path, expire } =
                    UploadPolicy::issue(key, &self.upload_policy, &sts::random_hex(64), now);
                let (host, expire) = (origin.to_owned(), u64::try_from(expire).ok());
                Ok(Success::OssInfo(OssInfo { access_key_id, policy, signature, host, start_path, expire }))
            }
            Action::AssumeRole => {
                self.sessions.assume_role(&mut self.keys, &params, Proof::AccessKey, now).map(Success::Bare)
            }
            Action::CallerIdentity => Ok(Success::Bare(sts::caller_identity(key))),
            Action::Upload | Action::AssumeRoleWithOidc => Err(ErrorCode::ActionNotFound.into()),
        }
    }

    /// Whether the account may call the operation once more in this second.
    pub(super) fn within_rate(
        &mut self,
        account: &EmulatorAccount,
        action: Action,
        rate: Option<u32>,
        now: Timestamp,
    ) -> bool {
        let Some(rate) = rate else { return true };
        let full = Allowance { tokens: f64::from(rate), at: now };
        self.rates.entry((account.clone(), action)).or_insert(full).take(rate, now)
    }

    /// Answers a request to the metadata service; without a role there is no such service.
    pub(super) fn metadata<'h>(
        &mut self,
        method: &http::Method,
        path: &str,
        header: impl Fn(&str) -> Option<&'h str>,
        now: Timestamp,
    ) -> (u16, String) {
        match &mut self.metadata {
            Some(metadata) => metadata.answer((method, path), header, &mut self.keys, &mut self.sessions, now),
            None => (404, "not found\n".to_owned()),
        }
    }

    /// Notes an object that was uploaded.
    pub(super) fn put_object(&mut self, account: &EmulatorAccount, key: String, content: Bytes) {
        self.ledger.put_object(account, &key);
        self.changes.push(Change::Object { account: account.clone(), key, content });
    }

    /// Reviews a signature; its letter follows. Returns how many there were.
    pub(super) fn review_signature(&mut self, review: &SignatureReview, now: Timestamp) -> usize {
        let reviewed = self.ledger.review_signature(review, self.shifted(now));
        let count = reviewed.len();
        for reviewed in reviewed {
            let account = reviewed.account;
            if let Some(letter) = reviewed.letter {
                self.changes.push(Change::Letter { account: account.clone(), letter });
            }
            self.changes.push(Change::Signature { account, signature: reviewed.signature });
        }
        count
    }

    /// Reviews a qualification. Returns how many there were.
    pub(super) fn review_qualification(&mut self, review: &QualificationReview, now: Timestamp) -> usize {
        let reviewed = self.ledger.review_qualification(review, self.shifted(now));
        let count = reviewed.len();
        for (account, qualification) in reviewed {
            self.changes.push(Change::Qualification { account, qualification });
        }
        count
    }

    /// Moves letters to another state.
    pub(super) fn review(&mut self, review: &Review) -> Vec<LetterId> {
        let moved = self.ledger.review(review);
        let ids = moved.iter().map(|(_, letter)| letter.id).collect();
        for (account, letter) in moved {
            self.changes.push(Change::Letter { account, letter });
        }
        ids
    }
}

fn action_of(request: &ApiRequest) -> Result<Action, Refusal> {
    let action = request.common("x-acs-action", "Action").ok_or_else(|| Refusal::missing("Action"))?;
    let version = request.common("x-acs-version", "Version").ok_or_else(|| Refusal::missing("Version"))?;
    let action = Action::named(action);
    if version != action.map_or(wire::API_VERSION, Action::version) {
        return Err(ErrorCode::VersionNotValid.into());
    }
    let action = action.ok_or(ErrorCode::ActionNotFound)?;
    if request.method == "GET" && !action.allows_get() {
        return Err(ErrorCode::MethodNotSupported.into());
    }
    Ok(action)
}

/// A bucket of tokens: full at first, filled again at the rate, one taken by each call.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    tokens: f64,
    at: Timestamp,
}

impl Allowance {
    fn take(&mut self, rate: u32, now: Timestamp) -> bool {
        let rate = f64::from(rate);
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.tokens = (self.tokens + passed * rate).min(rate);
        self.at = now;
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn a_rate_lets_so_many_through_in_a_second_and_no_more() {
        let start: Timestamp = "2026-11-24T04:00:00Z".parse().expect("a time");
        let mut allowance = Allowance { tokens: 2.0, at: start };
        let mut take = |now| allowance.take(2, now);
        assert_eq!([take(start), take(start), take(start)], [true, true, false]);
        assert!(take(start + 500.milliseconds()));
        assert!(!take(start + 500.milliseconds()));
        let later = start + 1.hour();
        assert_eq!([take(later), take(later), take(later)], [true, true, false]);
    }
}
