use super::Letter;

impl<P> Letter<P> {
    /// Whether this letter takes over when `other` ends: it is between the same companies, covers at least the same
    /// signatures, begins before or on the day after the other's last, and ends later.
    ///
    /// Letters are immutable and their names unique, so nothing else could tie a letter to the one that it renews.
    pub fn succeeds<Q>(&self, other: &Letter<Q>) -> bool {
        let day_after = other.validity.until().tomorrow();
        self.organization_code == other.organization_code
            && self.authorizer == other.authorizer
            && self.authorized_party == other.authorized_party
            && self.validity.until() > other.validity.until()
            && day_after.is_ok_and(|day| self.validity.from() <= day)
            && other.signatures.iter().all(|signature| self.signatures.as_slice().contains(signature))
    }
}

#[cfg(test)]
mod tests {
    use crate::letter::Letter;

    fn letter(validity: &str, signatures: &[&str]) -> Letter<()> {
        let signatures: Vec<_> = signatures.iter().map(|name| name.parse().unwrap()).collect();
        Letter {
            name: "甲".parse().unwrap(),
            authorizer: "菜鸟网络科技有限公司".parse().unwrap(),
            authorized_party: "杭州信使网络科技有限公司".parse().unwrap(),
            organization_code: "91330100799655058B".parse().unwrap(),
            validity: validity.parse().unwrap(),
            signatures: signatures.try_into().unwrap(),
            picture: (),
        }
    }

    #[test]
    fn a_successor_leaves_no_day_and_no_signature_uncovered() {
        let old = letter("2025-01-01~2026-12-31", &["菜鸟", "裹裹"]);
        let succeeds = |validity: &str, signatures: &[&str]| letter(validity, signatures).succeeds(&old);
        assert!(succeeds("2027-01-01~2029-12-31", &["裹裹", "菜鸟"]));
        assert!(succeeds("2026-11-24~2027-01-01", &["裹裹", "菜鸟", "驿站"]));
        assert!(!succeeds("2027-01-02~2029-12-31", &["裹裹", "菜鸟"]), "a day between them");
        assert!(!succeeds("2026-11-24~2026-12-31", &["裹裹", "菜鸟"]), "ends no later");
        assert!(!succeeds("2026-11-24~2029-12-31", &["菜鸟"]), "a signature is missing");
        assert!(!old.succeeds(&old));
        let mut other = letter("2026-11-24~2029-12-31", &["菜鸟", "裹裹"]);
        other.authorized_party = "上海群发信息服务有限公司".parse().unwrap();
        assert!(!other.succeeds(&old), "another party");
    }
}
