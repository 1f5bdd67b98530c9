//! Kleene's logic: true, false, or unknown with the reasons.

use crate::value::join_reasons;
use crate::{Reason, Value};

/// What stops an evaluation: what Python would raise, as the value that stands for it (undefined, an error), or an unknown that nothing can
/// be said about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stop(pub(crate) Value);

impl Stop {
    pub(crate) fn error(message: impl AsRef<str>) -> Stop {
        Stop(Value::Error(message.as_ref().into()))
    }

    pub(crate) fn unsupported(what: &str) -> Stop {
        Stop(Value::unsupported(what))
    }

    pub(crate) fn limit(what: &str) -> Stop {
        Stop(Value::limit(what))
    }

    pub(crate) fn unknown(reasons: Vec<Reason>) -> Stop {
        Stop(Value::Unknown(reasons))
    }
}

/// The outcome of a step of an evaluation.
pub(crate) type Eval<T = Value> = Result<T, Stop>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Logic {
    True,
    False,
    Unknown(Vec<Reason>),
}

impl Logic {
    pub(crate) fn into_value(self) -> Value {
        match self {
            Logic::True => Value::Bool(true),
            Logic::False => Value::Bool(false),
            Logic::Unknown(reasons) => Value::Unknown(reasons),
        }
    }

    /// Conjunction; unknown only when no operand is false.
    pub(crate) fn all(operands: impl IntoIterator<Item = Logic>) -> Logic {
        let mut unknown: Option<Vec<Reason>> = None;
        for operand in operands {
            match operand {
                Logic::False => return Logic::False,
                Logic::True => {}
                Logic::Unknown(reasons) => unknown = Some(join_reasons(unknown.unwrap_or_default(), &reasons)),
            }
        }
        unknown.map_or(Logic::True, Logic::Unknown)
    }

    /// Disjunction; unknown only when no operand is true.
    pub(crate) fn any(operands: impl IntoIterator<Item = Logic>) -> Logic {
        !Logic::all(operands.into_iter().map(|operand| !operand))
    }
}

impl From<bool> for Logic {
    fn from(value: bool) -> Logic {
        if value { Logic::True } else { Logic::False }
    }
}

impl std::ops::Not for Logic {
    type Output = Logic;

    fn not(self) -> Logic {
        match self {
            Logic::True => Logic::False,
            Logic::False => Logic::True,
            Logic::Unknown(reasons) => Logic::Unknown(reasons),
        }
    }
}
