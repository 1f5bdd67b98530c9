//! Arguments of filters, tests, functions and methods, and their binding to parameters.

use std::sync::Arc;

use crate::logic::{Eval, Logic, Stop};
use crate::{Value, ops, python};

/// Arguments as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vec<(Arc<str>, Value)>,
}

/// The names a plugin takes. A last name of `*` takes any further positional arguments, one of `**` any further names.
pub(crate) type Parameters = &'static [&'static str];

/// Arguments by parameter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    values: Vec<Option<Value>>,
    pub(crate) rest: Arguments,
}

impl Arguments {
    /// Assigns each argument to its parameter as Python does; too many arguments and unknown names are errors.
    pub(crate) fn bind(self, parameters: Parameters) -> Eval<Bound> {
        let takes_more = parameters.contains(&"*");
        let takes_names = parameters.contains(&"**");
        let names = &parameters[..parameters.iter().position(|name| name.starts_with('*')).unwrap_or(parameters.len())];
        let mut bound = Bound { values: vec![None; names.len()], rest: Arguments::default() };
        for (index, value) in self.positional.into_iter().enumerate() {
            match bound.values.get_mut(index) {
                Some(slot) => *slot = Some(value),
                None if takes_more => bound.rest.positional.push(value),
                None => return Err(Stop::error(format!("takes at most {} arguments", names.len()))),
            }
        }
        for (name, value) in self.named {
            match names.iter().position(|parameter| **parameter == *name) {
                Some(index) if bound.values[index].is_some() => {
                    return Err(Stop::error(format!("multiple values for argument '{name}'")));
                }
                Some(index) => bound.values[index] = Some(value),
                None if takes_names => bound.rest.named.push((name, value)),
                None => return Err(Stop::error(format!("unexpected argument '{name}'"))),
            }
        }
        Ok(bound)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.positional.iter().chain(self.named.iter().map(|(_, value)| value))
    }

    /// Applies `change` to every argument.
    pub(crate) fn try_map(self, mut change: impl FnMut(Value) -> Eval) -> Eval<Arguments> {
        Ok(Arguments {
            positional: self.positional.into_iter().map(&mut change).collect::<Eval<_>>()?,
            named: self.named.into_iter().map(|(name, value)| Ok((name, change(value)?))).collect::<Eval<_>>()?,
        })
    }
}

impl Bound {
    pub(crate) fn get(&self, index: usize) -> Option<&Value> {
        self.values.get(index).and_then(Option::as_ref)
    }

    /// The argument, or an error when it is missing.
    pub(crate) fn required(&self, index: usize) -> Eval<&Value> {
        self.get(index).ok_or_else(|| Stop::error("a required argument is missing"))
    }

    /// The argument as text; an error for other types.
    pub(crate) fn text(&self, index: usize) -> Eval<&Arc<str>> {
        text(self.required(index)?)
    }

    /// The argument as text, or `default`.
    pub(crate) fn text_or<'b>(&'b self, index: usize, default: &'b str) -> Eval<&'b str> {
        self.get(index).map_or(Ok(default), |value| text(value).map(|text| &**text))
    }

    /// The truth of the argument, or `default`.
    pub(crate) fn flag(&self, index: usize, default: bool) -> Eval<bool> {
        self.get(index).map_or(Ok(default), known_truth)
    }

    /// The argument as an integer; `None` when it is missing or Python's `None`.
    pub(crate) fn integer(&self, index: usize) -> Eval<Option<i128>> {
        match self.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => integer(value).map(Some),
        }
    }
}

/// The text of a string; stops for everything else.
pub(crate) fn text(value: &Value) -> Eval<&Arc<str>> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(wrong("str", value)),
    }
}

/// The items of a list; stops for everything else.
pub(crate) fn items(value: &Value) -> Eval<&Arc<Vec<Value>>> {
    match value {
        Value::List(items) | Value::Tuple(items) => Ok(items),
        _ => Err(wrong("list", value)),
    }
}

/// An integer or boolean; stops for everything else.
pub(crate) fn integer(value: &Value) -> Eval<i128> {
    match value {
        Value::Int(value) => Ok(*value),
        Value::Bool(value) => Ok((*value).into()),
        _ => Err(wrong("int", value)),
    }
}

/// Truth that must be known.
pub(crate) fn known_truth(value: &Value) -> Eval<bool> {
    match ops::truth(value)? {
        Logic::True => Ok(true),
        Logic::False => Ok(false),
        Logic::Unknown(reasons) => Err(Stop::unknown(reasons)),
    }
}

/// What iterating over the value gives in Python: items, keys or characters; stops for everything else.
pub(crate) fn iterate(value: &Value) -> Eval<Vec<Value>> {
    match value {
        Value::List(items) | Value::Tuple(items) => Ok(items.to_vec()),
        Value::Map(entries) => Ok(entries.keys().cloned().collect()),
        Value::String(text) => Ok(text.chars().map(|c| c.to_string().into()).collect()),
        Value::HostVars | Value::Host(_) => Err(Stop::unsupported("iteration over hostvars")),
        _ => Err(wrong("iterable", value)),
    }
}

fn wrong(expected: &str, value: &Value) -> Stop {
    match value {
        Value::Undefined(_) | Value::Error(_) | Value::Unknown(_) => Stop(value.clone()),
        _ => Stop::error(format!("expected {expected}, got {}", python::type_name(value))),
    }
}
