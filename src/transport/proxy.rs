//! The proxy that environment variables name, chosen as curl chooses it.

use std::{ffi::OsString, net::IpAddr, sync::Arc};

use reqwest::Url;
use url::Host;

/// The variables that name a proxy for HTTPS, the first that is set wins.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The variables that list hosts to be reached without a proxy.
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The schemes of proxies. Names are resolved here for `socks4` and `socks5`, by the proxy for the
/// others.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// A variable that names a proxy can't be used. Its value is never quoted: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} can't be used: {problem}; write http://HOST:PORT or socks5h://HOST:PORT, or unset it")]
pub(crate) struct ProxyError {
    variable: &'static str,
    problem: String,
}

/// The proxy, and the hosts that don't need it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProxySettings {
    proxy: Option<Url>,
    bypass: Bypass,
}

impl ProxySettings {
    /// Reads the variables of this process.
    pub(crate) fn from_env() -> Result<Self, ProxyError> {
        Self::read(|name| std::env::var_os(name))
    }

    fn read(variables: impl Fn(&str) -> Option<OsString>) -> Result<Self, ProxyError> {
        let first = |names: &[&'static str]| {
            let is_set = |value: &OsString| !value.to_string_lossy().trim().is_empty();
            names.iter().find_map(|name| variables(name).filter(is_set).map(|value| (*name, value)))
        };
        let text = |variable, value: OsString| {
            value.into_string().map_err(|_| ProxyError { variable, problem: "its value is not valid UTF-8".to_owned() })
        };
        let proxy = match first(&PROXY) {
            Some((variable, value)) => {
                let value = text(variable, value)?;
                Some(parse(&value).map_err(|problem| ProxyError { variable, problem })?)
            }
            None => None,
        };
        let bypass = match first(&NO_PROXY) {
            Some((variable, value)) => Bypass::parse(&text(variable, value)?),
            None => Bypass::default(),
        };
        Ok(Self { proxy, bypass })
    }

    /// The proxy to reach this URL through.
    fn proxy_for(&self, url: &Url) -> Option<Url> {
        self.proxy.clone().filter(|_| !self.bypass.covers(url.host()))
    }

    /// The rule for the HTTP client.
    pub(super) fn into_rule(self) -> reqwest::Proxy {
        let settings = Arc::new(self);
        reqwest::Proxy::custom(move |url| settings.proxy_for(url))
    }
}

/// A proxy's URL. White space around it is no part of it; without a scheme it is an HTTP proxy.
fn parse(value: &str) -> Result<Url, String> {
    let value = value.trim();
    if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("its value contains white space".to_owned());
    }
    if value.starts_with(['"', '\'', '“', '‘']) {
        return Err("its value starts with a quotation mark".to_owned());
    }
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let scheme = with_scheme.split("://").next().unwrap_or_default().to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        let plain = scheme.len() <= 12 && scheme.chars().all(|c| c.is_ascii_alphanumeric());
        let named = if plain { format!(" `{scheme}`") } else { String::new() };
        return Err(format!("unknown scheme{named}, expected one of {}", SCHEMES.join(", ")));
    }
    // Only schemes of the web have their hosts checked by the URL standard.
    let rest = &with_scheme[scheme.len()..];
    let checked = Url::parse(&format!("http{rest}")).map_err(|error| error.to_string())?;
    if checked.path() != "/" || checked.query().is_some() || checked.fragment().is_some() {
        return Err("it has more than a host and a port".to_owned());
    }
    Url::parse(&format!("{scheme}{rest}")).map_err(|error| error.to_string())
}

/// The list of `NO_PROXY`, matched as curl matches it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bypass(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Everything,
    Network(IpAddr, u8),
    /// A domain and all below it, in lower case, without dots around it.
    Domain(String),
}

impl Bypass {
    /// Entries are separated by commas or white space.
    fn parse(list: &str) -> Self {
        let words = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        Self(words.filter_map(Entry::parse).collect())
    }

    fn covers(&self, host: Option<Host<&str>>) -> bool {
        let Some(host) = host else { return false };
        self.0.iter().any(|entry| entry.covers(&host))
    }
}

impl Entry {
    fn parse(word: &str) -> Option<Self> {
        if word == "*" {
            return Some(Self::Everything);
        }
        let (address, bits) = word.split_once('/').map_or((word, None), |(address, bits)| (address, Some(bits)));
        if let Ok(address) = address.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Ok(most), str::parse::<u8>).ok().filter(|bits| *bits <= most)?;
            return Some(Self::Network(address, bits));
        }
        let domain = word.strip_prefix('.').unwrap_or(word);
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        (!domain.is_empty()).then(|| Self::Domain(domain.to_ascii_lowercase()))
    }

    fn covers(&self, host: &Host<&str>) -> bool {
        match (self, host) {
            (Self::Everything, _) => true,
            (Self::Domain(domain), Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
                name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Self::Network(IpAddr::V4(network), bits), Host::Ipv4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(*bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (Self::Network(IpAddr::V6(network), bits), Host::Ipv6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<ProxySettings, ProxyError> {
        ProxySettings::read(|wanted| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| OsString::from(value))
        })
    }

    fn proxy_for(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let settings = settings(variables).expect("usable");
        settings.proxy_for(&url.parse().expect("a URL")).map(|proxy| proxy.to_string())
    }

    const TARGET: &str = "https://dysmsapi.aliyuncs.com/";

    #[test]
    fn takes_the_first_variable_that_says_something() {
        let proxy = |variables: &[(&str, &str)]| proxy_for(variables, TARGET);
        assert_eq!(proxy(&[]), None);
        assert_eq!(proxy(&[("HTTP_PROXY", "http://a:1")]), None);
        assert_eq!(proxy(&[("HTTPS_PROXY", "http://a:1\n")]).as_deref(), Some("http://a:1/"));
        assert_eq!(proxy(&[("HTTPS_PROXY", "\t a:3128 ")]).as_deref(), Some("http://a:3128/"));
        assert_eq!(proxy(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "socks5h://a:1")]).as_deref(), Some("socks5h://a:1"));
        assert_eq!(proxy(&[("https_proxy", "http://b:1"), ("HTTPS_PROXY", "a:1")]).as_deref(), Some("http://b:1/"));
        assert_eq!(proxy(&[("ALL_PROXY", "a:1"), ("HTTPS_PROXY", "b:1")]).as_deref(), Some("http://b:1/"));
    }

    #[test]
    fn names_the_variable_of_a_proxy_that_is_not_valid_and_quotes_no_password() {
        for (value, part) in [
            ("socks://u:hush@127.0.0.1:9", "unknown scheme `socks`"),
            ("htp://u:hush@127.0.0.1:9", "unknown scheme `htp`"),
            ("\"http://u:hush@127.0.0.1:9\"", "quotation mark"),
            ("http://u:hush@a:99999", "invalid port"),
            ("http://u:hush@", "empty host"),
            ("http://u:hush@a b:1", "white space"),
            ("http://a:1/hush", "more than a host"),
            ("socks5://u:hush@:x", "empty host"),
        ] {
            let error = settings(&[("ALL_PROXY", value)]).expect_err(value).to_string();
            assert!(error.starts_with("ALL_PROXY can't be used: ") && error.contains(part), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn bypasses_the_proxy_as_curl_does() {
        let bypassed = |list: &str, host: &str| {
            let variables = [("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", list)];
            proxy_for(&variables, &format!("https://{host}/")).is_none()
        };
        for (list, host) in [
            ("*", "dysmsapi.aliyuncs.com"),
            ("aliyuncs.com", "dysmsapi.aliyuncs.com"),
            (".aliyuncs.com", "dysmsapi.aliyuncs.com"),
            ("a.test .ALIYUNCS.com", "dysmsapi.aliyuncs.com"),
            ("a.test,aliyuncs.com.", "dysmsapi.aliyuncs.com"),
            ("aliyuncs.com", "dysmsapi.aliyuncs.com."),
            (".aliyuncs.com", "aliyuncs.com"),
            ("10.0.0.0/8", "10.1.2.3"),
            ("10.1.2.3", "10.1.2.3"),
            ("0.0.0.0/0", "10.1.2.3"),
            ("fd00::/8, x", "[fd00::1]"),
            ("[fd00::1]", "[fd00::1]"),
        ] {
            assert!(bypassed(list, host), "{list} {host}");
        }
        for (list, host) in [
            ("", "aliyuncs.com"),
            ("*.com", "aliyuncs.com"),
            ("yuncs.com", "aliyuncs.com"),
            ("dysmsapi.aliyuncs.com", "aliyuncs.com"),
            ("10.0.0.0/8", "11.1.2.3"),
            ("10.0.0.0/33", "10.1.2.3"),
            ("0.0.1", "10.0.0.1"),
            ("::/0", "10.0.0.1"),
        ] {
            assert!(!bypassed(list, host), "{list} {host}");
        }
    }
}
