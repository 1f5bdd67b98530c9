//! The name that was meant by one that does not exist.

/// The known name nearest to `name`, when it is near: other case or signs between words, or a slip or two of the keyboard.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    near_misses(name, known, 1).first().copied()
}

/// The known names that are near to `name`, at most `n`, the nearest first.
pub fn near_misses<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, n: usize) -> Vec<&'n str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', ' '], "_");
    let wanted = plain(name);
    let n_slips = match wanted.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let distances = known.into_iter().map(|known| (strsim::osa_distance(&wanted, &plain(known)), known));
    let mut near: Vec<(usize, &str)> = distances.filter(|(distance, _)| *distance <= n_slips).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(n).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let known = ["separate", "ha", "default", "kube_control_plane", "kube_node"];
        for (name, meant) in [
            ("seperate", Some("separate")),
            ("HA", Some("ha")),
            ("kube-node", Some("kube_node")),
            ("kube_contol_plane", Some("kube_control_plane")),
            ("hb", None),
            ("web", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }
}
