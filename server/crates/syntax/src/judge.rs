//! Would Ansible read this file? libyaml answers, the parser that Ansible itself uses.

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::yaml::Document;
use crate::{SyntaxError, TextRange};

/// The first reason for which Ansible's YAML reader refuses the text of `document`, at the place where a person must type; `None` when it reads it.
///
/// libyaml decides whether; where it and the fault-tolerant parser both stumble at or before the same line, the latter knows the place and the words
/// better. Duplicate keys are no error there and none here.
pub fn yaml(document: &Document) -> Option<SyntaxError> {
    let text = document.text();
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let error = IgnoredAny::deserialize(documents.next()?).err()?;
    let at = error.location().map_or(0, |location| location.index()).min(text.len());
    let ours = document.errors().iter().find(|ours| ours.range.start as usize <= at);
    Some(ours.cloned().unwrap_or_else(|| SyntaxError { range: word_at(text, at), message: reason(&error.to_string()) }))
}

/// The reason without the place that libyaml appends.
fn reason(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// The word at a byte offset, or what is before it at the end of a line.
fn word_at(text: &str, at: usize) -> TextRange {
    let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let rest = &text[at..];
    let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
    if len > 0 {
        return TextRange::new(at, at + len);
    }
    let before = text[..at].trim_end();
    let start = before.rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
    TextRange::new(start, before.len())
}
