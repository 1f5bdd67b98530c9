//! Filters over mappings, and those that accept what is undefined.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::arguments::{Bound, integer, items as list_items, known_truth};
use crate::logic::{Eval, Logic, Stop};
use crate::machine::Machine;
use crate::{Dialect, Value, ops, python};

pub(super) fn default(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let value = machine.force(bound.required(0)?.clone());
    let instead = bound.get(1).cloned().unwrap_or_else(|| Value::text(""));
    let or_falsy = match bound.get(2) {
        None => false,
        Some(Value::Bool(flag)) => *flag,
        Some(flag) if machine.dialect == Dialect::SafeEval => known_truth(flag)?,
        Some(flag @ (Value::Unknown(_) | Value::Undefined(_) | Value::Error(_))) => return Err(Stop(flag.clone())),
        Some(_) => return Err(Stop::error("the 'boolean' argument must be of type 'bool'")),
    };
    match value {
        Value::Undefined(_) => Ok(instead),
        Value::Error(_) => Err(Stop(value)),
        Value::Unknown(_) if instead == value => Ok(instead),
        value if or_falsy => match ops::truth(&value)? {
            Logic::True => Ok(value),
            Logic::False => Ok(instead),
            Logic::Unknown(reasons) => Ok(Value::Unknown(reasons)),
        },
        value => Ok(value),
    }
}

pub(super) fn mandatory(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    match machine.force(bound.required(0)?.clone()) {
        Value::Undefined(name) => {
            let message = bound.get(1).filter(|message| **message != Value::Null).map(python::text);
            Err(Stop::error(message.unwrap_or_else(|| format!("Mandatory variable '{name}' not defined."))))
        }
        value => Ok(value),
    }
}

pub(super) fn ternary(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let value = machine.force(bound.required(0)?.clone());
    let (yes, no) = (bound.required(1)?, bound.required(2)?);
    if let (Value::Null, Some(none)) = (&value, bound.get(3))
        && *none != Value::Null
    {
        return Ok(none.clone());
    }
    Ok(match ops::truth(&value)? {
        Logic::True => yes.clone(),
        Logic::False => no.clone(),
        Logic::Unknown(_) if yes == no && yes.reasons().is_empty() => yes.clone(),
        Logic::Unknown(reasons) => Value::Unknown(reasons),
    })
}

/// From 2.19 on the name of Python's own type; before, strings and containers have Ansible's types, which depend on where they came from.
pub(super) fn type_debug(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let value = machine.force(bound.required(0)?.clone());
    match &value {
        Value::Unknown(_) => Err(Stop(value)),
        Value::Undefined(_) if machine.dialect == Dialect::Native => Ok(Value::text("UndefinedMarker")),
        Value::Error(_) if machine.dialect == Dialect::Native => Ok(Value::text("CapturedExceptionMarker")),
        Value::Undefined(_) | Value::Error(_) => Err(Stop::unsupported("filter type_debug")),
        Value::String(_) | Value::List(_) | Value::Tuple(_) | Value::Map(_) if machine.dialect == Dialect::SafeEval => {
            Err(Stop::unsupported("filter type_debug"))
        }
        Value::HostVars | Value::Host(_) => Err(Stop::unsupported("filter type_debug")),
        value => Ok(Value::text(python::type_name(value))),
    }
}

pub(super) fn dict2items(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let Value::Map(entries) = bound.required(0)? else { return Err(Stop::error("dict2items requires a dictionary")) };
    let (key_name, value_name) = (name_or(bound, 1, "key"), name_or(bound, 2, "value"));
    let values = super::lists::elements(machine, &Value::list(entries.values().cloned().collect()))?;
    let pair =
        |(key, value): (&Value, Value)| Value::map([(key_name.clone(), key.clone()), (value_name.clone(), value)].into_iter().collect());
    Ok(Value::list(entries.keys().zip(values).map(pair).collect()))
}

pub(super) fn items2dict(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let (key_name, value_name) = (name_or(bound, 1, "key"), name_or(bound, 2, "value"));
    let mut map = IndexMap::new();
    for item in list_items(bound.required(0)?)?.iter() {
        let entries = match machine.force(item.clone()) {
            Value::Map(entries) => entries,
            stop @ (Value::Unknown(_) | Value::Undefined(_) | Value::Error(_)) => return Err(Stop(stop)),
            _ => return Err(Stop::error("items2dict requires a list of dictionaries")),
        };
        let missing = || Stop::error("items2dict requires each dictionary to contain the keys 'key' and 'value'");
        let key = machine.settled(entries.get(&key_name).ok_or_else(missing)?.clone())?;
        map.insert(key, entries.get(&value_name).ok_or_else(missing)?.clone());
    }
    Ok(Value::map(map))
}

fn name_or(bound: &Bound, index: usize, default: &str) -> Value {
    bound.get(index).cloned().unwrap_or_else(|| Value::text(default))
}

/// Up to 2.18 what is undefined has no items.
pub(super) fn items(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    match bound.required(0)? {
        Value::Undefined(_) if machine.dialect == Dialect::SafeEval => Ok(Value::list(Vec::new())),
        stop @ (Value::Undefined(_) | Value::Error(_) | Value::Unknown(_)) => Err(Stop(stop.clone())),
        Value::HostVars | Value::Host(_) => Err(Stop::unsupported("filter items of hostvars")),
        Value::Map(entries) => {
            let values = super::lists::elements(machine, &Value::list(entries.values().cloned().collect()))?;
            Ok(Value::list(entries.keys().zip(values).map(|(key, value)| Value::tuple(vec![key.clone(), value])).collect()))
        }
        _ => Err(Stop::error("Can only get item pairs from a mapping.")),
    }
}

pub(super) fn combine(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let (mut recursive, mut list_merge): (bool, Arc<str>) = (false, "replace".into());
    for (name, value) in &bound.rest.named {
        match (&**name, value) {
            ("recursive", value) => recursive = known_truth(value)?,
            ("list_merge", Value::String(how)) => list_merge = Arc::clone(how),
            _ => return Err(Stop::error("'recursive' and 'list_merge' are the only valid keyword arguments")),
        }
    }
    let mut maps = Vec::new();
    for value in std::iter::once(bound.required(0)?).chain(&bound.rest.positional) {
        match value {
            Value::List(items) | Value::Tuple(items) => {
                for item in items.iter() {
                    maps.push(machine.force(item.clone()));
                }
            }
            Value::Null => {}
            value => maps.push(value.clone()),
        }
    }
    maps.retain(|map| *map != Value::Null);
    if let Some(stop) = maps.iter().find(|map| map.is_failure() || matches!(map, Value::Unknown(_))) {
        return Err(Stop(stop.clone()));
    }
    if let [only] = maps.as_slice() {
        return Ok(only.clone());
    }
    let mut result: Option<Value> = None;
    for map in maps.iter().rev() {
        result = Some(match result {
            None => map.clone(),
            Some(higher) => merge(machine, map, &higher, recursive, &list_merge)?,
        });
    }
    Ok(result.unwrap_or_else(|| Value::map(IndexMap::new())))
}

/// `merge_hash` of ansible/utils/vars.py: `higher` wins.
fn merge(machine: &mut Machine<'_>, lower: &Value, higher: &Value, recursive: bool, list_merge: &str) -> Eval {
    let (Value::Map(low), Value::Map(high)) = (lower, higher) else {
        return Err(Stop::error("failed to combine variables, expected dicts"));
    };
    if low.is_empty() {
        return Ok(higher.clone());
    }
    machine.enter()?;
    let mut merged = (**low).clone();
    for (key, value) in high.iter() {
        let value = match (low.get(key), recursive || list_merge != "replace") {
            (Some(old), true) => {
                let (old, new) = (machine.force(old.clone()), machine.force(value.clone()));
                merge_value(machine, old, new, recursive, list_merge)?
            }
            _ => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    machine.leave();
    Ok(Value::map(merged))
}

fn merge_value(machine: &mut Machine<'_>, old: Value, new: Value, recursive: bool, list_merge: &str) -> Eval {
    match (&old, &new) {
        (Value::Map(_), Value::Map(_)) if recursive => merge(machine, &old, &new, recursive, list_merge),
        (Value::List(low), Value::List(high)) => {
            let join = |first: &[Value], second: &[Value]| Ok(Value::list(first.iter().chain(second).cloned().collect()));
            match list_merge {
                "replace" => Ok(new),
                "keep" => Ok(old),
                "append" => join(low, high),
                "prepend" => join(high, low),
                _ => Err(Stop::unsupported("list_merge")),
            }
        }
        (Value::Unknown(_), Value::Map(_) | Value::List(_)) => Ok(old),
        _ => Ok(new),
    }
}

pub(super) fn dictsort(bound: &Bound) -> Eval {
    let Value::Map(entries) = bound.required(0)? else { return Err(Stop::error("dictsort requires a dictionary")) };
    let case_sensitive = bound.flag(1, false)?;
    let index = match bound.text_or(2, "key")? {
        "key" => 0,
        "value" => 1,
        _ => return Err(Stop::error("You can only sort by either \"key\" or \"value\"")),
    };
    let pairs = entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect();
    let key = |pair: &Value| match pair {
        Value::Tuple(pair) => super::lists::sort_key(&pair[index], case_sensitive),
        other => other.clone(),
    };
    super::lists::sorted(pairs, key, bound.flag(3, false)?)
}

/// The dotted path of an attribute, as `map(attribute='a.b.0')` takes it.
pub(super) fn attribute_path(machine: &mut Machine<'_>, value: Value, path: &Value) -> Eval {
    let parts: Vec<Value> = match path {
        Value::String(path) => {
            let part = |part: &str| part.parse().map_or_else(|_| Value::text(part), Value::Int);
            path.split('.').map(part).collect()
        }
        Value::Int(_) => vec![path.clone()],
        other => {
            return Err(Stop::error(format!(
                "an attribute is text, not {}",
                integer(other).map_or_else(|_| python::repr(other), |n| n.to_string())
            )));
        }
    };
    let mut value = machine.force(value);
    for part in &parts {
        value = machine.item(&value, part)?;
        value = machine.force(value);
    }
    Ok(value)
}
