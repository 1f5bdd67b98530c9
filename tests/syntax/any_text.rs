//! The checks of the fuzz targets on a fixed number of odd texts, the same ones in every run. HOSTWISE_MUTATIONS asks for another number;
//! `tests/fuzz/run` goes on from there.

use crate::odd::{Numbers, lined, mutated, part, scrambled, seeds};
use crate::{checks, n_tries};

fn n_texts() -> usize {
    n_tries("HOSTWISE_MUTATIONS", 5_000)
}

#[test]
fn any_text_has_a_tree() {
    let (seeds, mut numbers) = (seeds("yaml"), Numbers(1));
    // What the fuzz target found.
    ["{@\"[\"]: x\" y\n", "{@\"[\"]: yes\nx: \" #%}:yyes\n"].into_iter().for_each(checks::yaml);
    for _ in 0..n_texts() {
        checks::yaml(&mutated(&mut numbers, &seeds));
        checks::yaml(&scrambled(&mut numbers));
        checks::yaml(&lined(&mut numbers));
    }
}

#[test]
fn any_text_is_an_ini_document() {
    let (seeds, mut numbers) = (seeds("ini"), Numbers(2));
    for _ in 0..n_texts() {
        checks::ini(&mutated(&mut numbers, &seeds));
        checks::ini(&scrambled(&mut numbers));
    }
}

#[test]
fn any_text_can_be_edited() {
    let (seeds, mut numbers) = (seeds("yaml"), Numbers(3));
    for turn in 0..n_texts() / 4 {
        let text = if turn % 2 == 0 { mutated(&mut numbers, &seeds) } else { lined(&mut numbers) };
        let edit = |_| (numbers.below(10_000), numbers.below(16), part(&mut numbers));
        let edits: Vec<_> = (0..6).map(edit).collect();
        checks::edits(&text, &edits);
    }
}
