//! Texts on which YAML readers differ: libyaml's answer is ours. Each was checked with PyYAML 6.0.3 on libyaml 0.2.5, as Ansible loads it.

use hostwise_syntax::{judge, yaml};

fn is_read(text: &str) -> bool {
    judge::yaml(&yaml::parse(text.into())).is_none()
}

#[test]
fn what_ansible_reads() {
    for text in [
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
        "a: 1\r\nb: 2\r\n",
        "a: 1\rb: 2\r",
        "a: 1\u{2028}b: 2",
        "a: 1\na: 2",
        "a: !!str 1",
    ] {
        assert!(is_read(text), "{text:?}: {:?}", judge::yaml(&yaml::parse(text.into())));
    }
}

#[test]
fn what_ansible_refuses() {
    for text in [
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
    ] {
        assert!(!is_read(text), "{text:?}");
    }
}
