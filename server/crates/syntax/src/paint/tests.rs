use proptest::prelude::*;

use super::*;
use crate::yaml::{self, Node};

fn of(text: &str) -> Vec<(usize, usize)> {
    folds(&yaml::parse(text.into()), &Canvas::default()).into_iter().map(|fold| (fold.start, fold.end)).collect()
}

#[test]
fn entries_and_comments_fold() {
    assert_eq!(of("# a\n# b\nall:\n  hosts:\n    x: 1\n\n# c\nd: {a: 1,\n  b: 2}\n"), [(0, 1), (2, 4), (3, 4), (7, 8)]);
}

#[test]
fn a_broken_text_folds_by_the_tolerant_tree() {
    assert_eq!(of("all:\n  ho\n  hosts:\n    x: 1\n    y: \"\n"), [(0, 4), (2, 4)]);
}

#[test]
fn depth_and_length_that_tree_sitter_cannot_bear() {
    let deep: String = (0..1_000).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
    assert_eq!(of(&deep).len(), 999);
    let long: String = (0..100_000).map(|line| format!("k{line}:\n  v: 1\n")).collect();
    assert_eq!(of(&long).len(), 100_000);
    assert_eq!(of(&"[".repeat(100_000)), []);
    assert_eq!(of(&"- ".repeat(10_000)), []);
}

/// A second opinion on the structure: both trees see the same keys in the same places.
#[test]
fn both_trees_see_the_same_keys() {
    let text = "a: 1\nb:\n  c: [x, {y: z}]\n  'd': \"e\"\n  f: |\n    g: h\n";
    let tree = parse(text, None).expect("a tree");
    let mut keys = Vec::new();
    let mut cursor = tree.walk();
    'walk: loop {
        let node = cursor.node();
        if matches!(node.kind(), "block_mapping_pair" | "flow_pair") {
            keys.extend(node.child_by_field_name("key").map(|key| (key.start_byte(), key.end_byte())));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'walk;
            }
        }
    }
    let document = yaml::parse(text.into());
    let mut ours = Vec::new();
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            ours.push((entry.key.range().start as usize, entry.key.range().end as usize));
            open.push(entry.value);
        }
        open.extend(node.items());
    }
    ours.sort_unstable();
    assert_eq!(ours, keys);
}

const EVERY_KIND: &str = "# é€😀\nall: &a\n  hosts: # c\n    \"n 1\": {a: 1, 'b': \"x\", c: [yes, ~, *a]}\n    n2: !vault |\n      3132\n\n  é€😀: >-\n    folded\n    text\n  - x\n";

/// What is drawn by tree-sitter's tree and by ours.
fn both_marks(text: &str) -> Option<(Vec<Mark>, Vec<Mark>)> {
    let document = yaml::parse(text.into());
    let canvas = Canvas::default();
    canvas.sound_tree(&document)?;
    let concrete = yaml_marks(&document, &canvas);
    let unbearable = Canvas { base: None, tree: Arc::new(OnceLock::from(None)) };
    Some((concrete, yaml_marks(&document, &unbearable)))
}

#[test]
fn both_trees_give_the_same_colours() {
    for text in [
        EVERY_KIND.strip_suffix("  - x\n").expect("a suffix"),
        "a: 1\nb:\n- 0755\n- x: yes\n  'y': \"no\"\n- - null\n  - 1:30\n",
        "a: {x: [1, {y: z}], \"k\":v, w: }\n? c\n: d\ne: &x !!str 5\nf: *x\n*x : g\n",
        "a: |\n  x: 1\n\n  # no comment\nb: two\n  lines # comment\nc: \"a\n  b\"\n",
        "# only\n",
        "text\n",
    ] {
        let (concrete, tolerant) = both_marks(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(concrete, tolerant, "{text}");
    }
    assert_eq!(both_marks(EVERY_KIND), None, "a broken text is for our own tree");
}

#[test]
fn colours_are_those_of_ansible() {
    let text = "a: yes\nb: 0o17\nc: 1:30\nd: \"{{ x | f }} y\" # e\n";
    let document = yaml::parse(text.into());
    let of = |marks: Vec<Mark>| marks.into_iter().map(|mark| (&text[mark.range.span()], mark.class)).collect::<Vec<_>>();
    let values: Vec<_> = of(yaml_marks(&document, &Canvas::default())).into_iter().filter(|(_, class)| *class != Class::Key).collect();
    assert_eq!(
        values,
        [
            ("yes", Class::Constant),
            ("0o17", Class::Text),
            ("1:30", Class::Number),
            ("\"{{ x | f }} y\"", Class::Text),
            ("# e", Class::Comment)
        ]
    );
    let bracket = Class::Bracket;
    assert_eq!(
        of(templates(&document)),
        [("{{", bracket), ("x", Class::Variable), ("|", Class::Operator), ("f", Class::Function), ("}}", bracket)]
    );
}

#[test]
fn selections_grow() {
    let select = |text: &str, at: &str, canvas: &Canvas| -> Vec<String> {
        let offset = text.find(at).expect("it is there") + at.len();
        yaml_selection(&yaml::parse(text.into()), canvas, offset).into_iter().map(|range| text[range.span()].to_owned()).collect()
    };
    let text = "a:\n  b: \"é {{ x.y }}\"\n  c: 1\nd: 2\n";
    let expected = [
        "y",
        "{{ x.y }}",
        "é {{ x.y }}",
        "\"é {{ x.y }}\"",
        "b: \"é {{ x.y }}\"",
        "b: \"é {{ x.y }}\"\n  c: 1",
        "a:\n  b: \"é {{ x.y }}\"\n  c: 1",
        text.trim_end(),
        text,
    ];
    let unbearable = Canvas { base: None, tree: Arc::new(OnceLock::from(None)) };
    assert_eq!(select(text, "x.y", &Canvas::default()), expected);
    assert_eq!(select(text, "x.y", &unbearable), expected);
    assert_eq!(select("a: [x\nb: 1", "x", &Canvas::default()), ["x", "[x", "a: [x", "a: [x\nb: 1"]);
    let ini = "[web] # c\nh1 a=1 b=2\nh2\n[db]\n";
    let ranges = ini_selection(&crate::ini::parse(ini.into()), ini.find("=2").expect("it is there") + 2);
    let ranges: Vec<&str> = ranges.into_iter().map(|range| &ini[range.span()]).collect();
    assert_eq!(ranges, ["2", "b=2", "h1 a=1 b=2", "[web] # c\nh1 a=1 b=2\nh2", ini]);
}

#[test]
fn what_tree_sitter_cannot_bear_is_not_shown_to_it() {
    for text in [
        (0..300).map(|level| format!("{}k:\n", " ".repeat(level))).collect::<String>(),
        (0..100_000).map(|level| format!("{}k:\n", " ".repeat(level % 700))).collect(),
        "- ".repeat(300),
        "? ".repeat(300),
        "a: ".repeat(300),
        "[".repeat(300),
        "k: 1\n".repeat(40_000),
        " ".repeat(5_000_000),
        (0..150).map(|level| format!("{}- k:\n", "  ".repeat(level))).collect(),
    ] {
        assert!(Canvas::default().tree(&text).is_none(), "{}", &text[..40]);
    }
    let deep: String = (0..190).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
    assert!(Canvas::default().sound_tree(&yaml::parse(deep.into())).is_some());
}

/// Kind and place of every node.
fn dump(tree: &Tree) -> Vec<(String, std::ops::Range<usize>, Point)> {
    let (mut nodes, mut cursor) = (Vec::new(), tree.walk());
    loop {
        let node = cursor.node();
        nodes.push((node.kind().to_owned(), node.byte_range(), node.start_position()));
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return nodes;
            }
        }
    }
}

/// An edit of a text: where, how much goes, what comes; and whether the tree is looked at before the next one.
type Step = (prop::sample::Index, usize, &'static str, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let new = prop::sample::select(vec![
        "",
        "",
        "a",
        "x: 1\n",
        "  y: 2\n",
        "\n",
        "  ",
        " ",
        ":",
        ": ",
        "- ",
        "#",
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        "é€😀",
        "\r\n",
        "\t",
        "|\n",
        "{{ x }}",
        "k:\n    z: 3\n",
        "---\n",
        "&a ",
        "*a",
    ]);
    prop::collection::vec((any::<prop::sample::Index>(), 0..9_usize, new, any::<bool>()), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: n_sequences(), failure_persistence: None, ..ProptestConfig::default() })]

    /// After any edits the tree that was edited along equals a fresh one.
    #[test]
    fn an_edited_tree_is_a_fresh_one(steps in steps(), start in prop::sample::select(vec!["", EVERY_KIND, "a:\n  b: 1\n  c:\n  - x\n  - y: z\n", "k: |\n  text\n  goes on\nl: [1, 2]\n"])) {
        let (mut text, mut canvas) = (start.to_owned(), Canvas::default());
        for (at, len, new, is_shown) in steps {
            let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = *at.get(&boundaries);
            let to = boundaries.iter().copied().find(|&boundary| boundary >= from + len).unwrap_or(text.len());
            let first = Spot::default().behind(&text[..from]);
            canvas = canvas.edited(first, first.behind(&text[from..to]), first.behind(new));
            text.replace_range(from..to, new);
            if is_shown {
                let document = yaml::parse(text.as_str().into());
prop_assert_eq!(canvas.sound_tree(&document).map(dump), Canvas::default().sound_tree(&document).map(dump), "{:?}", text);
            }
        }
        let document = yaml::parse(text.as_str().into());
prop_assert_eq!(canvas.sound_tree(&document).map(dump), Canvas::default().sound_tree(&document).map(dump), "{:?}", text);
    }
}

/// A thousand, or as many as HOSTWISE_SEQUENCES says.
#[expect(clippy::disallowed_methods, reason = "how long a test runs is no part of the analysis")]
fn n_sequences() -> u32 {
    std::env::var("HOSTWISE_SEQUENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}
