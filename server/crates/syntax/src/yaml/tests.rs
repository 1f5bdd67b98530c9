use std::fmt::Write as _;

use super::*;

/// The tree as an indented text: `key: value` per line, half-typed keys with `?`.
fn outline(text: &str) -> String {
    fn walk(node: Node<'_>, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        for entry in node.entries() {
            let mark = if entry.colon.is_some() { ":" } else { "?" };
            let _ = writeln!(out, "{pad}{}{mark} {}", entry.key.text(), leaf(entry.value));
            walk(entry.value, depth + 1, out);
        }
        for item in node.items() {
            let _ = writeln!(out, "{pad}- {}", leaf(item));
            walk(item, depth + 1, out);
        }
    }
    fn leaf(node: Node<'_>) -> String {
        if node.is_mapping() || node.is_sequence() { String::new() } else { node.text().into_owned() }
    }
    let document = parse(text.into());
    let mut out = String::new();
    if let Some(root) = document.root() {
        if !root.is_mapping() && !root.is_sequence() {
            out.push_str(&leaf(root));
        }
        walk(root, 0, &mut out);
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

const BASE: &str = "\
all:
  hosts:
    node1:
      ip: 10.0.0.1
    node2:
      ansible_host: 10.0.0.2
      ip: 10.0.0.2
    node3:
      ip: 10.0.0.3
  children:
    etcd:
      hosts:
        node1:
";

#[test]
fn an_ordinary_inventory() {
    assert_eq!(
        outline(BASE),
        "all:\n  hosts:\n    node1:\n      ip: 10.0.0.1\n    node2:\n      ansible_host: 10.0.0.2\n      ip: 10.0.0.2\n    node3:\n      ip: 10.0.0.3\n  children:\n    etcd:\n      hosts:\n        node1:"
    );
}

#[test]
fn every_kind_of_node() {
    let text = "\
a: [1, {b: c, \"d\":e}, x: y]  # comment
'q': 'it''s'
s:
- one
- k: v
  l: w
- - n1
  - n2
lit: |
  x: 1
    y

  z
fold: >-
  a
  b
multi: one
  two
dq: \"a\\tb \\
   c\"
? ck
: cv
ref: *anchor
tagged: !vault |
  6162
";
    assert_eq!(
        outline(text),
        "a:\n  - 1\n  -\n    b: c\n    d: e\n  -\n    x: y\nq: it's\ns:\n  - one\n  -\n    k: v\n    l: w\n  -\n    - n1\n    - n2\nlit: x: 1\n  y\n\nz\n\nfold: a b\nmulti: one two\ndq: a\tb c\nck: cv\nref: *anchor\ntagged: 6162"
    );
    let document = parse(text.into());
    let root = document.root().expect("a mapping");
    assert_eq!(root.get("tagged").expect("an entry").value.tag(), Some("!vault"));
    assert_eq!(document.comments().len(), 1);
    assert_eq!(document.errors(), []);
}

/// What is left of the base text when line `line` is replaced: every entry outside the damaged block.
fn kept(line: usize, replacement: &str) -> Vec<String> {
    let mut lines: Vec<&str> = BASE.lines().collect();
    lines[line] = replacement;
    outline(&lines.join("\n")).lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_broken_line_damages_itself_only() {
    for replacement in [
        "      ac",
        "\tansible_host: 1",
        "      x: \"10.0.0",
        "      x: '10",
        "      x: [a",
        "      x: {{ a",
        "      -",
        "      k: -",
        "      a: b: c",
        "      @x",
        "     ip2: 1",
        "       ip2: 1",
        "      *",
        "",
    ] {
        let left = kept(5, replacement);
        for name in ["node1:", "node2:", "ip: 10.0.0.2", "node3:", "ip: 10.0.0.3", "children:", "etcd:"] {
            assert!(left.iter().any(|line| line == name), "{replacement:?} lost {name}: {left:#?}");
        }
    }
}

#[test]
fn a_key_without_its_colon_keeps_its_children() {
    assert_eq!(kept(4, "    node2")[4..7], ["node2?", "ansible_host: 10.0.0.2", "ip: 10.0.0.2"]);
    assert_eq!(kept(2, "    no")[2..4], ["no?", "ip: 10.0.0.1"]);
}

#[test]
fn paths_lead_to_the_innermost_node() {
    let document = parse(BASE.into());
    let offset = BASE.find("10.0.0.3").expect("it is there") + 2;
    let path: Vec<String> = document.path_at(offset).into_iter().map(|node| format!("{:?}", node.kind())).collect();
    assert_eq!(path, ["BlockMapping", "BlockMapping", "BlockMapping", "BlockMapping", "Plain"]);
}

#[test]
fn a_bomb_of_brackets_is_an_ordinary_text() {
    let document = parse("[".repeat(100_000).into());
    assert!(!document.errors().is_empty());
    assert!(document.root().expect("a list").value().is_err());
}

#[test]
fn values_follow_yaml_1_1() {
    let value = |text: &str| parse(format!("k: {text}").into()).root().and_then(|root| root.get("k")).expect("an entry").value.value();
    let int = |n| Ok(Value::Int(n));
    let string = |text: &str| Ok(Value::String(text.into()));
    for (text, expected) in [
        ("yes", Ok(Value::Bool(true))),
        ("Off", Ok(Value::Bool(false))),
        ("y", string("y")),
        ("~", Ok(Value::Null)),
        ("0755", int(493)),
        ("0_7", int(7)),
        ("08", string("08")),
        ("0o17", string("0o17")),
        ("0x1F", int(31)),
        ("0b11", int(3)),
        ("-5", int(-5)),
        ("1_000", int(1000)),
        ("1:30", int(90)),
        ("10:20:30:40:50:59", int(8_041_827_059)),
        ("01:30", string("01:30")),
        ("1:60", string("1:60")),
        ("123456789012345678901234567890", Ok(Value::BigInt("123456789012345678901234567890".into()))),
        ("1e3", string("1e3")),
        ("1.0e3", string("1.0e3")),
        ("1.0e+3", Ok(Value::Float(1000.0))),
        (".5", Ok(Value::Float(0.5))),
        ("-.5", string("-.5")),
        ("1.", Ok(Value::Float(1.0))),
        ("08.5", Ok(Value::Float(8.5))),
        ("1:30.5", Ok(Value::Float(90.5))),
        ("-.inf", Ok(Value::Float(f64::NEG_INFINITY))),
        ("2001-12-14", Ok(Value::Timestamp("2001-12-14".into()))),
        ("2001-1-1", string("2001-1-1")),
        ("10.0.0.1", string("10.0.0.1")),
        ("\"5\"", string("5")),
        ("! \"5\"", int(5)),
        ("!unsafe '{{ x }}'", Ok(Value::Unsafe("{{ x }}".into()))),
        ("!unsafe '5'", Ok(Value::Int(5))),
        ("!unsafe [a, 1]", Ok(Value::List([Value::Unsafe("a".into()), Value::Int(1)].into()))),
        ("!!set {a, a}", Ok(Value::List(["a".into()].map(Value::String).into()))),
        ("!!pairs [a: b]", Ok(Value::List([Value::List(["a", "b"].map(|text| Value::String(text.into())).into())].into()))),
        ("!<tag:yaml.org,2002:str>\n  5", Ok(Value::String("5".into()))),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
    for refused in ["=", "0x_", "!other x", "!!map [a]", "!!seq x", "!!timestamp x", "!!omap [a]", "!!str [a]"] {
        assert!(value(refused).is_err(), "{refused}");
    }
}

#[test]
fn merge_keys_and_duplicates() {
    let document = parse("base: &b {x: 1, y: 2}\nother: &o {x: 9, z: 3}\nm:\n  y: 5\n  <<: [*b, *o]\nd: 1\nd: 2\n".into());
    let root = document.root().expect("a mapping");
    let merged = root.get("m").expect("an entry").value.value().expect("valid");
    let pair = |key: &str, value| (Value::String(key.into()), Value::Int(value));
    // PyYAML 6: {'m': {'x': 1, 'z': 3, 'y': 5}} up to order.
    let Value::Map(entries) = merged else { panic!("a mapping") };
    for expected in [pair("x", 1), pair("y", 5), pair("z", 3)] {
        assert!(entries.contains(&expected), "{entries:?}");
    }
    assert_eq!(entries.len(), 3);
    assert_eq!(root.get("d").expect("an entry").value.value(), Ok(Value::Int(2)));
}
