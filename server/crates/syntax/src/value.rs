//! Values as Ansible's loader makes them from YAML, JSON, TOML and INI text.

use std::sync::Arc;

/// A value with Ansible's types (YAML 1.1 as PyYAML resolves it, or Python literals in INI).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer that does not fit `i64`: its decimal digits, with `-` when negative.
    BigInt(Arc<str>),
    Float(f64),
    String(Arc<str>),
    /// A date or time, as Ansible prints it (ISO 8601).
    Timestamp(Arc<str>),
    /// A string under `!unsafe` (or a Python byte string): never templated.
    Unsafe(Arc<str>),
    /// The ciphertext under `!vault`: never decrypted here.
    Vault(Arc<str>),
    List(Arc<[Value]>),
    /// Entries in document order, keys unique as Python compares them.
    Map(Arc<[(Value, Value)]>),
}

impl Value {
    /// The text when this is a plain string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}
