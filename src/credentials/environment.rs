use std::{path::PathBuf, sync::Arc};

type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The variables and the home folder of a process, passed in.
#[derive(Clone)]
pub struct Environment {
    variables: Variables,
    home: Option<PathBuf>,
}

impl Environment {
    /// An environment with these variables and this home folder.
    pub fn new(variables: impl Fn(&str) -> Option<String> + Send + Sync + 'static, home: Option<PathBuf>) -> Self {
        Self { variables: Arc::new(variables), home }
    }

    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok(), std::env::home_dir())
    }

    /// The value of a variable; an empty one is as good as none.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// Whether a variable says `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The file that a variable names, or the one at this path of the home folder.
    pub(super) fn file(&self, variable: &str, in_home: &str) -> Option<PathBuf> {
        self.variable(variable).map(PathBuf::from).or_else(|| self.home.as_ref().map(|home| home.join(in_home)))
    }
}
