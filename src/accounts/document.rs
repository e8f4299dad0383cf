//! The documents about the accounts of a workspace: what is written of each account, or why there
//! is nothing to write.

use serde::{Deserialize, Serialize};

use super::{AccountFailure, AccountResult, Accounts};
use crate::{
    apply::{Report, ReportDocument, ReportSummary},
    inventory::{Inventory, InventoryDocument},
    letter::AccountName,
    plan::{FORMAT_VERSION, Plan, PlanDocument, PlanSummary, ReadPlanError, strict},
};

/// A document about one account, or about the accounts of a workspace.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Document<S, W> {
    /// The form of one account.
    Single(S),
    /// The form of a workspace.
    Workspace(W),
}

/// Defines a document about the accounts of a workspace, and the entry of an account in it: what
/// there is of it, in the form of one account, or why there is nothing.
macro_rules! workspace_document {
    (
        $(#[$meta:meta])*
        pub struct $Document:ident $(<$life:lifetime>)? {
            $(#[$of_generator:meta])*
            generator,
            $($(#[$of_summary:meta])* $summary:ident: $Summary:ty,)?
        }
        $(#[$of_entry:meta])*
        enum $Entry:ident in $Account:ident {
            $(#[$of_one:meta])*
            $One:ident($Single:ty),
            $(#[$of_error:meta])*
            Error,
        }
    ) => {
        #[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
        $(#[$meta])*
        #[serde(rename_all = "camelCase")]
        #[schemars(extend("additionalProperties" = false))]
        pub struct $Document $(<$life>)? {
            /// The version of this form: 1.
            #[schemars(extend("const" = 1))]
            format_version: u32,
            $(#[$of_generator])*
            generator: $crate::plan::Generator,
            $($(#[$of_summary])* $summary: $Summary,)?
            /// The accounts in the order of the workspace file.
            accounts: Vec<$Account $(<$life>)?>,
        }

        #[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
        $(#[$of_entry])*
        struct $Account $(<$life>)? {
            /// The account's name.
            #[schemars(with = "String")]
            account: $crate::letter::AccountName,
            #[serde(flatten)]
            result: $Entry $(<$life>)?,
        }

        #[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
        $(#[$of_entry])*
        #[serde(rename_all = "lowercase")]
        enum $Entry $(<$life>)? {
            $(#[$of_one])*
            $One(Box<$Single>),
            $(#[$of_error])*
            Error($crate::accounts::AccountFailure),
        }

        impl $(<$life>)? $Document $(<$life>)? {
            fn new($($summary: $Summary,)? accounts: $crate::accounts::Written<$Single>) -> Self {
                let accounts = accounts.into_iter().map(|(account, result)| $Account {
                    account,
                    result: result.map_or_else($Entry::Error, |one| $Entry::$One(Box::new(one))),
                });
                Self {
                    format_version: $crate::plan::FORMAT_VERSION,
                    generator: $crate::plan::Generator::this(),
                    $($summary,)?
                    accounts: accounts.collect(),
                }
            }
        }
    };
}
pub(crate) use workspace_document;

/// What is written of each account.
pub(crate) type Written<S> = Vec<(AccountName, Result<S, AccountFailure>)>;

workspace_document! {
    /// The accounts of a workspace as `plan` writes them.
    #[derive(Deserialize)]
    #[schemars(title = "WorkspacePlan")]
    pub struct PlansDocument {
        /// The program that made the plans.
        generator,
        /// How many letters there are of each action, in all accounts.
        summary: PlanSummary,
    }
    #[derive(Deserialize)]
    enum PlanOrError in PlannedAccount {
        /// What is to be done.
        Plan(PlanDocument),
        /// Why there is no plan.
        Error,
    }
}

workspace_document! {
    /// The accounts of a workspace as `apply` writes them.
    #[schemars(title = "WorkspaceReport")]
    pub struct ReportsDocument {
        /// The program that made the reports.
        generator,
        /// How many letters there are of each outcome, in all accounts.
        summary: ReportSummary,
    }
    enum ReportOrError in ReportedAccount {
        /// What was done.
        Report(ReportDocument),
        /// Why nothing was done.
        Error,
    }
}

workspace_document! {
    /// The inventories of the accounts of a workspace as `list` writes them.
    #[schemars(title = "WorkspaceList")]
    pub struct InventoriesDocument<'a> {
        /// The program that made the document.
        generator,
    }
    enum InventoryOrError in ListedAccount {
        /// What there is.
        Inventory(InventoryDocument<'a>),
        /// Why nobody knows.
        Error,
    }
}

impl<T> Accounts<T> {
    /// The form of one account, or that of a workspace.
    pub(crate) fn written<'a, S, W>(
        &'a self,
        single: impl Fn(&'a T) -> S,
        workspace: impl FnOnce(Written<S>) -> W,
    ) -> Document<S, W> {
        match self {
            Self::Single(one) => Document::Single(single(one)),
            Self::Workspace(all) => {
                let write = |AccountResult { account, result }: &'a AccountResult<T>| {
                    (account.clone(), result.as_ref().map(&single).map_err(Clone::clone))
                };
                Document::Workspace(workspace(all.iter().map(write).collect()))
            }
        }
    }
}

impl Accounts<Inventory<'_>> {
    /// The inventories as `list --format json` prints them.
    pub fn to_document(&self) -> Document<InventoryDocument<'_>, InventoriesDocument<'_>> {
        self.written(Inventory::to_document, InventoriesDocument::new)
    }
}

impl Accounts<Report> {
    /// How many letters there are of each outcome, in all accounts.
    pub fn summary(&self) -> ReportSummary {
        self.good().flat_map(|report| &report.letters).collect()
    }

    /// The reports as `apply --format json` prints them.
    pub fn to_document(&self) -> Document<ReportDocument, ReportsDocument> {
        self.written(Report::to_document, |accounts| ReportsDocument::new(self.summary(), accounts))
    }
}

impl Accounts<Plan> {
    /// How many letters there are of each action, in all accounts.
    pub fn summary(&self) -> PlanSummary {
        self.good().flat_map(|plan| &plan.letters).collect()
    }

    /// The plans as `plan --format json` prints them.
    pub fn to_document(&self) -> Document<PlanDocument, PlansDocument> {
        self.written(Plan::to_document, |accounts| PlansDocument::new(self.summary(), accounts))
    }

    /// The plans as `plan --out` saves them.
    pub fn to_saved_document(&self) -> Document<PlanDocument, PlansDocument> {
        self.written(Plan::to_saved_document, |accounts| PlansDocument::new(self.summary(), accounts))
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
