//! Values of defaults.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A value that a role gives a variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Default {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A template or a plain text.
    Text(String),
    List(Vec<Default>),
    Map(IndexMap<String, Default>),
}

impl fmt::Display for Default {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Default::Null => write!(f, "null"),
            Default::Bool(value) => write!(f, "{value}"),
            Default::Int(value) => write!(f, "{value}"),
            Default::Float(value) => write!(f, "{value:?}"),
            Default::Text(text) if text.is_empty() => write!(f, "''"),
            Default::Text(text) => write!(f, "{text}"),
            Default::List(items) => {
                write!(f, "[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
                }
                write!(f, "]")
            }
            Default::Map(entries) => {
                write!(f, "{{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if index > 0 { ", " } else { "" })?;
                }
                write!(f, "}}")
            }
        }
    }
}
