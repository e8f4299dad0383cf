use super::Inventory;

impl<'a> Inventory<'a> {
    /// The names that somebody who wrote `name` probably means, the nearest first.
    #[must_use]
    pub fn suggestions(&self, name: &str) -> Vec<&'a str> {
        const MOST: usize = 3;
        let wanted = name.to_lowercase();
        let allowed = (wanted.chars().count() / 3).clamp(1, 4);
        let mut near: Vec<(usize, &str)> = self
            .entries
            .iter()
            .filter_map(|entry| {
                let candidate = entry.name().to_lowercase();
                let distance = strsim::damerau_levenshtein(&candidate, &wanted);
                let part = !wanted.is_empty() && (candidate.contains(&wanted) || wanted.contains(&candidate));
                (distance <= allowed || part).then_some((distance, entry.name()))
            })
            .collect();
        near.sort_unstable();
        near.dedup();
        near.truncate(MOST);
        near.into_iter().map(|(_, name)| name).collect()
    }
}
