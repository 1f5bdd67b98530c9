//! Would Ansible read this file? libyaml answers, the parser that Ansible itself uses.

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::{SyntaxError, TextRange};

/// The first reason for which Ansible's YAML reader refuses `text`, at the place where a person must type; `None` when it reads it.
///
/// JSON is tried first, as Ansible does. Duplicate keys are no error there and none here.
pub fn yaml(text: &str) -> Option<SyntaxError> {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let first = documents.next()?;
    let error = IgnoredAny::deserialize(first).err()?;
    let at = error.location().map_or(0, |location| location.index());
    Some(SyntaxError { range: TextRange::empty(at.min(text.len())), message: error.to_string() })
}
