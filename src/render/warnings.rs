//! The warnings of a plan: beside the letters that it creates, and few lines for the rest.

use std::collections::{BTreeMap, HashMap};

use crate::{
    escape::Untrusted,
    plan::{Plan, Warning, WarningCode},
};

/// More warnings of one kind are one line.
const OF_A_KIND: usize = 3;

/// The warnings of a plan, by where they are told.
pub(super) struct Told<'p> {
    /// About letters to create, by their names.
    pub(super) beside: HashMap<&'p str, Vec<&'p Warning>>,
    /// About other letters.
    pub(super) rest: Vec<&'p Warning>,
}

impl<'p> Told<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut beside: HashMap<&str, Vec<&Warning>> =
            plan.creates().map(|desired| (desired.letter.name.as_str(), Vec::new())).collect();
        let mut rest = Vec::new();
        for warning in &plan.warnings {
            beside.get_mut(warning.name.raw()).unwrap_or(&mut rest).push(warning);
        }
        Self { beside, rest }
    }

    /// The warnings about a letter to create.
    pub(super) fn about(&self, name: &str) -> &[&'p Warning] {
        self.beside.get(name).map_or(&[], Vec::as_slice)
    }
}

/// What is told of warnings.
pub(super) enum WarningLine<'w> {
    /// One warning.
    One(&'w Warning),
    /// Many of a kind: the first of them, and how many they are.
    Many(WarningCode, Vec<&'w Untrusted>, usize),
}

/// Warnings as few lines: those of a kind in numbers are one.
pub(super) fn folded<'w>(warnings: &[&'w Warning]) -> Vec<WarningLine<'w>> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for warning in warnings {
        *counts.entry(warning.code.as_ref()).or_default() += 1;
    }
    let mut lines = Vec::new();
    for warning in warnings {
        match counts.get_mut(warning.code.as_ref()) {
            Some(count) if *count > OF_A_KIND => {
                let of_kind = warnings.iter().filter(|other| other.code == warning.code);
                let names = of_kind.take(OF_A_KIND).map(|other| &other.name).collect();
                lines.push(WarningLine::Many(warning.code, names, *count));
                // Told.
                *count = 0;
            }
            Some(0) | None => {}
            Some(_) => lines.push(WarningLine::One(warning)),
        }
    }
    lines
}

/// Names of which there are more: `甲, 乙, 丙 and 99 more`.
pub(super) fn and_more(names: &[String], count: usize) -> String {
    match count - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_warnings_of_a_kind_are_one_line_in_the_place_of_the_first() {
        let warning = |code, name: &str| Warning::new(code, name, "");
        let mut all = vec![warning(WarningCode::ExpiresSoon, "x")];
        all.extend((0..102).map(|index| warning(WarningCode::Expired, &index.to_string())));
        all.push(warning(WarningCode::ExpiresSoon, "y"));
        let all: Vec<&Warning> = all.iter().collect();
        let lines: Vec<String> = folded(&all)
            .iter()
            .map(|line| match line {
                WarningLine::One(warning) => warning.name.to_string(),
                WarningLine::Many(code, names, count) => {
                    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                    format!("{count} {}: {}", code.about_many(), and_more(&names, *count))
                }
            })
            .collect();
        assert_eq!(lines, ["x", "102 letters have expired: 0, 1, 2 and 99 more", "y"]);
        assert_eq!(folded(&all[..3]).len(), 3);
    }
}
