//! Python's `literal_eval`, with the names JSON has for constants, for the texts ansible-core up to 2.18 reads again as values.

use indexmap::IndexMap;

use crate::Value;

/// Deepest nesting that is read.
const MAX_NESTING: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotLiteral {
    /// Python would refuse it too.
    Certain,
    /// Python may accept it: a set, bytes, a complex number, an escape.
    Doubtful,
}

/// The value of a Python literal.
pub(crate) fn read(text: &str) -> Result<Value, NotLiteral> {
    let mut reader = Reader { text: text.trim(), at: 0 };
    let mut items = vec![reader.value(0)?];
    let mut is_tuple = false;
    while reader.eat(',') {
        is_tuple = true;
        reader.space();
        if !reader.rest().is_empty() {
            items.push(reader.value(0)?);
        }
    }
    reader.space();
    match items.pop() {
        Some(value) if reader.rest().is_empty() && !is_tuple => Ok(value),
        Some(value) if reader.rest().is_empty() => {
            items.push(value);
            Ok(Value::tuple(items))
        }
        _ => Err(NotLiteral::Certain),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, expected: char) -> bool {
        self.space();
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, NotLiteral> {
        if depth > MAX_NESTING {
            return Err(NotLiteral::Doubtful);
        }
        self.space();
        match self.rest().chars().next() {
            Some('[') => self.items('[', ']', depth),
            Some('(') => self.items('(', ')', depth),
            Some('{') => self.entries(depth),
            Some('\'' | '"') => self.strings(),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(NotLiteral::Certain),
        }
    }

    fn items(&mut self, open: char, close: char, depth: usize) -> Result<Value, NotLiteral> {
        self.eat(open);
        let (mut items, mut commas) = (Vec::new(), 0);
        while !self.eat(close) {
            if items.len() > commas {
                return Err(NotLiteral::Certain);
            }
            items.push(self.value(depth + 1)?);
            if self.eat(',') {
                commas += 1;
            }
        }
        // `(a)` is `a`, not a tuple.
        if open == '(' && items.len() == 1 && commas == 0 {
            return items.pop().ok_or(NotLiteral::Certain);
        }
        Ok(if open == '(' { Value::tuple(items) } else { Value::list(items) })
    }

    fn entries(&mut self, depth: usize) -> Result<Value, NotLiteral> {
        self.eat('{');
        let (mut entries, mut commas, mut count) = (IndexMap::new(), 0, 0);
        while !self.eat('}') {
            if count > commas {
                return Err(NotLiteral::Certain);
            }
            let key = self.value(depth + 1)?;
            if !self.eat(':') {
                return Err(NotLiteral::Doubtful);
            }
            entries.insert(key, self.value(depth + 1)?);
            count += 1;
            if self.eat(',') {
                commas += 1;
            }
        }
        Ok(Value::map(entries))
    }

    /// Adjacent strings are one.
    fn strings(&mut self) -> Result<Value, NotLiteral> {
        let mut text = String::new();
        while let Some(quote @ ('\'' | '"')) = self.rest().chars().next() {
            self.at += 1;
            loop {
                let Some(c) = self.rest().chars().next() else { return Err(NotLiteral::Certain) };
                self.at += c.len_utf8();
                match c {
                    c if c == quote => break,
                    '\n' => return Err(NotLiteral::Certain),
                    '\\' => text.push(self.escape()?),
                    c => text.push(c),
                }
            }
            self.space();
        }
        Ok(text.into())
    }

    fn escape(&mut self) -> Result<char, NotLiteral> {
        let c = self.rest().chars().next().ok_or(NotLiteral::Certain)?;
        self.at += c.len_utf8();
        match c {
            '\\' | '\'' | '"' => Ok(c),
            'n' => Ok('\n'),
            't' => Ok('\t'),
            'r' => Ok('\r'),
            _ => Err(NotLiteral::Doubtful),
        }
    }

    fn number(&mut self) -> Result<Value, NotLiteral> {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let digits = &rest[..length];
        self.at += length;
        let unsigned = digits.trim_start_matches(['-', '+']);
        if unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.bytes().all(|b| b.is_ascii_digit()) {
            return if unsigned.bytes().all(|b| b == b'0') { Ok(Value::Int(0)) } else { Err(NotLiteral::Certain) };
        }
        if !unsigned.is_empty() && digits.len() - unsigned.len() <= 1 && unsigned.bytes().all(|b| b.is_ascii_digit()) {
            return digits.parse().map(Value::Int).map_err(|_| NotLiteral::Doubtful);
        }
        if digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')) && unsigned.bytes().filter(|b| *b == b'.').count() == 1 {
            return digits.parse().map(Value::Float).map_err(|_| NotLiteral::Doubtful);
        }
        Err(NotLiteral::Doubtful)
    }

    fn word(&mut self) -> Result<Value, NotLiteral> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += length;
        match &rest[..length] {
            "True" | "true" => Ok(Value::Bool(true)),
            "False" | "false" => Ok(Value::Bool(false)),
            "None" | "null" => Ok(Value::Null),
            // Prefixed strings.
            "b" | "r" | "u" | "f" | "B" | "R" | "U" | "F" | "br" | "rb" | "set" => Err(NotLiteral::Doubtful),
            _ => Err(NotLiteral::Certain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_python_reads() {
        assert_eq!(read("['a', 1, 2.5, None]"), Ok(Value::list(vec![Value::text("a"), Value::Int(1), Value::Float(2.5), Value::Null])));
        assert_eq!(read("[1,]"), Ok(Value::list(vec![Value::Int(1)])));
        assert_eq!(read("True"), Ok(Value::Bool(true)));
        assert_eq!(read("[true, null]"), Ok(Value::list(vec![Value::Bool(true), Value::Null])));
        assert_eq!(read("{'a': -1}"), Ok(Value::map([(Value::text("a"), Value::Int(-1))].into_iter().collect())));
    }

    #[test]
    fn refuses_what_python_refuses() {
        for text in ["[a]", "{'a' 1", "[01]", "[1 2]", "['a\nb']", "[1] x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
