//! Second opinions: a strict parser (`libyaml-safer`, libyaml's grammar written anew) sees the same verdicts and the same events, and tree-sitter, where it
//! finds no error, the same keys.

use std::collections::BTreeSet;
use std::fs;
use std::panic;

use hostwise_syntax::judge;
use hostwise_syntax::yaml::{self, Document, Kind, Node};
use libyaml_safer::{EventData, MappingStyle, Parser, ScalarStyle, SequenceStyle};

use crate::judgement::{READ, REFUSED};
use crate::odd::{Numbers, lined, mutated, scrambled, seeds};
use crate::values::TEXTS;
use crate::{data, n_tries, yaml_files};

/// One event of a document: what it is, its anchor, and the content of a scalar and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    what: What,
    anchor: Option<String>,
    text: String,
    end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Open(Kind),
    Close,
    Leaf(Kind),
}

fn events(document: &Document) -> Vec<Event> {
    let mut found = Vec::new();
    let mut open: Vec<Result<Node<'_>, ()>> = document.root().map(Ok).into_iter().collect();
    while let Some(next) = open.pop() {
        let Ok(node) = next else {
            found.push(Event { what: What::Close, anchor: None, text: String::new(), end: 0 });
            continue;
        };
        let anchor = node.anchor().map(str::to_owned);
        let kind = node.kind();
        if node.is_mapping() || node.is_sequence() {
            found.push(Event { what: What::Open(kind), anchor, text: String::new(), end: 0 });
            open.push(Err(()));
            let children: Vec<Node<'_>> = node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()).collect();
            open.extend(children.into_iter().rev().map(Ok));
        } else {
            let text = if kind == Kind::Alias { node.source()[1..].to_owned() } else { node.text().into_owned() };
            let has_end = matches!(kind, Kind::Plain | Kind::SingleQuoted | Kind::DoubleQuoted | Kind::Alias);
            let end = if has_end { node.range().end as usize } else { 0 };
            let kind = if kind == Kind::Absent { Kind::Plain } else { kind };
            found.push(Event { what: What::Leaf(kind), anchor, text, end });
        }
    }
    found
}

/// The events of the strict parser; none where it, or what PyYAML does with its events, refuses the text: a second document, an anchor that is there
/// already, an alias of none.
fn strict_events(text: &str) -> Option<Vec<Event>> {
    let mut bytes = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    let (mut found, mut anchors, mut n_documents, mut is_tagged) = (Vec::new(), BTreeSet::new(), 0, false);
    loop {
        let event = parser.parse().ok()?;
        // It counts from behind a byte order mark.
        let end = event.end_mark.index as usize + if text.starts_with('\u{feff}') { 3 } else { 0 };
        let (what, anchor, content, end) = match event.data {
            EventData::StreamEnd => {
                // A root that is nothing is no node of our tree.
                let is_nothing =
                    |event: &Event| event.what == What::Leaf(Kind::Plain) && event.anchor.is_none() && event.text.is_empty() && !is_tagged;
                let is_more = found.len() > 1;
                found.retain(|event| is_more || !is_nothing(event));
                return (n_documents < 2).then_some(found);
            }
            EventData::DocumentStart { .. } => {
                n_documents += 1;
                continue;
            }
            EventData::StreamStart { .. } | EventData::DocumentEnd { .. } => continue,
            EventData::Alias { anchor } if !anchors.contains(&anchor) => return None,
            EventData::Alias { anchor } => (What::Leaf(Kind::Alias), None, anchor, end),
            EventData::Scalar { anchor, tag, value, style, .. } => {
                is_tagged |= tag.is_some();
                let kind = match style {
                    ScalarStyle::SingleQuoted => Kind::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Kind::DoubleQuoted,
                    ScalarStyle::Literal => Kind::Literal,
                    ScalarStyle::Folded => Kind::Folded,
                    _ => Kind::Plain,
                };
                let has_end = !(matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) || kind == Kind::Plain && value.is_empty());
                (What::Leaf(kind), anchor, value, if has_end { end } else { 0 })
            }
            EventData::SequenceStart { anchor, style, .. } => {
                let kind = if style == SequenceStyle::Flow { Kind::FlowSequence } else { Kind::BlockSequence };
                (What::Open(kind), anchor, String::new(), 0)
            }
            EventData::MappingStart { anchor, style, .. } => {
                let kind = if style == MappingStyle::Flow { Kind::FlowMapping } else { Kind::BlockMapping };
                (What::Open(kind), anchor, String::new(), 0)
            }
            EventData::SequenceEnd | EventData::MappingEnd => (What::Close, None, String::new(), 0),
        };
        if anchor.as_ref().is_some_and(|anchor| !anchors.insert(anchor.clone())) {
            return None;
        }
        found.push(Event { what, anchor, text: content, end });
    }
}

/// Real files, the tables, and generated texts of sound and of broken lines.
fn likely_texts() -> Vec<String> {
    let mut texts: Vec<String> = [READ, REFUSED, TEXTS].concat().into_iter().map(str::to_owned).collect();
    if let Some(data) = data() {
        texts.extend(yaml_files(&data).iter().map(|path| fs::read_to_string(path).expect("a file")));
    }
    let (seeds, mut numbers) = (seeds("yaml"), Numbers(5));
    for _ in 0..n_tries("HOSTWISE_MUTATIONS", 5_000) {
        texts.extend([mutated(&mut numbers, &seeds), lined(&mut numbers)]);
    }
    texts
}

/// And those of any signs. Without a last break `libyaml-safer` panics behind a block scalar.
fn all_texts() -> Vec<String> {
    let mut texts = likely_texts();
    let mut numbers = Numbers(6);
    texts.extend((0..n_tries("HOSTWISE_MUTATIONS", 5_000)).map(|_| scrambled(&mut numbers)));
    texts.iter_mut().filter(|text| !text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])).for_each(|text| text.push('\n'));
    texts
}

/// Whether a block collection is a key: Ansible refuses those, and our tree holds what they hold as the value.
fn has_block_as_key(document: &Document) -> bool {
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        if node.entries().any(|entry| entry.key.kind() == Kind::BlockMapping) {
            return true;
        }
        open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()));
    }
    false
}

/// The same verdict, and of what is read the same events with the same ends. Where the strict parser differs from libyaml, PyYAML says so in `values`:
/// it panics at a tag `!` with a line break behind it and at a block scalar without a last break, and counts places from behind a byte order mark.
#[test]
fn a_strict_parser_sees_the_same() {
    let texts = all_texts();
    let (mut n_read, mut n_skipped) = (0, 0);
    for text in &texts {
        let document = yaml::parse(text.as_str().into());
        let error = judge::yaml(&document);
        // Tags are for the loader to know.
        let is_read = error.as_ref().is_none_or(|error| error.message.starts_with("Ansible knows no tag"));
        let Ok(strict) = panic::catch_unwind(|| strict_events(text)) else {
            assert!(text.contains('!'), "{text:?}");
            n_skipped += 1;
            continue;
        };
        assert_eq!(is_read, strict.is_some(), "{text:?} {error:?}");
        let Some(strict) = strict else { continue };
        if has_block_as_key(&document) {
            n_skipped += 1;
            continue;
        }
        assert_eq!(events(&document), strict, "{text:?}");
        n_read += 1;
    }
    eprintln!("{} texts, {n_read} of them read alike, {n_skipped} not compared", texts.len());
    assert!(n_read > texts.len() / 10 && n_skipped < texts.len() / 100);
}

/// The places of all keys in tree-sitter's tree; none where it finds an error.
fn concrete_keys(text: &str) -> Option<BTreeSet<(usize, usize)>> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_yaml::LANGUAGE.into()).expect("a grammar");
    let tree = parser.parse(text, None).filter(|tree| !tree.root_node().has_error())?;
    let (mut keys, mut cursor) = (BTreeSet::new(), tree.walk());
    loop {
        let node = cursor.node();
        if matches!(node.kind(), "block_mapping_pair" | "flow_pair") {
            // Tag and anchor are children beside the key's own node.
            let key = node.child_by_field_name("key").and_then(|key| key.named_child(key.named_child_count().saturating_sub(1) as u32));
            keys.extend(key.filter(|key| !matches!(key.kind(), "tag" | "anchor")).map(|key| (key.start_byte(), key.end_byte())));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(keys);
            }
        }
    }
}

/// Refusals of libyaml, and of Ansible's loader behind it, that are none to tree-sitter's grammar of YAML 1.2.
const NO_ERROR_IN_YAML_1_2: &[&str] = &[
    // Ansible reads one document, of the version 1.1 or 1.2.
    "deserializing from YAML containing more than one document",
    "found incompatible YAML document",
    // What names mean is no grammar, and there are more of them.
    "unknown anchor",
    "this anchor is defined twice",
    "Ansible knows no tag",
    "found undefined tag handle",
    "did not find expected alphabetic or numeric character",
    "did not find expected whitespace or line break",
    // A colon may end a text in brackets.
    "found unexpected ':'",
    // Tabs separate.
    "a tab cannot indent",
    "found a tab character that violates indentation",
    "found invalid Unicode character escape code",
];

/// Whether a text that libyaml refuses has what YAML 1.2 allows: an entry without a key, an end of a document without one, a block scalar or text at the
/// root at the left edge, a colon that ends or starts a text in brackets, a tab in front of something.
fn is_yaml_1_2(text: &str, message: &str) -> bool {
    let starts = |signs: &[&str]| {
        let content = |line: &str| line.trim_start_matches([' ', '-', '\t']).to_owned();
        text.lines()
            .flat_map(|line| line.split('\r'))
            .any(|line| signs.iter().any(|&sign| content(line).starts_with(sign) || line.starts_with(sign)))
    };
    let has_wide_name = text.match_indices(['&', '*']).any(|(at, _)| {
        text[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).starts_with(['%', '@', '`', ':'])
    });
    // To tree-sitter lines of a block scalar may stand left of the first.
    let has_left_line = text.contains(['|', '>']) && message.contains("indented");
    // Nor need the key of a pair in a list be on one line.
    let has_tall_key = message.starts_with("did not find expected ',' or ']'") && text.contains(['\n', '\r']);
    has_wide_name
        || has_left_line
        || has_tall_key
        || NO_ERROR_IN_YAML_1_2.iter().any(|start| message.starts_with(start))
        || starts(&[":", "...", "|", ">", "!", "&", "%"])
        || ["a:]", "a:}", "[:", " :", "\t"].iter().any(|part| text.contains(part))
}

/// Where tree-sitter finds no error there is none, but for what YAML 1.2 allows and libyaml does not, and keys stand in the same places. It knows none of
/// the line breaks that are rare, ends `?k` elsewhere, and makes keys of block collections.
#[test]
fn tree_sitter_sees_the_same_keys() {
    let is_rare = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '?');
    let (mut n_alike, mut n_refused) = (0, 0);
    for text in likely_texts().iter().filter(|text| !text.contains(is_rare)) {
        let document = yaml::parse(text.as_str().into());
        let Some(concrete) = concrete_keys(text) else { continue };
        if let Some(error) = judge::yaml(&document) {
            assert!(is_yaml_1_2(text, &error.message), "{text:?}: {}", error.message);
            n_refused += 1;
            continue;
        }
        let mut ours = BTreeSet::new();
        let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
        while let Some(node) = open.pop() {
            let written = node.entries().filter(|entry| entry.colon.is_some() && entry.key.kind() != Kind::Absent);
            ours.extend(written.map(|entry| (entry.key.range().start as usize, entry.key.range().end as usize)));
            open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()));
        }
        assert_eq!(ours, concrete, "{text:?}");
        n_alike += 1;
    }
    eprintln!("{n_alike} texts alike, {n_refused} refused by libyaml alone");
    assert!(n_alike > n_refused);
}
