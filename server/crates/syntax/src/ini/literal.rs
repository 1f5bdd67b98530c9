//! Values as Python's `ast.literal_eval` reads them; what is no literal stays text.

use std::sync::Arc;

use crate::value::{Value, big};

/// Nesting that Python's own parser refuses, roughly.
const DEPTH: usize = 90;

/// The value of `text` in an INI inventory.
pub(super) fn value(text: &str) -> Value {
    let mut reader = Reader { rest: text.trim_start_matches([' ', '\t']) };
    match reader.tuple_or_value(DEPTH) {
        Some(value) if reader.at_end() => value,
        _ => Value::String(text.into()),
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Nothing is left but blanks or a Python comment.
    fn at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty() || self.rest.starts_with('#')
    }

    /// `1, 2` is a tuple without parentheses.
    fn tuple_or_value(&mut self, depth: usize) -> Option<Value> {
        let first = self.value(depth)?;
        if !self.take(",") {
            return Some(first);
        }
        let mut items = vec![first];
        while !self.at_end() {
            items.push(self.value(depth)?);
            if !self.take(",") {
                break;
            }
        }
        Some(Value::List(items.into()))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.skip();
        match self.rest.chars().next()? {
            '[' => {
                self.take("[");
                Some(Value::List(self.items("]", depth)?.0.into()))
            }
            '(' => {
                self.take("(");
                let (mut items, has_comma) = self.items(")", depth)?;
                Some(if items.len() == 1 && !has_comma { items.remove(0) } else { Value::List(items.into()) })
            }
            '{' => {
                self.take("{");
                self.braces(depth)
            }
            '\'' | '"' => self.strings(),
            '-' | '+' | '.' | '0'..='9' => self.number(),
            _ => self.name(),
        }
    }

    /// Values with commas up to `close`, and whether a comma stood behind the last.
    fn items(&mut self, close: &str, depth: usize) -> Option<(Vec<Value>, bool)> {
        let (mut items, mut has_comma) = (Vec::new(), false);
        while !self.take(close) {
            if !items.is_empty() && !has_comma {
                return None;
            }
            items.push(self.value(depth)?);
            has_comma = self.take(",");
        }
        Some((items, has_comma))
    }

    /// A dictionary, or a set (which Ansible shows as a list).
    fn braces(&mut self, depth: usize) -> Option<Value> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        if self.take("}") {
            return Some(Value::Map(Arc::from(entries)));
        }
        let first = self.value(depth)?;
        if !self.take(":") {
            let mut items = vec![first];
            if self.take(",") {
                items.extend(self.items("}", depth)?.0);
            } else if !self.take("}") {
                return None;
            }
            return Some(Value::List(items.into()));
        }
        let mut key = first;
        loop {
            let value = self.value(depth)?;
            match entries.iter_mut().find(|(known, _)| known.same_key(&key)) {
                Some((_, old)) => *old = value,
                None => entries.push((key, value)),
            }
            let has_comma = self.take(",");
            if self.take("}") {
                return Some(Value::Map(entries.into()));
            }
            if !has_comma {
                return None;
            }
            key = self.value(depth)?;
            if !self.take(":") {
                return None;
            }
        }
    }

    /// One or more adjacent strings.
    fn strings(&mut self) -> Option<Value> {
        let mut content = String::new();
        loop {
            self.skip();
            let quote = match self.rest.chars().next() {
                Some(quote @ ('\'' | '"')) => quote,
                _ => return Some(Value::String(content.into())),
            };
            if self.rest.starts_with(if quote == '"' { "\"\"\"" } else { "'''" }) {
                return None;
            }
            self.rest = &self.rest[1..];
            self.string(quote, &mut content)?;
        }
    }

    fn string(&mut self, quote: char, content: &mut String) -> Option<()> {
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                character if character == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some(());
                }
                '\\' => match characters.next()?.1 {
                    'n' => content.push('\n'),
                    't' => content.push('\t'),
                    'r' => content.push('\r'),
                    '0' => content.push('\0'),
                    escaped @ ('\\' | '\'' | '"') => content.push(escaped),
                    'x' | 'u' | 'U' | 'N' | '1'..='7' => return None,
                    other => content.extend(['\\', other]),
                },
                other => content.push(other),
            }
        }
        None
    }

    fn name(&mut self) -> Option<Value> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let value = match name {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "None" => Value::Null,
            _ => return None,
        };
        self.rest = rest;
        Some(value)
    }

    fn number(&mut self) -> Option<Value> {
        let negative = self.rest.starts_with('-');
        if self.rest.starts_with(['-', '+']) {
            self.rest = &self.rest[1..];
            self.skip();
        }
        let end = number_end(self.rest);
        let (digits, rest) = self.rest.split_at(end);
        let value = python_number(digits, negative)?;
        self.rest = rest;
        Some(value)
    }
}

/// A number's characters: letters, digits, `_`, `.`, and a sign behind an exponent.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_hex = text.starts_with("0x") || text.starts_with("0X");
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let is_sign = matches!(byte, b'+' | b'-') && at > 0 && !is_hex && matches!(bytes[at - 1], b'e' | b'E');
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || is_sign) {
            break;
        }
        at += 1;
    }
    at
}

fn python_number(text: &str, negative: bool) -> Option<Value> {
    let well_placed = !text.ends_with('_') && !text.contains("__") && !text.starts_with('_');
    let digits = text.replace('_', "");
    if digits.is_empty() || !well_placed {
        return None;
    }
    for (prefixes, radix) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(rest) = prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)) {
            return (!rest.is_empty() && rest.chars().all(|c| c.is_digit(radix))).then(|| big(rest, radix, negative));
        }
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let leading_zero = digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|byte| byte != b'0');
        return (!leading_zero).then(|| big(&digits, 10, negative));
    }
    let is_float = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let value: f64 = if is_float { digits.parse().ok()? } else { return None };
    Some(Value::Float(if negative { -value } else { value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against Python 3.11's `ast.literal_eval`.
    #[test]
    fn literals_are_typed_and_the_rest_stays_text() {
        let list = |items: &[Value]| Value::List(items.into());
        let string = |text: &str| Value::String(text.into());
        for (text, expected) in [
            ("1", Value::Int(1)),
            ("1e3", Value::Float(1000.0)),
            (".5", Value::Float(0.5)),
            ("1.", Value::Float(1.0)),
            ("1_000", Value::Int(1000)),
            ("0x1F", Value::Int(31)),
            ("0o17", Value::Int(15)),
            ("- 5", Value::Int(-5)),
            ("+5", Value::Int(5)),
            ("00", Value::Int(0)),
            ("None", Value::Null),
            ("'a' \"b\"", string("ab")),
            ("'it\\'s'", string("it's")),
            ("[1, 'a', [True]]", list(&[Value::Int(1), string("a"), list(&[Value::Bool(true)])])),
            ("(1,)", list(&[Value::Int(1)])),
            ("(1)", Value::Int(1)),
            ("1,2", list(&[Value::Int(1), Value::Int(2)])),
            ("{'a': 1}", Value::Map([(string("a"), Value::Int(1))].into())),
            ("{1}", list(&[Value::Int(1)])),
            ("5 # five", Value::Int(5)),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        for text in
            ["true", "yes", "null", "0755", "08", "1_", "--5", "1+2", "10.0.0.1", "a b", "[1", "{'a'}x", "f'x'", "", "text # c", "[1 2]"]
        {
            assert_eq!(value(text), string(text), "{text}");
        }
    }
}
