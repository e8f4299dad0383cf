use std::collections::HashMap;

use jiff::civil::Date;

use super::{Letter, LetterName, OrganizationCode, Party, SignatureName, Validity};

/// Which letters succeed which, looked up quickly among many.
#[derive(Debug)]
pub struct Successions<'a> {
    related: HashMap<Relation<'a>, Related<'a>>,
}

/// The companies that a letter is between.
type Relation<'a> = (&'a Party, &'a Party, &'a OrganizationCode);

/// The signatures of a letter, sorted.
type Scope<'a> = Vec<&'a SignatureName>;

fn relation<P>(letter: &Letter<P>) -> Relation<'_> {
    (&letter.authorizer, &letter.authorized_party, &letter.organization_code)
}

fn scope<P>(letter: &Letter<P>) -> Scope<'_> {
    let mut scope: Scope<'_> = letter.signatures.iter().collect();
    scope.sort_unstable();
    scope
}

impl<'a> Successions<'a> {
    /// The successions among `letters`.
    pub fn among<P: 'a>(letters: impl IntoIterator<Item = &'a Letter<P>>) -> Self {
        let mut by_relation: HashMap<Relation<'a>, Vec<Term<'a>>> = HashMap::new();
        let mut grouped: HashMap<Relation<'a>, HashMap<Scope<'a>, Vec<Term<'a>>>> = HashMap::new();
        let letters: Vec<&'a Letter<P>> = letters.into_iter().collect();
        for letter in &letters {
            by_relation
                .entry(relation(letter))
                .or_default()
                .push(Term { validity: letter.validity, name: &letter.name });
        }
        // A letter that is alone between its companies succeeds nothing.
        for letter in letters.into_iter().filter(|letter| by_relation[&relation(letter)].len() > 1) {
            let term = Term { validity: letter.validity, name: &letter.name };
            grouped.entry(relation(letter)).or_default().entry(scope(letter)).or_default().push(term);
        }
        let related = grouped.into_iter().map(|(relation, groups)| (relation, Related::new(groups)));
        Self { related: related.collect() }
    }

    /// The name of the letter that takes over when `letter` ends: of several, the one that holds
    /// longest.
    pub fn successor<Q>(&self, letter: &Letter<Q>) -> Option<&'a LetterName> {
        let related = self.related.get(&relation(letter))?;
        let scope = scope(letter);
        match related.covering.get(&scope) {
            Some(terms) => terms.successor(letter.validity),
            None => related.covering(&scope, None).successor(letter.validity),
        }
    }
}

/// The letters that renew another of `letters`, each with the one that it renews: those that
/// succeed it, and those that say the same and end later, even if days lie between. Of several
/// successors of one letter the one that holds longest counts.
pub fn renewals<'a, P: 'a>(
    letters: impl IntoIterator<Item = &'a Letter<P>> + Clone,
) -> HashMap<&'a LetterName, &'a LetterName> {
    let mut same: HashMap<(Relation<'a>, Scope<'a>), Vec<Term<'a>>> = HashMap::new();
    for letter in letters.clone() {
        let term = Term { validity: letter.validity, name: &letter.name };
        same.entry((relation(letter), scope(letter))).or_default().push(term);
    }
    let mut renewals = HashMap::new();
    for mut terms in same.into_values() {
        terms.sort_unstable_by_key(|term| (term.validity.until(), term.name));
        let first = terms[0];
        let later = terms.iter().filter(|term| term.validity.until() > first.validity.until());
        renewals.extend(later.map(|term| (term.name, first.name)));
    }
    let successions = Successions::among(letters.clone());
    renewals.extend(letters.into_iter().filter_map(|old| Some((successions.successor(old)?, &old.name))));
    renewals
}

/// The letters between the same companies.
#[derive(Debug)]
struct Related<'a> {
    /// By their signatures.
    groups: Vec<(Scope<'a>, Vec<Term<'a>>)>,
    /// For each signature, the groups that have it.
    having: HashMap<&'a SignatureName, Vec<usize>>,
    /// For each scope, the letters that cover it.
    covering: HashMap<Scope<'a>, Terms<'a>>,
}

/// The most other scopes that are looked at for one scope. More than so many scopes that share each
/// signature, between the same companies, are nobody's letters; the ones that end last are looked
/// at then.
const MAX_CANDIDATES: usize = 64;

impl<'a> Related<'a> {
    fn new(groups: HashMap<Scope<'a>, Vec<Term<'a>>>) -> Self {
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_unstable_by(|(a, a_terms), (b, b_terms)| {
            let last = |terms: &[Term<'a>]| terms.iter().map(|term| term.validity.until()).max();
            last(b_terms).cmp(&last(a_terms)).then_with(|| a.cmp(b))
        });
        let mut having: HashMap<&'a SignatureName, Vec<usize>> = HashMap::new();
        for (index, (scope, _)) in groups.iter().enumerate() {
            for signature in scope {
                having.entry(signature).or_default().push(index);
            }
        }
        let mut related = Self { groups, having, covering: HashMap::new() };
        let groups = related.groups.iter().enumerate();
        let covering = groups.map(|(own, (scope, _))| (scope.clone(), related.covering(scope, Some(own)))).collect();
        related.covering = covering;
        related
    }

    /// The groups that may cover `scope`: those with its rarest signature.
    fn candidates(&self, scope: &[&SignatureName]) -> &[usize] {
        let having = |signature: &&SignatureName| self.having.get(*signature).map_or(&[][..], Vec::as_slice);
        let groups = scope.iter().map(having).min_by_key(|groups| groups.len()).unwrap_or_default();
        &groups[..groups.len().min(MAX_CANDIDATES)]
    }

    /// The letters that cover `scope`, which is that of the group `own`, if of any.
    fn covering(&self, scope: &[&SignatureName], own: Option<usize>) -> Terms<'a> {
        let covers = |other: &Scope<'a>| scope.iter().all(|signature| other.binary_search(signature).is_ok());
        let candidates = self.candidates(scope);
        let own = own.filter(|own| candidates.binary_search(own).is_err());
        let groups = candidates.iter().copied().chain(own).map(|index| &self.groups[index]);
        Terms::new(groups.filter(|(other, _)| covers(other)).flat_map(|(_, terms)| terms).copied().collect())
    }
}

/// A letter's name and validity.
#[derive(Debug, Clone, Copy)]
struct Term<'a> {
    validity: Validity,
    name: &'a LetterName,
}

impl Term<'_> {
    fn end(&self) -> (Date, &LetterName) {
        (self.validity.until(), self.name)
    }
}

/// Letters by their first day, each replaced by the one that holds longest of those up to it.
#[derive(Debug)]
struct Terms<'a>(Vec<(Date, Term<'a>)>);

impl<'a> Terms<'a> {
    fn new(mut terms: Vec<Term<'a>>) -> Self {
        terms.sort_unstable_by_key(|term| (term.validity.from(), term.validity.until()));
        let mut longest: Option<Term<'a>> = None;
        let staircase = terms.into_iter().map(|term| {
            let best = longest.filter(|best| best.end() >= term.end()).unwrap_or(term);
            longest = Some(best);
            (term.validity.from(), best)
        });
        // Only what ends later than all before it is a step.
        let mut steps: Vec<_> = staircase.collect();
        steps.dedup_by(|next, before| next.1.end() == before.1.end());
        steps.shrink_to_fit();
        Self(steps)
    }

    /// The letter that holds longest of those that begin on the day after `validity` at the latest,
    /// if it ends later.
    fn successor(&self, validity: Validity) -> Option<&'a LetterName> {
        let day_after = validity.until().tomorrow().ok()?;
        let begun = self.0.partition_point(|(from, _)| *from <= day_after);
        let (_, best) = self.0.get(begun.checked_sub(1)?)?;
        (best.validity.until() > validity.until()).then_some(best.name)
    }
}

impl<P> Letter<P> {
    /// Whether this letter takes over when `other` ends: it is between the same companies, covers
    /// at least the same signatures, begins before or on the day after the other's last, and ends
    /// later.
    ///
    /// Letters are immutable and their names unique, so nothing else could tie a letter to the one
    /// that it renews.
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
    use crate::letter::{Signatures, testing};

    fn letter(validity: &str, signatures: &[&str]) -> Letter<()> {
        testing::letter("甲").valid(validity).signing(signatures)
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

    #[test]
    fn a_renewal_ends_later_and_may_begin_after_days_without_a_letter() {
        let named = |name: &str, validity: &str, signatures: &[&str]| Letter {
            name: name.parse().unwrap(),
            ..letter(validity, signatures)
        };
        let old = named("甲", "2024-01-01~2025-12-31", &["菜鸟"]);
        let late = named("乙", "2026-06-01~2028-12-31", &["菜鸟"]);
        let wider = named("丙", "2025-06-01~2027-12-31", &["菜鸟", "裹裹"]);
        let other = named("丁", "2026-06-01~2028-12-31", &["裹裹"]);
        let all = [old.clone(), late.clone(), wider.clone(), other];
        let expected = HashMap::from([(&late.name, &old.name), (&wider.name, &old.name)]);
        assert_eq!(renewals(&all), expected);
        assert!(renewals(&all[1..2]).is_empty());
    }

    /// Letters of the same companies, `per_scope` for each scope, each valid from the day after
    /// another ends.
    fn chained(scopes: &[Vec<String>], per_scope: i32) -> Vec<Letter<()>> {
        use jiff::ToSpan as _;
        let template = letter("2026-01-01~2026-01-01", &["菜鸟"]);
        let mut all = Vec::new();
        for scope in scopes {
            let signatures: Vec<_> = scope.iter().map(|name| name.parse().unwrap()).collect();
            let signatures: Signatures = signatures.try_into().unwrap();
            for day in 0..per_scope {
                let day = Date::constant(2026, 1, 1).checked_add((day % 300_000).days()).unwrap();
                all.push(Letter {
                    name: format!("甲{}", all.len()).parse().unwrap(),
                    validity: Validity::new(day, day).unwrap(),
                    signatures: signatures.clone(),
                    ..template.clone()
                });
            }
        }
        all
    }

    /// How many other scopes are looked at for all scopes together.
    fn looked_at(successions: &Successions<'_>) -> usize {
        let of = |related: &Related<'_>| -> usize {
            related.groups.iter().map(|(scope, _)| related.candidates(scope).len()).sum()
        };
        successions.related.values().map(of).sum()
    }

    #[test]
    fn a_hundred_thousand_scopes_that_overlap_cost_linear_work() {
        // Each scope is another set of 20 signatures, so that each signature is in half of all
        // scopes.
        let scopes: Vec<Vec<String>> = (1..=100_000_u32)
            .map(|set| (0..20).filter(|bit| set & (1 << bit) != 0).map(|bit| format!("菜鸟{bit}")).collect())
            .collect();
        let mut all = chained(&scopes, 1);
        let next: Validity = "2026-01-02~2027-01-01".parse().unwrap();
        let renewed = all.len();
        all.push(Letter { name: "新".parse().unwrap(), validity: next, ..all[77_777].clone() });
        let successions = Successions::among(&all);
        assert!(looked_at(&successions) <= all.len() * MAX_CANDIDATES, "{}", looked_at(&successions));
        assert_eq!(successions.successor(&all[77_777]), Some(&all[renewed].name));
    }

    #[test]
    fn a_hundred_thousand_chained_letters_cost_linear_work() {
        let one_scope = vec![vec!["菜鸟".to_owned(), "裹裹".to_owned()]];
        let many_scopes: Vec<_> = (0..50_000).map(|i| vec!["菜鸟".to_owned(), format!("裹裹{i}")]).collect();
        let all = chained(&one_scope, 100_000);
        let successions = Successions::among(&all);
        // A successor is the next day's letter; the last has none.
        let found: Vec<_> = all.iter().map(|letter| successions.successor(letter)).collect();
        assert!(found.iter().zip(&all[1..]).all(|(found, next)| *found == Some(&next.name)));
        assert_eq!(found.last(), Some(&None));
        assert_eq!(looked_at(&successions), 1);

        let mut all = chained(&[vec!["菜鸟".to_owned()]], 50_000);
        all.extend(chained(&many_scopes, 1));
        let successions = Successions::among(&all);
        assert_eq!(all.iter().filter(|letter| successions.successor(letter).is_some()).count(), 49_999);
        assert!(looked_at(&successions) <= 50_000 + MAX_CANDIDATES, "{}", looked_at(&successions));
    }

    proptest::proptest! {
        #[test]
        fn a_successor_is_the_longest_of_all_that_succeed(
            drawn in proptest::collection::vec((0..20_i32, 0..8_i32, 1..8_u8, 0..2_u8), 1..12),
        ) {
            use jiff::ToSpan as _;
            let day = |number: i32| Date::constant(2026, 1, 1).checked_add(number.days()).unwrap();
            let all: Vec<Letter<()>> = drawn.iter().enumerate().map(|(index, (from, length, scope, party))| {
                let names = ["菜鸟", "裹裹", "驿站"];
                let scope: Vec<&str> = (0..3).filter(|bit| scope & (1 << bit) != 0).map(|bit| names[bit]).collect();
                Letter {
                    name: format!("甲{index}").parse().unwrap(),
                    validity: Validity::new(day(*from), day(from + length)).unwrap(),
                    authorized_party: ["甲公司", "乙公司"][usize::from(*party)].parse().unwrap(),
                    ..letter("2026-01-01~2026-01-01", &scope)
                }
            }).collect();
            let successions = Successions::among(&all);
            for old in &all {
                let longest = all.iter().filter(|new| new.succeeds(old)).max_by_key(|new| (new.validity.until(), &new.name));
                proptest::prop_assert_eq!(successions.successor(old), longest.map(|letter| &letter.name));
            }
        }
    }
}
