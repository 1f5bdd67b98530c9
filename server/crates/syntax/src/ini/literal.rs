//! Values as Python's `ast.literal_eval` reads them; what is no literal stays text.

use std::sync::Arc;

use crate::value::{Entries, Value, big};

/// Nesting that Python's own parser refuses, roughly.
const DEPTH: usize = 90;

/// The value of `text` in an INI inventory.
pub(crate) fn value(text: &str) -> Value {
    let mut reader = Reader { rest: text.trim_start_matches([' ', '\t']) };
    match reader.tuple_or_value(DEPTH) {
        Some(value) if reader.at_end() => value,
        _ => Value::String(text.into()),
    }
}

/// The text that is read as `value` in a `:vars` section; `None` when there is none.
pub(crate) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) if self::value(text) == *value && text.trim() == &**text && !text.contains(super::is_break) => text.to_string(),
        value => python(value, DEPTH)?,
    };
    (self::value(&text) == *value).then_some(text)
}

/// A Python literal.
fn python(value: &Value, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(digits) => digits.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::String(text) | Value::Timestamp(text) => python_string(text),
        Value::List(items) => {
            format!("[{}]", items.iter().map(|item| python(item, depth)).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| Some(format!("{}: {}", python(key, depth)?, python(value, depth)?));
            format!("{{{}}}", entries.iter().map(entry).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Value::Unsafe(_) | Value::Vault(_) | Value::Invalid(_) => return None,
    })
}

fn python_string(text: &str) -> String {
    let mut out = String::from("'");
    for character in text.chars() {
        match character {
            '\\' | '\'' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            character if character.is_control() || super::is_break(character) => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            character => out.push(character),
        }
    }
    out.push('\'');
    out
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
            '-' | '+' | '.' | '0'..='9' => self.number_or_complex(),
            _ if self.string_prefix().is_some() => self.strings(),
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
        let mut entries = Entries::default();
        if self.take("}") {
            return Some(Value::Map(Arc::from([])));
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
            entries.put(key, value);
            let has_comma = self.take(",");
            if self.take("}") {
                return Some(Value::Map(entries.into_iter().collect()));
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

    /// Length of a string's prefix (`r`, `b`, ...) when a quote follows it, and what the prefix says.
    fn string_prefix(&self) -> Option<(usize, Prefix)> {
        let letters = self.rest.find(['\'', '"'])?;
        let (is_raw, is_bytes) = match self.rest[..letters].to_ascii_lowercase().as_str() {
            "" | "u" => (false, false),
            "r" => (true, false),
            "b" => (false, true),
            "br" | "rb" => (true, true),
            _ => return None,
        };
        Some((letters, Prefix { is_raw, is_bytes }))
    }

    /// One or more adjacent strings, all of text or all of bytes. Bytes are untrusted text to Ansible.
    fn strings(&mut self) -> Option<Value> {
        let (mut content, mut kind) = (String::new(), None);
        loop {
            self.skip();
            let Some((letters, prefix)) = self.string_prefix() else { break };
            if *kind.get_or_insert(prefix.is_bytes) != prefix.is_bytes {
                return None;
            }
            self.rest = &self.rest[letters..];
            let quote = &self.rest[..1];
            let triple = quote.repeat(3);
            let closing = if self.rest.starts_with(&triple) { triple.as_str() } else { quote };
            self.rest = &self.rest[closing.len()..];
            self.string(closing, prefix, &mut content)?;
        }
        Some(if kind? { Value::Unsafe(content.into()) } else { Value::String(content.into()) })
    }

    fn string(&mut self, closing: &str, prefix: Prefix, content: &mut String) -> Option<()> {
        loop {
            if let Some(rest) = self.rest.strip_prefix(closing) {
                self.rest = rest;
                return Some(());
            }
            let character = self.next()?;
            match character {
                '\\' if prefix.is_raw => content.extend(['\\', self.next()?]),
                '\\' => self.escape(prefix, content)?,
                other if prefix.is_bytes && !other.is_ascii() => return None,
                other => content.push(other),
            }
        }
    }

    fn escape(&mut self, prefix: Prefix, content: &mut String) -> Option<()> {
        if self.rest.starts_with(|c: char| c.is_digit(8)) {
            content.push(self.code(8, 1, 3)?);
            return Some(());
        }
        let escape = self.next()?;
        let character = match escape {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '\'' | '"' => escape,
            'x' => self.code(16, 2, 2)?,
            'u' if !prefix.is_bytes => self.code(16, 4, 4)?,
            'U' if !prefix.is_bytes => self.code(16, 8, 8)?,
            'N' if !prefix.is_bytes => return None,
            other => {
                content.push('\\');
                other
            }
        };
        content.push(character);
        Some(())
    }

    /// A character by its number in a radix.
    fn code(&mut self, radix: u32, least: usize, most: usize) -> Option<char> {
        let n_digits = self.rest.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        let (digits, rest) = self.rest.split_at(n_digits);
        self.rest = rest;
        (n_digits >= least).then(|| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32))?
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        Some(character)
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

    /// A number, or a complex number, which Ansible turns into its text.
    fn number_or_complex(&mut self) -> Option<Value> {
        let real = self.number()?;
        let Number::Real(value) = real else {
            let Number::Imaginary { value, is_negated } = real else { return None };
            let text = format!("{}j", python_float(value));
            return Some(Value::String(if is_negated { format!("(-0{text})") } else { text }.into()));
        };
        self.skip();
        if !self.rest.starts_with(['+', '-']) {
            return Some(value);
        }
        let is_minus = self.rest.starts_with('-');
        self.rest = &self.rest[1..];
        self.skip();
        if !self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let Number::Imaginary { value: imaginary, .. } = self.number()? else { return None };
        let sign = if is_minus { '-' } else { '+' };
        let real = match value {
            Value::Int(value) => value.to_string(),
            Value::Float(value) => python_float(value),
            _ => return None,
        };
        Some(Value::String(format!("({real}{sign}{}j)", python_float(imaginary)).into()))
    }

    fn number(&mut self) -> Option<Number> {
        let is_negated = self.rest.starts_with('-');
        if self.rest.starts_with(['-', '+']) {
            self.rest = &self.rest[1..];
            self.skip();
        }
        let end = number_end(self.rest);
        let (digits, rest) = self.rest.split_at(end);
        let is_hex = digits.starts_with("0x") || digits.starts_with("0X");
        let number = match digits.strip_suffix(['j', 'J']).filter(|_| !is_hex) {
            Some(digits) => {
                let value: f64 = digits.replace('_', "").parse().ok()?;
                Number::Imaginary { value: if is_negated { -value } else { value }, is_negated }
            }
            None => Number::Real(python_number(digits, is_negated)?),
        };
        self.rest = rest;
        Some(number)
    }
}

/// What stands in front of a string's quote.
#[derive(Clone, Copy)]
struct Prefix {
    is_raw: bool,
    is_bytes: bool,
}

enum Number {
    Real(Value),
    Imaginary { value: f64, is_negated: bool },
}

/// A part of a complex number as Python prints it: without `.0`.
fn python_float(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
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
            ("u'x' 'y'", string("xy")),
            ("r'a\\n'", string("a\\n")),
            ("b'x\\x41'", Value::Unsafe("xA".into())),
            ("'\\x41\\u20ac\\101\\q'", string("A€A\\q")),
            ("\'\'\'t\'\'\'", string("t")),
            ("1+2j", string("(1+2j)")),
            ("1.5-2.5j", string("(1.5-2.5j)")),
            ("2j", string("2j")),
            ("-2j", string("(-0-2j)")),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        for text in [
            "true",
            "yes",
            "null",
            "0755",
            "08",
            "1_",
            "--5",
            "1+2",
            "10.0.0.1",
            "a b",
            "[1",
            "{'a'}x",
            "f'x'",
            "",
            "text # c",
            "[1 2]",
            "u'x' b'y'",
            "'\\N{DIGIT ONE}'",
            "1+2",
            "1j+2",
        ] {
            assert_eq!(value(text), string(text), "{text}");
        }
    }
}
