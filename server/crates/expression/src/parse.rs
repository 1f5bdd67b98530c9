//! From text to [`ast`](crate::ast): the only file that knows minijinja.
//!
//! minijinja's grammar is Jinja's but for a few details, which are either evened out here or reported as unsupported.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::machinery::{ast as jinja, parse, parse_expr};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;

use crate::ast::{Application, Argument, Arithmetic, Call, Choice, Comparison, Expr, For, If, Slice, Statement, Target};
use crate::kept::Kept;
use crate::source::{self, Context};
use crate::{Value, plugins};

/// Deepest nesting of an expression or of blocks.
const MAX_NESTING: usize = 120;

/// Why there is no tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rejected {
    /// Ansible would refuse it too: the message.
    Syntax(String),
    /// Valid for Ansible, or perhaps: what it is.
    Unsupported(Cow<'static, str>),
    /// Longer or deeper than is evaluated here.
    TooLarge,
}

/// A bare expression, as in `when:`.
pub(crate) fn expression(text: &str) -> Result<Arc<Expr>, Rejected> {
    static KNOWN: Kept<Result<Arc<Expr>, Rejected>> = Kept::new();
    KNOWN.get(text, || parse_expression(text).map(Arc::new))
}

fn parse_expression(text: &str) -> Result<Expr, Rejected> {
    let prepared = source::prepare(text, Context::Expression)?;
    let tree = parse_expr(&prepared).map_err(|error| rejection(&error))?;
    expr(&tree, 0)
}

/// A text with `{{ }}` and `{% %}` in it.
pub(crate) fn template(text: &str) -> Result<Arc<[Statement]>, Rejected> {
    static KNOWN: Kept<Result<Arc<[Statement]>, Rejected>> = Kept::new();
    KNOWN.get(text, || parse_template(text).map(Arc::from))
}

fn parse_template(text: &str) -> Result<Vec<Statement>, Rejected> {
    if text.starts_with("#jinja2:") {
        return Err(Rejected::Unsupported("#jinja2: override".into()));
    }
    let prepared = source::prepare(text, Context::Template)?;
    let syntax = SyntaxConfig::builder().trim_blocks(true).build().map_err(|error| rejection(&error))?;
    match parse(&prepared, "", syntax).map_err(|error| rejection(&error))? {
        jinja::Stmt::Template(template) => statements(&template.children, 0),
        _ => Err(Rejected::Unsupported("template".into())),
    }
}

/// Messages that may stand for something Jinja accepts: a sign, a bare tuple, an extension's statement, an identifier beyond ASCII, deep nesting.
fn rejection(error: &minijinja::Error) -> Rejected {
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let doubtful =
        ["unexpected `+`", "unexpected `,`", "unknown statement", "unexpected character", "recursion", "invalid integer", "escape"];
    if doubtful.iter().any(|doubt| message.contains(doubt)) { Rejected::Unsupported("syntax".into()) } else { Rejected::Syntax(message) }
}

fn expr(tree: &jinja::Expr<'_>, depth: usize) -> Result<Expr, Rejected> {
    if depth > MAX_NESTING {
        return Err(Rejected::TooLarge);
    }
    let deeper = |tree: &jinja::Expr<'_>| expr(tree, depth + 1);
    let boxed = |tree: &jinja::Expr<'_>| deeper(tree).map(Box::new);
    let optional = |tree: &Option<jinja::Expr<'_>>| tree.as_ref().map(deeper).transpose();
    Ok(match tree {
        jinja::Expr::Var(name) => Expr::Name(name.id.into()),
        jinja::Expr::Const(constant) => Expr::Const(value(&constant.value)?),
        jinja::Expr::Slice(slice) => Expr::Slice(Box::new(Slice {
            of: deeper(&slice.expr)?,
            start: optional(&slice.start)?,
            stop: optional(&slice.stop)?,
            step: optional(&slice.step)?,
        })),
        jinja::Expr::UnaryOp(unary) => match unary.op {
            jinja::UnaryOpKind::Not => Expr::Not(boxed(&unary.expr)?),
            jinja::UnaryOpKind::Neg => Expr::Negate(boxed(&unary.expr)?),
        },
        jinja::Expr::BinOp(_) => binary(tree, depth)?,
        jinja::Expr::Compare(chain) => {
            let steps = chain.ops.iter().map(|step| Ok((comparison(step.op), deeper(&step.expr)?)));
            Expr::Compare(boxed(&chain.expr)?, steps.collect::<Result<_, Rejected>>()?)
        }
        jinja::Expr::IfExpr(choice) => Expr::If(Box::new(Choice {
            test: deeper(&choice.test_expr)?,
            then: deeper(&choice.true_expr)?,
            otherwise: optional(&choice.false_expr)?,
        })),
        jinja::Expr::Filter(filter) => Expr::Filter(Box::new(Application {
            name: plugin_name(filter.name, "filter", plugins::is_filter)?,
            input: optional(&filter.expr)?,
            arguments: arguments(&filter.args, depth)?,
        })),
        jinja::Expr::Test(test) => Expr::Test(Box::new(Application {
            name: plugin_name(test.name, "test", plugins::is_test)?,
            input: Some(deeper(&test.expr)?),
            arguments: arguments(&test.args, depth)?,
        })),
        jinja::Expr::GetAttr(attribute) => Expr::Attribute(boxed(&attribute.expr)?, attribute.name.into()),
        jinja::Expr::GetItem(item) => Expr::Item(boxed(&item.expr)?, boxed(&item.subscript_expr)?),
        jinja::Expr::Call(call) => Expr::Call(Box::new(Call { callee: deeper(&call.expr)?, arguments: arguments(&call.args, depth)? })),
        jinja::Expr::List(list) => Expr::List(list.items.iter().map(deeper).collect::<Result<_, _>>()?),
        jinja::Expr::Tuple(tuple) => Expr::Tuple(tuple.items.iter().map(deeper).collect::<Result<_, _>>()?),
        jinja::Expr::Map(map) => {
            let entries = map.keys.iter().zip(&map.values).map(|(key, value)| Ok((deeper(key)?, deeper(value)?)));
            Expr::Map(entries.collect::<Result<_, Rejected>>()?)
        }
    })
}

/// A tree of operators that leans to the left, walked without recursion: chains of `and`, `or`, `+` and `~` may be long.
fn binary(tree: &jinja::Expr<'_>, depth: usize) -> Result<Expr, Rejected> {
    let mut operators = Vec::new();
    let mut leftmost = tree;
    while let jinja::Expr::BinOp(operator) = leftmost {
        operators.push(operator);
        leftmost = &operator.left;
    }
    let mut result = expr(leftmost, depth + 1)?;
    for operator in operators.into_iter().rev() {
        let right = expr(&operator.right, depth + 1)?;
        result = match (kind(operator.op), result) {
            (Operator::And, Expr::And(mut operands)) => {
                operands.push(right);
                Expr::And(operands)
            }
            (Operator::Or, Expr::Or(mut operands)) => {
                operands.push(right);
                Expr::Or(operands)
            }
            (Operator::And, left) => Expr::And(vec![left, right]),
            (Operator::Or, left) => Expr::Or(vec![left, right]),
            (Operator::Arithmetic(operator), left) => Expr::Arithmetic(operator, Box::new(left), Box::new(right)),
            (Operator::Compare(operator), left) => Expr::Compare(Box::new(left), vec![(operator, right)]),
        };
    }
    Ok(result)
}

enum Operator {
    And,
    Or,
    Arithmetic(Arithmetic),
    Compare(Comparison),
}

fn kind(operator: jinja::BinOpKind) -> Operator {
    match operator {
        jinja::BinOpKind::ScAnd => Operator::And,
        jinja::BinOpKind::ScOr => Operator::Or,
        jinja::BinOpKind::Add => Operator::Arithmetic(Arithmetic::Add),
        jinja::BinOpKind::Sub => Operator::Arithmetic(Arithmetic::Subtract),
        jinja::BinOpKind::Mul => Operator::Arithmetic(Arithmetic::Multiply),
        jinja::BinOpKind::Div => Operator::Arithmetic(Arithmetic::Divide),
        jinja::BinOpKind::FloorDiv => Operator::Arithmetic(Arithmetic::FloorDivide),
        jinja::BinOpKind::Rem => Operator::Arithmetic(Arithmetic::Remainder),
        jinja::BinOpKind::Pow => Operator::Arithmetic(Arithmetic::Power),
        jinja::BinOpKind::Concat => Operator::Arithmetic(Arithmetic::Concatenate),
        jinja::BinOpKind::Eq => Operator::Compare(Comparison::Equal),
        jinja::BinOpKind::Ne => Operator::Compare(Comparison::NotEqual),
        jinja::BinOpKind::Lt => Operator::Compare(Comparison::Less),
        jinja::BinOpKind::Lte => Operator::Compare(Comparison::LessOrEqual),
        jinja::BinOpKind::Gt => Operator::Compare(Comparison::Greater),
        jinja::BinOpKind::Gte => Operator::Compare(Comparison::GreaterOrEqual),
        jinja::BinOpKind::In => Operator::Compare(Comparison::In),
    }
}

fn comparison(operator: jinja::CompareOpKind) -> Comparison {
    match operator {
        jinja::CompareOpKind::Eq => Comparison::Equal,
        jinja::CompareOpKind::Ne => Comparison::NotEqual,
        jinja::CompareOpKind::Lt => Comparison::Less,
        jinja::CompareOpKind::Lte => Comparison::LessOrEqual,
        jinja::CompareOpKind::Gt => Comparison::Greater,
        jinja::CompareOpKind::Gte => Comparison::GreaterOrEqual,
        jinja::CompareOpKind::In => Comparison::In,
        jinja::CompareOpKind::NotIn => Comparison::NotIn,
    }
}

fn arguments(arguments: &[jinja::CallArg<'_>], depth: usize) -> Result<Vec<Argument>, Rejected> {
    let deeper = |tree: &jinja::Expr<'_>| expr(tree, depth + 1);
    let convert = |argument: &jinja::CallArg<'_>| {
        Ok(match argument {
            jinja::CallArg::Pos(value) => Argument::Positional(deeper(value)?),
            jinja::CallArg::Kwarg(name, value) => Argument::Named((*name).into(), deeper(value)?),
            jinja::CallArg::PosSplat(values) => Argument::Spread(deeper(values)?),
            jinja::CallArg::KwargSplat(values) => Argument::SpreadNamed(deeper(values)?),
        })
    };
    arguments.iter().map(convert).collect()
}

/// The name of a filter or test; Ansible's own go by their short name. One that may not exist would spoil the whole expression.
fn plugin_name(name: &str, kind: &str, exists: fn(&str) -> bool) -> Result<Arc<str>, Rejected> {
    let name: String = name.split_whitespace().collect();
    let short = ["ansible.builtin.", "ansible.legacy."].into_iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
    if exists(short) { Ok(short.into()) } else { Err(Rejected::Unsupported(format!("{kind} {short}").into())) }
}

fn statements(trees: &[jinja::Stmt<'_>], depth: usize) -> Result<Vec<Statement>, Rejected> {
    if depth > MAX_NESTING {
        return Err(Rejected::TooLarge);
    }
    trees.iter().map(|tree| statement(tree, depth + 1)).collect()
}

fn statement(tree: &jinja::Stmt<'_>, depth: usize) -> Result<Statement, Rejected> {
    let body = |trees: &[jinja::Stmt<'_>]| statements(trees, depth);
    Ok(match tree {
        jinja::Stmt::EmitRaw(text) => Statement::Text(text.raw.into()),
        jinja::Stmt::EmitExpr(emit) => Statement::Emit(expr(&emit.expr, depth)?),
        jinja::Stmt::ForLoop(tree) if tree.recursive => Statement::Unsupported("recursive loop"),
        jinja::Stmt::ForLoop(tree) => Statement::For(Box::new(For {
            target: target(&tree.target)?,
            over: expr(&tree.iter, depth)?,
            filter: tree.filter_expr.as_ref().map(|tree| expr(tree, depth)).transpose()?,
            body: body(&tree.body)?,
            otherwise: body(&tree.else_body)?,
        })),
        jinja::Stmt::IfCond(tree) => {
            Statement::If(Box::new(If { test: expr(&tree.expr, depth)?, then: body(&tree.true_body)?, otherwise: body(&tree.false_body)? }))
        }
        jinja::Stmt::WithBlock(with) => {
            let assignments = with.assignments.iter().map(|(to, value)| Ok((target(to)?, expr(value, depth)?)));
            Statement::With(assignments.collect::<Result<_, Rejected>>()?, body(&with.body)?)
        }
        jinja::Stmt::Set(set) => Statement::Set(target(&set.target)?, expr(&set.expr, depth)?),
        jinja::Stmt::SetBlock(set) => {
            let filter = set.filter.as_ref().map(|tree| expr(tree, depth)).transpose()?;
            Statement::SetBlock(target(&set.target)?, filter, body(&set.body)?)
        }
        jinja::Stmt::FilterBlock(block) => Statement::FilterBlock(expr(&block.filter, depth)?, body(&block.body)?),
        jinja::Stmt::Template(_) => Statement::Unsupported("template"),
        jinja::Stmt::AutoEscape(_) => Statement::Unsupported("autoescape"),
        jinja::Stmt::Block(_) => Statement::Unsupported("block"),
        jinja::Stmt::Import(_) | jinja::Stmt::FromImport(_) => Statement::Unsupported("import"),
        jinja::Stmt::Extends(_) => Statement::Unsupported("extends"),
        jinja::Stmt::Include(_) => Statement::Unsupported("include"),
        jinja::Stmt::Macro(_) | jinja::Stmt::CallBlock(_) => Statement::Unsupported("macro"),
        jinja::Stmt::Do(_) => Statement::Unsupported("do"),
    })
}

fn target(tree: &jinja::Expr<'_>) -> Result<Target, Rejected> {
    match tree {
        jinja::Expr::Var(name) => Ok(Target::Name(name.id.into())),
        jinja::Expr::List(list) => Ok(Target::Several(list.items.iter().map(target).collect::<Result<_, _>>()?)),
        _ => Err(Rejected::Unsupported("assignment to an attribute".into())),
    }
}

/// A constant: the parser folds nothing, so these are scalars.
fn value(constant: &minijinja::Value) -> Result<Value, Rejected> {
    Ok(match constant.kind() {
        ValueKind::None | ValueKind::Undefined => Value::Null,
        ValueKind::Bool => Value::Bool(constant.is_true()),
        ValueKind::String => constant.as_str().map_or(Value::Null, Value::text),
        ValueKind::Number if constant.is_integer() => Value::Int(i128::try_from(constant.clone()).map_err(|_| Rejected::TooLarge)?),
        ValueKind::Number => Value::Float(f64::try_from(constant.clone()).map_err(|_| Rejected::TooLarge)?),
        ValueKind::Map => Value::map(IndexMap::new()),
        _ => return Err(Rejected::Unsupported("constant".into())),
    })
}
