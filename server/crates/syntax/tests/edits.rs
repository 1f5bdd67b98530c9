//! Edits of generated documents: the edited text reads as the intended value, and every line that is not concerned stays as it was.

use std::fmt::Write as _;

use hostwise_syntax::edit::yaml::{
    Fragment, Item, ItemPlace, Place, delete, delete_item, insert, insert_at_root, insert_item, move_entry, move_item, rename_key, replace,
    set,
};
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
            2 => prop::collection::vec(inner, 1..4).prop_map(Shape::Items),
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
            write_items(items, column + 2, seed, out);
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

/// Writes items with their dashes at a column; the first one may follow another dash on its line.
fn write_items(items: &[Shape], column: usize, seed: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        let is_inline = index == 0 && out.ends_with("- ");
        if !is_inline {
            if (index + seed).is_multiple_of(4) {
                let _ = writeln!(out, "{}# item {index}", " ".repeat(column));
            }
            out.push_str(&" ".repeat(column));
        }
        out.push('-');
        match item {
            Shape::Block(entries) => {
                out.push(' ');
                write_block(entries, column + 2, seed, out);
            }
            Shape::Items(items) => {
                out.push(' ');
                write_items(items, column + 2, seed + 1, out);
            }
            other => write_value(other, column, seed, out),
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

/// All sequences of a document with the path to each.
fn sequences(document: &Document) -> Vec<(Vec<Step>, Node<'_>)> {
    let (mut found, mut open) = (Vec::new(), vec![(document.root().expect("a root"), Vec::new())]);
    while let Some((node, path)) = open.pop() {
        let with = |step| [path.as_slice(), &[step]].concat();
        open.extend(node.entries().map(|entry| (entry.value, with(Step::Key(entry.key.value().expect("a key"))))));
        open.extend(node.items().enumerate().map(|(index, item)| (item, with(Step::Item(index)))));
        if node.is_sequence() {
            found.push((path, node));
        }
    }
    found
}

/// The list with a change made to its items.
fn list_with(whole: &Value, path: &[Step], change: impl Fn(&mut Vec<Value>)) -> Value {
    changed(whole, path, &|list| {
        let Value::List(items) = list else { panic!("{list:?}") };
        let mut items = items.to_vec();
        change(&mut items);
        Value::List(items.into())
    })
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
    fn items_can_be_inserted_and_deleted_everywhere(text in texts(), value in values()) {
        let document = yaml::parse(text.as_str().into());
        let whole = read(&text);
        let new = Item::new(value.clone());
        for (path, sequence) in sequences(&document) {
            for (index, item) in sequence.items().enumerate() {
                let edit = delete_item(item).expect("an item");
                check(&text, &[edit], &list_with(&whole, &path, |items| drop(items.remove(index))), &format!("delete {index} of {path:?}"));
                for (place, at) in [(ItemPlace::Before(item), index), (ItemPlace::After(item), index + 1)] {
                    let expected = list_with(&whole, &path, |items| items.insert(at, value.clone()));
                    let edit = insert_item(sequence, place, &new);
                    prop_assert!(edit.is_some() || !is_json(&value));
                    let what = format!("insert {value:?} into {path:?} at {at}");
                    edit.iter().for_each(|edit| check(&text, std::slice::from_ref(edit), &expected, &what));
                }
            }
            let expected = list_with(&whole, &path, |items| items.push(value.clone()));
            let edit = insert_item(sequence, ItemPlace::Last, &new);
            prop_assert!(edit.is_some() || !is_json(&value));
            edit.iter().for_each(|edit| check(&text, std::slice::from_ref(edit), &expected, &format!("append {value:?} to {path:?}")));
        }
        // The first item of a value that is none.
        for (mut path, entry) in entries(&document) {
            path.push(Step::Key(entry.key.value().expect("a key")));
            if entry.value.value() == Ok(Value::Null) {
                let expected = changed(&whole, &path, &|_| Value::List([value.clone()].into()));
                let edit = insert_item(entry.value, ItemPlace::Last, &new);
                prop_assert!(edit.is_some() || !is_json(&value));
                edit.iter().for_each(|edit| check(&text, std::slice::from_ref(edit), &expected, &format!("start {path:?} with {value:?}")));
            }
        }
    }

    #[test]
    fn items_move_between_sequences(text in texts(), from in any::<Index>(), to in any::<Index>(), which in any::<Index>()) {
        let document = yaml::parse(text.as_str().into());
        let whole = read(&text);
        let all: Vec<_> = sequences(&document).into_iter().filter(|(_, sequence)| sequence.items().next().is_some()).collect();
        if all.is_empty() {
            return Ok(());
        }
        let ((path, source), (target_path, target)) = (from.get(&all), to.get(&all));
        let items: Vec<Node<'_>> = source.items().collect();
        let index = which.index(items.len());
        let item = items[index];
        if item.range().contains(target.range()) || source.id() == target.id() {
            return Ok(());
        }
        let moved = item.value().expect("a value");
        let Some(edits) = move_item(item, *target, ItemPlace::Last) else { return Ok(()) };
        // The deeper of the two lists changes first: the other one's path stays what it was.
        let push = |whole: &Value| list_with(whole, target_path, |items| items.push(moved.clone()));
        let remove = |whole: &Value| list_with(whole, path, |items| drop(items.remove(index)));
        check(&text, &edits, &remove(&push(&whole)), &format!("move {index} of {path:?} to {target_path:?}"));
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
            for item in node.items() {
                let new = Item::new(Value::Null);
                let edits = [delete_item(item), insert_item(node, ItemPlace::Before(item), &new), insert_item(node, ItemPlace::After(item), &new)];
                for edit in edits.into_iter().flatten() {
                    prop_assert!(text.get(edit.range.span()).is_some());
                }
                let _ = Item::of(item);
                open.push(item);
            }
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
fn items_keep_their_comments_and_their_style() {
    let text = "a:\n- x # why\n\n# about y\n- y\n  # deeper\n- k: 1\n  l: 2\nb: [p, q, # last\n  r]\n";
    let document = yaml::parse(text.into());
    let root = document.root().expect("a mapping");
    let [a, b] = ["a", "b"].map(|name| root.get(name).expect("an entry").value);
    let items: Vec<Node<'_>> = a.items().collect();
    let after = |edits: &[Edit]| apply(text, edits);
    assert_eq!(after(&[delete_item(items[1]).expect("an edit")]), "a:\n- x # why\n\n- k: 1\n  l: 2\nb: [p, q, # last\n  r]\n");
    let new = Item::new(Value::String("n: 1".into()));
    assert_eq!(
        after(&[insert_item(a, ItemPlace::After(items[0]), &new).expect("an edit")]),
        text.replace("# why\n", "# why\n- \"n: 1\"\n")
    );
    assert_eq!(after(&[insert_item(b, ItemPlace::Last, &new).expect("an edit")]), text.replace("r]", "r,\n  \"n: 1\"]"));
    assert_eq!(
        after(&move_item(items[1], b, ItemPlace::Before(b.items().next().expect("an item"))).expect("edits")),
        "a:\n- x # why\n\n- k: 1\n  l: 2\nb: [y, p, q, # last\n  r]\n"
    );
    assert_eq!(
        after(&move_item(b.items().next().expect("an item"), a, ItemPlace::Last).expect("edits")),
        text.replace("  l: 2\n", "  l: 2\n- p\n").replace("[p, q", "[q")
    );
}

#[test]
fn an_item_that_moves_out_leaves_no_blank_line_to_a_text_that_keeps_them() {
    let text = "k:\n  - - |+\n      keep\n\n    - b";
    let document = yaml::parse(text.into());
    let outer = document.root().and_then(|root| root.get("k")).expect("an entry").value;
    let inner = outer.items().next().expect("a list");
    let edits = move_item(inner.items().nth(1).expect("an item"), outer, ItemPlace::Last).expect("edits");
    assert_eq!(apply(text, &edits), "k:\n  - - |+\n      keep\n\n  - b");
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

#[test]
fn items_beside_odd_neighbours_stay_where_nothing_else_can_be_read() {
    for text in ["a: {b: [!, c\"l\"]}\n", "a: &x {b: [c, ?x\n**g\" \":\n], f: *x}\n"] {
        let document = yaml::parse(text.into());
        let mut open: Vec<_> = document.root().into_iter().collect();
        while let Some(node) = open.pop() {
            open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
            let new = Item::new(Value::String("a: b".into()));
            let edits = node.items().flat_map(|item| [delete_item(item), insert_item(node, ItemPlace::Before(item), &new)]);
            for edit in edits.flatten() {
                let after = apply(text, &[edit]);
                assert_eq!(judge::yaml(&yaml::parse(after.as_str().into())), None, "{after}");
            }
        }
    }
}
