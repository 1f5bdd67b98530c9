//! Methods of Python's strings, lists and dictionaries.

use std::sync::Arc;

use crate::arguments::{Arguments, Bound, Parameters, integer, iterate, text};
use crate::filters;
use crate::logic::{Eval, Logic, Stop};
use crate::machine::Machine;
use crate::{Value, ops, python};

const OF_TEXT: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
const OF_LIST: &[&str] = &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
const OF_MAP: &[&str] = &["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];
const OF_NUMBER: &[&str] = &[
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "denominator",
    "from_bytes",
    "fromhex",
    "hex",
    "imag",
    "is_integer",
    "numerator",
    "real",
    "to_bytes",
];

/// Whether Python finds a method of that name before it looks for an entry.
pub(crate) fn is_method(of: &Value, name: &str) -> bool {
    let methods = match of {
        Value::String(_) => OF_TEXT,
        Value::List(_) | Value::Tuple(_) => OF_LIST,
        Value::Map(_) | Value::HostVars | Value::Host(_) => OF_MAP,
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => OF_NUMBER,
        _ => return false,
    };
    methods.contains(&name) || (name.starts_with("__") && name.ends_with("__"))
}

/// `of.name(arguments)`.
pub(crate) fn call(machine: &mut Machine<'_>, of: &Value, name: &Arc<str>, arguments: Arguments) -> Eval {
    if let Some(failure) = std::iter::once(of).chain(arguments.values()).find(|value| value.is_failure()) {
        return Err(Stop(failure.clone()));
    }
    match of {
        Value::Unknown(_) => match (&**name, arguments.positional.first()) {
            ("get", Some(key)) => machine.item(of, key),
            _ => Ok(of.clone()),
        },
        Value::String(text) => {
            let arguments = arguments.try_map(|value| machine.settled_argument(value))?;
            of_text(text, name, arguments)
        }
        Value::List(items) => of_list(items, name, arguments),
        Value::Tuple(items) => {
            let arguments = arguments.try_map(|value| machine.settled_argument(value))?;
            of_tuple(machine, items, name, arguments)
        }
        Value::Map(_) | Value::HostVars | Value::Host(_) => of_map(machine, of, name, arguments),
        _ if is_method(of, name) => Err(Stop::unsupported(&method_name(name))),
        _ => Err(Stop(Value::Undefined(Arc::clone(name)))),
    }
}

fn method_name(name: &str) -> String {
    format!("method {name}")
}

fn of_map(machine: &mut Machine<'_>, of: &Value, name: &Arc<str>, arguments: Arguments) -> Eval {
    match (&**name, of) {
        ("get", _) => {
            let bound = arguments.bind(&["key", "default"])?;
            let key = bound.required(0)?;
            if let Value::Unknown(_) = key {
                return Ok(key.clone());
            }
            let found = match of {
                Value::Map(entries) if !entries.contains_key(key) && ops::number(key).is_none() => None,
                _ => Some(machine.item(of, key)?),
            };
            match found {
                None | Some(Value::Undefined(_)) => Ok(bound.get(1).cloned().unwrap_or(Value::Null)),
                Some(value) => Ok(machine.force(value)),
            }
        }
        ("keys", Value::Map(entries)) => none(arguments).map(|()| Value::list(entries.keys().cloned().collect())),
        ("values", Value::Map(entries)) => none(arguments).map(|()| Value::list(entries.values().cloned().collect())),
        ("items", Value::Map(entries)) => {
            let pairs = entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()]));
            none(arguments).map(|()| Value::list(pairs.collect()))
        }
        ("copy", Value::Map(_)) => none(arguments).map(|()| of.clone()),
        _ if is_method(of, name) => Err(Stop::unsupported(&method_name(name))),
        _ => not_callable(machine, of, name),
    }
}

/// An entry is no function; an absent one is undefined.
fn not_callable(machine: &mut Machine<'_>, of: &Value, name: &Arc<str>) -> Eval {
    match machine.attribute(of, name)? {
        stop @ (Value::Undefined(_) | Value::Error(_) | Value::Unknown(_)) => Err(Stop(stop)),
        other => Err(Stop::error(format!("'{}' object is not callable", python::type_name(&other)))),
    }
}

fn none(arguments: Arguments) -> Eval<()> {
    arguments.bind(&[]).map(|_| ())
}

/// `count` and `index` are left out: from 2.19 on they miss what is not yet templated.
fn of_list(items: &Arc<Vec<Value>>, name: &str, arguments: Arguments) -> Eval {
    match name {
        "copy" => none(arguments).map(|()| Value::List(Arc::clone(items))),
        _ if OF_LIST.contains(&name) => Err(Stop::unsupported(&method_name(name))),
        _ => Err(Stop(Value::Undefined(name.into()))),
    }
}

fn of_tuple(machine: &mut Machine<'_>, items: &Arc<Vec<Value>>, name: &str, arguments: Arguments) -> Eval {
    if !matches!(name, "index" | "count") {
        return Err(Stop(Value::Undefined(name.into())));
    }
    let bound = arguments.bind(&["value"])?;
    let items = machine.settled(Value::Tuple(Arc::clone(items)))?;
    let wanted = bound.required(0)?;
    let equal = iterate(&items)?.iter().map(|item| Ok(ops::equal(item, wanted)? == Logic::True)).collect::<Eval<Vec<_>>>()?;
    if name == "count" {
        return Ok(equal.iter().filter(|equal| **equal).count().into());
    }
    equal.iter().position(|equal| *equal).map(Value::from).ok_or_else(|| Stop::error("tuple.index(x): x not in tuple"))
}

fn of_text(value: &str, name: &str, arguments: Arguments) -> Eval {
    let bind = |parameters: Parameters| arguments.clone().bind(parameters);
    let test = |holds: fn(&str) -> bool| bind(&[]).map(|_| Value::Bool(holds(value)));
    let changed = |text: String| bind(&[]).map(|_| Value::from(text));
    match name {
        "lower" => changed(value.to_lowercase()),
        "upper" => changed(value.to_uppercase()),
        "capitalize" => changed(filters::capitalized(value)),
        "title" => changed(title(value)),
        "strip" | "lstrip" | "rstrip" => strip(value, name, &bind(&["chars"])?),
        "split" => {
            let bound = bind(&["sep", "maxsplit"])?;
            filters::split_text(value, bound.get(0), bound.integer(1)?.unwrap_or(-1))
        }
        "rsplit" => rsplit(value, &bind(&["sep", "maxsplit"])?),
        "splitlines" => {
            bind(&[])?;
            if filters::has_unusual_line_end(value) {
                return Err(Stop::unsupported("method splitlines with unusual line ends"));
            }
            Ok(Value::list(value.lines().map(Value::text).collect()))
        }
        "startswith" => any_affix(&bind(&["prefix"])?, |prefix| value.starts_with(prefix)),
        "endswith" => any_affix(&bind(&["suffix"])?, |suffix| value.ends_with(suffix)),
        "removeprefix" => {
            let bound = bind(&["prefix"])?;
            Ok(Value::text(value.strip_prefix(&**bound.text(0)?).unwrap_or(value)))
        }
        "removesuffix" => {
            let bound = bind(&["suffix"])?;
            Ok(Value::text(value.strip_suffix(&**bound.text(0)?).unwrap_or(value)))
        }
        "replace" => {
            let bound = bind(&["old", "new", "count"])?;
            filters::replaced(value, bound.text(0)?, bound.text(1)?, bound.integer(2)?.unwrap_or(-1))
        }
        "join" => {
            let bound = bind(&["iterable"])?;
            let items = iterate(bound.required(0)?)?;
            let parts = items.iter().map(|item| text(item).map(|text| &**text)).collect::<Eval<Vec<_>>>()?;
            ops::bounded_text(parts.join(value))
        }
        "find" | "index" | "count" => {
            let bound = bind(&["sub"])?;
            find(value, name, bound.text(0)?)
        }
        "partition" | "rpartition" => {
            let bound = bind(&["sep"])?;
            partition(value, name, bound.text(0)?)
        }
        "zfill" => {
            let width = usize::try_from(integer(bind(&["width"])?.required(0)?)?).unwrap_or(0);
            ops::bounded(width)?;
            let (sign, digits) = value.split_at(usize::from(value.starts_with(['+', '-'])));
            let missing = width.saturating_sub(value.chars().count());
            Ok(format!("{sign}{}{digits}", "0".repeat(missing)).into())
        }
        "isdigit" => test(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())),
        "isalpha" => test(|text| !text.is_empty() && text.chars().all(char::is_alphabetic)),
        "isalnum" => test(|text| !text.is_empty() && text.chars().all(char::is_alphanumeric)),
        "isspace" => test(|text| !text.is_empty() && text.chars().all(char::is_whitespace)),
        _ if OF_TEXT.contains(&name) => Err(Stop::unsupported(&method_name(name))),
        _ => Err(Stop(Value::Undefined(name.into()))),
    }
}

/// Each run of letters with its first one in upper case.
fn title(value: &str) -> String {
    let (mut out, mut is_inside) = (String::with_capacity(value.len()), false);
    for c in value.chars() {
        if is_inside {
            out.extend(c.to_lowercase())
        } else {
            out.extend(c.to_uppercase())
        }
        is_inside = c.is_alphabetic();
    }
    out
}

fn strip(value: &str, name: &str, bound: &Bound) -> Eval {
    let chars = match bound.get(0) {
        None | Some(Value::Null) => None,
        Some(chars) => Some(text(chars)?),
    };
    let is_stripped = |c: char| chars.map_or_else(|| c.is_whitespace(), |chars| chars.contains(c));
    Ok(Value::text(match name {
        "lstrip" => value.trim_start_matches(is_stripped),
        "rstrip" => value.trim_end_matches(is_stripped),
        _ => value.trim_matches(is_stripped),
    }))
}

fn rsplit(value: &str, bound: &Bound) -> Eval {
    match (bound.get(0), usize::try_from(bound.integer(1)?.unwrap_or(-1))) {
        (Some(Value::String(separator)), Ok(limit)) if !separator.is_empty() => {
            let mut parts: Vec<Value> = value.rsplitn(limit.saturating_add(1), &**separator).map(Value::text).collect();
            parts.reverse();
            Ok(Value::list(parts))
        }
        (separator, Err(_)) => filters::split_text(value, separator, -1),
        _ => Err(Stop::unsupported("method rsplit on white space with a limit")),
    }
}

fn any_affix(bound: &Bound, holds: impl Fn(&str) -> bool) -> Eval {
    let affixes = match bound.required(0)? {
        affix @ Value::String(_) => vec![affix.clone()],
        Value::Tuple(affixes) => affixes.to_vec(),
        _ => return Err(Stop::error("startswith first arg must be str or a tuple of str")),
    };
    Ok(Value::Bool(affixes.iter().map(|affix| text(affix).map(|affix| holds(affix))).collect::<Eval<Vec<_>>>()?.contains(&true)))
}

fn find(value: &str, name: &str, part: &str) -> Eval {
    let at = value.find(part).map(|byte| value[..byte].chars().count());
    match (name, at) {
        ("count", _) if part.is_empty() => Ok(Value::from(value.chars().count() + 1)),
        ("count", _) => Ok(value.matches(part).count().into()),
        (_, Some(at)) => Ok(at.into()),
        ("find", None) => Ok(Value::Int(-1)),
        (_, None) => Err(Stop::error("substring not found")),
    }
}

fn partition(value: &str, name: &str, separator: &str) -> Eval {
    if separator.is_empty() {
        return Err(Stop::error("empty separator"));
    }
    let split = if name == "partition" { value.split_once(separator) } else { value.rsplit_once(separator) };
    let parts = match split {
        Some((before, after)) => [before, separator, after],
        None if name == "partition" => [value, "", ""],
        None => ["", "", value],
    };
    Ok(Value::tuple(parts.into_iter().map(Value::text).collect()))
}
