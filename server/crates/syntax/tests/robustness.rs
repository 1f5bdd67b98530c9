//! Hostile texts: bounded time and memory, an answer, no panic, no overflow of the stack.

use hostwise_syntax::paint::{self, Canvas};
use hostwise_syntax::yaml::Node;
use hostwise_syntax::{LineIndex, ini, jinja, judge, yaml};

/// Asks everything that can be asked of a text; the judge's answer.
fn ask(text: &str) -> Option<String> {
    let document = yaml::parse(text.into());
    let canvas = Canvas::default();
    let _ = document.root().map(Node::value);
    let _ = document.path_at(text.len() / 2);
    let _ = (paint::folds(&document, &canvas), paint::yaml_marks(&document, &canvas), paint::templates(&document));
    let _ = paint::yaml_selection(&document, &canvas, text.len() / 2);
    let _ = (ini::parse(text.into()), LineIndex::new(text));
    judge::yaml(&document).map(|error| error.message)
}

fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(|at| line(at) + "\n").collect()
}

#[test]
fn depth_bombs() {
    const DEEP: usize = 100_000;
    for text in ["[", "{", "{a: ", "- ", "? ", "[{", "a: [", "- - {", "!t ", "&a "].map(|part| part.repeat(DEEP)) {
        ask(&text);
    }
    for text in [lines(500, |at| format!("{}k:", " ".repeat(at))), lines(500, |at| format!("{}-", " ".repeat(at)))] {
        ask(&text);
    }
}

#[test]
fn alias_bombs() {
    let laughs = lines(30, |at| match at {
        0 => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned(),
        at => format!("a{at}: &a{at} [{}]", vec![format!("*a{}", at - 1); 10].join(", ")),
    });
    let document = yaml::parse(laughs.as_str().into());
    let value = document.root().expect("a mapping").value();
    assert_eq!(value.expect_err("a bomb").message, "too many values behind aliases");
    let merges = lines(2_000, |at| format!("m{at}: &m{at} {{<<: *m{}, k{at}: 1}}", at.max(1) - 1));
    ask(&merges);
    ask(&lines(50_000, |at| format!("a{at}: &a{at} *a{}", at / 2)));
    assert_eq!(ask("a: &a [*a]\n"), None, "the place of an alias inside its anchor is for the value to refuse");
}

#[test]
fn one_long_line() {
    const LONG: usize = 50_000_000;
    assert_eq!(ask(&format!("a: {}", "x".repeat(LONG))), None);
    for part in ["x: ", "'", "\"\\", "{{ x }}", "[]", "a, ", "# ", "é€😀"] {
        ask(&part.repeat(LONG / 200 / part.len()));
    }
}

#[test]
fn many_odd_lines() {
    const MANY: usize = 4_000;
    for line in [
        "a: \"x",
        "a: 'x",
        "a: [x",
        "a: {{ x",
        "x",
        "-",
        " - a",
        "\ta: 1",
        "a: |",
        "a: *x",
        "? a",
        ": b",
        "a: &x 1",
        "{% set a = 1 %}",
        "---",
        "]",
        "% x",
    ] {
        ask(&lines(MANY, |_| line.to_owned()));
        ask(&lines(MANY, |at| format!("{}{line}", " ".repeat(at % 7))));
    }
    ask(&lines(MANY, |at| format!("{at}: {at}.5")));
    ask(&format!("a: |\n{}", lines(MANY, |at| format!("  {{% set v{at} = {{{{ w{at} }}}}"))));
}

#[test]
fn signs_that_ansible_refuses_are_named() {
    for text in ["a: \0", "a: \u{1}\n", "\u{7f}: 1", "a: \u{9f}", "a: \u{fffe}"] {
        assert_eq!(ask(text).as_deref(), Some("control characters are not allowed"), "{text:?}");
    }
    for text in [
        "\u{feff}a: 1\n",
        "a: 1\rb: 2\r",
        "a: 1\r\nb: 2\r\n",
        "a: 1\u{85}b: 2",
        "a: x\u{2028}  y\u{2029}",
        "\r\r\r",
        "\u{feff}",
        "\u{feff}# c",
    ] {
        assert_eq!(ask(text), None, "{text:?}");
    }
}

/// Every line break of YAML 1.1 separates lines, also those that editors take for signs.
#[test]
fn line_breaks_separate_lines() {
    for newline in ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] {
        let text = ["all:", "  hosts:", "    n1:", "      a: 1", "    n2: {b: 2}", "  # c", "  vars: |", "    x", ""].join(newline);
        let document = yaml::parse(text.as_str().into());
        let all = document.root().and_then(|root| root.get("all")).expect("a group").value;
        let hosts = all.get("hosts").expect("hosts").value;
        assert_eq!(hosts.entries().map(|entry| entry.key.text().into_owned()).collect::<Vec<_>>(), ["n1", "n2"], "{text:?}");
        let kept = if ["\u{2028}", "\u{2029}"].contains(&newline) { newline } else { "\n" };
        assert_eq!(all.get("vars").expect("vars").value.text(), format!("x{kept}"));
        assert_eq!(document.errors(), []);
        assert_eq!(document.comments().len(), 1);
    }
}

#[test]
fn templates_of_any_length() {
    for part in ["{{ ", "{% ", "{# ", "{{ x }}", "{{ '", "{{ \"\\", "{{ (", "{{ {", "{% raw %}", "{{ a.b | c(d=1) "] {
        jinja::in_text(&part.repeat(20_000), 0);
    }
}
