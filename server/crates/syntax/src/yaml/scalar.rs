//! The content of scalars: escapes, folds and block scalars as YAML 1.1 defines them.

mod block;

use std::borrow::Cow;

use super::{Kind, Node};

/// Whatever ends a line in YAML 1.1.
const BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

const BLANKS: [char; 2] = [' ', '\t'];

pub(super) fn text(node: Node<'_>) -> Cow<'_, str> {
    let source = node.source();
    match node.kind() {
        Kind::Plain | Kind::Alias => plain(source),
        Kind::SingleQuoted => single_quoted(source),
        Kind::DoubleQuoted => double_quoted(source),
        Kind::Literal | Kind::Folded => Cow::Owned(block::text(node)),
        _ => Cow::Borrowed(""),
    }
}

fn plain(source: &str) -> Cow<'_, str> {
    if has_break(source) { Cow::Owned(folded(source)) } else { Cow::Borrowed(source) }
}

fn single_quoted(source: &str) -> Cow<'_, str> {
    let inner = without_quotes(source, '\'');
    match (has_break(inner), inner.contains("''")) {
        (false, false) => Cow::Borrowed(inner),
        (true, _) => Cow::Owned(folded(inner).replace("''", "'")),
        (false, true) => Cow::Owned(inner.replace("''", "'")),
    }
}

fn without_quotes(source: &str, quote: char) -> &str {
    let inner = source.strip_prefix(quote).unwrap_or(source);
    inner.strip_suffix(quote).unwrap_or(inner)
}

fn has_break(text: &str) -> bool {
    // The first bytes of the breaks: names and addresses have none of them.
    text.bytes().any(|byte| matches!(byte, b'\n' | b'\r' | 0xc2 | 0xe2)) && text.contains(BREAKS)
}

/// How long the line break at the start of a text is; 0 when there is none.
fn break_len(text: &str) -> usize {
    match text.chars().next() {
        Some('\r') if text.starts_with("\r\n") => 2,
        Some(first) if BREAKS.contains(&first) => first.len_utf8(),
        _ => 0,
    }
}

/// Line breaks of which it is open what they become.
#[derive(Default)]
struct Breaks(String);

impl Breaks {
    /// All but LS and PS are LF in a content.
    fn push(&mut self, line_break: &str) {
        match line_break {
            "" => {}
            "\u{2028}" | "\u{2029}" => self.0.push_str(line_break),
            _ => self.0.push('\n'),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_line_feed(&self) -> bool {
        self.0 == "\n"
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    /// Puts them behind a text as they are.
    fn keep(&mut self, out: &mut String) {
        out.push_str(&self.0);
        self.0.clear();
    }

    /// Puts them behind a text folded: one LF is a blank, more are one less.
    fn fold(&mut self, out: &mut String) {
        match self.0.strip_prefix('\n') {
            Some("") => out.push(' '),
            Some(others) => out.push_str(others),
            None => out.push_str(&self.0),
        }
        self.0.clear();
    }
}

/// The lines of a text, each with the break behind it; the last one has none.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(BREAKS).unwrap_or(text.len());
        let len = break_len(&text[end..]);
        rest = (len > 0).then(|| &text[end + len..]);
        Some((&text[..end], &text[end..end + len]))
    })
}

/// Line folding; blanks around breaks go.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut breaks, mut is_first) = (Breaks::default(), true);
    for (line, line_break) in lines(text) {
        let start = if is_first { line } else { line.trim_start_matches(BLANKS) };
        // Blanks before a closing quote stay.
        let content = if line_break.is_empty() { start } else { start.trim_end_matches(BLANKS) };
        if !content.is_empty() {
            breaks.fold(&mut out);
            out.push_str(content);
        }
        breaks.push(line_break);
        is_first = false;
    }
    breaks.fold(&mut out);
    out
}

fn double_quoted(source: &str) -> Cow<'_, str> {
    let inner = without_quotes(source, '"');
    if !inner.contains('\\') && !has_break(inner) {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    // What is before this place is no blank that goes with a break behind it.
    let mut fixed = 0;
    while let Some(first) = rest.chars().next() {
        if break_len(rest) > 0 {
            let blanks = out.len() - out.trim_end_matches(BLANKS).len();
            out.truncate((out.len() - blanks).max(fixed));
            let (mut breaks, behind) = breaks_of(rest);
            breaks.fold(&mut out);
            (rest, fixed) = (behind, out.len());
        } else if first == '\\' && break_len(&rest[1..]) > 0 {
            let (mut breaks, behind) = breaks_of(&rest[1 + break_len(&rest[1..])..]);
            breaks.keep(&mut out);
            (rest, fixed) = (behind, out.len());
        } else if first == '\\' {
            let (character, len) = escaped(rest);
            out.extend(character);
            (rest, fixed) = (&rest[len..], out.len());
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Cow::Owned(out)
}

/// The breaks that a text starts with, and the text behind them and the blanks around them.
fn breaks_of(text: &str) -> (Breaks, &str) {
    let (mut breaks, mut rest) = (Breaks::default(), text);
    loop {
        rest = rest.trim_start_matches(BLANKS);
        let len = break_len(rest);
        if len == 0 {
            return (breaks, rest);
        }
        breaks.push(&rest[..len]);
        rest = &rest[len..];
    }
}

/// A character of a scalar's content and its place in the source of the node: one character, a doubled quote or an escape.
pub(crate) struct Unit {
    pub(crate) character: char,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The characters that a scalar is written with, in order, before lines are folded; the header of a block scalar left out.
pub(crate) fn units(node: Node<'_>) -> impl Iterator<Item = Unit> {
    let source = node.source();
    let kind = node.kind();
    let mut at = match kind {
        Kind::SingleQuoted | Kind::DoubleQuoted => 1.min(source.len()),
        Kind::Literal | Kind::Folded => source.find(BREAKS).unwrap_or(source.len()),
        _ => 0,
    };
    std::iter::from_fn(move || {
        loop {
            let rest = source.get(at..)?;
            let first = rest.chars().next()?;
            let (character, len) = match (kind, first) {
                (Kind::SingleQuoted, '\'') if rest.starts_with("''") => (Some('\''), 2),
                (Kind::DoubleQuoted, '\\') => escaped(rest),
                _ => (Some(first), first.len_utf8()),
            };
            let start = at;
            at += len;
            if let Some(character) = character {
                return Some(Unit { character, start, end: at });
            }
        }
    })
}

/// The character of the escape at the start of a text, and how long the escape is.
fn escaped(text: &str) -> (Option<char>, usize) {
    let Some(escape) = text[1..].chars().next() else { return (None, 1) };
    let behind = 1 + escape.len_utf8();
    match escape_digits(escape) {
        _ if break_len(&text[1..]) > 0 => (None, 1 + break_len(&text[1..])),
        None => (Some(unescaped(escape)), behind),
        Some(digits) => {
            let n_digits = text[behind..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
            let code = &text[behind..behind + n_digits];
            (u32::from_str_radix(code, 16).ok().and_then(char::from_u32), behind + n_digits)
        }
    }
}

fn escape_digits(escape: char) -> Option<usize> {
    match escape {
        'x' => Some(2),
        'u' => Some(4),
        'U' => Some(8),
        _ => None,
    }
}

fn unescaped(escape: char) -> char {
    match escape {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    }
}
