//! Would Ansible read this file? libyaml answers, the parser that Ansible itself uses.

mod excerpt;

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::yaml::Document;
use crate::{SyntaxError, TextRange};

/// Texts up to this many bytes are shown to libyaml as a whole.
const SHORT: usize = 4_000;

/// Of a longer text not more than so many odd lines are picked out.
const MANY: usize = 200;

/// The first reason for which Ansible's YAML reader refuses the text of `document`, at the place where a person must type; `None` when it reads it.
///
/// libyaml decides whether; where it and the fault-tolerant parser both stumble at or before the same line, the latter knows the place and the words
/// better. Duplicate keys are no error there and none here. Of a long file libyaml sees only the lines that are not plainly valid.
pub fn yaml(document: &Document) -> Option<SyntaxError> {
    refused_by_libyaml(document).or_else(|| refused_by_construction(document))
}

/// Anchors that are defined twice and tags that Ansible's loader does not know: libyaml passes them on, PyYAML stops at them.
fn refused_by_construction(document: &Document) -> Option<SyntaxError> {
    const TAGS: [&str; 18] = [
        "!",
        "!!str",
        "!!int",
        "!!float",
        "!!bool",
        "!!null",
        "!!map",
        "!!seq",
        "!!set",
        "!!omap",
        "!!pairs",
        "!!timestamp",
        "!!binary",
        "!!python/dict",
        "!!python/unicode",
        "!unsafe",
        "!vault",
        "!vault-encrypted",
    ];
    let text = document.text();
    let mut names = std::collections::BTreeSet::new();
    let again = document.anchors().find(|range| !names.insert(&text[range.span()]));
    let again = again.map(|range| SyntaxError { range, message: "this anchor is defined twice".to_owned() });
    let unknown = document.tags().find(|range| !TAGS.contains(&&text[range.span()]) && !text[range.span()].starts_with("!<"));
    let unknown = unknown.map(|range| SyntaxError { range, message: format!("Ansible knows no tag {}", &text[range.span()]) });
    again.into_iter().chain(unknown).min_by_key(|error| error.range)
}

/// Whether libyaml finds nothing wrong with a text.
pub(crate) fn is_read_by_libyaml(document: &Document) -> bool {
    refused_by_libyaml(document).is_none()
}

fn refused_by_libyaml(document: &Document) -> Option<SyntaxError> {
    let text = document.text();
    if has_deep_brackets(text) {
        return document.errors().first().cloned();
    }
    let excerpt = (text.len() > SHORT).then(|| excerpt::of(document, MANY)).flatten();
    let (at, message) = match excerpt {
        Some(excerpt) => refused_in(&excerpt, text)?,
        None => refused(text)?,
    };
    let ours = document.errors().iter().find(|ours| ours.range.start as usize <= at);
    Some(ours.cloned().unwrap_or_else(|| SyntaxError { range: word_at(text, at), message }))
}

/// Where and why libyaml refuses a text of which it sees an excerpt.
fn refused_in(excerpt: &excerpt::Excerpt, text: &str) -> Option<(usize, String)> {
    let found = refused(&excerpt.text);
    if excerpt.is_cut && found.as_ref().is_none_or(|&(at, _)| excerpt.is_end(at)) {
        return refused(text);
    }
    found.map(|(at, message)| (excerpt.original(at), message))
}

/// Whether more brackets are open at once than libyaml should be shown: the time it takes grows with their square.
fn has_deep_brackets(text: &str) -> bool {
    const DEEP: i64 = 1_000;
    if memchr::memchr2_iter(b'[', b'{', text.as_bytes()).count() as i64 <= DEEP {
        return false;
    }
    let mut n_open = 0_i64;
    text.bytes().any(|byte| {
        n_open += i64::from(matches!(byte, b'[' | b'{')) - i64::from(n_open > 0 && matches!(byte, b']' | b'}'));
        n_open > DEEP
    })
}

/// Where and why libyaml refuses a text.
fn refused(text: &str) -> Option<(usize, String)> {
    if text.is_empty() {
        return None;
    }
    // This reader counts a byte order mark as a column, which Ansible's does not: the second key would stand left of the first.
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = IgnoredAny::deserialize(serde_yaml::Deserializer::from_str(content)).err()?;
    let at = text.len() - content.len() + byte_of(content, error.location().map_or(0, |location| location.index()));
    let message = error.to_string();
    let reason = message.split(" at ").next().unwrap_or(&message);
    // An empty document is nothing to Ansible, not an error; the limits are those of this reader, not of libyaml.
    let is_no_refusal = ["EOF while parsing a value", "recursion limit exceeded", "repetition limit exceeded"].contains(&reason);
    (!is_no_refusal).then(|| (at, reason.to_owned()))
}

/// libyaml counts characters.
fn byte_of(text: &str, n_characters: usize) -> usize {
    text.char_indices().nth(n_characters).map_or(text.len(), |(at, _)| at)
}

/// The word at a byte offset, or what is before it at the end of a line.
fn word_at(text: &str, at: usize) -> TextRange {
    let rest = &text[at..];
    let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
    if len > 0 {
        return TextRange::new(at, at + len);
    }
    let before = text[..at].trim_end();
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    TextRange::new(before.len() - word.len(), before.len())
}

#[cfg(test)]
#[path = "../../../../tests/fuzz/texts.rs"]
#[expect(clippy::disallowed_methods, reason = "tests read their seeds")]
mod odd;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn verdict(text: &str) -> Option<String> {
        let error = super::yaml(&yaml::parse(text.into()))?;
        Some(format!("{}: {}", &text[error.range.span()], error.message))
    }

    #[test]
    fn the_place_is_where_a_person_must_type() {
        for (text, expected) in [
            ("a:\n  b: 1\n  half\nc: 1\n", "half: a key needs a colon behind it"),
            ("a: \"x\nb: 1\n", "\"x: this quote is not closed"),
            ("a: [x\nb: 1\n", "[: this bracket is not closed"),
            ("a: {x: \"y\nb: 1\n", "\"y: this quote is not closed"),
            ("a:\n\tb: 1\n", "\t: a tab cannot indent: use blanks"),
            ("a: b: c\n", ":: a second colon in one line: quote the text that holds it"),
            ("a: 1\n  b: 1\n", "b: 1: this line is indented deeper than the lines it belongs to"),
            ("a:\n    b: 1\n  c: 1\n", "c: 1: this line is indented like no line above it"),
        ] {
            assert_eq!(verdict(text).as_deref().map(str::trim_start), Some(expected.trim_start()), "{text}");
        }
    }

    #[test]
    fn what_libyaml_reads_is_silent() {
        for text in
            ["", "# only\n", "---\n", "a: 1", "a: {\"b\":1}", "a: [1,\n2]", "a: x\n  y z\n", "? k\n: v\n", "a: |\n  b: c\n  d\n", "[]"]
        {
            assert_eq!(verdict(text), None, "{text}");
            assert_eq!(refused(text), None, "{text}");
        }
    }

    #[test]
    fn places_behind_wide_characters_are_bytes() {
        assert_eq!(verdict("é€😀: 1\nb: %x\n").as_deref().map(|verdict| &verdict[..1]), Some("%"));
        assert_eq!(verdict("é€😀: 1\nb: 'x' y\n").as_deref(), Some("y: nothing can stand behind a quoted text"));
    }

    #[test]
    fn the_limits_of_the_reader_are_no_refusal() {
        let deep: String = (0..160).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
        assert_eq!(verdict(&deep), None);
    }

    fn same_verdict(document: &Document) {
        for excerpt in [MANY, 5, 1].into_iter().filter_map(|many| excerpt::of(document, many)) {
            let text = document.text();
            assert_eq!(refused_in(&excerpt, text).is_some(), refused(text).is_some(), "{text}\n--- excerpt\n{}", excerpt.text);
        }
    }

    #[test]
    fn an_excerpt_of_an_odd_text_is_judged_as_the_whole() {
        let (seeds, mut numbers) = (odd::seeds("yaml"), odd::Numbers(7));
        for _ in 0..2_000 {
            for text in [odd::lined(&mut numbers), odd::mutated(&mut numbers, &seeds), odd::scrambled(&mut numbers)] {
                same_verdict(&yaml::parse(text.into()));
            }
        }
    }

    /// With whatever line half-typed, of a long file with quotes and brackets on every line libyaml sees little.
    #[test]
    fn an_excerpt_of_a_long_file_is_short() {
        for host in ["node: {ip: 10.0.0.1, rack: a} # third floor\n", "node:\n      ip: \"10.0.0.1\"\n      rack: 'a b'\n"] {
            let hosts = format!("    {host}").repeat(2_000);
            for half_typed in ["", "    ac\n", "    x: \"a\n", "    x: [a\n", "    x: {{ a\n", "    a: b: c\n", "    @x\n"] {
                for text in [format!("all:\n  hosts:\n{half_typed}{hosts}"), format!("all:\n  hosts:\n{hosts}{half_typed}{hosts}")] {
                    let document = yaml::parse(text.into());
                    let excerpt = excerpt::of(&document, MANY).expect("few odd lines");
                    assert!(excerpt.text.len() < 20_000, "{half_typed}: {}", excerpt.text.len());
                    assert_eq!(refused_in(&excerpt, document.text()).is_some(), !half_typed.is_empty(), "{half_typed}");
                }
            }
        }
    }

    /// With every line of a file damaged in turn, the excerpt and the whole text get the same answer.
    #[test]
    fn an_excerpt_is_judged_as_the_whole() {
        let base = "\
all:
  hosts:
    node1: # first
      ip: 10.0.0.1
    node2:
      ip: 10.0.0.2
      labels: {a: \"b\", c: [d, e]}
      text: |
        free: text
        goes on
  children:
    etcd:
      hosts:
        node1:
    kube_node:
      hosts:
        node2:
  vars:
    list:
    - one
    - k: v
      l: w
    long: some words
      and more: words
    quoted: 'it''s
      two lines'
    name: \"a # text\" # and a comment
    tall: \"a text
      name: 'of'
      lines: {a: b, c: d} # many\"
    brackets: {
      x: \"y\"
    }
    entries: {a: b, c: d}
    empty: ''
";
        let lines: Vec<&str> = base.lines().collect();
        let damages = [
            "",
            "x",
            "    ac",
            "\tip: 1",
            "      x: \"a",
            "      x: 'a",
            "      x: [a",
            "      x: {{ a",
            "  -",
            "      k: -",
            "      a: b: c",
            "      @x",
            "     ip: 1",
            "       ip: 1",
            "ip: 1",
            "      *",
            "      x: *y",
            "      x: &y 1",
            "---",
            "...",
            "    x: }",
            "      key with blanks: v",
            "    # comment",
            "      x: é€😀",
        ];
        for at in 0..lines.len() {
            for damage in damages {
                let mut damaged = lines.clone();
                damaged[at] = damage;
                let text = damaged.join("\n");
                let document = yaml::parse(text.as_str().into());
                same_verdict(&document);
            }
        }
    }
}
