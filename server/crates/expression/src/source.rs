//! What happens to the text before it is parsed: backslashes mean what they mean to Ansible, and no text is too large for the parser.

use std::borrow::Cow;

use crate::parse::Rejected;

/// Most tokens in one `{{ }}` or `{% %}`, so that the parser's recursion stays bounded.
const MAX_TOKENS: usize = 1_000;
/// Most `{{ }}` and `{% %}` in a text.
const MAX_TAGS: usize = 2_000;
/// No shorter text can reach a limit.
const SHORT: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Expression,
    Template,
}

/// `text` with its backslashes ready for the parser.
///
/// In string literals between `{{ }}` Ansible keeps backslashes as they are (`escape_backslashes`); in `{% %}` and in conditions they escape as
/// in Python.
pub(crate) fn prepare(text: &str, context: Context) -> Result<Cow<'_, str>, Rejected> {
    if text.len() <= SHORT && !text.contains('\\') {
        return Ok(Cow::Borrowed(text));
    }
    let mut scan = Scan { text, at: 0, out: String::with_capacity(text.len() + 8) };
    match context {
        Context::Expression => scan.tag(None)?,
        Context::Template => scan.template()?,
    }
    Ok(if scan.out == text { Cow::Borrowed(text) } else { Cow::Owned(scan.out) })
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    out: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Variable,
    Block,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Copies `length` bytes.
    fn copy(&mut self, length: usize) {
        let end = (self.at + length).min(self.text.len());
        self.out.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn template(&mut self) -> Result<(), Rejected> {
        let mut tags = 0;
        while let Some(open) = self.rest().find('{') {
            self.copy(open);
            let rest = self.rest();
            if rest.starts_with("{#") {
                let length = rest.find("#}").map_or(rest.len(), |end| end + 2);
                self.copy(length);
            } else if is_raw(rest) {
                let length = rest.find("endraw").map_or(rest.len(), |end| end + "endraw".len());
                self.copy(length);
            } else if rest.starts_with("{{") || rest.starts_with("{%") {
                tags += 1;
                if tags > MAX_TAGS {
                    return Err(Rejected::TooLarge);
                }
                let tag = if rest.starts_with("{{") { Tag::Variable } else { Tag::Block };
                self.copy(2);
                self.tag(Some(tag))?;
            } else {
                self.copy(1);
            }
        }
        let length = self.rest().len();
        self.copy(length);
        Ok(())
    }

    /// To the end of the tag, or of the text.
    fn tag(&mut self, tag: Option<Tag>) -> Result<(), Rejected> {
        let end = match tag {
            Some(Tag::Variable) => "}}",
            Some(Tag::Block) => "%}",
            None => "",
        };
        let (mut tokens, mut open, mut in_word) = (0, 0_usize, false);
        while let Some(c) = self.rest().chars().next() {
            if open == 0 && tag.is_some() && self.rest().starts_with(end) {
                self.copy(end.len());
                return Ok(());
            }
            let is_word = c.is_alphanumeric() || c == '_';
            if !(c.is_whitespace() || is_word && in_word) {
                tokens += 1;
            }
            in_word = is_word;
            match c {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
            if tokens > MAX_TOKENS {
                return Err(Rejected::TooLarge);
            }
            if matches!(c, '\'' | '"') { self.string(c, tag == Some(Tag::Variable)) } else { self.copy(c.len_utf8()) }
        }
        Ok(())
    }

    fn string(&mut self, quote: char, literally: bool) {
        self.copy(1);
        while let Some(c) = self.rest().chars().next() {
            if c == '\\' {
                let next = self.rest()[1..].chars().next();
                match next {
                    // A quote after a backslash does not end the string, however the backslash is read.
                    Some(next) if literally => {
                        self.out.push_str("\\\\");
                        self.at += 1;
                        if next == '\\' || next == quote {
                            self.out.push('\\');
                            self.copy(next.len_utf8());
                        }
                    }
                    // Python keeps an escape it does not know; the parser's own table has this one more.
                    Some('/') => {
                        self.out.push_str("\\\\/");
                        self.at += 2;
                    }
                    next => self.copy(1 + next.map_or(0, char::len_utf8)),
                }
                continue;
            }
            self.copy(c.len_utf8());
            if c == quote {
                return;
            }
        }
    }
}

fn is_raw(rest: &str) -> bool {
    rest.strip_prefix("{%").is_some_and(|rest| rest.trim_start_matches(['-', '+']).trim_start().starts_with("raw"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_literal_between_double_braces_only() {
        assert_eq!(prepare(r"{{ 'a\d' }}\d", Context::Template).as_deref(), Ok(r"{{ 'a\\d' }}\d"));
        assert_eq!(prepare(r"{% set a = 'a\d' %}", Context::Template).as_deref(), Ok(r"{% set a = 'a\d' %}"));
        assert_eq!(prepare(r"a == '\/'", Context::Expression).as_deref(), Ok(r"a == '\\/'"));
        assert_eq!(prepare(r"{% raw %}{{ '\d' }}{% endraw %}", Context::Template).as_deref(), Ok(r"{% raw %}{{ '\d' }}{% endraw %}"));
    }

    #[test]
    fn a_long_chain_is_refused_before_it_is_parsed() {
        assert_eq!(prepare(&"-".repeat(5_000), Context::Expression), Err(Rejected::TooLarge));
        assert_eq!(prepare(&"{{ a }}".repeat(5_000), Context::Template), Err(Rejected::TooLarge));
    }
}
