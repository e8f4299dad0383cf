//! What an account has applied for: its signatures and qualifications, their reviews, and the four
//! calls that read them.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Ledger,
    letter::StoredLetter,
    page::Page,
    qualification::{QualificationReview, StoredQualification},
    signature::{SignatureReview, StoredSignature},
};
use crate::emulator::{
    auth::EmulatorAccount,
    params::Params,
    refusal::{ErrorCode, Refusal},
};

/// A signature after its review.
#[derive(Debug, Clone)]
pub struct ReviewedSignature {
    /// Its account.
    pub account: EmulatorAccount,
    /// The signature.
    pub signature: Arc<StoredSignature>,
    /// Its letter, when the review moved it to `PASSED`.
    pub letter: Option<Arc<StoredLetter>>,
}

impl Ledger {
    /// Takes in a signature, in place of the one of the same name. The letter that it moved to
    /// `PASSED` comes back.
    pub fn put_signature(
        &mut self,
        account: &EmulatorAccount,
        signature: Arc<StoredSignature>,
    ) -> Option<Arc<StoredLetter>> {
        let holder = self.accounts.entry(account.clone()).or_default();
        let moved = holder.pass_letter_of(&signature);
        holder.signatures.insert(signature.name.as_str().into(), signature);
        moved
    }

    /// Takes in a qualification, in place of the one of the same id.
    pub fn put_qualification(&mut self, account: &EmulatorAccount, qualification: Arc<StoredQualification>) {
        self.accounts.entry(account.clone()).or_default().qualifications.insert(qualification.id, qualification);
    }

    /// Reviews a signature. Returns what is to be kept: the signatures, and the letters that are
    /// `PASSED` now.
    pub fn review_signature(&mut self, review: &SignatureReview, now: Timestamp) -> Vec<ReviewedSignature> {
        let mut reviewed = Vec::new();
        for (account, holder) in self.accounts_of(review.account.as_ref()) {
            let Some(signature) = holder.signatures.get_mut(review.signature.as_str()) else { continue };
            Arc::make_mut(signature).review(review, now);
            let signature = Arc::clone(signature);
            let letter = holder.pass_letter_of(&signature);
            reviewed.push(ReviewedSignature { account: account.clone(), signature, letter });
        }
        reviewed
    }

    /// Reviews a qualification. Returns what is to be kept.
    pub fn review_qualification(
        &mut self,
        review: &QualificationReview,
        now: Timestamp,
    ) -> Vec<(EmulatorAccount, Arc<StoredQualification>)> {
        let mut reviewed = Vec::new();
        for (account, holder) in self.accounts_of(review.account.as_ref()) {
            let Some(qualification) = holder.qualifications.get_mut(&review.id) else { continue };
            Arc::make_mut(qualification).review(review, now);
            reviewed.push((account.clone(), Arc::clone(qualification)));
        }
        reviewed
    }

    /// The answer of `QuerySmsSignList`: the newest signatures first.
    ///
    /// # Errors
    /// When the page is not valid.
    pub fn signature_list(&self, account: &EmulatorAccount, params: &Params) -> Result<Value, Refusal> {
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
    pub fn signature(&self, account: &EmulatorAccount, params: &Params) -> Result<Value, Refusal> {
        let name = params.filled("SignName").ok_or_else(|| Refusal::missing("SignName"))?;
        let holder = self.accounts.get(account).ok_or(ErrorCode::SignatureNotFound)?;
        let signature = holder.signatures.get(name).ok_or(ErrorCode::SignatureNotFound)?;
        Ok(signature.answer(holder.letter_of(signature)))
    }

    /// The answer of `QuerySmsQualificationRecord`: the newest qualifications first.
    ///
    /// # Errors
    /// When the page is not valid.
    pub fn qualification_list(&self, account: &EmulatorAccount, params: &Params) -> Result<Value, Refusal> {
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
    pub fn qualification(&self, account: &EmulatorAccount, params: &Params) -> Result<Value, Refusal> {
        const ID: &str = "QualificationGroupId";
        let id = params.filled(ID).ok_or_else(|| Refusal::missing(ID))?;
        let id: u64 = id.parse().map_err(|_| Refusal::invalid(ID))?;
        let found = self.accounts.get(account).and_then(|holder| holder.qualifications.get(&id));
        let data = found.map(|qualification| qualification.details());
        Ok(json!({"Code": "OK", "Message": "OK", "Success": true, "Data": data}))
    }

    /// The signatures and qualifications of an account.
    pub fn applications(
        &self,
        account: &EmulatorAccount,
    ) -> (Vec<Arc<StoredSignature>>, Vec<Arc<StoredQualification>>) {
        let Some(holder) = self.accounts.get(account) else { return Default::default() };
        (holder.signatures.values().cloned().collect(), holder.qualifications.values().cloned().collect())
    }
}
