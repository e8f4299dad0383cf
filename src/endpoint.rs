//! Where a service is: its endpoint, and which endpoint a region has.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use url::{Host, Url};

mod region;

pub use region::{Region, UnknownRegion};

/// The origin of a service: HTTPS, or plain HTTP on loopback addresses only.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is not a valid endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It isn't a URL.
    #[error("`{text}` is not a valid endpoint: {problem}; write a host such as dysmsapi.aliyuncs.com")]
    NoUrl {
        /// What was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The scheme is neither http nor https.
    #[error("invalid endpoint scheme `{scheme}`; write https://{host}")]
    Scheme {
        /// The scheme that was given.
        scheme: String,
        /// The host that was given.
        host: String,
    },
    /// A loopback address without a scheme: an emulator speaks plain HTTP, and the default is
    /// HTTPS.
    #[error("missing scheme in endpoint `{host}`; write http://{host}")]
    LoopbackScheme {
        /// The host that was given.
        host: String,
    },
    /// Plain HTTP to another machine.
    #[error(
        "plain HTTP is only allowed for loopback addresses, because others could read keys and letters; write https://{host}"
    )]
    PlainHttp {
        /// The host that was given.
        host: String,
    },
    /// More than a host and a port.
    #[error("unexpected {part} in endpoint; write {origin}")]
    Part {
        /// What is too much.
        part: &'static str,
        /// The endpoint without it.
        origin: String,
    },
}

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
        if endpoint.is_loopback() && !text.contains("://") {
            return Err(EndpointError::LoopbackScheme { host: text.trim_end_matches('/').to_owned() });
        }
        endpoint.check()?;
        Ok(endpoint)
    }

    /// The endpoint for mainland China, and the default.
    pub fn mainland() -> Self {
        Region::default().endpoint()
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        }
    }

    /// Whether it is on this machine, or an address that leads nowhere but to this machine's
    /// surroundings: link-local and metadata addresses, whatever way they are written.
    pub fn is_local(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(address)) => is_local_v4(address),
            Some(Host::Ipv6(address)) => is_local_v6(address),
            None => false,
        }
    }

    /// Whether it is one of the service's own hosts, on the default port.
    ///
    /// An exact list: anyone can own a host below `aliyuncs.com`, such as a bucket's or an image
    /// project's.
    pub fn is_official(&self) -> bool {
        self.0.port().is_none() && region::HOSTS.contains(&self.0.host_str().unwrap_or_default())
    }

    /// The host and the port, as the header `Host` has them.
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

    /// Whether it is reached by plain HTTP.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
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

fn is_local_v4(address: Ipv4Addr) -> bool {
    // 100.64.0.0/10 holds the metadata service of the cloud that the service is in.
    let [first, second, ..] = address.octets();
    first == 0
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || (first == 100 && second & 0xC0 == 64)
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = match segments {
        // Mapped, compatible and translated addresses of IPv4.
        [0, 0, 0, 0, 0, 0 | 0xFFFF, high, low] | [0x64, 0xFF9B, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    };
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unicast_link_local()
        || address.is_unique_local()
        || embedded.is_some_and(is_local_v4)
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
            "dysmsapi-x.img-cn-hangzhou.aliyuncs.com",
            "dysmsapi-vpc.cn-hangzhou.aliyuncs.com",
            "dysmsapi.cn-hangzhou.aliyuncs.com",
            "dysmsapi.img-cn-hangzhou.aliyuncs.com",
            "dysmsapi-x.aliyuncs.com",
            "dysmsapi.aliyuncs.com.",
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
    fn a_loopback_address_needs_a_scheme() {
        for host in ["127.0.0.1:8025", "localhost:8025", "[::1]:8025", "localhost"] {
            let error = Endpoint::parse(host).expect_err(host).to_string();
            assert!(error.ends_with(&format!("write http://{host}")), "{error}");
        }
    }
}
