//! Where an upload goes: the `Host` of the upload information, read as what it means.

use url::Url;

use super::Endpoint;
use crate::escape;

/// The most characters of a `Host` that an error quotes.
const MAX_QUOTE: usize = 100;

/// Where to upload: the host that the service names, over TLS unless the API itself is on this
/// machine. What is wrong is told in words about the answer.
pub(super) fn upload_endpoint(host: &str, api: &Endpoint) -> Result<Endpoint, String> {
    let refused = |problem: &str| {
        let shown = escape::shorten(&escape::visible(host.trim()), MAX_QUOTE);
        Err(format!("its `Host` {problem}: {shown}"))
    };
    let host_part = host.trim();
    let scheme = host_part.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let with_scheme = match scheme.as_deref() {
        Some("http" | "https") => host_part.to_owned(),
        Some(_) => return refused("is neither http nor https"),
        None => format!("http://{}", host_part.trim_start_matches('/')),
    };
    if host_part.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refused("has white space or control characters");
    }
    let Ok(url) = Url::parse(&with_scheme) else { return refused("is not a host") };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its `Host` has a user or a password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("its `Host` has a query or a fragment".to_owned());
    }
    if !url.path().trim_matches('/').is_empty() {
        return refused("has a path, and objects are posted to a bucket's host itself");
    }
    let authority = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, None) => host.to_owned(),
        (host, Some(port)) => format!("{host}:{port}"),
    };
    let over_tls = Endpoint::parse(&format!("https://{authority}"));
    match over_tls {
        Ok(endpoint) if !endpoint.is_local() => Ok(endpoint),
        // Else an answer could make this machine talk to itself or to the machines beside it.
        Ok(_) if !api.is_loopback() => refused("is an address of this machine or of its local network"),
        Ok(endpoint) if scheme.as_deref() == Some("https") => Ok(endpoint),
        _ => match Endpoint::parse(&format!("http://{authority}")) {
            Ok(endpoint) => Ok(endpoint),
            Err(_) => refused("can't be uploaded to"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: &str = "https://dysmsapi.aliyuncs.com";
    const NEAR: &str = "http://127.0.0.1:8025";

    fn to(host: &str, api: &str) -> Result<String, String> {
        upload_endpoint(host, &Endpoint::parse(api).expect(api)).map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn scans_go_over_tls_to_other_machines() {
        for host in [
            "http://b.oss.com",
            "https://b.oss.com/",
            "//b.oss.com",
            "b.oss.com",
            " http://b.oss.com/ ",
            "HTTP://B.OSS.COM//",
            "Https://B.oss.com:443",
        ] {
            assert_eq!(to(host, FAR).as_deref(), Ok("https://b.oss.com"), "{host}");
            assert_eq!(to(host, NEAR).as_deref(), Ok("https://b.oss.com"), "{host}");
        }
        assert_eq!(to("b.oss.com:8443", FAR).as_deref(), Ok("https://b.oss.com:8443"));
    }

    #[test]
    fn scans_go_to_this_machine_when_the_api_is_here() {
        assert_eq!(to("http://127.0.0.1:9", NEAR).as_deref(), Ok("http://127.0.0.1:9"));
        assert_eq!(to("HTTP://LOCALHOST:9/", NEAR).as_deref(), Ok("http://localhost:9"));
        assert_eq!(to("https://127.0.0.1:9", NEAR).as_deref(), Ok("https://127.0.0.1:9"));
        assert_eq!(to("localhost:9", NEAR).as_deref(), Ok("http://localhost:9"));
    }

    #[test]
    fn scans_never_go_to_this_machine_or_its_network_when_the_api_is_elsewhere() {
        for host in [
            "http://127.0.0.1:9",
            "localhost",
            "localhost.",
            "bucket.localhost",
            "https://[::1]",
            "0.0.0.0",
            "0",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:169.254.169.254]",
            "[::127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "169.254.169.254",
            "169.254.0.1",
            "[fe80::1]",
            "[fd00::1]",
            "100.100.100.200",
            "0x7f.1",
            "2130706433",
            "2852039166",
        ] {
            let problem = to(host, FAR).expect_err(host);
            assert!(problem.starts_with("its `Host` is an address of this machine"), "{host}: {problem}");
        }
    }

    #[test]
    fn what_is_no_host_is_told_in_words_about_the_answer() {
        for (host, problem) in [
            ("https://b.oss.com/object", "has a path"),
            ("ftp://b", "is neither http nor https"),
            ("", "is not a host"),
            ("http://a:secret@b", "has a user or a password"),
            ("http://b?a", "has a query"),
            ("b oss", "has white space"),
        ] {
            for api in [FAR, NEAR] {
                let told = to(host, api).expect_err(host);
                assert!(told.starts_with(&format!("its `Host` {problem}")), "{told}");
                assert!(!told.contains("--") && !told.contains("secret"), "{told}");
            }
        }
    }
}
