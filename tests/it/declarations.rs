//! Declarations as the tests write them: letters and accounts with everything in order, and what a
//! test changes of them.

use std::fmt::{self, Display, Write as _};

/// A declared letter. Its values are written as they are given, be they valid or not.
#[derive(Debug, Clone)]
pub(crate) struct Letter(Fields);

/// Names and values in their order.
type Fields = Vec<(&'static str, String)>;

/// A letter of this name with everything in order, and the scan `scan.png`.
pub(crate) fn letter(name: &str) -> Letter {
    let fields = [
        ("name", name),
        ("authorizer", "菜鸟网络科技有限公司"),
        ("authorizedParty", "杭州信使网络科技有限公司"),
        ("organizationCode", "91330100799655058B"),
        ("validity", "2026-01-01~2028-12-31"),
        ("signatures", "[菜鸟网络]"),
        ("scan", "scan.png"),
    ];
    Letter(fields.map(|(field, value)| (field, value.to_owned())).to_vec())
}

impl From<&str> for Letter {
    fn from(name: &str) -> Self {
        letter(name)
    }
}

impl Letter {
    pub(crate) fn authorizer(self, name: &str) -> Self {
        self.with("authorizer", name)
    }

    pub(crate) fn code(self, code: &str) -> Self {
        self.with("organizationCode", code)
    }

    pub(crate) fn valid(self, validity: &str) -> Self {
        self.with("validity", validity)
    }

    /// Another last day.
    pub(crate) fn until(self, day: &str) -> Self {
        self.valid(&format!("2026-01-01~{day}"))
    }

    pub(crate) fn signing(self, signatures: &[&str]) -> Self {
        self.with("signatures", &format!("[{}]", signatures.join(", ")))
    }

    pub(crate) fn scan(self, path: &str) -> Self {
        self.with("scan", path)
    }

    /// A picture that was uploaded under this key, in place of a scan.
    pub(crate) fn uploaded(self, key: &str) -> Self {
        self.renamed("scan", "fileKey").with("fileKey", key)
    }

    /// Another value of a field, or one field more.
    pub(crate) fn with(mut self, field: &'static str, value: &str) -> Self {
        set(&mut self.0, field, value);
        self
    }

    pub(crate) fn without(mut self, field: &str) -> Self {
        self.0.retain(|(own, _)| *own != field);
        self
    }

    /// A field under another name.
    pub(crate) fn renamed(mut self, field: &str, to: &'static str) -> Self {
        self.0.iter_mut().filter(|(own, _)| *own == field).for_each(|(own, _)| *own = to);
        self
    }
}

/// An entry of the list `letters`.
impl Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, value)) in self.0.iter().enumerate() {
            writeln!(f, "  {} {field}: {value}", if index == 0 { "-" } else { " " })?;
        }
        Ok(())
    }
}

/// The text of a file with these letters: names, or letters as a test changed them.
pub(crate) fn file<L: Clone + Into<Letter>>(letters: &[L]) -> String {
    let mut text = "version: 1\nletters:\n".to_owned();
    for letter in letters {
        write!(text, "{}", letter.clone().into()).unwrap();
    }
    text
}

/// An account of a workspace. Its values are written as they are given.
#[derive(Debug, Clone)]
pub(crate) struct Account(Fields);

/// An account of this name, whose letters are in the folder of the same name.
pub(crate) fn account(name: &str) -> Account {
    Account(vec![("name", name.to_owned()), ("letters", name.to_owned())])
}

impl From<&str> for Account {
    fn from(name: &str) -> Self {
        account(name)
    }
}

impl Account {
    /// Another value of a field, or one field more.
    pub(crate) fn with(mut self, field: &'static str, value: &str) -> Self {
        set(&mut self.0, field, value);
        self
    }
}

/// The text of a workspace file with these accounts: names, or accounts as a test changed them.
pub(crate) fn workspace<A: Clone + Into<Account>>(accounts: &[A]) -> String {
    let mut text = "version: 1\naccounts:\n".to_owned();
    for account in accounts {
        let Account(fields) = account.clone().into();
        let fields: Vec<String> = fields.iter().map(|(field, value)| format!("{field}: {value}")).collect();
        writeln!(text, "  - {{{}}}", fields.join(", ")).unwrap();
    }
    text
}

fn set(fields: &mut Fields, field: &'static str, value: &str) {
    match fields.iter_mut().find(|(own, _)| *own == field) {
        Some((_, own)) => value.clone_into(own),
        None => fields.push((field, value.to_owned())),
    }
}
