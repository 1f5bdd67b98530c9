//! Verdicts and values against PyYAML on libyaml, the reader that Ansible uses: every file of the corpus, a list of odd texts and as many generated ones as
//! HOSTWISE_MUTATIONS says, typed and compared. Needs a Python with
//! PyYAML (HOSTWISE_ANSIBLE_PYTHON names one, else `python3`); without it the test says so and passes.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use hostwise_syntax::{Value, judge, yaml};

use crate::judgement::{READ, REFUSED};
use crate::odd::{Numbers, lined, mutated, scrambled, seeds};
use crate::{data, n_tries, yaml_files};

/// Prints one line for each text it gets: the value with its types, or `refused`.
const READER: &str = r#"
import datetime, json, math, sys, yaml
class Loader(getattr(yaml, 'CSafeLoader', yaml.SafeLoader)): pass
def unsafe(loader, node):
    if isinstance(node, yaml.SequenceNode): return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode): return loader.construct_mapping(node, deep=True)
    node.tag = loader.resolve(yaml.ScalarNode, node.value, (True, False))
    return loader.construct_object(node)
Loader.add_constructor('!unsafe', unsafe)
class Vault(str):
    __eq__, __hash__ = object.__eq__, object.__hash__
Loader.add_constructor('!vault', lambda loader, node: Vault(loader.construct_scalar(node)))
def show(v):
    if v is None: return 'null'
    if isinstance(v, bool): return 'true' if v else 'false'
    if isinstance(v, int): return 'i' + str(v)
    if isinstance(v, float): return 'f' + ('nan' if math.isnan(v) else ('-inf' if v < 0 else 'inf') if math.isinf(v) else repr(v + 0.0))
    if isinstance(v, (datetime.date, datetime.datetime)): return 'date'
    if isinstance(v, str): return json.dumps(v, ensure_ascii=True)
    if isinstance(v, list): return '[' + ','.join(map(show, v)) + ']'
    if isinstance(v, dict): return '{' + ','.join(sorted(show(k) + ':' + show(x) for k, x in v.items())) + '}'
    return '?' + type(v).__name__
for line in sys.stdin:
    try: print(show(yaml.load(json.loads(line), Loader=Loader)))
    except Exception: print('refused')
"#;

const SCALARS: &[&str] = &[
    "yes",
    "Yes",
    "YES",
    "yEs",
    "y",
    "on",
    "off",
    "No",
    "null",
    "~",
    "Null",
    "nULL",
    "0",
    "00",
    "0755",
    "0_7",
    "08",
    "0o17",
    "0x1F",
    "0X1F",
    "0b11",
    "0B1",
    "-0x1F",
    "+12",
    "-12",
    "--5",
    "1_000",
    "1_",
    "_1",
    "1,000",
    "1:30",
    "22:22",
    "01:30",
    "0:30",
    "1:60",
    "-1:30",
    "10:20:30:40:50:59",
    "1e3",
    "1.0e3",
    "1.0e+3",
    "1.5E-2",
    "1e+3",
    ".5",
    "-.5",
    "+.5",
    "1.",
    "08.5",
    "1._5",
    "-1.5",
    "1:30.5",
    ".inf",
    "-.inf",
    "+.Inf",
    ".nan",
    ".NaN",
    ".",
    "..",
    "2001-12-14",
    "2001-1-1",
    "2001-12-14 21:59:43",
    "2001-12-14t21:59:43.10-05:00",
    "10.0.0.1",
    "10.233.64.0/18",
    "1.2.3",
    "v1.31.4",
    "a#b",
    "a #b",
    "é€😀",
    "123456789012345678901234567890",
    "-123456789012345678901234567890",
    "\"a\\tb\\x41\\u20ac\\U0001F600\\/\\\"\"",
    "'it''s'",
    "'a\n\n  b\n  c'",
    "\"a\n  b\\\n  c\n\n  d\"",
    "a\n  b\n\n  c",
    "|\n  a\n   b\n\n  c\n\n",
    "|-\n  a\n  b\n\n",
    "|+\n  a\n\n\n",
    ">\n  a\n  b\n\n  c\n   d\n  e\n",
    ">-\n  a\n  b\n",
    ">+\n  a\n\n",
    "|2\n   a\n  b\n",
    "|\n\n  a\n",
    ">\n\n  a\n\n\n  b\n",
    "[1, a, [b], {c: d}]",
    "{a: 1, 'b': [x], c}",
    "[a: b, c]",
    "! \"5\"",
    "!!str 5",
    "!!int \"7\"",
    "!!float 3",
    "!!null x",
    "",
    "{}",
    "[]",
    "- a\n- b",
    "\n  x: 1\n  y:\n  - 2\n  -\n    z: 3\n",
    "\n- a: 1\n  b: 2\n- - c\n  - d\n",
];

/// Line breaks of YAML 1.1, byte order marks inside a text, tags and anchors on nothing, texts over lines that look like entries.
pub(crate) const TEXTS: &[&str] = &[
    "? &a\n  b\n: c",
    "a: 1\u{85}b: 2",
    "a:\u{2028}  b: 1\u{2028}  c: 2\u{2029}d: [x\u{2028},y]",
    "- a\u{2028}- b\u{85}- c\r- d",
    "a: # c\u{2028}  b",
    "{a:\u{2028} 1}",
    "a: x\u{2028}  y",
    "a: x\u{2028}\u{2028}  y",
    "a: x\n\u{2028}  y",
    "a: x\u{2028}\n  y",
    "a: x\u{85}  y",
    "a: x\u{85}\u{85}  y",
    "a: \"x\u{2028}y\"",
    "a: \"x\\\u{2028}  y\"",
    "a: \"x \\\n\n  y\"",
    "a: 'x\u{2029}\u{2029}y'",
    "a: 'x\n  y '",
    "a: |\u{2028}  x\u{2029}",
    "a: |\n  x\u{2028}  y\n",
    "a: >\n  x\u{2028}  y\n",
    "a: >\n  x\u{2028}\u{2028}  y\n",
    "a: >\n  x\n\n\u{2028}  y\n",
    "a: >\n  x\u{85}  y\n",
    "a: |+\n  x\u{2028}\u{2028}",
    "a: |-\n  x\u{2028}\u{2028}",
    "a: |\n  x",
    "a: |+\n  x\n  ",
    "a: |1\n   x\n  y\n",
    "a: |\n  x\n    \n",
    "a: >+\n    \n",
    "a: 1\u{2028}---\u{2028}b: 1",
    "\u{feff}a: 1\nb: 2\n",
    "\u{feff}\u{feff}a: 1",
    "a: 1\n\u{feff}b: 2\n",
    "a: 1\n\u{feff}# c\nb: 2",
    "a: 1\n\u{feff}\n",
    "---\n\u{feff}a: 1\n b: 2\n",
    "[a,\n\u{feff}b]",
    "a: \u{feff}x\u{feff}\n",
    "a: \"x\u{feff}\"",
    "{a: !<tag:yaml.org,2002:str> 1, b: [!<tag:yaml.org,2002:int> \"5\", c]}",
    "{a: !<tag:x,2000:y> 1}",
    "[!!str, b]",
    "{a: !!str, b: 1}",
    "[&a, *a]",
    "!!str # c",
    "--- !!str # c\n5",
    "!",
    "&a : b",
    "x: &a:b 1",
    "x: &a 1\n*a: v",
    "[&a x, *a: b]",
    "[a: b, ? c, ?d]",
    "[a\n\n b]",
    "? a: b",
    "? - a",
    "?\n  k\n: - v\n  - w",
    "? k\n: a: b\n  c: d",
    "- ? a\n- ? b\n  : c",
    "a:\n-\nb: 1",
    " -\n - a: 1",
    "a: 'x\nb: 1\nc: y'\nd: 2",
    "a: {x: \"y\n- b: z\"}",
    "a: [x,\nb, c: d]",
    "a\n- b\nc",
    "a:\n|\n b",
    "a: &a\n  <<: *a\n  b: 1",
    "=: 1",
    "=",
];

#[test]
fn values_are_those_of_pyyaml() {
    let python = std::env::var("HOSTWISE_ANSIBLE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_yaml = Command::new(&python).args(["-c", "import yaml"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !has_yaml {
        eprintln!("skipped: {python} has no PyYAML");
        return;
    }
    let mut texts: Vec<String> = SCALARS.iter().map(|scalar| format!("k: {scalar}\n")).collect();
    texts.extend([READ, REFUSED, TEXTS].concat().into_iter().map(str::to_owned));
    texts.push("a: &a {x: 1, y: 2}\nb: &b {x: 9, z: 3}\nm:\n  y: 5\n  <<: [*a, *b]\nn: {<<: *a, x: 7}\no: *a\n".to_owned());
    if let Some(data) = data() {
        texts.extend(yaml_files(&data).iter().map(|path| fs::read_to_string(path).expect("a file")));
    }
    let (seeds, mut numbers) = (seeds("yaml"), Numbers(4));
    for _ in 0..n_tries("HOSTWISE_MUTATIONS", 5_000) / 3 {
        texts.extend([mutated(&mut numbers, &seeds), scrambled(&mut numbers), lined(&mut numbers)]);
    }
    let mut child = Command::new(&python).args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
    let mut stdin = child.stdin.take().expect("stdin");
    let lines: String = texts.iter().map(|text| format!("{}\n", serde_json::json!(text))).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().expect("the writer ends").expect("Python reads");
    let expected = String::from_utf8(output.stdout).expect("UTF-8");
    let mut n_compared = 0;
    for (text, expected) in texts.iter().zip(expected.lines()) {
        let document = yaml::parse(text.as_str().into());
        let is_read = judge::yaml(&document).is_none();
        let ours = document.root().map_or(Ok(Value::Null), yaml::Node::value);
        let ours = if is_read { ours.map_or_else(|_| "refused".to_owned(), |value| show(&value)) } else { "refused".to_owned() };
        // PyYAML reads a mapping with the tag of a scalar as what stands at its key `=`.
        if ours == "refused" && expected != "refused" && text.contains("!!str") && text.contains('=') {
            continue;
        }
        assert_eq!(ours, expected, "{text:?}");
        n_compared += 1;
    }
    eprintln!("{n_compared} texts compared");
    assert!(n_compared > texts.len() * 99 / 100);
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => format!("i{value}"),
        Value::BigInt(digits) => format!("i{digits}"),
        Value::Float(value) if value.is_nan() => "fnan".to_owned(),
        Value::Float(value) if value.is_infinite() => if *value < 0.0 { "f-inf" } else { "finf" }.to_owned(),
        Value::Float(value) => format!("f{value:?}"),
        Value::String(text) | Value::Unsafe(text) | Value::Vault(text) | Value::Invalid(text) => quoted(text),
        Value::Timestamp(_) => "date".to_owned(),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Value::Map(entries) => {
            let mut entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}:{}", show(key), show(value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// As Python's `json.dumps` with ASCII only.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for character in serde_json::json!(text).to_string().chars() {
        if character.is_ascii() && character != '\u{7f}' {
            out.push(character);
        } else {
            character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            });
        }
    }
    out
}
