//! Text → accounts, with every problem at its place.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use super::{
    super::{
        Code, FileId, LintLevel, LintLevels, Loaded, SourceFile,
        collector::{Collector, FileCollector},
        diagnostic::quoted,
        discover::{self, DeclarationFile},
        source::{self, Span},
        tree::{Entry, Node, Value},
        yaml,
    },
    Access, Account, AccountId, OidcProviderArn, Role, RoleArn, Settings, Workspace,
};
use crate::{
    endpoint::{Endpoint, Region},
    letter::AccountName,
};

/// A workspace file, good and bad.
#[derive(Debug)]
pub struct LoadedWorkspace {
    /// The workspace, when the file has no error.
    pub workspace: Option<Workspace>,
    /// The problems and the file, for a rendering; no letters.
    pub problems: Loaded,
}

/// Reads a workspace file and holds it to every rule.
///
/// It never fails: what is wrong is among the problems.
#[must_use]
pub fn load(path: &Path) -> LoadedWorkspace {
    let mut collector = Collector::new(LintLevels::default());
    let found = DeclarationFile { name: discover::name(path), path: path.to_owned() };
    let (file, workspace) = match discover::read(&found) {
        Ok(bytes) => read(&found, bytes, &mut collector),
        Err(problem) => {
            collector.push(*problem);
            (None, None)
        }
    };
    let problems = Loaded { diagnostics: collector.finish(), files: file.into_iter().collect(), ..Loaded::default() };
    LoadedWorkspace { workspace: workspace.filter(|_| !problems.has_errors()), problems }
}

fn read(found: &DeclarationFile, bytes: Vec<u8>, collector: &mut Collector) -> (Option<SourceFile>, Option<Workspace>) {
    let (file, problem) = source::decode(FIRST, &found.name, bytes);
    let workspace = match problem {
        Some(problem) => {
            collector.push(problem);
            None
        }
        None => of_source(&found.path, &file, collector),
    };
    (Some(file), workspace)
}

const FIRST: FileId = FileId(0);

/// Reads a text as the workspace file at a path, which is the first of all files.
pub(in crate::declaration) fn of_source(
    path: &Path,
    source: &SourceFile,
    collector: &mut Collector,
) -> Option<Workspace> {
    let mut collector = collector.for_file(FIRST);
    let yaml::Trees { documents, .. } = yaml::parse(source, &mut collector, yaml::Limits::USUAL)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Reader { collector, folder }.documents(&documents)
}

struct Reader<'f, 's> {
    collector: FileCollector<'s>,
    /// The folder of the workspace file.
    folder: &'f Path,
}

const HELP: &str = "begin with `version: 1`, then `accounts:` with a list of accounts";

impl Reader<'_, '_> {
    fn documents(&mut self, documents: &[Node]) -> Option<Workspace> {
        let Some((document, rest)) = documents.split_first() else {
            self.collector.report_with_help(Code::VersionMissing, "the file declares nothing", Span::first(), HELP);
            return None;
        };
        if let Some(more) = rest.first() {
            let message = "a workspace file is one document";
            self.collector.report_with_help(Code::WrongType, message, more.span, "put all accounts into the first one");
        }
        let Value::Mapping(entries) = &document.value else {
            self.collector.wrong_type("expected a mapping with version and accounts", &document.value, document.span);
            return None;
        };
        let start = entries.first().map_or(document.span, |entry| entry.key.span);
        let [version, settings, accounts] = self.collector.entries(entries, &["version", "settings", "accounts"], &[]);
        match version {
            Some(entry) => self.collector.version(&entry.value),
            None => self.collector.version_missing(start, None),
        }
        let settings = settings.map_or_else(Settings::default, |entry| self.settings(&entry.value));
        let Some(accounts) = accounts else {
            let help = "add `accounts:` with a list of accounts";
            self.collector.report_with_help(Code::FieldMissing, "the workspace has no accounts", start, help);
            return None;
        };
        Some(Workspace { settings, accounts: self.accounts(&accounts.value) })
    }

    fn settings(&mut self, node: &Node) -> Settings {
        let Some(entries) = self.mapping("settings", node) else { return Settings::default() };
        let known = ["lints", "parallelism", "timeout", "expiringDays", "signatures"];
        let [lints, parallelism, timeout, expiring_days, signatures] = self.collector.entries(entries, &known, &[]);
        Settings {
            lints: lints.map_or_else(LintLevels::default, |entry| self.lints(&entry.value)),
            parallelism: parallelism.and_then(|entry| self.number("parallelism", &entry.value, Settings::PARALLELISM)),
            timeout: timeout.and_then(|entry| self.number("timeout", &entry.value, Settings::TIMEOUT)),
            expiring_days: expiring_days
                .and_then(|entry| self.number("expiringDays", &entry.value, Settings::EXPIRING_DAYS)),
            signatures: signatures.and_then(|entry| self.truth("signatures", &entry.value)).unwrap_or_default(),
        }
    }

    fn lints(&mut self, node: &Node) -> LintLevels {
        let mut lints = LintLevels::default();
        for entry in self.mapping("lints", node).into_iter().flatten() {
            let Value::Scalar(name) = &entry.key.value else {
                self.collector.wrong_type("expected the name of a rule", &entry.key.value, entry.key.span);
                continue;
            };
            let level = self.level(&entry.value);
            if &**name == "warnings" {
                match level {
                    Some(LintLevel::Error) => lints.deny_warnings = true,
                    Some(LintLevel::Warning) | None => {}
                    Some(LintLevel::Off) => {
                        let help = "turn off single rules, by their names";
                        let message = "warnings can't be turned off all at once";
                        self.collector.report_with_help(Code::SettingValue, message, entry.value.span, help);
                    }
                }
                continue;
            }
            match name.parse::<Code>() {
                Ok(code) if code.rule().severity == super::super::Severity::Error => {
                    let message = format!("{code} is an error, whatever a workspace says");
                    self.collector.report_with_help(Code::SettingValue, message, entry.key.span, "remove the line");
                }
                Ok(code) => lints.levels.extend(level.map(|level| (code, level))),
                Err(error) => self.collector.report(Code::SettingValue, error.to_string(), entry.key.span),
            }
        }
        lints
    }

    fn level(&mut self, node: &Node) -> Option<LintLevel> {
        let text = self.text("the level of a rule", node)?;
        let level = LintLevel::ALL.into_iter().find(|level| level.as_ref() == text);
        if level.is_none() {
            let message = format!("{} is not a valid level; use error, warning or off", quoted(text));
            self.collector.report(Code::SettingValue, message, node.span);
        }
        level
    }

    fn number<T>(&mut self, what: &str, node: &Node, range: std::ops::RangeInclusive<T>) -> Option<T>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display,
    {
        let text = self.text(what, node)?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let message =
                format!("{what} is a number from {} to {}, and not {}", range.start(), range.end(), quoted(text));
            self.collector.report(Code::SettingValue, message, node.span);
        }
        number
    }

    fn truth(&mut self, what: &str, node: &Node) -> Option<bool> {
        let text = self.text(what, node)?;
        let truth = text.parse().ok();
        if truth.is_none() {
            let message = format!("{what} is true or false, and not {}", quoted(text));
            self.collector.report(Code::SettingValue, message, node.span);
        }
        truth
    }

    fn accounts(&mut self, node: &Node) -> Vec<Account> {
        let Value::Sequence(items) = &node.value else {
            self.collector.wrong_type(
                "accounts: expected a list with `- ` before each account",
                &node.value,
                node.span,
            );
            return Vec::new();
        };
        if items.is_empty() {
            let help = "add an account, with its `name` and its `letters`";
            self.collector.report_with_help(Code::FieldMissing, "the workspace has no accounts", node.span, help);
        }
        let mut names = HashMap::new();
        let mut accounts = Vec::new();
        for item in items.iter() {
            let Some(entries) = self.mapping("an account", item) else { continue };
            accounts.extend(self.account(entries, item.span, &mut names));
        }
        accounts
    }

    /// Complains of a name that another account has.
    fn unique(&mut self, name: &AccountName, place: Span, names: &mut HashMap<String, Span>) {
        // Names stand in file names, some of which do not tell large letters from small ones.
        if let Some(first) = names.insert(name.as_str().to_lowercase(), place) {
            let first = self.collector.place(first);
            let diagnostic = self.collector.diagnostic(
                Code::AccountDuplicate,
                format!("the account {name} is declared twice"),
                place,
            );
            self.collector.push(diagnostic.relate(first, "first declared here").help("give one of them another name"));
        }
    }

    /// An account; `None` when something in it was complained about. `names` are those of the
    /// accounts before it.
    fn account(&mut self, entries: &[Entry], span: Span, names: &mut HashMap<String, Span>) -> Option<Account> {
        let known = ["name", "id", "profile", "role", "oidcProvider", "region", "endpoint", "letters"];
        let aliases =
            [("accountId", "id"), ("roleArn", "role"), ("oidcProviderArn", "oidcProvider"), ("paths", "letters")];
        let [name, id, profile, role, oidc, region, endpoint, letters] =
            self.collector.entries(entries, &known, &aliases).map(|entry| entry.map(|entry| &entry.value));
        let head = entries.first().map_or(span, |entry| entry.key.span);
        for (field, value) in [("name", name), ("letters", letters)] {
            if value.is_none() {
                self.collector.report(Code::FieldMissing, format!("the account has no {field}"), head);
            }
        }
        let place = name.map(|node| node.span);
        let id = id.map(|node| self.parse("id", Code::AccountCredentials, node, |text| AccountId::try_from(text)));
        let name =
            name.and_then(|node| self.parse("name", Code::AccountName, node, |text| AccountName::try_from(text)));
        if let (Some(name), Some(place)) = (&name, place) {
            self.unique(name, place, names);
        }
        let access = self.access(profile, role, oidc);
        let endpoint = self.endpoint(region, endpoint);
        let letters = letters.and_then(|node| self.letters(node));
        let (region, endpoint) = endpoint?;
        let id = match id {
            Some(id) => Some(id?),
            None => None,
        };
        Some(Account { name: name?, id, access: access?, region, endpoint, letters: letters? })
    }

    fn access(&mut self, profile: Option<&Node>, role: Option<&Node>, oidc: Option<&Node>) -> Option<Access> {
        if let (Some(node), None) = (oidc, role) {
            let help = "add the `role` that the provider's token is to be shown for";
            self.collector.report_with_help(Code::AccountCredentials, "oidcProvider needs a role", node.span, help);
        }
        if let (Some(node), Some(_)) = (oidc, profile) {
            let message = "with oidcProvider the role is taken with a token, and not with a profile";
            self.collector.report_with_help(Code::AccountCredentials, message, node.span, "remove one of them");
        }
        let profile = profile.map(|node| self.text("profile", node).map(str::to_owned));
        let code = Code::AccountCredentials;
        let provider = oidc.map(|node| self.parse("oidcProvider", code, node, |text| OidcProviderArn::try_from(text)));
        let arn = role.map(|node| self.parse("role", code, node, |text| RoleArn::try_from(text)));
        let role = match (arn, provider) {
            (None, _) => None,
            (Some(arn), None) => Some(Role { arn: arn?, oidc_provider: None }),
            (Some(arn), Some(provider)) => Some(Role { arn: arn?, oidc_provider: Some(provider?) }),
        };
        Some(Access { profile: profile.map_or(Some(None), |profile| profile.map(Some))?, role })
    }

    fn endpoint(&mut self, region: Option<&Node>, endpoint: Option<&Node>) -> Option<(Option<Region>, Endpoint)> {
        const CODE: Code = Code::AccountEndpoint;
        match (region, endpoint) {
            (Some(region), Some(endpoint)) => {
                let first = self.collector.place(region.span);
                let message = "the account has both region and endpoint";
                let diagnostic = self.collector.diagnostic(CODE, message, endpoint.span);
                self.collector.push(diagnostic.relate(first, "the region").help("keep one of them"));
                None
            }
            (None, None) => Some((None, Endpoint::mainland())),
            (Some(node), None) => {
                let region = self.parse("region", CODE, node, str::parse::<Region>)?;
                Some((Some(region), region.endpoint()))
            }
            (None, Some(node)) => {
                let endpoint = self.parse("endpoint", CODE, node, Endpoint::parse)?;
                if endpoint.is_loopback() || endpoint.is_official() {
                    return Some((None, endpoint));
                }
                let message = format!("{endpoint} is not a host of the service");
                let help = "a workspace file can't send credentials elsewhere, because a pull request can change it; use \
                            --account NAME --endpoint URL on the command line";
                self.collector.report_with_help(CODE, message, node.span, help);
                None
            }
        }
    }

    fn letters(&mut self, node: &Node) -> Option<Vec<PathBuf>> {
        let one = std::slice::from_ref(node);
        let items = match &node.value {
            Value::Sequence(items) if items.is_empty() => {
                self.collector.report(Code::AccountLetters, "letters names no file or folder", node.span);
                return None;
            }
            Value::Sequence(items) => items.as_slice(),
            _ => one,
        };
        let paths: Vec<Option<PathBuf>> = items.iter().map(|item| self.path(item)).collect();
        paths.into_iter().collect()
    }

    /// A path within the folder of the workspace file.
    fn path(&mut self, node: &Node) -> Option<PathBuf> {
        let text = self.text("a path of letters", node)?;
        let drive = text.as_bytes().get(1) == Some(&b':');
        let path = self.folder.join(text);
        let problem = if Path::new(text).has_root() || drive || text.contains('\\') {
            Some("a path of letters is written from the folder of the workspace file, with / between its parts")
        } else if self.leaves(&path) {
            Some("the path leads out of the folder of the workspace file")
        } else {
            None
        };
        if let Some(problem) = problem {
            let help = "keep the letters below the workspace file: what a pull request can write must not be able to name \
                        other files of the machine";
            self.collector.report_with_help(Code::AccountLetters, problem, node.span, help);
            return None;
        }
        Some(path)
    }

    /// Whether a path leads out of the folder. One that is not there leads nowhere, which is told
    /// when it is read.
    fn leaves(&self, path: &Path) -> bool {
        let folder = if self.folder == Path::new("") { Path::new(".") } else { self.folder };
        match (fs::canonicalize(folder), fs::canonicalize(path)) {
            (Ok(folder), Ok(path)) => !path.starts_with(folder),
            (Err(_), Ok(_)) => true,
            (_, Err(_)) => path.components().any(|part| part == std::path::Component::ParentDir),
        }
    }

    fn mapping<'n>(&mut self, what: &str, node: &'n Node) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Mapping(entries) => Some(entries),
            other => {
                self.collector.wrong_type(&format!("{what}: expected a mapping"), other, node.span);
                None
            }
        }
    }

    fn parse<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        code: Code,
        node: &Node,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.text(what, node)?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.collector.report(code, error.to_string(), node.span);
                None
            }
        }
    }

    /// The text that stands there.
    fn text<'n>(&mut self, what: &str, node: &'n Node) -> Option<&'n str> {
        match &node.value {
            Value::Scalar(scalar) if scalar.is_null() => {
                self.collector.report(Code::ValueEmpty, format!("{what} is empty"), node.span);
                None
            }
            Value::Scalar(scalar) => Some(scalar),
            other => {
                self.collector.wrong_type(&format!("{what}: expected a string"), other, node.span);
                None
            }
        }
    }
}
