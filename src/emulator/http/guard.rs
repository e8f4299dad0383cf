//! Who may use the admin endpoint: programs on this machine, and no web page.
//!
//! A page in a browser reaches this machine's ports. It can send requests without reading the
//! answers, and after its name was bound to this machine's address (DNS rebinding) it reads them,
//! too.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, Method, header, request::Parts};

/// The headers that browsers send and that programs don't.
const OF_PAGES: [HeaderName; 2] = [header::ORIGIN, header::REFERER];

/// What a browser says of where a request comes from; `none` is somebody who typed the address.
const FETCH_SITE: &str = "sec-fetch-site";

/// The ends of names that no public name server gives out, so that no web page has such an origin.
const PRIVATE: [&str; 5] = [".localhost", ".local", ".internal", ".home.arpa", ".test"];

/// Why a request was not let in.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Foreign {
    #[error("the admin endpoint is not for web pages; use curl or another program")]
    Page,
    #[error("the admin endpoint is not at the host {0:?}; use the address that the emulator printed at its start")]
    Host(String),
}

/// Refuses what a web page can send.
///
/// # Errors
/// [`Foreign`], when a browser sent it for a page, or when its host is a name of somebody else.
pub(super) fn refuse_foreign(head: &Parts, local: Option<SocketAddr>) -> Result<(), Foreign> {
    let typed = head.method == Method::GET;
    let site_is_foreign = head.headers.get_all(FETCH_SITE).iter().any(|site| !typed || site != "none");
    if site_is_foreign || OF_PAGES.iter().any(|name| head.headers.contains_key(name)) {
        return Err(Foreign::Page);
    }
    for host in hosts(head) {
        if !is_ours(&host, local) {
            return Err(Foreign::Host(host));
        }
    }
    Ok(())
}

/// The hosts that the request names, without their ports; an empty one when it names none.
fn hosts(head: &Parts) -> Vec<String> {
    let of_headers = |headers: &HeaderMap| -> Vec<String> {
        headers.get_all(header::HOST).iter().map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned()).collect()
    };
    let of_uri = head.uri.authority().map(|authority| authority.as_str().to_owned());
    let mut hosts: Vec<_> =
        of_headers(&head.headers).into_iter().chain(of_uri).map(|host| without_port(&host)).collect();
    if hosts.is_empty() {
        hosts.push(String::new());
    }
    hosts
}

fn without_port(host: &str) -> String {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
        _ => host,
    };
    bare.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host is this machine, as far as those can tell who reach it at `local`.
fn is_ours(host: &str, local: Option<SocketAddr>) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let address = address.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    let is_private = host == "localhost" || PRIVATE.iter().any(|end| host.ends_with(end));
    if local.is_none_or(|local| local.ip().to_canonical().is_loopback()) {
        let is_local_name = host == "localhost" || host.ends_with(".localhost");
        return address.map_or(is_local_name, |ip| ip.is_loopback());
    }
    // Those on other machines use its address, or the name that their network gave it, such as that
    // of a container.
    address.is_some() || is_private || (!host.is_empty() && !host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(method: Method, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn host(host: &str, local: &str) -> bool {
        let local = local.parse().expect("an address");
        refuse_foreign(&head(Method::DELETE, "/_emulator/faults", &[("host", host)]), Some(local)).is_ok()
    }

    #[test]
    fn lets_in_programs_on_this_machine() {
        for name in
            ["127.0.0.1:8025", "127.0.0.2", "[::1]:8025", "localhost:8025", "LOCALHOST", "a.localhost", "localhost."]
        {
            assert!(host(name, "127.0.0.1:8025"), "{name}");
        }
    }

    #[test]
    fn refuses_names_that_a_page_can_have() {
        let foreign = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "10.0.0.1",
            "",
            "evil",
            "[::ffff:8.8.8.8]",
            "evil.example:80:80",
            "127.0.0.1@evil.example",
            "lo\u{63}alhost.evil",
        ];
        for name in foreign {
            assert!(!host(name, "127.0.0.1:8025"), "{name}");
        }
        let uri = head(Method::GET, "http://evil.example/_emulator", &[("host", "127.0.0.1")]);
        assert_eq!(refuse_foreign(&uri, None), Err(Foreign::Host("evil.example".to_owned())));
        let two = head(Method::GET, "/_emulator", &[("host", "127.0.0.1"), ("host", "evil.example")]);
        assert_eq!(refuse_foreign(&two, None), Err(Foreign::Host("evil.example".to_owned())));
        assert_eq!(refuse_foreign(&head(Method::GET, "/_emulator", &[]), None), Err(Foreign::Host(String::new())));
    }

    #[test]
    fn other_machines_use_its_address_or_a_name_of_their_network() {
        for name in ["10.0.0.7:8025", "emulator:8025", "host.docker.internal", "build.local", "localhost", "[fd00::7]"]
        {
            assert!(host(name, "10.0.0.7:8025"), "{name}");
        }
        for name in ["evil.example", "10.0.0.7.nip.io", ""] {
            assert!(!host(name, "10.0.0.7:8025"), "{name}");
        }
    }

    #[test]
    fn refuses_what_a_browser_sends_for_a_page() {
        let of = |method: Method, name: &str, value: &str| {
            refuse_foreign(&head(method, "/_emulator", &[("host", "127.0.0.1"), (name, value)]), None)
        };
        for (name, value) in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:8025"),
            ("referer", "http://evil.example/"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "same-origin"),
        ] {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
                assert_eq!(of(method, name, value), Err(Foreign::Page), "{name}: {value}");
            }
        }
        assert_eq!(of(Method::GET, "sec-fetch-site", "none"), Ok(()), "somebody typed the address");
        assert_eq!(of(Method::POST, "sec-fetch-site", "none"), Err(Foreign::Page));
    }
}
