use std::{ffi::OsString, path::PathBuf, sync::Arc};

use super::ProviderError;

type Variables = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// The environment variables and the home folder of a process, passed in.
#[derive(Clone)]
pub struct Environment {
    variables: Variables,
    home: Option<PathBuf>,
}

/// Variables that other official tools read, and the one that is read here.
const OTHER_NAMES: [(&str, &str); 15] = [
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ("ALICLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ("ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ("ALIYUN_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ("ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ("ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ("ALICLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ("ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ("ALIYUN_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ("ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ("ALIBABACLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"),
    ("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"),
    ("ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"),
];

impl Environment {
    /// An environment with these variables and this home folder.
    pub fn new<T: Into<OsString>>(
        variables: impl Fn(&str) -> Option<T> + Send + Sync + 'static,
        home: Option<PathBuf>,
    ) -> Self {
        Self { variables: Arc::new(move |name| variables(name).map(Into::into)), home }
    }

    /// The environment of this process.
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var_os(name), std::env::home_dir())
    }

    /// The value of a variable; an empty one counts as not set, as in the official packages.
    pub(super) fn variable(&self, name: &str) -> Result<Option<String>, ProviderError> {
        match self.os_variable(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(_)) => Err(ProviderError::Invalid(format!("{name} is not valid UTF-8").into())),
        }
    }

    fn os_variable(&self, name: &str) -> Option<OsString> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// Whether a variable is `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.os_variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether a variable is set.
    pub(super) fn has(&self, name: &str) -> bool {
        self.os_variable(name).is_some()
    }

    /// The file that a variable names.
    pub(super) fn file_variable(&self, variable: &str) -> Option<PathBuf> {
        self.os_variable(variable).map(PathBuf::from)
    }

    /// The file that a variable names, or the one at this path of the home folder.
    pub(super) fn file(&self, variable: &str, in_home: &str) -> Option<PathBuf> {
        self.file_variable(variable).or_else(|| self.home.as_ref().map(|home| home.join(in_home)))
    }

    /// Variables of other tools that are set and not read: such a name, and the name that is read.
    pub(super) fn other_names(&self) -> Vec<(&'static str, &'static str)> {
        OTHER_NAMES.into_iter().filter(|(other, read)| self.has(other) && !self.has(read)).collect()
    }
}
