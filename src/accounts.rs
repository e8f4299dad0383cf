//! What came of one account, or of each account of a workspace: plans, reports and inventories, and
//! the forms in which they are written.

use serde::{Deserialize, Serialize};

use crate::{
    apply::{Report, ReportDocument, ReportSummary},
    escape::Untrusted,
    inventory::{Inventory, InventoryDocument},
    letter::AccountName,
    plan::{FORMAT_VERSION, Generator, Plan, PlanDocument, PlanSummary, ReadPlanError, strict},
    service::RequestId,
};

/// What came of one account, or of each account of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts<T> {
    /// One account, or what the arguments say without a workspace. It has the forms of one.
    Single(T),
    /// The accounts of a workspace in the order of its file, however many these are.
    Workspace(Vec<AccountResult<T>>),
}

/// What came of one account of a workspace. That one fails is no matter of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountResult<T> {
    /// The account.
    pub account: AccountName,
    /// Its plan or report, or why there is none.
    pub result: Result<T, AccountFailure>,
}

/// A document about one account, or about the accounts of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document<S, W> {
    /// The form of one account.
    Single(S),
    /// The form of a workspace.
    Workspace(W),
}

/// Why an account has no plan or no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountFailure {
    /// The service's code, when the service refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Untrusted>,
    /// What happened and what to do.
    pub message: Untrusted,
    /// The id of the request, when the service told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub request_id: Option<RequestId>,
}

/// The accounts of a workspace as `plan` writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "WorkspacePlan", extend("additionalProperties" = false))]
pub struct PlansDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the plans.
    generator: Generator,
    /// How many letters there are of each action, in all accounts.
    summary: PlanSummary,
    /// The accounts in the order of the workspace file.
    accounts: Vec<PlannedAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
struct PlannedAccount {
    /// The account's name.
    #[schemars(with = "String")]
    account: AccountName,
    #[serde(flatten)]
    result: PlanOrError,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum PlanOrError {
    /// What is to be done.
    Plan(Box<PlanDocument>),
    /// Why there is no plan.
    Error(AccountFailure),
}

/// The accounts of a workspace as `apply` writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "WorkspaceReport", extend("additionalProperties" = false))]
pub struct ReportsDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the reports.
    generator: Generator,
    /// How many letters there are of each outcome, in all accounts.
    summary: ReportSummary,
    /// The accounts in the order of the workspace file.
    accounts: Vec<ReportedAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
struct ReportedAccount {
    /// The account's name.
    #[schemars(with = "String")]
    account: AccountName,
    #[serde(flatten)]
    result: ReportOrError,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ReportOrError {
    /// What was done.
    Report(Box<ReportDocument>),
    /// Why nothing was done.
    Error(AccountFailure),
}

/// The inventories of the accounts of a workspace as `list` writes them.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "WorkspaceList", extend("additionalProperties" = false))]
pub struct InventoriesDocument<'a> {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the document.
    generator: Generator,
    /// The accounts in the order of the workspace file.
    accounts: Vec<ListedAccount<'a>>,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
struct ListedAccount<'a> {
    /// The account's name.
    #[schemars(with = "String")]
    account: AccountName,
    #[serde(flatten)]
    result: InventoryOrError<'a>,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum InventoryOrError<'a> {
    /// What there is.
    Inventory(Box<InventoryDocument<'a>>),
    /// Why nobody knows.
    Error(AccountFailure),
}

/// The JSON schema of the plans of a workspace.
pub fn plans_schema() -> schemars::Schema {
    schemars::schema_for!(PlansDocument)
}

/// The JSON schema of the inventories of a workspace.
pub fn inventories_schema() -> schemars::Schema {
    schemars::schema_for!(InventoriesDocument<'_>)
}

/// The JSON schema of the reports of a workspace.
pub fn reports_schema() -> schemars::Schema {
    schemars::schema_for!(ReportsDocument)
}

impl<T> Accounts<T> {
    /// What there is of the accounts that did not fail.
    pub fn good(&self) -> impl Iterator<Item = &T> {
        let (single, all) = match self {
            Self::Single(one) => (Some(one), &[][..]),
            Self::Workspace(all) => (None, all.as_slice()),
        };
        single.into_iter().chain(all.iter().filter_map(|account| account.result.as_ref().ok()))
    }

    /// The same, to be changed.
    pub fn good_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let (single, all) = match self {
            Self::Single(one) => (Some(one), &mut [][..]),
            Self::Workspace(all) => (None, all.as_mut_slice()),
        };
        single.into_iter().chain(all.iter_mut().filter_map(|account| account.result.as_mut().ok()))
    }

    /// The same, to keep.
    pub fn into_good(self) -> Vec<T> {
        match self {
            Self::Single(one) => vec![one],
            Self::Workspace(all) => all.into_iter().filter_map(|account| account.result.ok()).collect(),
        }
    }

    /// Leaves out the accounts of a workspace for which there is nothing to do. Those that failed
    /// stay.
    pub fn retain(&mut self, mut has_work: impl FnMut(&mut T) -> bool) {
        match self {
            Self::Single(one) => _ = has_work(one),
            Self::Workspace(all) => all.retain_mut(|account| account.result.as_mut().map_or(true, &mut has_work)),
        }
    }

    /// The accounts of a workspace that failed.
    pub fn failed(&self) -> impl Iterator<Item = (&AccountName, &AccountFailure)> {
        let all = if let Self::Workspace(all) = self { all.as_slice() } else { &[] };
        all.iter().filter_map(|account| Some((&account.account, account.result.as_ref().err()?)))
    }

    /// Whether an account failed.
    pub fn any_failed(&self) -> bool {
        self.failed().next().is_some()
    }

    /// The same accounts, to look at.
    pub fn as_ref(&self) -> Accounts<&T> {
        match self {
            Self::Single(one) => Accounts::Single(one),
            Self::Workspace(all) => {
                let all = all.iter().map(|AccountResult { account, result }| AccountResult {
                    account: account.clone(),
                    result: result.as_ref().map_err(Clone::clone),
                });
                Accounts::Workspace(all.collect())
            }
        }
    }

    /// The same with what there is of each account made into something else.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Accounts<U> {
        let Ok(made) = self.try_map(|value| Ok::<U, std::convert::Infallible>(make(value)));
        made
    }

    /// The same, unless something can't be made for one of them.
    ///
    /// # Errors
    /// The first error of `make`.
    pub fn try_map<U, E>(self, mut make: impl FnMut(T) -> Result<U, E>) -> Result<Accounts<U>, E> {
        match self {
            Self::Single(one) => make(one).map(Accounts::Single),
            Self::Workspace(all) => {
                let all = all.into_iter().map(|AccountResult { account, result }| {
                    let result = match result {
                        Ok(value) => Ok(make(value)?),
                        Err(failure) => Err(failure),
                    };
                    Ok(AccountResult { account, result })
                });
                all.collect::<Result<_, E>>().map(Accounts::Workspace)
            }
        }
    }

    /// The form of one account, or that of a workspace with an entry for each.
    pub(crate) fn written<'a, S, E, W>(
        &'a self,
        single: impl Fn(&'a T) -> S,
        entry: impl Fn(&AccountName, Result<S, AccountFailure>) -> E,
        workspace: impl FnOnce(Vec<E>) -> W,
    ) -> Document<S, W> {
        match self {
            Self::Single(one) => Document::Single(single(one)),
            Self::Workspace(all) => {
                let write = |AccountResult { account, result }: &'a AccountResult<T>| {
                    entry(account, result.as_ref().map(&single).map_err(Clone::clone))
                };
                Document::Workspace(workspace(all.iter().map(write).collect()))
            }
        }
    }
}

impl Accounts<Inventory<'_>> {
    /// The inventories as `list --format json` prints them.
    pub fn to_document(&self) -> Document<InventoryDocument<'_>, InventoriesDocument<'_>> {
        let entry = |account: &AccountName, result| {
            let result = match result {
                Ok(inventory) => InventoryOrError::Inventory(Box::new(inventory)),
                Err(failure) => InventoryOrError::Error(failure),
            };
            ListedAccount { account: account.clone(), result }
        };
        self.written(Inventory::to_document, entry, |accounts| InventoriesDocument {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            accounts,
        })
    }
}

impl Accounts<Plan> {
    /// How many letters there are of each action, in all accounts.
    pub fn summary(&self) -> PlanSummary {
        self.good().map(Plan::summary).fold(PlanSummary::default(), PlanSummary::plus)
    }

    /// The plans as `plan --format json` prints them.
    pub fn to_document(&self) -> Document<PlanDocument, PlansDocument> {
        self.document(Plan::to_document)
    }

    /// The plans as `plan --out` saves them.
    pub fn to_saved_document(&self) -> Document<PlanDocument, PlansDocument> {
        self.document(Plan::to_saved_document)
    }

    fn document(&self, write: impl Fn(&Plan) -> PlanDocument) -> Document<PlanDocument, PlansDocument> {
        let entry = |account: &AccountName, result| {
            let result = match result {
                Ok(plan) => PlanOrError::Plan(Box::new(plan)),
                Err(failure) => PlanOrError::Error(failure),
            };
            PlannedAccount { account: account.clone(), result }
        };
        self.written(write, entry, |accounts| PlansDocument {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            summary: self.summary(),
            accounts,
        })
    }

    /// Reads a saved plan, or the saved plans of a workspace.
    ///
    /// # Errors
    /// When the text is of another form, or was changed since it was saved.
    pub fn from_saved(json: &[u8]) -> Result<Self, ReadPlanError> {
        /// Tells the plans of a workspace from one plan.
        #[derive(Deserialize)]
        struct Kind {
            accounts: Option<serde::de::IgnoredAny>,
        }
        match serde_json::from_str(&strict::text(json)?) {
            Ok(Kind { accounts: Some(_) }) => Self::from_document(strict::read(json)?),
            _ => Plan::from_saved(json).map(Self::Single),
        }
    }

    fn from_document(document: PlansDocument) -> Result<Self, ReadPlanError> {
        if document.format_version != FORMAT_VERSION {
            return Err(ReadPlanError::Version(document.format_version));
        }
        let mut accounts: Vec<AccountResult<Plan>> = Vec::with_capacity(document.accounts.len());
        for PlannedAccount { account, result } in document.accounts {
            let result = match result {
                PlanOrError::Plan(plan) => Ok(Plan::from_document(*plan)?),
                PlanOrError::Error(failure) => Err(failure),
            };
            let is_other = result.as_ref().is_ok_and(|plan| plan.account.as_ref() != Some(&account));
            if is_other || accounts.iter().any(|before| before.account == account) {
                let problem = format!("the account {account} is listed twice, or has the plan of another account");
                return Err(ReadPlanError::Tampered(problem));
            }
            accounts.push(AccountResult { account, result });
        }
        let accounts = Self::Workspace(accounts);
        if accounts.summary() != document.summary {
            return Err(ReadPlanError::Tampered("its parts contradict each other".to_owned()));
        }
        Ok(accounts)
    }
}

impl Accounts<Report> {
    /// How many letters there are of each outcome, in all accounts.
    pub fn summary(&self) -> ReportSummary {
        self.good().map(Report::summary).fold(ReportSummary::default(), ReportSummary::plus)
    }

    /// The reports as `apply --format json` prints them.
    pub fn to_document(&self) -> Document<ReportDocument, ReportsDocument> {
        let entry = |account: &AccountName, result| {
            let result = match result {
                Ok(report) => ReportOrError::Report(Box::new(report)),
                Err(failure) => ReportOrError::Error(failure),
            };
            ReportedAccount { account: account.clone(), result }
        };
        self.written(Report::to_document, entry, |accounts| ReportsDocument {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            summary: self.summary(),
            accounts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::ExistingLetters;

    fn accounts() -> Accounts<Plan> {
        let name = |text: &str| text.parse::<AccountName>().expect("a name");
        let today = jiff::civil::date(2026, 11, 24);
        let plan =
            Plan::new("https://dysmsapi.aliyuncs.com".to_owned(), Vec::new(), &ExistingLetters::default(), today, 60);
        let failure = AccountFailure { code: None, message: "no credentials".into(), request_id: None };
        Accounts::Workspace(vec![
            AccountResult { account: name("retail"), result: Ok(plan.of_account(Some(name("retail")))) },
            AccountResult { account: name("travel"), result: Err(failure) },
        ])
    }

    #[test]
    fn saved_plans_read_as_they_were() {
        let saved = serde_json::to_vec(&accounts().to_saved_document()).expect("JSON");
        assert_eq!(Accounts::from_saved(&saved).expect("good"), accounts());
        let printed = serde_json::to_vec(&accounts().to_document()).expect("JSON");
        assert!(matches!(Accounts::from_saved(&printed), Err(ReadPlanError::NotSaved)));
    }

    #[test]
    fn a_plan_under_the_name_of_another_account_is_refused() {
        let saved = serde_json::to_string(&accounts().to_saved_document()).expect("JSON");
        for (from, to) in [
            ("{\"account\":\"retail\"", "{\"account\":\"other\""),
            ("\"account\":\"travel\"", "\"account\":\"retail\""),
        ] {
            assert!(saved.contains(from), "{saved}");
            let tampered = saved.replacen(from, to, 1);
            assert!(matches!(Accounts::from_saved(tampered.as_bytes()), Err(ReadPlanError::Tampered(_))), "{tampered}");
        }
    }
}
