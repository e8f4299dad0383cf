//! Whether signatures can be applied for once the letters exist: a look ahead that spares days.

use std::collections::HashSet;

use super::{Plan, PlannedLetter, Warning, warning};
use crate::{letter::DesiredLetter, signature::Facts};

/// Warns of the declared letters whose code no approved third-party qualification has. A letter
/// that has passed with a signature shows that there was one.
///
/// When the qualifications are not known, one warning says why and what to allow.
pub fn preflight(desired: &[&DesiredLetter], plan: &Plan, facts: &Facts) -> Vec<Warning> {
    if desired.is_empty() {
        return Vec::new();
    }
    let Some(codes) = facts.third_party_codes() else {
        return vec![warning::of_unknown_qualifications(facts.not_known().next())];
    };
    let passed = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Unchanged(settled) | PlannedLetter::Conflict(settled, _) => {
            (settled.standing.state == "PASSED").then_some(settled.name.as_str())
        }
        PlannedLetter::Create(_) | PlannedLetter::Unreadable(_) | PlannedLetter::Unmanaged(..) => None,
    });
    let passed: HashSet<&str> = passed.collect();
    let is_without = |desired: &&&DesiredLetter| {
        let letter = &desired.letter;
        !codes.contains(letter.organization_code.as_str()) && !passed.contains(letter.name.as_str())
    };
    desired.iter().filter(is_without).map(|desired| warning::of_no_qualification(&desired.letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        letter::testing::{declared, existing, today},
        letter::{ExistingLetter, ExistingLetters},
        plan::WarningCode,
        service::{Operation, ServiceError},
        signature::{Listing, NotKnown, Qualification, QualificationDetails, QualificationId},
        status::tests::facts,
    };

    fn knowing(code: &str) -> Facts {
        let id = QualificationId(42);
        let qualification = Qualification { id, company: "菜鸟".to_owned(), approved: true, own_use: Some(false) };
        let details = QualificationDetails { organization_code: code.into(), validity: String::new() };
        Facts {
            qualifications: Ok(Listing { items: vec![qualification], complete: true }),
            qualification_details: [(id, details)].into(),
            ..facts(vec![])
        }
    }

    fn warned(existing: &[ExistingLetter], facts: &Facts) -> Vec<(WarningCode, String)> {
        let plan = Plan::new(String::new(), vec![declared("甲")], &existing.to_vec().into(), today(), 0);
        let warnings = preflight(&[&declared("甲")], &plan, facts);
        warnings.into_iter().map(|warning| (warning.code, warning.name.to_string())).collect()
    }

    #[test]
    fn a_code_without_an_approved_qualification_is_warned_of() {
        let warning = [(WarningCode::NoQualification, "甲".to_owned())];
        assert_eq!(warned(&[], &knowing("91310115MA1H7XWQ3K")), warning);
        assert_eq!(warned(&[], &knowing("91330100799655058b")), []);
        assert_eq!(warned(&[existing("甲")], &knowing("91310115MA1H7XWQ3K")), [], "it has passed");
    }

    #[test]
    fn qualifications_that_are_not_known_are_one_warning() {
        let problem = "no right".into();
        let error = ServiceError::NotSent { operation: Operation::QuerySmsQualificationRecord, problem };
        let facts = Facts { qualifications: Err(NotKnown::from(&error)), ..facts(vec![]) };
        let declared = [declared("甲"), declared("乙")];
        let plan = Plan::new(String::new(), declared.to_vec(), &ExistingLetters::default(), today(), 0);
        let warnings = preflight(&declared.iter().collect::<Vec<_>>(), &plan, &facts);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].code, WarningCode::QualificationsUnknown);
        assert!(warnings[0].message.raw().contains("no right"), "{warnings:?}");
    }
}
