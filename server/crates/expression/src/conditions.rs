//! Conditions: bare expressions whose result must be true or false.

use std::sync::Arc;

use crate::ast::Expr;
use crate::logic::{Eval, Logic, Stop};
use crate::machine::{Machine, rejected_value};
use crate::{Dialect, Value, ops, parse, python};

impl Machine<'_> {
    /// The truth of a condition as `when` has it.
    ///
    /// From 2.19 on anything but a boolean is an error; before, Python's truth counts. A condition that is a template as a whole is templated
    /// first; if that gives text, the text is the condition.
    pub(crate) fn condition(&mut self, text: &str) -> Eval<Logic> {
        let text = text.trim();
        if text.is_empty() {
            return match self.dialect {
                Dialect::Native => Err(Stop::error("Empty conditional expressions are not allowed.")),
                Dialect::SafeEval => Ok(Logic::True),
            };
        }
        if is_all_template(text) {
            let text: Arc<str> = text.into();
            let value = self.render(&text, &text);
            return match self.resolve(value) {
                Value::String(_) => Err(Stop::unsupported("a condition that is made by a template")),
                value => self.boolean(&value),
            };
        }
        let expr = parse::expression(text).map_err(|rejected| Stop(rejected_value(&rejected)))?;
        self.in_condition = true;
        let truth = self.truth_of_condition(&expr);
        self.in_condition = false;
        truth
    }

    fn truth_of_condition(&mut self, expr: &Expr) -> Eval<Logic> {
        if self.dialect == Dialect::SafeEval || crate::expressions::is_boolean(expr) {
            return self.truth(expr);
        }
        match self.eval(expr)? {
            // As a value it is unknown; as a truth it may still be certain.
            Value::Unknown(_) => self.truth(expr),
            value => self.boolean(&value),
        }
    }

    fn boolean(&self, value: &Value) -> Eval<Logic> {
        let is_boolean = matches!(value, Value::Bool(_) | Value::Unknown(_) | Value::Undefined(_) | Value::Error(_));
        if self.dialect == Dialect::Native && !is_boolean {
            let type_name = python::type_name(value);
            return Err(Stop::error(format!("Conditionals must have a boolean result, not one of type '{type_name}'.")));
        }
        ops::truth(value)
    }
}

fn is_all_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|opening| text.starts_with(opening)) && ["}}", "%}", "#}"].iter().any(|closing| text.ends_with(closing))
}
