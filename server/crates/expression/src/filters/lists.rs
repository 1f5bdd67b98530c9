//! Filters over lists and other things that can be iterated over.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::arguments::{Arguments, Bound, items, iterate, known_truth};
use crate::ast::Arithmetic;
use crate::logic::{Eval, Logic, Stop};
use crate::machine::Machine;
use crate::set::Set;
use crate::{Dialect, Value, checks, ops, python};

use super::maps::attribute_path;

pub(super) fn length(_: &mut Machine<'_>, bound: &Bound) -> Eval {
    Ok(match bound.required(0)? {
        Value::List(items) | Value::Tuple(items) => items.len().into(),
        Value::Map(entries) => entries.len().into(),
        Value::String(text) => text.chars().count().into(),
        Value::HostVars | Value::Host(_) => return Err(Stop::unsupported("length of hostvars")),
        other => return Err(Stop::error(format!("object of type '{}' has no len()", python::type_name(other)))),
    })
}

pub(super) fn first(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let item = iterate(bound.required(0)?)?.into_iter().next();
    Ok(item.map_or_else(|| Value::Undefined("the first item of an empty sequence".into()), |item| machine.force(item)))
}

pub(super) fn last(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let item = iterate(bound.required(0)?)?.into_iter().next_back();
    Ok(item.map_or_else(|| Value::Undefined("the last item of an empty sequence".into()), |item| machine.force(item)))
}

pub(super) fn list(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    elements(machine, bound.required(0)?).map(Value::list)
}

/// What iterating over the value gives, each item templated: from 2.19 on one that fails makes the whole fail.
pub(super) fn elements(machine: &mut Machine<'_>, value: &Value) -> Eval<Vec<Value>> {
    let list = iterate(value)?;
    if machine.dialect == Dialect::SafeEval {
        return Ok(list);
    }
    let each = list.into_iter().map(|item| match machine.force(item) {
        failure @ (Value::Undefined(_) | Value::Error(_)) => Err(Stop(failure)),
        item => Ok(item),
    });
    each.collect()
}

pub(super) fn reverse(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    match bound.required(0)? {
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        value => {
            let mut items = elements(machine, value)?;
            items.reverse();
            Ok(Value::list(items))
        }
    }
}

pub(super) fn flatten(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let mut flat = Vec::new();
    let list = iterate(bound.required(0)?)?;
    flatten_into(machine, &mut flat, &list, bound.integer(1)?, bound.flag(2, true)?)?;
    Ok(Value::list(flat))
}

fn flatten_into(machine: &mut Machine<'_>, flat: &mut Vec<Value>, list: &[Value], levels: Option<i128>, skip_nulls: bool) -> Eval<()> {
    machine.enter()?;
    for item in list {
        match machine.force(item.clone()) {
            stop @ (Value::Unknown(_) | Value::Undefined(_) | Value::Error(_)) => return Err(Stop(stop)),
            Value::Null if skip_nulls => {}
            Value::String(text) if skip_nulls && matches!(&*text, "None" | "null") => {}
            Value::List(inner) | Value::Tuple(inner) if levels.is_none_or(|levels| levels >= 1) => {
                flatten_into(machine, flat, &inner, levels.map(|levels| levels - 1), skip_nulls)?;
            }
            item => flat.push(item),
        }
    }
    machine.leave();
    Ok(())
}

/// `map('filter', ...)` and `map(attribute=...)`.
pub(super) fn map(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let list = iterate_unless_falsy(bound.required(0)?)?;
    machine.spend(list.len())?;
    let named = |name: &str| bound.rest.named.iter().find_map(|(key, value)| (&**key == name).then_some(value));
    if bound.rest.positional.is_empty() {
        let Some(path) = named("attribute") else { return Err(Stop::error("map requires a filter argument")) };
        let default = named("default");
        let mut mapped = Vec::with_capacity(list.len());
        for item in list {
            let value = attribute_path(machine, item, path)?;
            mapped.push(if matches!(value, Value::Undefined(_)) { default.cloned().unwrap_or(value) } else { value });
        }
        return Ok(Value::list(mapped));
    }
    let (name, arguments) = plugin(&bound.rest)?;
    let mut mapped = Vec::with_capacity(list.len());
    for item in list {
        let item = machine.force(item);
        let result = super::apply(machine, &name, item, arguments.clone());
        mapped.push(machine.caught(result)?);
    }
    Ok(Value::list(mapped))
}

/// Jinja looks whether there is anything before it iterates.
fn iterate_unless_falsy(value: &Value) -> Eval<Vec<Value>> {
    if ops::truth(value)? == Logic::False { Ok(Vec::new()) } else { iterate(value) }
}

/// The name that comes first, and the arguments behind it.
fn plugin(arguments: &Arguments) -> Eval<(Arc<str>, Arguments)> {
    let mut arguments = arguments.clone();
    match arguments.positional.remove(0) {
        Value::String(name) => {
            let name = name.strip_prefix("ansible.builtin.").map_or_else(|| Arc::clone(&name), Arc::from);
            Ok((name, arguments))
        }
        other => Err(Stop::error(format!("no plugin is called {}", python::repr(&other)))),
    }
}

/// `select` keeps what passes the test, `reject` the rest. Without a test, truth is tested.
pub(super) fn select(machine: &mut Machine<'_>, bound: &Bound, keep: bool) -> Eval {
    filter(machine, bound, keep, |_, item| Ok(item))
}

/// The same by the test of an attribute.
pub(super) fn select_by_attribute(machine: &mut Machine<'_>, bound: &Bound, keep: bool) -> Eval {
    let path = bound.required(1)?.clone();
    filter(machine, bound, keep, |machine, item| attribute_path(machine, item, &path))
}

fn filter(machine: &mut Machine<'_>, bound: &Bound, keep: bool, tested: impl Fn(&mut Machine<'_>, Value) -> Eval) -> Eval {
    let list = iterate_unless_falsy(bound.required(0)?)?;
    machine.spend(list.len())?;
    let test = if bound.rest.positional.is_empty() { None } else { Some(plugin(&bound.rest)?) };
    let mut kept = Vec::new();
    for item in list {
        let forced = machine.force(item.clone());
        let value = tested(machine, forced)?;
        let truth = match &test {
            Some((name, arguments)) => checks::apply(machine, name, value, arguments.clone())?,
            None => ops::truth(&value)?,
        };
        match truth {
            Logic::Unknown(reasons) => return Err(Stop::unknown(reasons)),
            truth if truth == Logic::from(keep) => kept.push(item),
            _ => {}
        }
    }
    Ok(Value::list(kept))
}

/// `key | extract(container, morekeys)`
pub(super) fn extract(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let mut keys = vec![bound.required(0)?.clone()];
    match bound.get(2) {
        None | Some(Value::Null) => {}
        Some(Value::List(more)) => keys.extend(more.iter().cloned()),
        Some(key) => keys.push(key.clone()),
    }
    let mut value = bound.required(1)?.clone();
    for key in keys {
        let key = machine.force(key);
        value = machine.item(&value, &key)?;
        value = machine.force(value);
    }
    Ok(value)
}

pub(super) fn zip(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let lists =
        std::iter::once(bound.required(0)?).chain(&bound.rest.positional).map(|list| elements(machine, list)).collect::<Eval<Vec<_>>>()?;
    let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
    Ok(Value::list((0..shortest).map(|index| Value::tuple(lists.iter().map(|list| list[index].clone()).collect())).collect()))
}

/// All combinations of one item of each list, the last one changing fastest.
pub(super) fn product(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in std::iter::once(bound.required(0)?).chain(&bound.rest.positional) {
        let list = elements(machine, list)?;
        ops::bounded(rows.len().saturating_mul(list.len()))?;
        machine.spend(rows.len().saturating_mul(list.len()))?;
        rows = rows.iter().flat_map(|row| list.iter().map(|item| row.iter().chain([item]).cloned().collect())).collect();
    }
    Ok(Value::list(rows.into_iter().map(Value::tuple).collect()))
}

/// Ansible passes Jinja's `unique` a `case_sensitive` of false unless told otherwise; lists and mappings are compared as they are.
pub(super) fn unique(bound: &Bound) -> Eval {
    let list = iterate(bound.required(0)?)?;
    if bound.get(2).is_some_and(|attribute| *attribute != Value::Null) {
        return Err(Stop::unsupported("unique by attribute"));
    }
    let case_sensitive = match bound.get(1) {
        None | Some(Value::Null) => false,
        Some(flag) => known_truth(flag)?,
    };
    let is_hashable = list.iter().all(ops::is_hashable);
    distinct(list, |item| if is_hashable { sort_key(item, case_sensitive) } else { item.clone() })
}

/// The items, each once, by what `key` makes of them.
fn distinct(list: Vec<Value>, key: impl Fn(&Value) -> Value) -> Eval {
    let mut seen = Set::default();
    let mut kept = Vec::new();
    for item in list {
        if seen.insert(&key(&item))? {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

/// Ansible's set filters give no order; here what comes first stays first.
pub(super) fn union(bound: &Bound) -> Eval {
    let mut list = iterate(bound.required(0)?)?;
    list.extend(iterate(bound.required(1)?)?);
    distinct(list, Value::clone)
}

pub(super) fn intersect(bound: &Bound) -> Eval {
    let other = Set::of(bound.required(1)?)?;
    kept_if(bound.required(0)?, |item| other.has(item)).and_then(|kept| distinct(kept, Value::clone))
}

pub(super) fn difference(bound: &Bound) -> Eval {
    let other = Set::of(bound.required(1)?)?;
    kept_if(bound.required(0)?, |item| Ok(!other.has(item)?)).and_then(|kept| distinct(kept, Value::clone))
}

pub(super) fn symmetric_difference(bound: &Bound) -> Eval {
    let (one, other) = (bound.required(0)?, bound.required(1)?);
    let (in_one, in_other) = (Set::of(one)?, Set::of(other)?);
    let mut kept = kept_if(one, |item| Ok(!in_other.has(item)?))?;
    kept.extend(kept_if(other, |item| Ok(!in_one.has(item)?))?);
    distinct(kept, Value::clone)
}

fn kept_if(list: &Value, is_kept: impl Fn(&Value) -> Eval<bool>) -> Eval<Vec<Value>> {
    let mut kept = Vec::new();
    for item in iterate(list)? {
        if is_kept(&item)? {
            kept.push(item);
        }
    }
    Ok(kept)
}

pub(super) fn sort(bound: &Bound) -> Eval {
    let case_sensitive = bound.flag(2, false)?;
    let list = iterate(bound.required(0)?)?;
    let path = bound.get(3).filter(|path| **path != Value::Null);
    let keyed = list.into_iter().map(|item| Ok(Value::list(vec![by_attribute(&item, path, case_sensitive)?, item])));
    let key = |pair: &Value| match pair {
        Value::List(pair) => pair[0].clone(),
        other => other.clone(),
    };
    let sorted = sorted(keyed.collect::<Eval<_>>()?, key, bound.flag(1, false)?)?;
    let item = |pair: &Value| match pair {
        Value::List(pair) => pair[1].clone(),
        other => other.clone(),
    };
    Ok(Value::list(items(&sorted)?.iter().map(item).collect()))
}

/// The value of a plain attribute, or the item itself, made comparable.
fn by_attribute(item: &Value, path: Option<&Value>, case_sensitive: bool) -> Eval {
    let Some(path) = path else { return Ok(sort_key(item, case_sensitive)) };
    match (item, path) {
        (Value::Map(entries), Value::String(name)) if !name.contains(['.', ',']) => {
            let value = entries.get(path).ok_or_else(|| Stop(Value::Undefined(Arc::clone(name))))?;
            Ok(sort_key(value, case_sensitive))
        }
        _ => Err(Stop::unsupported("attribute path")),
    }
}

/// The list in order; an error when two items have none.
pub(super) fn sorted(mut list: Vec<Value>, key: impl Fn(&Value) -> Value, reverse: bool) -> Eval {
    let mut stop = None;
    list.sort_by(|left, right| match ops::order(&key(left), &key(right)) {
        Ok(Some(ordering)) if reverse => ordering.reverse(),
        Ok(ordering) => ordering.unwrap_or(Ordering::Equal),
        Err(error) => {
            stop = Some(error);
            Ordering::Equal
        }
    });
    stop.map_or(Ok(Value::list(list)), Err)
}

/// Text in lower case unless `case_sensitive`; everything else as it is.
pub(super) fn sort_key(value: &Value, case_sensitive: bool) -> Value {
    match value {
        Value::String(text) if !case_sensitive => text.to_lowercase().into(),
        other => other.clone(),
    }
}

pub(super) fn min(bound: &Bound) -> Eval {
    extreme(bound, Ordering::Less)
}

pub(super) fn max(bound: &Bound) -> Eval {
    extreme(bound, Ordering::Greater)
}

fn extreme(bound: &Bound, wanted: Ordering) -> Eval {
    let case_sensitive = bound.flag(1, false)?;
    let path = bound.get(2).filter(|path| **path != Value::Null);
    let mut best: Option<(Value, Value)> = None;
    for item in iterate(bound.required(0)?)? {
        let key = by_attribute(&item, path, case_sensitive)?;
        let is_better = match &best {
            Some((best, _)) => ops::order(&key, best)? == Some(wanted),
            None => true,
        };
        if is_better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or_else(|| Value::Undefined("the extreme of an empty sequence".into()), |(_, item)| item))
}

/// Up to 2.18 a number and text may be added: Ansible's text knows how.
pub(super) fn sum(machine: &mut Machine<'_>, bound: &Bound) -> Eval {
    let path = bound.get(1).filter(|path| **path != Value::Null);
    let mut total = bound.get(2).cloned().unwrap_or(Value::Int(0));
    let list = machine.settled_argument(bound.required(0)?.clone())?;
    for item in iterate(&list)? {
        let item = by_attribute(&item, path, true)?;
        if matches!(item, Value::String(_)) && machine.dialect == Dialect::SafeEval {
            return Err(Stop::unsupported("sum of text"));
        }
        total = ops::arithmetic(Arithmetic::Add, &total, &item)?;
    }
    Ok(total)
}
