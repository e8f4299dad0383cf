//! The heart of the emulator: what the accounts hold, and the operations on it.
//!
//! Nothing here waits, reads a clock, draws a number or writes a file: the time is passed in, ids
//! come from a counter, and whatever has to be kept is handed back. A simulator can drive it with a
//! time of its own.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{
    auth::EmulatorAccount,
    params::Params,
    refusal::{ErrorCode, Refusal},
};
use crate::{clock::day_in_china, letter::LetterId};
use jiff::Timestamp;

mod account;
mod applications;
mod letter;
mod page;
mod qualification;
mod rules;
mod signature;

use self::{account::Account, letter::NOT_REVIEWED};
pub use self::{
    applications::ReviewedSignature,
    letter::{Contradiction, MAX_ID, Review, StoredLetter},
    qualification::{QualificationReview, QualificationState, StoredQualification},
    rules::{CreateRequest, LetterQuery},
    signature::{CarrierRegistration, SignatureReview, SignatureState, StoredSignature},
};

/// A time as the service writes it: `YYYY-MM-DD hh:mm:ss` in China.
pub(super) fn china_time(time: Timestamp) -> String {
    let china = time.saturating_add(jiff::SignedDuration::from_hours(8)).unwrap_or(time);
    china.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes every field by reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// What all accounts hold.
#[derive(Debug)]
pub struct Ledger {
    accounts: BTreeMap<EmulatorAccount, Account>,
    ids: HashSet<LetterId>,
    last_id: LetterId,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { accounts: BTreeMap::new(), ids: HashSet::new(), last_id: LetterId(10_000_000) }
    }
}

impl Ledger {
    /// Creates a letter (`CreateSmsAuthorizationLetter`): the parameters are checked first, then
    /// the day, the name and the picture. What comes back is to be kept.
    ///
    /// # Errors
    /// What the service answers when it refuses.
    pub fn create(
        &mut self,
        account: &EmulatorAccount,
        params: &Params,
        now: Timestamp,
    ) -> Result<Arc<StoredLetter>, Refusal> {
        let new = CreateRequest::from_params(params)?;
        if !new.validity.contains(day_in_china(now)) {
            return Err(ErrorCode::DateNotValid.into());
        }
        let holder = self.accounts.entry(account.clone()).or_default();
        if holder.ids_by_name.contains_key(new.name.as_str()) {
            return Err(ErrorCode::NameRepeat.into());
        }
        if !holder.objects.contains(new.file_key.as_str()) {
            return Err(ErrorCode::OssFileNotUploaded.into());
        }
        let letter = Arc::new(StoredLetter {
            id: LetterId(self.last_id.0 + 1),
            name: new.name.into(),
            authorizer: new.authorizer.into(),
            authorized_party: new.authorized_party.into(),
            organization_code: new.organization_code.into(),
            validity: new.validity,
            signatures: new.signatures.into_iter().map(String::into_boxed_str).collect(),
            file_key: new.file_key.into(),
            state: NOT_REVIEWED.into(),
        });
        self.restore(account, Arc::clone(&letter)).expect("the id is new and the name was looked up");
        Ok(letter)
    }

    /// The letters that a query asks for, by the order of their ids
    /// (`QuerySmsAuthorizationLetter`).
    pub fn query(&self, account: &EmulatorAccount, filter: &LetterQuery, now: Timestamp) -> Vec<Arc<StoredLetter>> {
        let today = day_in_china(now);
        let Some(holder) = self.accounts.get(account) else { return Vec::new() };
        holder.letters.values().filter(|letter| letter.matches(filter, today)).cloned().collect()
    }

    /// Notes that an object was uploaded. Whether it is the first under its key comes back.
    pub fn put_object(&mut self, account: &EmulatorAccount, key: &str) -> bool {
        self.accounts.entry(account.clone()).or_default().objects.insert(key.into())
    }

    /// Whether an object was uploaded under that key.
    pub fn has_object(&self, account: &EmulatorAccount, key: &str) -> bool {
        self.accounts.get(account).is_some_and(|holder| holder.objects.contains(key))
    }

    /// Moves letters to another state, as a reviewer does. The letters that were moved are to be
    /// kept.
    pub fn review(&mut self, whose: &Review) -> Vec<(EmulatorAccount, Arc<StoredLetter>)> {
        let mut moved = Vec::new();
        for (name, holder) in self.accounts_of(whose.account.as_ref()) {
            for letter in holder.letters.values_mut().filter(|letter| whose.concerns(letter)) {
                *letter = Arc::new(StoredLetter { state: whose.state.as_str().into(), ..StoredLetter::clone(letter) });
                moved.push((name.clone(), Arc::clone(letter)));
            }
        }
        moved
    }

    /// Whether the account holds a letter of that name.
    pub fn has_letter(&self, account: &EmulatorAccount, name: &str) -> bool {
        self.accounts.get(account).is_some_and(|holder| holder.ids_by_name.contains_key(name))
    }

    /// Takes in a letter that was kept.
    ///
    /// # Errors
    /// When its name or its id is taken.
    pub fn restore(&mut self, account: &EmulatorAccount, letter: Arc<StoredLetter>) -> Result<(), Contradiction> {
        self.admits(account, &letter)?;
        let holder = self.accounts.entry(account.clone()).or_default();
        self.ids.insert(letter.id);
        self.last_id = self.last_id.max(letter.id);
        holder.ids_by_name.insert(letter.name.clone(), letter.id);
        holder.letters.insert(letter.id, letter);
        Ok(())
    }

    /// Whether a letter could be taken in as it is.
    ///
    /// # Errors
    /// When its name or its id is taken.
    pub fn admits(&self, account: &EmulatorAccount, letter: &StoredLetter) -> Result<(), Contradiction> {
        if self.accounts.get(account).is_some_and(|holder| holder.ids_by_name.contains_key(&letter.name)) {
            return Err(Contradiction::Name { account: account.to_string(), name: letter.name.to_string() });
        }
        if letter.id > MAX_ID {
            return Err(Contradiction::LargeId(letter.id));
        }
        if self.ids.contains(&letter.id) {
            return Err(Contradiction::Id(letter.id));
        }
        Ok(())
    }

    /// The highest id that was given.
    pub fn last_id(&self) -> LetterId {
        self.last_id
    }

    /// Every account, its letters by the order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = (&EmulatorAccount, impl Iterator<Item = &Arc<StoredLetter>>)> {
        self.accounts.iter().map(|(name, account)| (name, account.letters.values()))
    }

    /// The account of that name, or every one.
    fn accounts_of(
        &mut self,
        wanted: Option<&EmulatorAccount>,
    ) -> impl Iterator<Item = (&EmulatorAccount, &mut Account)> {
        self.accounts.iter_mut().filter(move |(name, _)| wanted.is_none_or(|wanted| wanted == *name))
    }

    /// The account that uploads to this folder.
    pub fn account_of_start_path(&self, start_path: &str) -> Option<&EmulatorAccount> {
        self.accounts.keys().find(|name| name.start_path() == start_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> EmulatorAccount {
        EmulatorAccount::try_from("shop").expect("valid")
    }

    fn noon(day: &str) -> Timestamp {
        format!("{day}T04:00:00Z").parse().expect("a time")
    }

    fn params(name: &str, signature: &str) -> Params {
        [
            ("AuthorizationLetterName", name),
            ("Authorization", "菜鸟网络科技有限公司"),
            ("ProxyAuthorization", "支付宝(中国)网络技术有限公司"),
            ("OrganizationCode", "91330100799655058B"),
            ("AuthorizationLetterExpDate", "2026-01-01~2026-12-31"),
            ("SignList", &format!("[\"{signature}\"]")),
            ("AuthorizationLetterPic", "1/a.jpg"),
        ]
        .into_iter()
        .collect()
    }

    fn ledger_with_a_picture() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.put_object(&account(), "1/a.jpg");
        ledger
    }

    fn code(result: Result<Arc<StoredLetter>, Refusal>) -> String {
        result.map_or_else(|refusal| refusal.code.into_owned(), |letter| letter.id.to_string())
    }

    #[test]
    fn a_name_is_unique_in_its_account() {
        let mut ledger = ledger_with_a_picture();
        let now = noon("2026-06-01");
        assert_eq!(code(ledger.create(&account(), &params("甲", "菜鸟"), now)), "10000001");
        assert_eq!(code(ledger.create(&account(), &params("甲", "菜鸟"), now)), "AuthorizationLetterNameRepeat");
        let other = EmulatorAccount::try_from("other").expect("valid");
        assert_eq!(code(ledger.create(&other, &params("甲", "菜鸟"), now)), "AuthorizationOssFileNotUploadError");
        ledger.put_object(&other, "1/a.jpg");
        assert_eq!(code(ledger.create(&other, &params("甲", "菜鸟"), now)), "10000002");
        assert_eq!(ledger.query(&account(), &LetterQuery::default(), now).len(), 1);
    }

    #[test]
    fn a_letter_is_created_only_on_the_days_of_its_validity_in_china() {
        let mut ledger = ledger_with_a_picture();
        let mut at = |time: &str| code(ledger.create(&account(), &params("甲", "菜鸟"), time.parse().expect("a time")));
        assert_eq!(at("2025-12-31T15:59:59Z"), "AuthorizationLetterDateNotValid");
        assert_eq!(at("2026-12-31T16:00:00Z"), "AuthorizationLetterDateNotValid");
        assert_eq!(at("2025-12-31T16:00:00Z"), "10000001");
    }

    #[test]
    fn a_query_filters_by_all_that_it_names() {
        let mut ledger = ledger_with_a_picture();
        let now = noon("2026-06-01");
        ledger.create(&account(), &params("甲", "菜鸟"), now).expect("created");
        let second = ledger.create(&account(), &params("乙", "裹裹"), now).expect("created");
        let review: Review = serde_json::from_str(r#"{"signature":"裹裹"}"#).expect("a review");
        let moved = ledger.review(&review);
        assert_eq!(moved.len(), 1);
        assert_eq!((moved[0].1.id, &*moved[0].1.state), (second.id, "PASSED"));
        let names = |pairs: &[(&str, &str)], now| -> Vec<String> {
            let filter = LetterQuery::from_params(&pairs.iter().copied().collect()).expect("valid");
            ledger.query(&account(), &filter, now).iter().map(|letter| letter.name.to_string()).collect()
        };
        assert_eq!(names(&[], now), ["甲", "乙"]);
        assert_eq!(names(&[("SignName", "裹裹")], now), ["乙"]);
        assert_eq!(names(&[("State", "INT")], now), ["甲"]);
        assert_eq!(names(&[("State", "INT"), ("SignName", "裹裹")], now), [""; 0]);
        assert_eq!(names(&[("OrganizationCode", "91330100799655058B")], now).len(), 2);
        assert_eq!(names(&[("AuthorizationLetterIdList", "[10000001]")], now), ["甲"]);
        assert_eq!(names(&[("Status", "VALID")], now).len(), 2);
        assert_eq!(names(&[("Status", "VALID")], noon("2027-01-01")).len(), 0);
        assert_eq!(names(&[("Status", "INVALID")], noon("2027-01-01")).len(), 2);
    }

    #[test]
    fn a_letter_that_was_kept_comes_back_as_it_was_and_its_id_is_never_given_again() {
        let mut ledger = ledger_with_a_picture();
        let now = noon("2026-06-01");
        let letter = ledger.create(&account(), &params("甲", "菜鸟"), now).expect("created");
        let text = serde_json::to_string(&*letter).expect("JSON");
        let kept: StoredLetter = serde_json::from_str(&text).expect("JSON");
        let mut later = ledger_with_a_picture();
        later.restore(&account(), Arc::new(kept)).expect("nothing contradicts it");
        assert_eq!(later.query(&account(), &LetterQuery::default(), now), [letter]);
        assert_eq!(code(later.create(&account(), &params("乙", "菜鸟"), now)), "10000002");
    }
}
