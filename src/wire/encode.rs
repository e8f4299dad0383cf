//! Percent-encoding as signatures need it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `text` percent-encoded as RFC 3986 wants it: all but `A-Za-z0-9-_.~`, a space as `%20`.
pub fn percent(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// The query of a request: parameters sorted by name, encoded, joined.
///
/// It is what both forms of a signature are made of, and it is a valid query as it stands.
pub fn canonical_query<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut sorted: Vec<_> = parameters.into_iter().collect();
    sorted.sort_unstable();
    let mut query = String::new();
    for (name, value) in sorted {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(percent(name));
        query.push('=');
        query.extend(percent(value));
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_all_but_the_unreserved() {
        assert_eq!(percent("aZ09-_.~ +*/é菜").to_string(), "aZ09-_.~%20%2B%2A%2F%C3%A9%E8%8F%9C");
    }

    #[test]
    fn a_query_is_sorted_by_name() {
        assert_eq!(canonical_query([("b", "2"), ("a", "=&"), ("B", "")]), "B=&a=%3D%26&b=2");
        assert_eq!(canonical_query([]), "");
    }
}
