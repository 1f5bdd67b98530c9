//! Python's sets.

use rustc_hash::FxHashSet;

use crate::arguments::iterate;
use crate::logic::{Eval, Logic};
use crate::{Value, ops};

/// Values by Python's equality; those that Python can hash are found without looking at the others.
#[derive(Default)]
pub(crate) struct Set {
    hashed: FxHashSet<Value>,
    others: Vec<Value>,
}

impl Set {
    /// The items of a list, the keys of a mapping, the characters of a text.
    pub(crate) fn of(values: &Value) -> Eval<Set> {
        let mut set = Set::default();
        for value in iterate(values)? {
            set.insert(&value)?;
        }
        Ok(set)
    }

    /// Whether the value was not there yet.
    pub(crate) fn insert(&mut self, value: &Value) -> Eval<bool> {
        if let Some(key) = hash_key(value) {
            return Ok(self.hashed.insert(key));
        }
        let is_new = !self.has(value)?;
        if is_new {
            self.others.push(value.clone());
        }
        Ok(is_new)
    }

    pub(crate) fn has(&self, value: &Value) -> Eval<bool> {
        if let Some(key) = hash_key(value) {
            return Ok(self.hashed.contains(&key));
        }
        for other in &self.others {
            if ops::equal(other, value)? == Logic::True {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Text, `None`, and numbers, of which equal ones are one key: `1`, `1.0` and `true`.
fn hash_key(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) | Value::Null | Value::Int(_) => Some(value.clone()),
        Value::Bool(value) => Some(Value::Int((*value).into())),
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(Value::Int(*value as i128)),
        _ => None,
    }
}
