use std::collections::HashMap;

use super::{Letter, LetterName, OrganizationCode, Party};

/// Which letters succeed which, looked up quickly among many.
#[derive(Debug)]
pub struct Successions<'a, P> {
    /// Letters between the same companies, by the end of their validity.
    related: HashMap<Relation<'a>, Vec<&'a Letter<P>>>,
}

type Relation<'a> = (&'a Party, &'a Party, &'a OrganizationCode);

fn relation<P>(letter: &Letter<P>) -> Relation<'_> {
    (&letter.authorizer, &letter.authorized_party, &letter.organization_code)
}

impl<'a, P> Successions<'a, P> {
    /// The successions among `letters`.
    pub fn among(letters: impl IntoIterator<Item = &'a Letter<P>>) -> Self {
        let mut related: HashMap<Relation<'a>, Vec<&'a Letter<P>>> = HashMap::new();
        for letter in letters {
            related.entry(relation(letter)).or_default().push(letter);
        }
        for letters in related.values_mut() {
            letters.sort_by_key(|letter| (letter.validity.until(), &letter.name));
        }
        Self { related }
    }

    /// The name of the letter that takes over when `letter` ends: of several, the one that holds longest.
    pub fn successor<Q>(&self, letter: &Letter<Q>) -> Option<&'a LetterName> {
        let related = self.related.get(&relation(letter))?;
        let later = related.partition_point(|other| other.validity.until() <= letter.validity.until());
        related[later..].iter().rev().find(|other| other.succeeds(letter)).map(|other| &other.name)
    }
}

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
    use super::*;

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

    #[test]
    fn of_several_successors_the_one_that_holds_longest_counts() {
        let named =
            |name: &str, validity: &str| Letter { name: name.parse().unwrap(), ..letter(validity, &["菜鸟"]) };
        let old = named("甲", "2025-01-01~2026-12-31");
        let short = named("乙", "2026-06-01~2027-12-31");
        let long = named("丙", "2026-06-01~2028-12-31");
        let late = named("丁", "2027-06-01~2029-12-31");
        let all = [long.clone(), late.clone(), old.clone(), short.clone()];
        let successions = Successions::among(&all);
        assert_eq!(successions.successor(&old), Some(&long.name));
        assert_eq!(successions.successor(&short), Some(&late.name));
        assert_eq!(successions.successor(&late), None);
        assert_eq!(Successions::among(&all[..0]).successor(&old), None);
    }
}
