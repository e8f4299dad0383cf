//! The heart of the emulator: what the accounts hold, and the operations on it.
//!
//! Nothing here waits, reads a clock, draws a number or writes a file: the time is passed in, ids come from a counter, and
//! whatever has to be kept is handed back. A simulator can drive it with a time of its own.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{
    auth::AccountName,
    params::Params,
    refusal::{Code, Refusal},
};
use crate::{
    clock::day_in_china,
    letter::{LetterId, Validity},
};

mod qualification;
mod rules;
mod signature;

use self::signature::Page;
pub use self::{
    qualification::StoredQualification,
    rules::{Filter, NewLetter},
    signature::{CarrierRegistration, SignatureReview, StoredSignature},
};

/// The highest id that a letter can be taken in with: more letters than anyone creates fit above it.
pub const MAX_ID: LetterId = LetterId(1 << 62);

/// The state of a letter that nobody has reviewed yet.
const NOT_REVIEWED: &str = "INT";

/// A letter that an account holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredLetter {
    /// Its number, unique among all accounts.
    pub id: LetterId,
    /// Its name, unique in its account.
    pub name: Box<str>,
    /// The authorizer.
    pub authorizer: Box<str>,
    /// The authorized party.
    pub authorized_party: Box<str>,
    /// The authorizer's code.
    pub organization_code: Box<str>,
    /// The days on which it holds.
    #[serde(with = "validity_text")]
    pub validity: Validity,
    /// The signatures of its scope.
    pub signatures: Box<[Box<str>]>,
    /// The key of its picture.
    pub file_key: Box<str>,
    /// How far its review is: `INT`, `PASSED`, or whatever a test wants the service to say.
    pub state: Box<str>,
}

impl StoredLetter {
    /// `VALID` on the days of its validity, and `INVALID` on any other.
    #[must_use]
    pub fn status(&self, today: Date) -> &'static str {
        if self.validity.contains(today) { "VALID" } else { "INVALID" }
    }

    /// Whether a signature has passed with it.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        &*self.state == "PASSED"
    }
}

/// A validity in the words of the service.
mod validity_text {
    use crate::letter::Validity;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes every field by reference")]
    pub(super) fn serialize<S: serde::Serializer>(validity: &Validity, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(validity)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Validity, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        Validity::try_from(text.as_str()).map_err(serde::de::Error::custom)
    }
}

/// What a reviewer decided: the letters concerned, by all that is given, and their new state.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Review {
    /// The letters of this account.
    #[serde(default)]
    pub account: Option<AccountName>,
    /// The letter of this id.
    #[serde(default)]
    pub id: Option<LetterId>,
    /// The letter of this name.
    #[serde(default)]
    pub name: Option<String>,
    /// The letters whose scope holds this signature.
    #[serde(default)]
    pub signature: Option<String>,
    /// The state to move them to.
    #[serde(default = "Review::passed")]
    pub state: String,
}

impl Review {
    /// The state of a letter once a signature of its scope has passed review.
    fn passed() -> String {
        "PASSED".to_owned()
    }

    fn concerns(&self, letter: &StoredLetter) -> bool {
        self.id.is_none_or(|id| id == letter.id)
            && self.name.as_deref().is_none_or(|name| name == &*letter.name)
            && self.signature.as_deref().is_none_or(|wanted| letter.signatures.iter().any(|name| **name == *wanted))
    }
}

/// Why a letter that was kept can't be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Two letters of one name in one account.
    #[error("account {account} would have two letters named {name}")]
    Name {
        /// The account.
        account: String,
        /// The name.
        name: String,
    },
    /// An id beyond [`MAX_ID`].
    #[error("the id {0} is too large; the largest is {MAX_ID}")]
    LargeId(LetterId),
    /// Two letters of one number.
    #[error("two letters would have the id {0}")]
    Id(LetterId),
}

#[derive(Debug, Default)]
struct Account {
    letters: BTreeMap<LetterId, Arc<StoredLetter>>,
    ids_by_name: HashMap<Box<str>, LetterId>,
    objects: HashSet<Box<str>>,
    signatures: BTreeMap<Box<str>, Arc<StoredSignature>>,
    qualifications: BTreeMap<u64, Arc<StoredQualification>>,
}

impl Account {
    fn letter_of(&self, signature: &StoredSignature) -> Option<&StoredLetter> {
        let id = self.ids_by_name.get(signature.letter.as_deref()?)?;
        self.letters.get(id).map(|letter| &**letter)
    }

    /// Moves the letter that a passed signature names from `INT` to `PASSED`, and returns it when it moved.
    fn pass_letter_of(&mut self, signature: &StoredSignature) -> Option<Arc<StoredLetter>> {
        let letter = self.letter_of(signature).filter(|letter| &*letter.state == NOT_REVIEWED)?;
        let covered = letter.signatures.iter().any(|name| **name == *signature.name);
        let id = letter.id;
        let letter = self.letters.get_mut(&id).filter(|_| covered && signature.passed())?;
        Arc::make_mut(letter).state = "PASSED".into();
        Some(Arc::clone(letter))
    }
}

/// A signature after its review.
#[derive(Debug, Clone)]
pub struct ReviewedSignature {
    /// Its account.
    pub account: AccountName,
    /// The signature.
    pub signature: Arc<StoredSignature>,
    /// Its letter, when the review moved it to `PASSED`.
    pub letter: Option<Arc<StoredLetter>>,
}

/// A time as the service writes it: `YYYY-MM-DD hh:mm:ss` in China.
fn china_time(time: Timestamp) -> String {
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
    accounts: BTreeMap<AccountName, Account>,
    ids: HashSet<LetterId>,
    last_id: LetterId,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { accounts: BTreeMap::new(), ids: HashSet::new(), last_id: LetterId(10_000_000) }
    }
}

impl Ledger {
    /// Creates a letter (`CreateSmsAuthorizationLetter`): the parameters are checked first, then the day, the name and
    /// the picture. What comes back is to be kept.
    ///
    /// # Errors
    /// What the service answers when it refuses.
    pub fn create(
        &mut self,
        account: &AccountName,
        params: &Params,
        now: Timestamp,
    ) -> Result<Arc<StoredLetter>, Refusal> {
        let new = NewLetter::from_params(params)?;
        if !new.validity.contains(day_in_china(now)) {
            return Err(Code::DateNotValid.into());
        }
        let holder = self.accounts.entry(account.clone()).or_default();
        if holder.ids_by_name.contains_key(new.name.as_str()) {
            return Err(Code::NameRepeat.into());
        }
        if !holder.objects.contains(new.file_key.as_str()) {
            return Err(Code::OssFileNotUploaded.into());
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

    /// The letters that a query asks for, by the order of their ids (`QuerySmsAuthorizationLetter`).
    #[must_use]
    pub fn query(&self, account: &AccountName, filter: &Filter, now: Timestamp) -> Vec<Arc<StoredLetter>> {
        let today = day_in_china(now);
        let Some(holder) = self.accounts.get(account) else { return Vec::new() };
        holder.letters.values().filter(|letter| matches(filter, letter, today)).cloned().collect()
    }

    /// Notes that an object was uploaded. Whether it is the first under its key comes back.
    pub fn put_object(&mut self, account: &AccountName, key: &str) -> bool {
        self.accounts.entry(account.clone()).or_default().objects.insert(key.into())
    }

    /// Whether an object was uploaded under that key.
    #[must_use]
    pub fn has_object(&self, account: &AccountName, key: &str) -> bool {
        self.accounts.get(account).is_some_and(|holder| holder.objects.contains(key))
    }

    /// Moves letters to another state, as a reviewer does. The letters that were moved are to be kept.
    pub fn review(&mut self, whose: &Review) -> Vec<(AccountName, Arc<StoredLetter>)> {
        let mut moved = Vec::new();
        let accounts = self.accounts.iter_mut();
        for (name, holder) in accounts.filter(|(name, _)| whose.account.as_ref().is_none_or(|wanted| wanted == *name)) {
            for letter in holder.letters.values_mut().filter(|letter| whose.concerns(letter)) {
                *letter = Arc::new(StoredLetter { state: whose.state.as_str().into(), ..StoredLetter::clone(letter) });
                moved.push((name.clone(), Arc::clone(letter)));
            }
        }
        moved
    }

    /// Takes in a signature, in place of the one of the same name. The letter that it moved to `PASSED` comes back.
    pub fn put_signature(
        &mut self,
        account: &AccountName,
        signature: Arc<StoredSignature>,
    ) -> Option<Arc<StoredLetter>> {
        let holder = self.accounts.entry(account.clone()).or_default();
        let moved = holder.pass_letter_of(&signature);
        holder.signatures.insert(signature.name.as_str().into(), signature);
        moved
    }

    /// Takes in a qualification, in place of the one of the same id.
    pub fn put_qualification(&mut self, account: &AccountName, qualification: Arc<StoredQualification>) {
        self.accounts.entry(account.clone()).or_default().qualifications.insert(qualification.id, qualification);
    }

    /// Reviews a signature. Returns what is to be kept: the signatures, and the letters that are `PASSED` now.
    pub fn review_signature(&mut self, review: &SignatureReview, now: Timestamp) -> Vec<ReviewedSignature> {
        let wanted = |name: &AccountName| review.account.as_ref().is_none_or(|wanted| wanted == name);
        let mut reviewed = Vec::new();
        for (account, holder) in self.accounts.iter_mut().filter(|(name, _)| wanted(name)) {
            let Some(signature) = holder.signatures.get_mut(review.signature.as_str()) else { continue };
            Arc::make_mut(signature).review(review, now);
            let signature = Arc::clone(signature);
            let letter = holder.pass_letter_of(&signature);
            reviewed.push(ReviewedSignature { account: account.clone(), signature, letter });
        }
        reviewed
    }

    /// The answer of `QuerySmsSignList`: the newest signatures first.
    ///
    /// # Errors
    /// When the page is not valid.
    pub fn signature_list(&self, account: &AccountName, params: &Params) -> Result<Value, Refusal> {
        let page = Page::from_params(params, "PageIndex", 10)?;
        let holder = self.accounts.get(account);
        let mut all: Vec<_> = holder.iter().flat_map(|holder| holder.signatures.values()).collect();
        all.sort_by(|a, b| b.created.cmp(&a.created));
        let items = page.of(all.iter()).map(|signature| signature.item(holder.and_then(|h| h.letter_of(signature))));
        Ok(json!({
            "Code": "OK", "Message": "OK", "SmsSignList": items.collect::<Value>(),
            "TotalCount": all.len(), "CurrentPage": page.number, "PageSize": page.size,
        }))
    }

    /// The answer of `GetSmsSign`.
    ///
    /// # Errors
    /// When there is no such signature.
    pub fn signature(&self, account: &AccountName, params: &Params) -> Result<Value, Refusal> {
        let name = params.filled("SignName").ok_or_else(|| Refusal::missing("SignName"))?;
        let holder = self.accounts.get(account).ok_or(Code::SignatureNotFound)?;
        let signature = holder.signatures.get(name).ok_or(Code::SignatureNotFound)?;
        Ok(signature.answer(holder.letter_of(signature)))
    }

    /// The answer of `QuerySmsQualificationRecord`: the newest qualifications first.
    ///
    /// # Errors
    /// When the page is not valid.
    pub fn qualification_list(&self, account: &AccountName, params: &Params) -> Result<Value, Refusal> {
        let page = Page::from_params(params, "PageNo", 20)?;
        let holder = self.accounts.get(account);
        let all = holder.iter().flat_map(|holder| holder.qualifications.values().rev());
        let all: Vec<_> = all.filter(|qualification| qualification.matches(params)).collect();
        let list: Value = page.of(all.iter()).map(|qualification| qualification.item()).collect();
        let data = json!({"PageSize": page.size, "Total": all.len(), "PageNo": page.number, "List": list});
        Ok(json!({"Code": "OK", "Message": "OK", "Success": true, "Data": data}))
    }

    /// The answer of `QuerySingleSmsQualification`; without `Data` when there is none.
    ///
    /// # Errors
    /// When the id is missing or not a number.
    pub fn qualification(&self, account: &AccountName, params: &Params) -> Result<Value, Refusal> {
        const ID: &str = "QualificationGroupId";
        let id = params.filled(ID).ok_or_else(|| Refusal::missing(ID))?;
        let id: u64 = id.parse().map_err(|_| Refusal::invalid(ID))?;
        let found = self.accounts.get(account).and_then(|holder| holder.qualifications.get(&id));
        let data = found.map(|qualification| qualification.details());
        Ok(json!({"Code": "OK", "Message": "OK", "Success": true, "Data": data}))
    }

    /// The signatures and qualifications of an account.
    pub fn applications(&self, account: &AccountName) -> (Vec<Arc<StoredSignature>>, Vec<Arc<StoredQualification>>) {
        let Some(holder) = self.accounts.get(account) else { return Default::default() };
        (holder.signatures.values().cloned().collect(), holder.qualifications.values().cloned().collect())
    }

    /// Whether the account holds a letter of that name.
    #[must_use]
    pub fn has_letter(&self, account: &AccountName, name: &str) -> bool {
        self.accounts.get(account).is_some_and(|holder| holder.ids_by_name.contains_key(name))
    }

    /// Takes in a letter that was kept.
    ///
    /// # Errors
    /// When its name or its id is taken.
    pub fn restore(&mut self, account: &AccountName, letter: Arc<StoredLetter>) -> Result<(), Contradiction> {
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
    pub fn admits(&self, account: &AccountName, letter: &StoredLetter) -> Result<(), Contradiction> {
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
    #[must_use]
    pub fn last_id(&self) -> LetterId {
        self.last_id
    }

    /// Every account, its letters by the order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountName, impl Iterator<Item = &Arc<StoredLetter>>)> {
        self.accounts.iter().map(|(name, account)| (name, account.letters.values()))
    }

    /// The account that uploads to this folder.
    #[must_use]
    pub fn account_of_start_path(&self, start_path: &str) -> Option<&AccountName> {
        self.accounts.keys().find(|name| name.start_path() == start_path)
    }
}

fn matches(filter: &Filter, letter: &StoredLetter, today: Date) -> bool {
    let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    filter.ids.as_ref().is_none_or(|ids| ids.contains(&letter.id))
        && is(&filter.organization_code, &letter.organization_code)
        && is(&filter.state, &letter.state)
        && is(&filter.status, letter.status(today))
        && filter.signature.as_deref().is_none_or(|wanted| letter.signatures.iter().any(|name| **name == *wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountName {
        AccountName::try_from("shop").expect("valid")
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
        let other = AccountName::try_from("other").expect("valid");
        assert_eq!(code(ledger.create(&other, &params("甲", "菜鸟"), now)), "AuthorizationOssFileNotUploadError");
        ledger.put_object(&other, "1/a.jpg");
        assert_eq!(code(ledger.create(&other, &params("甲", "菜鸟"), now)), "10000002");
        assert_eq!(ledger.query(&account(), &Filter::default(), now).len(), 1);
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
            let filter = Filter::from_params(&pairs.iter().copied().collect()).expect("valid");
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
        assert_eq!(later.query(&account(), &Filter::default(), now), [letter]);
        assert_eq!(code(later.create(&account(), &params("乙", "菜鸟"), now)), "10000002");
    }
}
