//! What is in a value: attributes, items, membership.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::logic::{Eval, Junction, Logic, Stop};
use crate::machine::Machine;
use crate::{Reason, Value, methods, ops, python};

/// Items of a list that are compared for one step of fuel.
const ITEMS_PER_STEP: usize = 64;

impl Machine<'_> {
    /// `item in container`. `item` is resolved.
    pub(crate) fn contains(&mut self, container: &Value, item: &Value) -> Eval<Logic> {
        if container.is_failure() {
            return Err(Stop(container.clone()));
        }
        if item.is_failure() {
            return match container {
                Value::List(items) | Value::Tuple(items) if items.is_empty() => Ok(Logic::False),
                Value::Unknown(reasons) => Ok(Logic::Unknown(reasons.clone())),
                _ => Err(Stop(item.clone())),
            };
        }
        let unknown_unless_empty =
            |is_empty: bool, reasons: &Vec<Reason>| Ok(if is_empty { Logic::False } else { Logic::Unknown(reasons.clone()) });
        match (container, item) {
            (Value::Unknown(reasons), _) => Ok(Logic::Unknown(reasons.clone())),
            (Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_), _) => {
                Err(Stop::error(format!("{} is not iterable", python::type_name(container))))
            }
            (Value::List(items) | Value::Tuple(items), Value::Unknown(reasons)) => unknown_unless_empty(items.is_empty(), reasons),
            (Value::Map(entries), Value::Unknown(reasons)) => unknown_unless_empty(entries.is_empty(), reasons),
            (_, Value::Unknown(reasons)) => Ok(Logic::Unknown(reasons.clone())),
            (Value::String(text), Value::String(part)) => Ok(text.contains(&**part).into()),
            (Value::String(_), item) => Err(Stop::error(format!("'in <string>' requires string, not {}", python::type_name(item)))),
            (Value::List(items) | Value::Tuple(items), item) => {
                self.spend(items.len() / ITEMS_PER_STEP)?;
                let mut junction = Junction::new(Logic::True);
                for element in items.iter() {
                    let truth = match (element, item) {
                        (Value::String(element), Value::String(item)) => Ok((element == item).into()),
                        _ => ops::equal(&self.resolve(element.clone()), item),
                    };
                    if let Some(decided) = junction.add(truth)? {
                        return Ok(decided);
                    }
                }
                Ok(junction.finish())
            }
            (Value::Map(_), item) if !ops::is_hashable(item) => Err(Stop::error("unhashable type")),
            (Value::Map(entries), item) => Ok(lookup(entries, item).is_some().into()),
            (Value::Host(host), Value::String(name)) => Ok(self.is_set_on(host, name).into()),
            (Value::HostVars, Value::String(host)) => Ok(self.has_host(host).into()),
            (container, _) => Err(Stop::error(format!("{} is not iterable", python::type_name(container)))),
        }
    }

    /// `of.name`.
    pub(crate) fn attribute(&mut self, of: &Value, name: &Arc<str>) -> Eval {
        if methods::is_method(of, name) {
            return Ok(Value::unsupported(name));
        }
        self.item(of, &Value::String(Arc::clone(name)))
    }

    /// `of[key]`; what is not there is undefined.
    pub(crate) fn item(&mut self, of: &Value, key: &Value) -> Eval {
        let undefined = || Value::Undefined(python::text(key).into());
        Ok(match (of, key) {
            (Value::Undefined(_) | Value::Error(_), _) => of.clone(),
            (_, Value::Undefined(_) | Value::Error(_)) => return Err(Stop(key.clone())),
            (Value::Unknown(reasons), key) => Value::Unknown(reasons.iter().map(|reason| part_of_facts(reason, key)).collect()),
            (_, Value::Unknown(reasons)) => Value::Unknown(reasons.clone()),
            (Value::Map(entries), Value::String(name)) if !entries.contains_key(key) && methods::is_method(of, name) => {
                Value::unsupported(name)
            }
            (Value::Map(entries), key) => lookup(entries, key).cloned().unwrap_or_else(undefined),
            (Value::List(items) | Value::Tuple(items), key) => {
                position(key, items.len()).and_then(|index| items.get(index)).cloned().unwrap_or_else(undefined)
            }
            (Value::String(text), Value::Int(_) | Value::Bool(_)) => {
                let index = position(key, text.chars().count());
                index.and_then(|index| text.chars().nth(index)).map_or_else(undefined, |c| c.to_string().into())
            }
            (Value::HostVars, Value::String(host)) => {
                if self.has_host(host) {
                    Value::Host(Arc::clone(host))
                } else {
                    Value::Undefined(format!("hostvars['{host}']").into())
                }
            }
            (Value::Host(host), Value::String(name)) => self.variable_of(host, name),
            _ => undefined(),
        })
    }
}

/// The entry of a map whose key equals `key` as Python has it: `1`, `1.0` and `true` are one key.
fn lookup<'m>(entries: &'m IndexMap<Value, Value>, key: &Value) -> Option<&'m Value> {
    entries.get(key).or_else(|| {
        ops::number(key)?;
        let is_same = |other: &Value| ops::number(other).is_some() && ops::equal(other, key) == Ok(Logic::True);
        entries.iter().find_map(|(other, value)| is_same(other).then_some(value))
    })
}

/// The index a subscript names in a sequence of `length`.
fn position(key: &Value, length: usize) -> Option<usize> {
    let index = match key {
        Value::Int(index) => *index,
        Value::Bool(index) => (*index).into(),
        _ => return None,
    };
    let index = if index < 0 { index.checked_add(i128::try_from(length).ok()?)? } else { index };
    usize::try_from(index).ok().filter(|&index| index < length)
}

/// A part of the facts is named in full: `ansible_facts.architecture`.
fn part_of_facts(reason: &Reason, key: &Value) -> Reason {
    match (reason, key) {
        (Reason::Fact(name), Value::String(key)) if &**name == "ansible_facts" => Reason::Fact(format!("ansible_facts.{key}").into()),
        _ => reason.clone(),
    }
}
