use super::Inventory;
use crate::letter::nearest_names;

impl<'a> Inventory<'a> {
    /// The names that somebody who wrote `name` probably means, the nearest first.
    pub fn suggestions(&self, name: &str) -> Vec<&'a str> {
        nearest_names(name, self.entries.iter().map(super::Entry::name))
    }
}
