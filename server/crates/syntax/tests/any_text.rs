//! Any text gives a tree: no panic, spans in order and inside the text, whatever is asked.

use hostwise_syntax::paint::Canvas;
use hostwise_syntax::yaml::{Kind, Node};
use hostwise_syntax::{TextRange, ini, jinja, judge, paint, yaml};
use proptest::prelude::*;

/// Lines of the signs that YAML and INI give a meaning, in odd orders.
fn texts() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "key",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "\n",
        "\n",
        "\n",
        "  ",
        "    ",
        "\t",
        "\r\n",
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        " #",
        "|",
        ">-",
        "|2",
        "&x ",
        "*x",
        "!t ",
        "!vault ",
        "<<",
        "---\n",
        "...",
        "%",
        "@",
        "`",
        "\\",
        "\\x",
        "é€😀",
        "\u{2028}",
        "\u{85}",
        "\u{feff}",
        "\0",
        "=",
        ";",
        "1:30",
        "0x_",
        "[web:vars]\n",
        "h[1:3]",
        "{{ x }}",
        "{{",
        " }}",
        "{%",
        "| y",
        "%}",
        "''",
    ]);
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

fn in_order(node: Node<'_>, outer: TextRange, text: &str) {
    let range = node.range();
    assert!(range.start <= range.end && range.end as usize <= text.len(), "{range:?} in {text:?}");
    assert!(outer.start <= range.start, "{range:?} before {outer:?} in {text:?}");
    let (_, _, _) = (node.text(), node.tag(), node.anchor());
    templates_in_order(node, text);
    let mut last = range.start;
    for child in node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()) {
        assert!(last <= child.range().start, "{:?} overlaps in {text:?}", child.range());
        last = child.range().end;
        in_order(child, range, text);
    }
}

/// Templates lie in the node, one behind the other, and their tokens stand where they say.
fn templates_in_order(node: Node<'_>, text: &str) {
    let solid = |text: &str| text.replace([' ', '\t', '\n', '\r'], "");
    let undoubled = |text: &str| if node.kind() == Kind::SingleQuoted { text.replace("''", "'") } else { text.to_owned() };
    let mut last = node.range().start;
    for region in jinja::regions(node) {
        assert!(last <= region.range.start && region.range.end <= node.range().end, "{region:?} in {text:?}");
        last = region.range.start;
        for token in &region.tokens {
            assert!(last <= token.range.start && token.range.end <= region.range.end && !token.range.is_empty(), "{token:?} in {text:?}");
            last = token.range.end;
            if node.kind() != Kind::DoubleQuoted {
                assert_eq!(solid(&undoubled(&text[token.range.span()])), solid(&token.text), "{text:?}");
            }
        }
        last = last.max(region.range.end);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_tree(text in texts()) {
        let document = yaml::parse(text.as_str().into());
        if let Some(root) = document.root() {
            in_order(root, TextRange::new(0, text.len()), &text);
            let _ = root.value();
        }
        for at in 0..=text.len() {
            let _ = document.path_at(at);
        }
        for range in document.errors().iter().map(|error| error.range).chain(document.comments().iter().copied()) {
            prop_assert!(text.get(range.span()).is_some(), "{:?} in {:?}", range, text);
        }
        if let Some(error) = judge::yaml(&document) {
            prop_assert!(text.get(error.range.span()).is_some(), "{:?} in {:?}", error, text);
        }
        let canvas = Canvas::default();
        let _ = (paint::folds(&document, &canvas), paint::yaml_marks(&document, &canvas), paint::templates(&document));
    }

    #[test]
    fn any_text_is_an_ini_document(text in texts()) {
        let document = ini::parse(text.as_str().into());
        for line in document.sections.iter().flat_map(|section| &section.lines) {
            let parts = line.assignments.iter().flat_map(|assignment| [assignment.key, assignment.value_range]);
            for range in parts.chain(line.name).chain([line.range]) {
                prop_assert!(text.get(range.span()).is_some(), "{:?} in {:?}", range, text);
            }
        }
    }
}
