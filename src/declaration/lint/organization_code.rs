//! The Unified Social Credit Code of GB 32100-2015.

/// What keeps a text from being a Unified Social Credit Code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It has not 18 characters.
    Length(usize),
    /// A character that the standard leaves out, and its index.
    Character(char, usize),
    /// The last character is not what the others make it.
    CheckDigit {
        /// What it must be.
        expected: char,
    },
}

/// The characters of a code, each with its index as its value: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The weights of the first 17 characters: powers of 3 modulo 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Looks for the flaw of a code.
pub(super) fn flaw(code: &str) -> Option<Flaw> {
    let length = code.chars().count();
    if length != WEIGHTS.len() + 1 {
        return Some(Flaw::Length(length));
    }
    let mut values = [0; WEIGHTS.len() + 1];
    for (index, c) in code.chars().enumerate() {
        match ALPHABET.iter().position(|known| char::from(*known) == c) {
            Some(value) => values[index] = value,
            None => return Some(Flaw::Character(c, index)),
        }
    }
    let [body @ .., last] = values;
    let sum: usize = WEIGHTS.iter().zip(body).map(|(weight, value)| weight * value).sum();
    let expected = (31 - sum % 31) % 31;
    (last != expected).then(|| Flaw::CheckDigit { expected: char::from(ALPHABET[expected]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_real_companies_have_no_flaw() {
        for code in ["91330100799655058B", "91330106673959654P", "91440300708461136T", "914403001922038216"] {
            assert_eq!(flaw(code), None, "{code}");
        }
    }

    #[test]
    fn a_mistyped_code_is_noticed() {
        assert_eq!(flaw("91330100799655085B"), Some(Flaw::CheckDigit { expected: '5' }));
        assert_eq!(flaw("9133010079965505"), Some(Flaw::Length(16)));
        assert_eq!(flaw("91330I00799655058B"), Some(Flaw::Character('I', 5)));
        assert_eq!(flaw("91330100799655058b"), Some(Flaw::Character('b', 17)));
    }

    #[test]
    fn the_weights_are_powers_of_three() {
        let mut power = 1;
        for weight in WEIGHTS {
            assert_eq!(weight, power);
            power = power * 3 % 31;
        }
    }
}
