//! Texts on which YAML readers differ: libyaml's answer is ours. Each was checked with PyYAML 6.0.3 on libyaml 0.2.5, as Ansible loads it.

use hostwise_syntax::{judge, yaml};

fn is_read(text: &str) -> bool {
    judge::yaml(&yaml::parse(text.into())).is_none()
}

/// Texts that Ansible reads.
pub(crate) const READ: &[&str] = &[
    "{a:1}",
    "[a:b]",
    "{\"a\":1}",
    "[?a]",
    "[a?b]",
    "[a, ]",
    "{a: 1, }",
    "k: \"x\"#c",
    "k: [a]#c",
    "k: {a: b}#c",
    "k: x#c",
    "k: [a,\nb]",
    "k:\tv",
    "k: v\t# c",
    "--- {a: 1}",
    "--- a",
    "--- |\n  a",
    "k: x, y]z}",
    "k: b ? c",
    "k: -b",
    "k: ?b",
    "k: b\"c",
    "? k",
    "? k\n: v",
    "a: &x 1\nb: *x",
    "x: &a 1\n*a : v",
    "%YAML 1.1\n---\na: 1",
    "\u{feff}a: 1",
    "\u{feff}a: 1\nb: 2\n",
    "\u{feff}# c\nall:\n  hosts:\n    a:\nb: 1\n",
    "a: 1\r\nb: 2\r\n",
    "a: 1\rb: 2\r",
    "a: 1\u{2028}b: 2",
    "a: 1\na: 2",
    "a: !!str 1",
    "%YAML 1.2\n---\na: 1",
    "{?a: 1}",
    "[a, b\n]",
    "k: [\na\n]",
    "k: [\t1,\t2]",
    "a: 1\u{85}b: 2",
    "a: 1\u{2029}b: 2",
    "a: \"x\n\n  y\"",
    "k: x#y z",
    "? |\n  k\n: v",
    "- - a\n  - b",
    "a: |2-\n    x",
    "\"k\" : v",
    "'k': v",
];

#[test]
fn what_ansible_reads() {
    for &text in READ {
        assert!(is_read(text), "{text:?}: {:?}", judge::yaml(&yaml::parse(text.into())));
    }
}

/// Texts that Ansible refuses.
pub(crate) const REFUSED: &[&str] = &[
    "[a:]",
    "{a:}",
    "[:a]",
    "{x: ?b}",
    "{a: :b}",
    "[a,,b]",
    "[,]",
    "k: x\n  # c\n  y",
    "a:\n\tb: 1",
    "-\ta: 1\n\tb: 2",
    "--- a: 1",
    "key: - x",
    "key: @x",
    "key: `x`",
    "key: %x",
    "a: b: c",
    "a: b:",
    "k: |0\n  a",
    "k: |12\n  a",
    "a: 1\n---\nb: 2",
    "a: 1\n---",
    "a: 1\n...\nb: 2",
    "a: \"x",
    "a: 'x",
    "a: [x",
    "a: }",
    "a: *nothing",
    "a: &x 1\nb: &x 2",
    "a: !other 1",
    "a: [&x 1, {b: &x 2}]",
    "a: \u{1}",
    "a:\n  b: 1\n c: 1",
    "\"a\":1",
    "a: \"\\q\"",
    "%YAML 3.0\n---\na: 1",
    "%YAML 1.1\na: 1",
    "k: v\n\tx",
    "k: |\n\tx",
    "a: \u{0}",
    "a: \u{7f}",
    "a: \u{80}",
    "a: \u{fffe}",
    "a\nb: 1",
    "\"a\nb\": 1",
    "a: 'x' y",
    "a: [1] 2",
    "&x a: &y b: c",
    "*a: 1",
    "a: \"\\ud83d\"",
];

#[test]
fn what_ansible_refuses() {
    for &text in REFUSED {
        assert!(!is_read(text), "{text:?}");
    }
}

#[test]
fn keys_of_1024_signs_at_most() {
    assert!(is_read(&format!("{}: 1", "k".repeat(1_000))));
    assert!(!is_read(&format!("{}: 1", "k".repeat(1_100))));
    assert!(!is_read(&format!("a: 1\n\"{}\": 1", "k".repeat(1_100))));
}

/// A half-typed key is named where it stands, wherever in a file that is, and not the line after it.
#[test]
fn a_half_typed_key_is_the_place() {
    let inventory = "all:\n  hosts:\n    n1:\n      ip: 1.1.1.1\n      access: 1\n    n2:\n      ip: 2.2.2.2\n  children:\n    etcd:\n      hosts:\n        n1:\n";
    let lines: Vec<&str> = inventory.lines().collect();
    for at in 1..=lines.len() {
        for indent in [lines[at - 1], lines.get(at).copied().unwrap_or_default()].map(|line| line.len() - line.trim_start().len()) {
            let mut typed = lines.clone();
            let half = format!("{}anb", " ".repeat(indent));
            typed.insert(at, &half);
            let text = typed.join("\n");
            // Behind `n1:` without anything below it the word is its value.
            if let Some(error) = judge::yaml(&yaml::parse(text.as_str().into())) {
                assert_eq!(&text[error.range.span()], "anb", "{text}\n{error:?}");
            }
        }
    }
}
