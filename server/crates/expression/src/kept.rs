//! What was made of a text and will be asked for again: the conditions of a release come up for every kind of host, and after every edit.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

/// So many texts are remembered; then it starts anew.
const LIMIT: usize = 2_000;
/// Longer texts are not remembered.
const LONG: usize = 2_000;

/// Answers that depend on a text alone.
pub(crate) struct Kept<T> {
    answers: Mutex<FxHashMap<Arc<str>, T>>,
}

impl<T: Clone> Kept<T> {
    pub(crate) const fn new() -> Self {
        Self { answers: Mutex::new(FxHashMap::with_hasher(FxBuildHasher)) }
    }

    /// The answer for a text. Two threads may make it both; they make the same.
    pub(crate) fn get(&self, text: &str, make: impl FnOnce() -> T) -> T {
        if let Some(known) = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return known.clone();
        }
        let answer = make();
        if text.len() <= LONG {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            if answers.len() >= LIMIT {
                answers.clear();
            }
            answers.insert(text.into(), answer.clone());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_asked_for_once_and_memory_stays_bounded() {
        let kept = Kept::new();
        assert_eq!([kept.get("a", || 1), kept.get("a", || 2), kept.get("b", || 3)], [1, 1, 3]);
        let long = "x".repeat(LONG + 1);
        assert_eq!([kept.get(&long, || 1), kept.get(&long, || 2)], [1, 2]);
        for index in 0..3 * LIMIT {
            kept.get(&index.to_string(), || index);
            assert!(kept.answers.lock().expect("no panic").len() <= LIMIT);
        }
    }
}
