//! Edits of generated documents: the edited text reads as the intended value, and every line that is not concerned stays as it was.

use std::fmt::Write as _;

use hostwise_syntax::edit::yaml::{Fragment, Place, delete, insert, insert_at_root, move_entry, rename_key, replace, set};
use hostwise_syntax::edit::{Edit, apply};
use hostwise_syntax::yaml::{self, Document, Entry, Kind, Node};
use hostwise_syntax::{Value, judge};
use proptest::prelude::*;
use proptest::sample::Index;

/// A document to be written.
#[derive(Clone, Debug)]
enum Shape {
    Scalar(&'static str),
    Block(Vec<Shape>),
    Flow(Vec<Shape>),
    /// Brackets with one entry a line.
    Tall(Vec<Shape>),
    Items(Vec<Shape>),
}

/// Values as written behind `key:`, their further lines without indentation.
const SCALARS: &[&str] = &[
    "",
    " 1",
    " 0755",
    " a b",
    " \"q: é€😀\"",
    " 'it''s'",
    " yes",
    " # only",
    " x # why",
    " |\n  lit\n\n    more",
    " |+\n  keep\n\n",
    " >-\n  folded\n  text",
    " two\n  lines",
    " !vault |\n  3132",
    " !unsafe '{{ x }}'",
    " [1, {a: b}, \"c\"]",
    " {}",
    " \"a\n  b\"",
    " null",
    " # above\n  # inside",
];

const FLOW_SCALARS: &[&str] = &["1", "a b", "\"q, r\"", "'it''s'", "null", "[x, y]", "{z: 1}", "{}", "http://x:1"];

fn shapes() -> impl Strategy<Value = Shape> {
    let scalar = prop::sample::select(SCALARS.to_vec()).prop_map(Shape::Scalar);
    let block = scalar.clone().prop_recursive(4, 24, 4, |inner| {
        let flow = prop::collection::vec(prop::sample::select(FLOW_SCALARS.to_vec()).prop_map(Shape::Scalar), 0..4);
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Shape::Block),
            1 => prop::collection::vec(inner, 1..3).prop_map(Shape::Items),
            1 => flow.clone().prop_map(Shape::Flow),
            1 => flow.prop_map(Shape::Tall),
        ]
    });
    prop::collection::vec(block, 1..5).prop_map(Shape::Block)
}

/// Writes entries at a column; `first` is what stands on the line already.
fn write_block(entries: &[Shape], column: usize, seed: usize, out: &mut String) {
    for (index, shape) in entries.iter().enumerate() {
        let pad = " ".repeat(column);
        if (index + seed).is_multiple_of(3) && !(index == 0 && out.ends_with("- ")) {
            let _ = writeln!(out, "{pad}# about {column} {index}");
        }
        if !out.ends_with("- ") {
            out.push_str(&pad);
        }
        let _ = write!(out, "{}:", name(index, seed));
        write_value(shape, column, seed + index, out);
    }
}

fn name(index: usize, seed: usize) -> String {
    match (index + seed) % 4 {
        0 => format!("k{index}"),
        1 => format!("\"k {index}\""),
        2 => format!("'k{index}'"),
        _ => format!("k-{index}.é"),
    }
}

fn write_value(shape: &Shape, column: usize, seed: usize, out: &mut String) {
    let pad = " ".repeat(column + 2);
    match shape {
        Shape::Scalar(text) => {
            let mut lines = text.split('\n');
            out.push_str(lines.next().unwrap_or_default());
            out.push('\n');
            for line in lines {
                let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { &pad[2..] });
            }
        }
        Shape::Block(entries) => {
            out.push_str(if seed.is_multiple_of(5) { "  # head\n" } else { "\n" });
            write_block(entries, column + 2, seed + 1, out);
        }
        Shape::Items(items) => {
            out.push('\n');
            for item in items {
                let _ = write!(out, "{pad}- ");
                match item {
                    Shape::Block(entries) => write_block(entries, column + 4, seed, out),
                    _ => out.push_str("x\n"),
                }
            }
        }
        Shape::Flow(entries) => {
            let entries: Vec<String> = entries.iter().enumerate().map(|(index, shape)| flow_entry(index, seed, shape)).collect();
            let _ = writeln!(out, " {{{}}}", entries.join(", "));
        }
        Shape::Tall(entries) => {
            out.push_str(" {\n");
            for (index, shape) in entries.iter().enumerate() {
                let comma = if index + 1 < entries.len() || seed.is_multiple_of(2) { "," } else { "" };
                let comment = if index == 1 { "  # tall" } else { "" };
                let _ = writeln!(out, "{pad}{}{comma}{comment}", flow_entry(index, seed, shape));
            }
            let _ = writeln!(out, "{pad}}}");
        }
    }
}

fn flow_entry(index: usize, seed: usize, shape: &Shape) -> String {
    let Shape::Scalar(text) = shape else { panic!("a scalar") };
    format!("{}: {text}", name(index, seed))
}

fn texts() -> impl Strategy<Value = String> {
    (shapes(), 0..8_usize, any::<bool>()).prop_map(|(shape, seed, has_end)| {
        let Shape::Block(entries) = &shape else { panic!("a block") };
        let mut text = if seed == 3 { "---\n".to_owned() } else { String::new() };
        write_block(entries, 0, seed, &mut text);
        // Without its last break a block scalar has another content: nothing comes behind it then.
        let ends_in_block_scalar = ["more\n", "3132\n"].iter().any(|last| text.ends_with(last));
        if has_end || text.ends_with("\n\n") || ends_in_block_scalar { text } else { text.trim_end().to_owned() }
    })
}

/// All entries of a document with the path to their mapping.
fn entries(document: &Document) -> Vec<(Vec<Step>, Entry<'_>)> {
    let (mut found, mut open) = (Vec::new(), vec![(document.root().expect("a root"), Vec::new())]);
    while let Some((node, path)) = open.pop() {
        for entry in node.entries() {
            found.push((path.clone(), entry));
            let mut path = path.clone();
            path.push(Step::Key(entry.key.value().expect("a key")));
            open.push((entry.value, path));
        }
        for (index, item) in node.items().enumerate() {
            let mut path = path.clone();
            path.push(Step::Item(index));
            open.push((item, path));
        }
    }
    found
}

#[derive(Clone, Debug)]
enum Step {
    Key(Value),
    Item(usize),
}

/// The value with the value at a path changed.
fn changed(value: &Value, path: &[Step], change: &dyn Fn(&Value) -> Value) -> Value {
    match (path.split_first(), value) {
        (None, value) => change(value),
        (Some((Step::Key(name), rest)), Value::Map(entries)) => {
            let put = |(key, value): &(Value, Value)| (key.clone(), if key == name { changed(value, rest, change) } else { value.clone() });
            Value::Map(entries.iter().map(put).collect())
        }
        (Some((Step::Item(at), rest)), Value::List(items)) => {
            let put = |(index, value): (usize, &Value)| if index == *at { changed(value, rest, change) } else { value.clone() };
            Value::List(items.iter().enumerate().map(put).collect())
        }
        (Some(step), value) => panic!("{step:?} in {value:?}"),
    }
}

fn map_of(value: &Value) -> Vec<(Value, Value)> {
    match value {
        Value::Map(entries) => entries.to_vec(),
        Value::Null => Vec::new(),
        other => panic!("{other:?}"),
    }
}

fn read(text: &str) -> Value {
    let document = yaml::parse(text.into());
    assert_eq!(judge::yaml(&document), None, "{text}");
    document.root().map_or(Value::Map([].into()), |root| root.value().expect("a value"))
}

/// The edited text reads as expected, and the lines that the edits do not touch are all there, in order.
fn check(text: &str, edits: &[Edit], expected: &Value, what: &str) {
    let edited = apply(text, edits);
    assert_eq!(&read(&edited), expected, "{what}\n--- before\n{text}\n--- after\n{edited}");
    let mut left = edited.lines();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let is_touched = edits.iter().any(|edit| (edit.range.start as usize) < end && (edit.range.end as usize) > start);
        let is_edge = edits.iter().any(|edit| edit.range.is_empty() && (start..=end).contains(&(edit.range.start as usize)));
        if !is_touched && !is_edge && !line.trim().is_empty() {
            assert!(
                left.any(|other| other == line.trim_end_matches('\n')),
                "{what} lost {line:?}\n--- before\n{text}\n--- after\n{edited}"
            );
        }
    }
}

fn values() -> impl Strategy<Value = Value> {
    let string = prop::sample::select(vec![
        "a",
        "",
        " a",
        "yes",
        "1",
        "1e3",
        "a: b",
        "a #b",
        "{{ x }}",
        "it's \"x\"",
        "l1\nl2\n",
        "l1\n l2",
        "\n",
        "é€😀",
        "\u{1}",
        "- a",
        "[a]",
        "a,b",
        "a\\b",
        "<<",
        "0o7",
        "#",
        "*a",
        "a:",
        "\t",
        "x\u{2028}y",
        "...",
        "---",
        "!x",
        "l1\n\nl2\n\n",
        "@",
        "`",
        "%",
        "=",
        "null",
        "2001-12-14",
        ": ",
        "?",
    ]);
    let leaf = prop_oneof![
        4 => string.prop_map(|text| Value::String(text.into())),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::Int),
        1 => prop::sample::select(vec![0.5, -1.5e-9, 1e30, f64::INFINITY, 7.0]).prop_map(Value::Float),
        1 => Just(Value::Timestamp("2001-12-14".into())),
        1 => Just(Value::BigInt("123456789012345678901234567890".into())),
        1 => Just(Value::Unsafe("{{ x }}".into())),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| Value::List(items.into())),
            prop::collection::vec(inner, 0..3).prop_map(|values| Value::Map(
                values.into_iter().enumerate().map(|(n, value)| (Value::String(format!("n{n}").into()), value)).collect()
            )),
        ]
    })
}

/// Whether a value has a spelling in a mapping that is JSON.
fn is_json(value: &Value) -> bool {
    match value {
        Value::Timestamp(_) | Value::Unsafe(_) => false,
        Value::Float(value) => value.is_finite(),
        Value::List(items) => items.iter().all(is_json),
        Value::Map(entries) => entries.iter().all(|(_, value)| is_json(value)),
        _ => true,
    }
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["new", "new name", "yes", "7", "a: b", "it's", "x\"y", "é€😀", "- x", "{{ x }}", "a,b", "<<", ""])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_entry_can_be_renamed_replaced_and_deleted(text in texts(), name in names(), value in values()) {
        let document = yaml::parse(text.as_str().into());
        let whole = read(&text);
        for (path, entry) in entries(&document) {
            let key = entry.key.value().expect("a key");
            let renamed = changed(&whole, &path, &|map| {
                let rename = |(other, value): &(Value, Value)| (if *other == key { Value::String(name.into()) } else { other.clone() }, value.clone());
                Value::Map(map_of(map).iter().map(rename).collect())
            });
            let edit = rename_key(entry.key, name).expect("a name");
            check(&text, &[edit], &renamed, &format!("rename {key:?} to {name:?}"));

            let with_value = changed(&whole, &path, &|map| {
                let put = |(other, old): &(Value, Value)| (other.clone(), if *other == key { value.clone() } else { old.clone() });
                Value::Map(map_of(map).iter().map(put).collect())
            });
            let edit = replace(entry.value, &value);
            prop_assert!(edit.is_some() || !is_json(&value));
            let what = format!("replace {key:?} by {value:?}");
            edit.iter().for_each(|edit| check(&text, std::slice::from_ref(edit), &with_value, &what));

            let without = changed(&whole, &path, &|map| Value::Map(map_of(map).into_iter().filter(|(other, _)| *other != key).collect()));
            let edit = delete(&entry).expect("an entry");
            check(&text, &[edit], &without, &format!("delete {key:?}"));
        }
    }

    #[test]
    fn an_entry_can_be_inserted_everywhere(text in texts(), name in names(), value in values(), keep in any::<Index>()) {
        let document = yaml::parse(text.as_str().into());
        let whole = read(&text);
        let new = (Value::String(name.into()), value.clone());
        let fragment = Fragment::new(name, value);
        let all = entries(&document);
        for (path, entry) in &all {
            let key = entry.key.value().expect("a key");
            let mapping = document.path_at(entry.key.range().start as usize).into_iter().rfind(|node| node.entries().any(|other| other.key.id() == entry.key.id())).expect("its mapping");
            for (place, offset) in [(Place::Before(*entry), 0), (Place::After(*entry), 1)] {
                let expected = changed(&whole, path, &|map| {
                    let mut entries = map_of(map);
                    let at = entries.iter().position(|(other, _)| *other == key).expect("the neighbour");
                    entries.insert(at + offset, new.clone());
                    Value::Map(entries.into())
                });
                let edit = insert(mapping, place, &fragment);
                prop_assert!(edit.is_some() || !is_json(&new.1));
                let what = format!("insert {new:?} beside {key:?} ({offset})");
                edit.iter().for_each(|edit| check(&text, std::slice::from_ref(edit), &expected, &what));
            }
            let mut inside = path.clone();
            inside.push(Step::Key(key.clone()));
            let is_open = matches!(entry.value.value(), Ok(Value::Null | Value::Map(_)));
            if is_open {
                let expected = changed(&whole, &inside, &|map| {
                    let mut entries = map_of(map);
                    entries.push(new.clone());
                    Value::Map(entries.into())
                });
                let edit = insert(entry.value, Place::Last, &fragment);
                prop_assert!(edit.is_some() || !is_json(&new.1));
                let what = format!("insert {new:?} into {key:?}");
                edit.iter().for_each(|edit| check(&text, std::slice::from_ref(edit), &expected, &what));
            } else {
                prop_assert!(insert(entry.value, Place::Last, &fragment).is_none());
            }
        }
        // An entry from elsewhere goes to the end of the root.
        let (path, entry) = keep.get(&all);
        if let (Some(fragment), false) = (Fragment::of(entry), path.is_empty()) {
            let edit = insert_at_root(&document, &fragment).expect("a place");
            let edited = apply(&text, &[edit]);
            let mut expected = map_of(&whole);
            let moved = (entry.key.value().expect("a key"), entry.value.value().expect("a value"));
            match expected.iter_mut().find(|(other, _)| *other == moved.0) {
                Some(known) => known.1 = moved.1,
                None => expected.push(moved),
            }
            prop_assert_eq!(read(&edited), Value::Map(expected.into()), "{}\n---\n{}", text, edited);
        }
    }

    #[test]
    fn entries_move_between_mappings(text in texts(), from in any::<Index>(), to in any::<Index>()) {
        let document = yaml::parse(text.as_str().into());
        let whole = read(&text);
        let all = entries(&document);
        let ((path, entry), (target_path, target)) = (from.get(&all), to.get(&all));
        let is_inside = entry.range().contains(target.range());
        if is_inside || !target.value.is_mapping() {
            return Ok(());
        }
        let key = entry.key.value().expect("a key");
        let moved = (key.clone(), entry.value.value().expect("a value"));
        let mut inside = target_path.clone();
        inside.push(Step::Key(target.key.value().expect("a key")));
        if target.value.entries().any(|other| other.key.value() == Ok(key.clone())) {
            return Ok(());
        }
        let Some(edits) = move_entry(entry, target.value, Place::Last) else { return Ok(()) };
        let with = changed(&whole, &inside, &|map| {
            let mut entries = map_of(map);
            entries.push(moved.clone());
            Value::Map(entries.into())
        });
        let without = |map: &Value| Value::Map(map_of(map).into_iter().filter(|(other, _)| *other != key).collect());
        check(&text, &edits, &changed(&with, path, &without), &format!("move {key:?} into {:?}", target.key.text()));
    }

    #[test]
    fn any_text_can_be_asked_for_edits(text in "[a-c:\\- \n\t\"'{}\\[\\],#&*!|>?é]{0,60}") {
        let document = yaml::parse(text.as_str().into());
        let _ = set(&document, &["a", "b", "c"], &Value::Int(1));
        let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
        while let Some(node) = open.pop() {
            for entry in node.entries() {
                let edits = [rename_key(entry.key, "x y"), replace(entry.value, &Value::Null), delete(&entry), insert(node, Place::Before(entry), &Fragment::new("n", Value::Null)), insert(node, Place::After(entry), &Fragment::new("n", Value::Null))];
                for edit in edits.into_iter().flatten() {
                    prop_assert!(text.get(edit.range.span()).is_some());
                }
                let _ = Fragment::of(&entry);
                open.extend([entry.key, entry.value]);
            }
            open.extend(node.items());
        }
    }
}

#[test]
fn paths_are_made_where_they_do_not_exist() {
    let host = |text: &str, path: &[&str], value| {
        let document = yaml::parse(text.into());
        set(&document, path, &value).map(|edit| apply(text, &[edit]))
    };
    let node4 = ["all", "children", "kube_node", "hosts", "node4"];
    let after = |text: &str| host(text, &node4, Value::Null).expect("an edit");
    assert_eq!(after(""), "all:\n  children:\n    kube_node:\n      hosts:\n        node4:\n");
    assert_eq!(
        after("all:\n    hosts:\n        node4:\n"),
        "all:\n    hosts:\n        node4:\n    children:\n        kube_node:\n            hosts:\n                node4:\n"
    );
    assert_eq!(
        after("all:\n  children:\n    kube_node:\n      hosts: {} # none\n    etcd:\n"),
        "all:\n  children:\n    kube_node:\n      hosts: # none\n        node4:\n    etcd:\n"
    );
    assert_eq!(
        after("all:\n  children:\n    kube_node:\n      hosts: {node1: {a: 1}}\n"),
        "all:\n  children:\n    kube_node:\n      hosts: {node1: {a: 1}, node4: null}\n"
    );
    assert_eq!(after("{\"all\": {\"children\": {}}}"), "{\"all\": {\"children\": {\"kube_node\": {\"hosts\": {\"node4\": null}}}}}");
    assert_eq!(host("all: x\n", &node4, Value::Null), None);
    assert_eq!(host("a: 'x' # c\n", &["a"], Value::String("it's".into())), Some("a: 'it''s' # c\n".to_owned()));
    assert_eq!(host("a: x # c\r\nb: 1\r\n", &["a"], Value::List([Value::Int(1)].into())), Some("a: # c\r\n  - 1\r\nb: 1\r\n".to_owned()));
}

#[test]
fn comments_belong_to_the_entry_below_them() {
    let text = "a: 1\n# kube: 2\n# about b\nb: 2 # why\n  # deeper\n\n# about c\nc: 3\n";
    let document = yaml::parse(text.into());
    let root = document.root().expect("a mapping");
    assert_eq!(apply(text, &[delete(&root.get("b").expect("b")).expect("an edit")]), "a: 1\n# kube: 2\n\n# about c\nc: 3\n");
    assert_eq!(
        apply(text, &[delete(&root.get("c").expect("c")).expect("an edit")]),
        "a: 1\n# kube: 2\n# about b\nb: 2 # why\n  # deeper\n\n"
    );
}

#[test]
fn a_block_scalar_without_its_last_break_stays_the_last() {
    let appended = |text: &str| {
        let document = yaml::parse(text.into());
        insert_at_root(&document, &Fragment::new("b", Value::Int(1))).map(|edit| apply(text, &[edit]))
    };
    assert_eq!(appended("a: |\n  x"), None);
    assert_eq!(appended("a: |-\n  x").as_deref(), Some("a: |-\n  x\nb: 1"));
    assert_eq!(appended("a: |\n  x\n").as_deref(), Some("a: |\n  x\nb: 1\n"));
}

#[test]
fn anchors_that_are_named_elsewhere_stay() {
    let text = "a: &a {x: &x 1}\nb: *a\nc: &c 2\n";
    let document = yaml::parse(text.into());
    let root = document.root().expect("a mapping");
    let [a, b, c] = ["a", "b", "c"].map(|name| root.get(name).expect("an entry"));
    assert_eq!(delete(&a), None);
    assert!(Fragment::of(&b).is_none() && delete(&b).is_some() && delete(&c).is_some());
    let edit = replace(a.value, &Value::Int(1)).expect("an edit");
    assert_eq!(apply(text, &[edit]), "a: &a 1\nb: *a\nc: &c 2\n");
    assert_eq!(a.value.kind(), Kind::FlowMapping);
}
