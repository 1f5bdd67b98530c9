//! The content of scalars: escapes, folds and block scalars as YAML 1.1 defines them.

use std::borrow::Cow;

use super::{Kind, Node};

pub(super) fn text(node: Node<'_>) -> Cow<'_, str> {
    let source = node.source();
    match node.kind() {
        Kind::Plain | Kind::Alias => plain(source),
        Kind::SingleQuoted => single_quoted(source),
        Kind::DoubleQuoted => double_quoted(source),
        Kind::Literal => Cow::Owned(block(source, false)),
        Kind::Folded => Cow::Owned(block(source, true)),
        _ => Cow::Borrowed(""),
    }
}

fn plain(source: &str) -> Cow<'_, str> {
    if source.contains(['\n', '\r']) { Cow::Owned(folded(source)) } else { Cow::Borrowed(source) }
}

fn single_quoted(source: &str) -> Cow<'_, str> {
    let inner = without_quotes(source, '\'');
    match (inner.contains(['\n', '\r']), inner.contains("''")) {
        (false, false) => Cow::Borrowed(inner),
        (true, _) => Cow::Owned(folded(inner).replace("''", "'")),
        (false, true) => Cow::Owned(inner.replace("''", "'")),
    }
}

fn without_quotes(source: &str, quote: char) -> &str {
    let inner = source.strip_prefix(quote).unwrap_or(source);
    inner.strip_suffix(quote).unwrap_or(inner)
}

/// Line folding: one break is a blank, more are one less; blanks around breaks go.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut breaks, mut first) = (0, true);
    for line in lines(text) {
        let content = if first { line.trim_end_matches([' ', '\t']) } else { line.trim_matches([' ', '\t']) };
        if !first {
            breaks += 1;
        }
        if !content.is_empty() || first {
            push_breaks(&mut out, breaks);
            breaks = 0;
            out.push_str(content);
        }
        first = false;
    }
    // The last line keeps the blanks before a closing quote only when it is not empty; an empty one is a break.
    push_breaks(&mut out, breaks);
    out
}

fn push_breaks(out: &mut String, breaks: usize) {
    match breaks {
        0 => {}
        1 => out.push(' '),
        n => out.extend(std::iter::repeat_n('\n', n - 1)),
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match text.find(['\n', '\r']) {
            Some(at) => {
                let width = if text[at..].starts_with("\r\n") { 2 } else { 1 };
                rest = Some(&text[at + width..]);
                Some(&text[..at])
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

fn double_quoted(source: &str) -> Cow<'_, str> {
    let inner = without_quotes(source, '"');
    if !inner.contains(['\\', '\n', '\r']) {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.char_indices().peekable();
    let mut literal_end = 0;
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                match characters.next() {
                    Some((_, '\n' | '\r')) => skip_blanks(&mut characters),
                    Some((_, escape)) => {
                        if let Some(digits) = escape_digits(escape) {
                            let code: String =
                                (0..digits).filter_map(|_| characters.next_if(|(_, c)| c.is_ascii_hexdigit())).map(|(_, c)| c).collect();
                            out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                        } else {
                            out.push(unescaped(escape));
                        }
                    }
                    None => {}
                }
                literal_end = out.len();
            }
            '\n' | '\r' => {
                if character == '\r' && inner[at + 1..].starts_with('\n') {
                    characters.next();
                }
                let kept = out.trim_end_matches([' ', '\t']).len().max(literal_end);
                out.truncate(kept);
                let mut breaks = 1;
                loop {
                    skip_blanks(&mut characters);
                    match characters.peek() {
                        Some((at, '\r')) if inner[at + 1..].starts_with('\n') => {
                            characters.next();
                            characters.next();
                        }
                        Some((_, '\n' | '\r')) => {
                            characters.next();
                        }
                        _ => break,
                    }
                    breaks += 1;
                }
                push_breaks(&mut out, breaks);
                literal_end = out.len();
            }
            character => out.push(character),
        }
    }
    Cow::Owned(out)
}

fn skip_blanks(characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>) {
    while characters.next_if(|(_, character)| matches!(character, ' ' | '\t')).is_some() {}
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
        Kind::Literal | Kind::Folded => source.find(['\n', '\r']).unwrap_or(source.len()),
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
        _ if matches!(escape, '\n' | '\r') => (None, behind),
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

/// A block scalar with its header: literal, or folded.
fn block(source: &str, is_folded: bool) -> String {
    let mut all = lines(source);
    let header = all.next().unwrap_or_default();
    let header = header.split('#').next().unwrap_or_default();
    let body: Vec<&str> = all.collect();
    let width = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let indent = body.iter().filter(|line| !line.trim_matches(' ').is_empty()).map(width).next().unwrap_or(0);
    // An explicit indicator counts from the parent's column, which the first content line shows unless it is indented more.
    let explicit = header.chars().find_map(|character| character.to_digit(10)).map(|digit| digit as usize);
    let smallest = body.iter().filter(|line| !line.trim_matches(' ').is_empty()).map(width).min().unwrap_or(0);
    let indent = if explicit.is_some() { smallest } else { indent };
    let content: Vec<&str> = body.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
    let last = content.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let mut out = String::new();
    let (mut breaks, mut previous_more) = (0, true);
    for line in &content[..last] {
        if line.is_empty() {
            breaks += 1;
            continue;
        }
        let more = line.starts_with([' ', '\t']);
        if !out.is_empty() || breaks > 0 {
            join(&mut out, breaks, is_folded && !more && !previous_more);
        }
        out.push_str(line);
        (breaks, previous_more) = (0, more);
    }
    match header.contains('-') {
        true => {}
        false if last == 0 => {}
        false => out.push('\n'),
    }
    if header.contains('+') {
        out.extend(std::iter::repeat_n('\n', content.len() - last));
    }
    out
}

fn join(out: &mut String, empty_lines: usize, folds: bool) {
    let first = out.is_empty();
    match (folds, empty_lines) {
        _ if first => out.extend(std::iter::repeat_n('\n', empty_lines)),
        (true, 0) => out.push(' '),
        (true, n) => out.extend(std::iter::repeat_n('\n', n)),
        (false, n) => out.extend(std::iter::repeat_n('\n', n + 1)),
    }
}
