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
}

/// Truths joined one by one: by `and` when false decides, by `or` when true does.
pub(crate) struct Junction {
    decisive: Logic,
    unknown: Option<Vec<Reason>>,
}

impl Junction {
    /// `decisive` is the truth that decides for the whole, whatever the others are.
    pub(crate) fn new(decisive: Logic) -> Junction {
        Junction { decisive, unknown: None }
    }

    /// The outcome when it is certain now. A failure is reached only if nothing unknown came before it that may decide.
    pub(crate) fn add(&mut self, truth: Eval<Logic>) -> Eval<Option<Logic>> {
        match truth {
            Ok(truth) if truth == self.decisive => return Ok(Some(truth)),
            Ok(Logic::Unknown(reasons)) => self.unknown = Some(join_reasons(self.unknown.take().unwrap_or_default(), &reasons)),
            Ok(_) => {}
            Err(stop) => return self.unknown.take().map_or(Err(stop), |reasons| Ok(Some(Logic::Unknown(reasons)))),
        }
        Ok(None)
    }

    /// The outcome when there are no more truths.
    pub(crate) fn finish(self) -> Logic {
        self.unknown.map_or(!self.decisive, Logic::Unknown)
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
