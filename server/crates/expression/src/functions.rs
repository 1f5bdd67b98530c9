//! Functions Ansible and Jinja offer everywhere: `lookup`, `query`, `undef`, `range`, ...

use std::sync::Arc;

use fancy_regex::Regex;
use indexmap::IndexMap;

use crate::arguments::{Arguments, integer, items, iterate, known_truth, text};
use crate::filters;
use crate::logic::{Eval, Stop};
use crate::machine::Machine;
use crate::{Reason, Value, python};

/// Whether the name means something when no variable has it.
pub(crate) fn exists(name: &str) -> bool {
    matches!(
        name,
        "lookup"
            | "query"
            | "q"
            | "undef"
            | "range"
            | "dict"
            | "omit"
            | "now"
            | "namespace"
            | "cycler"
            | "joiner"
            | "lipsum"
            | "vars"
            | "environment"
    )
}

/// `name(arguments)`.
pub(crate) fn call(machine: &mut Machine<'_>, name: &Arc<str>, arguments: Arguments) -> Eval {
    let result = match &**name {
        "lookup" => lookup(machine, arguments, false),
        "query" | "q" => lookup(machine, arguments, true),
        "undef" => arguments.bind(&["hint"]).map(|bound| match bound.get(0) {
            Some(Value::String(hint)) if !hint.is_empty() => Value::Undefined(Arc::clone(hint)),
            _ => Value::Undefined("a mandatory variable that was not overridden".into()),
        }),
        "range" => arguments.try_map(|value| machine.settled(value)).and_then(|arguments| range(machine, &arguments)),
        "dict" => dict(arguments),
        _ if exists(name) => Err(Stop::unsupported(name)),
        _ => Err(match machine.read(name) {
            stop @ (Value::Undefined(_) | Value::Error(_) | Value::Unknown(_)) => Stop(stop),
            other => Stop::error(format!("'{}' object is not callable", python::type_name(&other))),
        }),
    };
    machine.caught(result)
}

fn range(machine: &mut Machine<'_>, arguments: &Arguments) -> Eval {
    let numbers = arguments.positional.iter().map(integer).collect::<Eval<Vec<_>>>()?;
    let (start, stop, step) = match *numbers.as_slice() {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] if step != 0 => (start, stop, step),
        _ => return Err(Stop::error("range takes one to three numbers, and a step other than zero")),
    };
    let mut list = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        machine.spend(1)?;
        list.push(Value::Int(at));
        at = at.checked_add(step).ok_or_else(|| Stop::limit("integer"))?;
    }
    Ok(Value::list(list))
}

fn dict(arguments: Arguments) -> Eval {
    let mut map = IndexMap::new();
    for argument in &arguments.positional {
        match argument {
            Value::Map(entries) => map.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone()))),
            other => {
                for pair in iterate(other)? {
                    match items(&pair)?.as_slice() {
                        [key, value] => map.insert(key.clone(), value.clone()),
                        _ => return Err(Stop::error("dictionary update sequence element is not a pair")),
                    };
                }
            }
        }
    }
    map.extend(arguments.named.into_iter().map(|(name, value)| (Value::String(name), value)));
    Ok(Value::map(map))
}

/// Only lookups that stay within the variables or the scope are made; all others read something outside.
fn lookup(machine: &mut Machine<'_>, mut arguments: Arguments, want_list: bool) -> Eval {
    if arguments.positional.is_empty() {
        return Err(Stop::error("a lookup needs a name"));
    }
    let name = machine.settled(arguments.positional.remove(0))?;
    let name = text(&name)?;
    let name = name.strip_prefix("ansible.builtin.").unwrap_or(name);
    let mut default = None;
    let mut want_list = want_list;
    for (option, value) in std::mem::take(&mut arguments.named) {
        match &*option {
            "default" if name == "vars" => default = Some(value).filter(|value| *value != Value::Null),
            "wantlist" => want_list = known_truth(&value)?,
            "errors" => {}
            _ if matches!(name, "vars" | "varnames") => return Err(Stop::unsupported(&format!("lookup {name} with {option}"))),
            _ => {}
        }
    }
    let found = match name {
        "vars" => variables(machine, &arguments, default.as_ref())?,
        "varnames" => names(machine, &arguments)?,
        _ => {
            let terms = arguments.positional.iter().map(|term| machine.settled(term.clone())).collect::<Eval<Vec<_>>>()?;
            machine.query(name, &terms).ok_or_else(|| Stop::unknown(vec![Reason::Lookup(name.into())]))?
        }
    };
    match found.as_slice() {
        _ if want_list => Ok(Value::list(found)),
        [only] => Ok(only.clone()),
        _ if found.is_empty() => Ok(Value::list(found)),
        _ if found.iter().all(|value| matches!(value, Value::String(_))) => {
            Ok(found.iter().map(python::text).collect::<Vec<_>>().join(",").into())
        }
        _ => Ok(Value::list(found)),
    }
}

fn variables(machine: &mut Machine<'_>, arguments: &Arguments, default: Option<&Value>) -> Eval<Vec<Value>> {
    let mut found = Vec::new();
    for term in &arguments.positional {
        let term = machine.settled(term.clone())?;
        let name = text(&term)?;
        let value = if machine.is_set(name) {
            machine.variable(name)
        } else {
            default.cloned().unwrap_or_else(|| Value::Undefined(Arc::clone(name)))
        };
        found.push(value);
    }
    if let [only] = found.as_slice()
        && only.is_failure()
    {
        return Err(Stop(only.clone()));
    }
    Ok(found)
}

fn names(machine: &mut Machine<'_>, arguments: &Arguments) -> Eval<Vec<Value>> {
    let Some(known) = machine.variable_names() else { return Err(Stop::unsupported("lookup varnames")) };
    let mut found = Vec::new();
    for term in &arguments.positional {
        let term = machine.settled(term.clone())?;
        let regex: Regex = filters::compile(text(&term)?, filters::Flags::default(), "")?;
        for name in &known {
            machine.spend(1)?;
            if regex.is_match(&**name).map_err(|_| Stop::limit("regular expression"))? {
                found.push(Value::String(Arc::clone(name)));
            }
        }
    }
    Ok(found)
}
