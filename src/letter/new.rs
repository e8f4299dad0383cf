//! The rules that hold for new letters alone.
//!
//! Letters are immutable, and the console extracted some from older qualifications: an existing
//! letter may break today's rules for new letters. So the values of a [`Letter`] meet the rules for
//! every letter, and a create takes a [`NewLetter`].

use std::ops::Deref;

use super::{Field, Letter, LetterName, OrganizationCode, Party, SignatureName, ValueError};

/// A letter that breaks no rule for new letters: the only kind that can be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter<P>(Letter<P>);

impl<P> NewLetter<P> {
    /// The letter as one that may also exist already.
    pub fn into_inner(self) -> Letter<P> {
        self.0
    }

    /// The same letter with its picture replaced, which no rule for new letters is about.
    pub fn with_picture<Q>(self, picture: Q) -> NewLetter<Q> {
        NewLetter(self.0.with_picture(picture))
    }
}

impl<P> TryFrom<Letter<P>> for NewLetter<P> {
    type Error = ValueError;

    /// # Errors
    /// When [`Letter::check_new`] fails.
    fn try_from(letter: Letter<P>) -> Result<Self, ValueError> {
        letter.check_new()?;
        Ok(Self(letter))
    }
}

impl<P> Deref for NewLetter<P> {
    type Target = Letter<P>;

    fn deref(&self) -> &Letter<P> {
        &self.0
    }
}

impl<P> Letter<P> {
    /// Checks the rules that hold for new letters alone.
    ///
    /// # Errors
    /// The first rule by which the letter can't be created, or would be of no use.
    pub fn check_new(&self) -> Result<(), ValueError> {
        LetterName::check_new(self.name.as_str())?;
        Party::check_new(Field::Authorizer, self.authorizer.as_str())?;
        Party::check_new(Field::AuthorizedParty, self.authorized_party.as_str())?;
        OrganizationCode::check_new(self.organization_code.as_str())?;
        self.signatures.iter().try_for_each(|signature| SignatureName::check_new(signature.as_str()))
    }

    /// Whether the letter is named as the console names those that it extracts from older
    /// qualifications: `<authorizer>V<n>`, such as `Acme Trading Co., Ltd.V1`.
    pub fn has_name_of_console(&self) -> bool {
        self.name.is_of_console(&self.authorizer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{letter::Picture, letter::testing::declared};

    #[test]
    fn a_letter_that_breaks_any_rule_for_new_letters_is_none() {
        let good = declared("菜鸟").letter;
        assert!(NewLetter::try_from(good.clone()).is_ok());
        let changes: [fn(&mut Letter<Picture>); 7] = [
            |letter| letter.name = "菜鸟-授权书".parse().unwrap(),
            |letter| letter.authorizer = "A&B".parse().unwrap(),
            |letter| letter.authorized_party = "12345".parse().unwrap(),
            |letter| letter.organization_code = "９133".parse().unwrap(),
            |letter| letter.organization_code = "9.13301E+17".parse().unwrap(),
            |letter| letter.signatures = vec!["菜鸟".parse().unwrap(), "10086".parse().unwrap()].try_into().unwrap(),
            |letter| letter.signatures = vec!["菜鸟测试".parse().unwrap()].try_into().unwrap(),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut letter = good.clone();
            change(&mut letter);
            assert!(NewLetter::try_from(letter).is_err(), "change {index}");
        }
    }

    #[test]
    fn the_console_names_letters_after_their_authorizer() {
        let of_console = |authorizer: &str, name: &str| {
            let letter = declared(name).letter;
            Letter { authorizer: authorizer.parse().unwrap(), ..letter }.has_name_of_console()
        };
        for name in ["Acme Co., Ltd.V1", "Acme Co., Ltd. V12", "Acme Co., Ltd.V2 "] {
            assert!(of_console("Acme Co., Ltd.", name), "{name}");
        }
        for name in
            ["Acme Co., Ltd.", "Acme Co., Ltd.V", "Acme Co., Ltd.V1a", "Acme Co., Ltd.-V1", "AcmeV1", "V1", "其他V1"]
        {
            assert!(!of_console("Acme Co., Ltd.", name), "{name}");
        }
    }
}
