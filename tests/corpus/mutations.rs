//! The checks of the fuzz targets on a fixed number of mutations of their seeds: the same texts in every run. HOSTWISE_MUTATIONS asks for another
//! number; `cargo fuzz run --fuzz-dir tests/fuzz yaml` (`ini`, `edits`) goes on from there.

use std::fs;
use std::path::Path;

use crate::checks;

/// Signs and words with a meaning.
const PARTS: &[&str] = &[
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "\n",
    "\n  ",
    "  ",
    "\t",
    "\r\n",
    "\r",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    " # ",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "!vault ",
    "!!str ",
    "<<: ",
    "---\n",
    "...\n",
    "%",
    "@",
    "\\",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "é€😀",
    "{{ ",
    " }}",
    "{% ",
    " %}",
    "{# ",
    "a",
    "key: 1\n",
    "=",
    ";",
    "[web:vars]\n",
    "h[1:3]",
    "hosts:\n",
    "yes",
    "0x_",
    "~",
];

/// Marsaglia's xorshift: the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn mutations() -> usize {
    std::env::var("HOSTWISE_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(5_000)
}

fn seeds(kind: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus").join(kind);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("seeds").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a text")).collect()
}

/// A seed, or a piece of one, with a few parts put in, taken out or copied.
fn mutated(numbers: &mut Numbers, seeds: &[String]) -> String {
    let mut text: Vec<char> = seeds[numbers.below(seeds.len())].chars().collect();
    if numbers.below(2) == 0 {
        let start = numbers.below(text.len());
        text = text[start..(start + numbers.below(200)).min(text.len())].to_vec();
    }
    for _ in 0..=numbers.below(6) {
        let from = numbers.below(text.len() + 1);
        let to = (from + numbers.below(12)).min(text.len());
        match numbers.below(4) {
            0 => drop(text.drain(from..to)),
            1 => {
                let copy = text[from..to].to_vec();
                let at = numbers.below(text.len() + 1);
                text.splice(at..at, copy);
            }
            _ => drop(text.splice(from..from, PARTS[numbers.below(PARTS.len())].chars())),
        }
    }
    text.into_iter().collect()
}

#[test]
fn mutated_yaml() {
    let (seeds, mut numbers) = (seeds("yaml"), Numbers(1));
    (0..mutations()).for_each(|_| checks::yaml(&mutated(&mut numbers, &seeds)));
}

#[test]
fn mutated_ini() {
    let (seeds, mut numbers) = (seeds("ini"), Numbers(2));
    (0..mutations()).for_each(|_| checks::ini(&mutated(&mut numbers, &seeds)));
}

#[test]
fn mutated_by_edits() {
    let (seeds, mut numbers) = (seeds("yaml"), Numbers(3));
    for _ in 0..mutations() / 4 {
        let text = mutated(&mut numbers, &seeds);
        let edit = |_| (numbers.below(10_000), numbers.below(16), PARTS[numbers.below(PARTS.len())]);
        let edits: Vec<_> = (0..6).map(edit).collect();
        checks::edits(&text, &edits);
    }
}
