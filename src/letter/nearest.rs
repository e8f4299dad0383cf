/// The names that somebody who wrote `name` probably means, the nearest first; at most three.
pub fn nearest_names<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const MOST: usize = 3;
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let near = names.into_iter().filter_map(|candidate| {
        let folded = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&folded, &wanted);
        let part = !wanted.is_empty() && (folded.contains(&wanted) || wanted.contains(&folded));
        (distance <= allowed || part).then_some((distance, candidate))
    });
    let mut near: Vec<(usize, &str)> = near.collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(MOST);
    near.into_iter().map(|(_, name)| name).collect()
}
