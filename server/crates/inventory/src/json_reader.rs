//! JSON as Ansible reads it before it tries YAML (Python's `json.loads`, ansible-core `_json/_profiles/_legacy.py`).

use std::sync::Arc;

use hostwise_syntax::Value;

/// Deeper texts are none: Python gives up, too.
const DEPTH: usize = 500;

/// The value of a text that is JSON as a whole; `None` for every other text.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(DEPTH)?;
    reader.skip();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.skip();
        match self.rest().bytes().next()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => Some(Value::String(self.string()?)),
            _ => self.word().or_else(|| self.number()),
        }
    }

    fn word(&mut self) -> Option<Value> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        words.into_iter().find(|(word, _)| self.take(word)).map(|(_, value)| value)
    }

    fn number(&mut self) -> Option<Value> {
        let text = self.rest();
        let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(text.starts_with('-'));
        let whole = if text[sign..].starts_with('0') { 1 } else { digits(sign) };
        let mut end = sign + whole;
        let mut is_float = false;
        if text[end..].starts_with('.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
            is_float = true;
        }
        if text[end..].starts_with(['e', 'E']) {
            let exponent = end + 1 + usize::from(text[end + 1..].starts_with(['+', '-']));
            if digits(exponent) > 0 {
                end = exponent + digits(exponent);
                is_float = true;
            }
        }
        self.at += end;
        match (whole, is_float) {
            (0, _) => None,
            (_, true) => Some(Value::Float(text[..end].parse().ok()?)),
            (_, false) => crate::python::int(&text[..end]),
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.take("[");
        let mut items = Vec::new();
        if self.take("]") {
            return Some(Value::List(items.into()));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take("]") {
                return Some(Value::List(items.into()));
            }
            self.take(",").then_some(())?;
        }
    }

    /// An object with one of Ansible's marks is a string.
    fn object(&mut self, depth: usize) -> Option<Value> {
        self.take("{");
        let mut entries: Vec<(Value, Value)> = Vec::new();
        let mut is_open = !self.take("}");
        while is_open {
            self.skip();
            let key = Value::String(self.string()?);
            self.take(":").then_some(())?;
            let value = self.value(depth)?;
            match entries.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => entries.push((key, value)),
            }
            is_open = !self.take("}");
            if is_open {
                self.take(",").then_some(())?;
            }
        }
        let marked = |mark: &str| entries.iter().find(|(key, _)| key.as_str() == Some(mark)).and_then(|(_, value)| value.as_str());
        if let Some(text) = marked("__ansible_unsafe") {
            return Some(Value::Unsafe(text.into()));
        }
        if let Some(text) = marked("__ansible_vault") {
            return Some(Value::Vault(text.into()));
        }
        Some(Value::Map(entries.into()))
    }

    /// Python keeps half of a surrogate pair, which no text here can hold: it becomes U+FFFD.
    fn string(&mut self) -> Option<Arc<str>> {
        let mut characters = self.rest().char_indices();
        (characters.next()?.1 == '"').then_some(())?;
        let mut units: Vec<u16> = Vec::new();
        let mut content = String::new();
        while let Some((index, character)) = characters.next() {
            let unit = match character {
                '\\' => escape(&mut characters)?,
                _ => None,
            };
            if let Some(unit) = unit {
                units.push(unit);
                continue;
            }
            content.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
            match character {
                '"' => {
                    self.at += index + 1;
                    return Some(content.into());
                }
                c if c < ' ' => return None,
                c => content.push(c),
            }
        }
        None
    }
}

/// The UTF-16 unit behind a backslash; the outer `None` when it escapes nothing.
fn escape(characters: &mut std::str::CharIndices<'_>) -> Option<Option<u16>> {
    let unit = match characters.next()?.1 {
        '"' => u16::from(b'"'),
        '\\' => u16::from(b'\\'),
        '/' => u16::from(b'/'),
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'u' => {
            let digits: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
            (digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(())?;
            u16::from_str_radix(&digits, 16).ok()?
        }
        _ => return None,
    };
    Some(Some(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against Python 3.11.
    #[test]
    fn values_are_pythons() {
        for (text, expected) in [
            ("1", Some(Value::Int(1))),
            ("1e3", Some(Value::Float(1000.0))),
            ("-0.5", Some(Value::Float(-0.5))),
            (r#" "\ud83d\ude00\n" "#, Some(Value::String("😀\n".into()))),
            ("[1, null]", Some(Value::List([Value::Int(1), Value::Null].into()))),
            (r#"{"a": 1, "a": 2}"#, Some(Value::Map([(Value::String("a".into()), Value::Int(2))].into()))),
            (r#"{"__ansible_unsafe": "x"}"#, Some(Value::Unsafe("x".into()))),
            ("Infinity", Some(Value::Float(f64::INFINITY))),
            ("01", None),
            ("1.", None),
            ("[1,]", None),
            ("{a: 1}", None),
            ("\"\t\"", None),
            ("'a'", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
