//! Expressions and templates as the evaluator sees them: owned, and flat where nesting has no meaning.

use std::sync::Arc;

use crate::Value;

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Const(Value),
    Name(Arc<str>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// At least two operands.
    And(Vec<Expr>),
    /// At least two operands.
    Or(Vec<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// A chain: `a < b <= c`. At least one step.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    If(Box<Choice>),
    Filter(Box<Application>),
    Test(Box<Application>),
    Attribute(Box<Expr>, Arc<str>),
    Item(Box<Expr>, Box<Expr>),
    Slice(Box<Slice>),
    Call(Box<Call>),
}

/// `then if test else otherwise`.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) test: Expr,
    pub(crate) then: Expr,
    pub(crate) otherwise: Option<Expr>,
}

/// A filter or a test with its input.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) name: Arc<str>,
    /// `None` in a filter block, whose input is the text of the block.
    pub(crate) input: Option<Expr>,
    pub(crate) arguments: Vec<Argument>,
}

#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) of: Expr,
    pub(crate) start: Option<Expr>,
    pub(crate) stop: Option<Expr>,
    pub(crate) step: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) callee: Expr,
    pub(crate) arguments: Vec<Argument>,
}

#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Positional(Expr),
    Named(Arc<str>, Expr),
    /// `*items`
    Spread(Expr),
    /// `**entries`
    SpreadNamed(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
    /// `~`
    Concatenate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Text(Arc<str>),
    Emit(Expr),
    For(Box<For>),
    If(Box<If>),
    /// `{% set target = value %}`
    Set(Target, Expr),
    /// `{% set target %}body{% endset %}`, with a filter or without.
    SetBlock(Target, Option<Expr>, Vec<Statement>),
    With(Vec<(Target, Expr)>, Vec<Statement>),
    FilterBlock(Expr, Vec<Statement>),
    /// A statement hostwise does not evaluate: its keyword.
    Unsupported(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct For {
    pub(crate) target: Target,
    pub(crate) over: Expr,
    pub(crate) filter: Option<Expr>,
    pub(crate) body: Vec<Statement>,
    pub(crate) otherwise: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(crate) struct If {
    pub(crate) test: Expr,
    pub(crate) then: Vec<Statement>,
    pub(crate) otherwise: Vec<Statement>,
}

/// What a value is assigned to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Name(Arc<str>),
    Several(Vec<Target>),
}
