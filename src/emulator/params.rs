//! The parameters of a call, decoded.

/// The parameters of a call, from its query and its form body, decoded. A name that stands twice
/// has its first value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// The parameters of `a=1&b=2`; a space may be written as `+` or as `%20`.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of a parameter that can be left out by leaving it empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Every parameter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// These parameters and then those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_a_plus_or_percent_20() {
        let params = Params::parse("a=x+y&b=x%20y&c=%E8%8F%9C%E9%B8%9F&a=second&d=".as_bytes());
        assert_eq!(params.get("a"), Some("x y"));
        assert_eq!(params.get("b"), Some("x y"));
        assert_eq!(params.get("c"), Some("菜鸟"));
        assert_eq!((params.get("d"), params.filled("d"), params.get("e")), (Some(""), None, None));
    }
}
