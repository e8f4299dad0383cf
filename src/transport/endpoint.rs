use std::{fmt, net::IpAddr};

use url::{Host, Url};

use super::Route;

/// Where the service is: an origin, reached by TLS, or by plain HTTP on loopback addresses alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is no URL.
    #[error("`{text}` is no endpoint ({problem}); write a host such as dysmsapi.aliyuncs.com")]
    NoUrl {
        /// What was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It is neither http nor https.
    #[error("an endpoint is reached by https, not by {scheme}; write https://{host}")]
    Scheme {
        /// The scheme that was given.
        scheme: String,
        /// The host that was given.
        host: String,
    },
    /// It would be plain http to another machine.
    #[error(
        "plain http is for loopback addresses alone, or keys and letters could be read on the way; write https://{host}"
    )]
    PlainHttp {
        /// The host that was given.
        host: String,
    },
    /// It has more than a host and a port.
    #[error("an endpoint is a host and perhaps a port, with no {part}; write {origin}")]
    Part {
        /// What is too much.
        part: &'static str,
        /// What would be an endpoint.
        origin: String,
    },
    /// The region is not known.
    #[error(
        "the region `{region}` is not known; known are cn-*, {}; for another one name its endpoint with --endpoint",
        OTHER_REGIONS.map(|(region, _)| region).join(", ")
    )]
    UnknownRegion {
        /// The region that was given.
        region: String,
    },
}

/// The endpoint of all regions that have none of their own.
const MAINLAND: &str = "https://dysmsapi.aliyuncs.com";

/// The regions with an endpoint of their own. `cn-beijing` and `cn-hongkong` are among them.
const OTHER_REGIONS: [(&str, &str); 6] = [
    ("ap-southeast-1", "https://dysmsapi.ap-southeast-1.aliyuncs.com"),
    ("ap-southeast-5", "https://dysmsapi.ap-southeast-5.aliyuncs.com"),
    ("cn-beijing", "https://dysmsapi-proxy.cn-beijing.aliyuncs.com"),
    ("cn-hongkong", "https://dysmsapi-xman.cn-hongkong.aliyuncs.com"),
    ("eu-central-1", "https://dysmsapi.eu-central-1.aliyuncs.com"),
    ("us-east-1", "https://dysmsapi.us-east-1.aliyuncs.com"),
];

impl Endpoint {
    /// Reads an endpoint. A host without `https://` means https.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let problem = |problem: &str| EndpointError::NoUrl { text: text.to_owned(), problem: problem.to_owned() };
        // The URL standard drops some of these without a word.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(problem("white space or control characters"));
        }
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&with_scheme).map_err(|error| problem(&error.to_string()))?;
        if !url.has_host() {
            return Err(problem("no host"));
        }
        let endpoint = Self(url);
        endpoint.check()?;
        Ok(endpoint)
    }

    /// The endpoint of a region; with none, that of mainland China.
    pub fn for_region(region: Option<&str>) -> Result<Self, EndpointError> {
        let origin = match region {
            None => MAINLAND,
            Some(region) => match OTHER_REGIONS.iter().find(|(name, _)| *name == region) {
                Some((_, origin)) => origin,
                None if is_mainland(region) => MAINLAND,
                None => return Err(EndpointError::UnknownRegion { region: region.to_owned() }),
            },
        };
        Self::parse(origin)
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        }
    }

    /// Whether it is one of the service's own hosts, such as `dysmsapi.aliyuncs.com` or `dysmsapi-vpc.cn-hangzhou.aliyuncs.com`.
    ///
    /// Anybody can have a host below `aliyuncs.com`, a bucket's for one, so the domain alone says nothing.
    #[must_use]
    pub fn is_official(&self) -> bool {
        let labels: Vec<&str> = self.0.host_str().unwrap_or_default().split('.').collect();
        let place = match labels[..] {
            [service, "aliyuncs", "com"] => Some((service, "")),
            [service, region, "aliyuncs", "com"] => Some((service, region)),
            _ => None,
        };
        let is_service = |service: &str| service == "dysmsapi" || service.starts_with("dysmsapi-");
        self.0.port().is_none()
            && place.is_some_and(|(service, region)| is_service(service) && !region.starts_with("oss"))
    }

    /// The host and the port, as the header `Host` has them.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The URL of a request with this query.
    pub(crate) fn url(&self, query: &str) -> Url {
        let mut url = self.0.clone();
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }

    pub(crate) fn route(&self) -> Route {
        match (self.0.scheme(), self.is_loopback()) {
            ("http", _) => Route::Plain,
            (_, true) => Route::DirectTls,
            (_, false) => Route::Tls,
        }
    }

    fn check(&self) -> Result<(), EndpointError> {
        let url = &self.0;
        let host = || self.authority();
        let part = |part| Err(EndpointError::Part { part, origin: format!("{}://{}", url.scheme(), host()) });
        match url.scheme() {
            "https" => {}
            "http" if self.is_loopback() => {}
            "http" => return Err(EndpointError::PlainHttp { host: host() }),
            scheme => return Err(EndpointError::Scheme { scheme: scheme.to_owned(), host: host() }),
        }
        if !url.username().is_empty() || url.password().is_some() {
            part("user or password")
        } else if url.path() != "/" {
            part("path")
        } else if url.query().is_some() {
            part("query")
        } else if url.fragment().is_some() {
            part("fragment")
        } else {
            Ok(())
        }
    }
}

fn is_mainland(region: &str) -> bool {
    region
        .strip_prefix("cn-")
        .is_some_and(|place| !place.is_empty() && place.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

/// The origin, such as `https://dysmsapi.aliyuncs.com`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.authority())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

impl std::str::FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_shows_as_its_origin() {
        for (text, origin) in [
            ("dysmsapi.aliyuncs.com", "https://dysmsapi.aliyuncs.com"),
            ("https://DYSMSAPI.aliyuncs.com:443/", "https://dysmsapi.aliyuncs.com"),
            ("example.com:8443", "https://example.com:8443"),
            ("http://127.0.0.1:8025", "http://127.0.0.1:8025"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://[::1]:8025/", "http://[::1]:8025"),
            ("http://localhost:80", "http://localhost"),
        ] {
            assert_eq!(Endpoint::parse(text).expect(text).to_string(), origin);
        }
    }

    #[test]
    fn the_services_own_hosts_are_told_from_others() {
        for own in
            ["dysmsapi.aliyuncs.com", "dysmsapi-xman.cn-hongkong.aliyuncs.com", "dysmsapi.us-east-1.aliyuncs.com"]
        {
            assert!(Endpoint::parse(own).expect(own).is_official(), "{own}");
        }
        for other in [
            "aliyuncs.com",
            "evil.aliyuncs.com",
            "dysmsapi.aliyuncs.com.example.com",
            "dysmsapi.oss-cn-hangzhou.aliyuncs.com",
            "dysmsapi.evil.oss-cn-hangzhou.aliyuncs.com",
            "dysmsapi.aliyuncs.com:8443",
            "http://127.0.0.1",
        ] {
            assert!(!Endpoint::parse(other).expect(other).is_official(), "{other}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for host in ["dysmsapi.aliyuncs.com", "10.0.0.1", "localhost.example.com", "[::2]", "0.0.0.0:80"] {
            let error = Endpoint::parse(&format!("http://{host}")).expect_err(host);
            assert!(matches!(error, EndpointError::PlainHttp { .. }), "{error}");
        }
    }

    #[test]
    fn nothing_but_a_host_and_a_port_is_taken() {
        for (text, wrong) in [
            ("https://user@example.com", "user or password"),
            ("https://:pass@example.com", "user or password"),
            ("https://example.com/path", "path"),
            ("https://example.com?a=b", "query"),
            ("https://example.com#a", "fragment"),
        ] {
            let expected = EndpointError::Part { part: wrong, origin: "https://example.com".to_owned() };
            assert_eq!(Endpoint::parse(text), Err(expected));
        }
        for text in ["", "https://", "exa mple.com", "exam\nple.com", "file:///etc/passwd", "https://a:b:c"] {
            assert!(matches!(Endpoint::parse(text), Err(EndpointError::NoUrl { .. })), "{text}");
        }
        assert!(matches!(Endpoint::parse("ftp://example.com"), Err(EndpointError::Scheme { .. })));
    }

    #[test]
    fn a_region_has_an_endpoint() {
        let origin = |region| Endpoint::for_region(region).map(|endpoint| endpoint.to_string());
        assert_eq!(origin(None).as_deref(), Ok("https://dysmsapi.aliyuncs.com"));
        assert_eq!(origin(Some("cn-hangzhou")).as_deref(), Ok("https://dysmsapi.aliyuncs.com"));
        assert_eq!(origin(Some("cn-beijing")).as_deref(), Ok("https://dysmsapi-proxy.cn-beijing.aliyuncs.com"));
        assert_eq!(origin(Some("us-east-1")).as_deref(), Ok("https://dysmsapi.us-east-1.aliyuncs.com"));
        let error = origin(Some("moon-1")).expect_err("unknown");
        assert!(error.to_string().contains("eu-central-1") && error.to_string().contains("--endpoint"), "{error}");
        assert!(origin(Some("cn-")).is_err() && origin(Some("cn-a/b")).is_err());
    }

    #[test]
    fn a_proxy_is_used_off_loopback_alone() {
        let route = |text| Endpoint::parse(text).expect(text).route();
        assert_eq!(route("http://localhost:1"), Route::Plain);
        assert_eq!(route("https://127.0.0.1"), Route::DirectTls);
        assert_eq!(route("example.com"), Route::Tls);
    }
}
