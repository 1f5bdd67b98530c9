//! Odd texts, the same ones in every run: mutations of the seeds of the fuzz targets, and signs with a meaning in any order.

use std::fs;
use std::path::Path;

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
    "key",
    "    ",
    " #",
    "|",
    ">-",
    "|2",
    "&x ",
    "*x",
    "!t ",
    "<<",
    "...",
    "`",
    "\\x",
    "1:30",
    "{{ x }}",
    "{{",
    "{%",
    "| y",
    "%}",
    "''",
];

/// Marsaglia's xorshift: the same numbers everywhere.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// A number below `limit`; 0 when that is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// The seeds of a fuzz target: `yaml` or `ini`.
pub(crate) fn seeds(kind: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fuzz/corpus").join(kind);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("seeds").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a text")).collect()
}

/// A seed, or a piece of one, with a few parts put in, taken out or copied.
pub(crate) fn mutated(numbers: &mut Numbers, seeds: &[String]) -> String {
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
            _ => drop(text.splice(from..from, part(numbers).chars())),
        }
    }
    text.into_iter().collect()
}

/// Up to sixty parts in any order.
pub(crate) fn scrambled(numbers: &mut Numbers) -> String {
    (0..numbers.below(60)).map(|_| part(numbers)).collect()
}

/// What lines of YAML hold.
const LINES: &[&str] = &[
    "a:",
    "b: 1",
    "c: x y",
    "- ",
    "- a",
    "- a: 1",
    "- - b",
    "-",
    "d: [a, b]",
    "e: {a: 1, \"b\":2}",
    "f: [",
    "g: {",
    "]",
    "}",
    "h, i,",
    "k: \"x",
    "y\"",
    "l: 'it''s'",
    "m: 'x",
    "z'",
    "n: |",
    "o: >-",
    "p: |2",
    "q: >+",
    "text",
    "more  text # c",
    "# comment",
    "",
    "r: &a",
    "s: &b v",
    "t: *a",
    "u: !!str 5",
    "v: !vault |",
    "? k",
    ": v",
    "?",
    "<<: *a",
    "\"k\": w",
    "'k' : w",
    "[a, b]: c",
    "*a : d",
    "x: http://h:1/#f",
    "y: {{ z }}",
    "z: -",
    "A: a: b",
    "B: x\t# c",
    "---",
    "...",
    "%YAML 1.1",
    "C: \"a\\",
    "é€😀: 1",
    "D: [a: b, ? c, d]",
    "E: {x, y: , z:1}",
    "F:\tv",
    "G: !<tag:yaml.org,2002:str> 5",
    "H: [!<tag:yaml.org,2002:int> \"5\", b]",
];

/// A few lines at columns that mostly fit.
pub(crate) fn lined(numbers: &mut Numbers) -> String {
    let (mut column, mut text) = (0_usize, String::new());
    let newline = if numbers.below(12) == 0 { ["\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"][numbers.below(5)] } else { "\n" };
    for _ in 0..=numbers.below(9) {
        match numbers.below(10) {
            0..3 => column += 2,
            3..5 => column = column.saturating_sub(2),
            5 => column = [0, 1, 3][numbers.below(3)],
            _ => {}
        }
        text.extend(std::iter::repeat_n(' ', column));
        text.push_str(LINES[numbers.below(LINES.len())]);
        text.push_str(if numbers.below(40) == 0 { part(numbers) } else { newline });
    }
    text
}

/// A sign or word with a meaning.
pub(crate) fn part(numbers: &mut Numbers) -> &'static str {
    PARTS[numbers.below(PARTS.len())]
}
