//! JSON as Python's `json.dumps(indent=4, sort_keys=True, ensure_ascii=False)` writes it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use hostwise_syntax::Value;

use crate::mapping;

/// How marked strings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Unsafe strings as objects that say so.
    Shown,
    /// Unsafe strings like others, except below a second-level key called `vars`.
    Hidden,
}

/// A tree of objects over values.
#[derive(Debug)]
pub(crate) enum Json<'v> {
    Object(BTreeMap<Cow<'v, str>, Json<'v>>),
    Strings(Vec<&'v str>),
    /// In the order of their names.
    Variables(Vec<(&'v str, &'v Value)>, Marks),
    Text(&'v str),
}

/// The text of a tree, without a line break at its end.
pub(crate) fn print(json: &Json<'_>) -> String {
    let mut out = String::new();
    tree(json, 0, &mut out);
    out
}

fn tree(json: &Json<'_>, depth: usize, out: &mut String) {
    match json {
        Json::Object(entries) => {
            lines(out, depth, ('{', '}'), entries.iter(), |(key, entry), out| {
                string(key, out);
                out.push_str(": ");
                tree(entry, depth + 1, out);
            });
        }
        Json::Strings(items) => lines(out, depth, ('[', ']'), items.iter(), |item, out| string(item, out)),
        Json::Variables(entries, marks) => lines(out, depth, ('{', '}'), entries.iter(), |(key, entry), out| {
            string(key, out);
            out.push_str(": ");
            value(entry, *marks, depth + 1, out);
        }),
        Json::Text(text) => string(text, out),
    }
}

fn value(it: &Value, marks: Marks, depth: usize, out: &mut String) {
    match it {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Value::BigInt(digits) => out.push_str(digits),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::String(text) | Value::Timestamp(text) | Value::Invalid(text) => string(text, out),
        Value::Unsafe(text) if marks == Marks::Shown => marked("__ansible_unsafe", text, depth, out),
        Value::Unsafe(text) => string(text, out),
        Value::Vault(text) => marked("__ansible_vault", text, depth, out),
        Value::List(items) => lines(out, depth, ('[', ']'), items.iter(), |item, out| value(item, marks, depth + 1, out)),
        Value::Map(entries) => {
            // Keys that become the same text: the later one wins.
            let sorted: BTreeMap<_, &Value> = entries.iter().map(|(key, entry)| (mapping::name(key), entry)).collect();
            lines(out, depth, ('{', '}'), sorted.iter(), |(key, entry), out| {
                string(key, out);
                out.push_str(": ");
                value(entry, marks, depth + 1, out);
            });
        }
    }
}

fn marked(mark: &str, text: &str, depth: usize, out: &mut String) {
    lines(out, depth, ('{', '}'), std::iter::once(text), |text, out| {
        string(mark, out);
        out.push_str(": ");
        string(text, out);
    });
}

/// Brackets around items, each on a line of its own; nothing between them when there is none.
fn lines<T>(
    out: &mut String,
    depth: usize,
    (open, close): (char, char),
    items: impl ExactSizeIterator<Item = T>,
    item: impl Fn(T, &mut String),
) {
    out.push(open);
    let n_items = items.len();
    for (index, it) in items.enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        item(it, out);
    }
    if n_items > 0 {
        out.push('\n');
        indent(depth, out);
    }
    out.push(close);
}

fn indent(depth: usize, out: &mut String) {
    (0..depth).for_each(|_| out.push_str("    "));
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    if !text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.push_str(text);
        out.push('"');
        return;
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// A float as Python's `repr` writes it, not-a-number and infinities as its JSON module.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..16).contains(&exponent) && number != 0.0 => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{number:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against Python 3.11.
    #[test]
    fn floats_are_pythons() {
        for (number, expected) in [
            (1.0, "1.0"),
            (1e-7, "1e-07"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.0, "-0.0"),
            (1.5e300, "1.5e+300"),
            (f64::INFINITY, "Infinity"),
        ] {
            assert_eq!(float(number), expected);
        }
    }

    #[test]
    fn strings_are_escaped_as_python_does() {
        let mut out = String::new();
        string("a\"\\\n\u{1}\u{7f}é\u{2028}", &mut out);
        assert_eq!(out, "\"a\\\"\\\\\\n\\u0001\u{7f}é\u{2028}\"");
    }
}
