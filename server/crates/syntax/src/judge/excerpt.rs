//! The lines of a file about which libyaml must be asked.
//!
//! Nearly all lines of an inventory are `name:`, `name: word`, `name: "text"` or `name: {name: word}`. Where the fault-tolerant parser found nothing odd
//! about such a line, libyaml accepts it, whatever else the file holds. The verdict on the other lines depends on the columns that are open where they
//! stand, so they are shown to libyaml with their neighbours and with the keys above all of these.
//!
//! Below the first place where the parser stumbled, quotes and brackets may close what is open there: they are shown, too. As libyaml stops soon
//! behind such a place, it gets no more than some of them.

use crate::LineIndex;
use crate::yaml::Document;

/// Some lines of a text.
#[derive(Debug)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// More lines below are in question: what libyaml says at the end means nothing.
    pub(super) is_cut: bool,
    /// Where each line starts: in the excerpt, and in the text.
    starts: Vec<(usize, usize)>,
}

impl Excerpt {
    /// Whether a place in the excerpt is on its last line or behind it.
    pub(super) fn is_end(&self, at: usize) -> bool {
        self.starts.last().is_none_or(|&(start, _)| at >= start)
    }

    /// The place in the text of a place in the excerpt.
    pub(super) fn original(&self, at: usize) -> usize {
        let index = self.starts.partition_point(|&(start, _)| start <= at).saturating_sub(1);
        self.starts.get(index).map_or(0, |&(start, original)| original + (at - start))
    }
}

/// What libyaml must be shown of a document; `None` when it must be shown all of it. With more lines than `many` in question that is the case, or when the
/// parser stumbled above them, they are left out.
pub(super) fn of(document: &Document, many: usize) -> Option<Excerpt> {
    let text = document.text();
    let bytes = text.as_bytes();
    let index = LineIndex::new(text);
    let mut errors = document.errors().iter().map(|error| index.line_of(error.range.start as usize)).peekable();
    let first_error = errors.peek().copied().unwrap_or(usize::MAX);
    let mut shown: Vec<usize> = Vec::new();
    let (mut n_questions, mut is_cut) = (0, false);
    for line in 0..index.n_lines() {
        let has_error = std::iter::from_fn(|| errors.next_if(|&error| error == line)).count() > 0;
        let content = &bytes[index.line_range(line, text).span()];
        let is_plain = if line < first_error { is_plain(content) } else { is_bare(content) };
        if has_error || !is_plain {
            n_questions += 1;
            is_cut = n_questions > many;
            if is_cut && line <= first_error {
                return None;
            }
            if is_cut {
                break;
            }
            shown.extend(line.saturating_sub(1)..=line + 1);
        }
    }
    let indent = |line: usize| {
        let range = index.line_range(line, text);
        let content = bytes[range.span()].iter().position(|&byte| byte != b' ')?;
        (bytes[range.start as usize + content] != b'#').then_some(content)
    };
    let neighbours = neighbours(&shown, index.n_lines(), &indent);
    let mut all: Vec<usize> = shown.iter().copied().chain(neighbours).filter(|&line| line < index.n_lines()).collect();
    all.sort_unstable();
    all.dedup();
    all.extend(above(&all, &indent));
    all.sort_unstable();
    all.dedup();
    let mut excerpt = Excerpt { text: String::new(), is_cut, starts: Vec::with_capacity(all.len()) };
    for line in all {
        let start = index.start_of(line, text);
        excerpt.starts.push((excerpt.text.len(), start));
        excerpt.text.push_str(&text[start..index.start_of(line + 1, text)]);
    }
    Some(excerpt)
}

/// The nearest lines with content before and behind each line, and what stands between, blank or comment: a comment may end a text.
fn neighbours(lines: &[usize], n_lines: usize, indent: &impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    const NEAR: usize = 50;
    let mut found = Vec::new();
    for &line in lines {
        if let Some(above) = (0..line).rev().find(|&line| indent(line).is_some()) {
            found.push(above);
            found.extend(above.max(line.saturating_sub(NEAR))..line);
        }
        if let Some(below) = (line + 1..n_lines).find(|&line| indent(line).is_some()) {
            found.extend(line + 1..below.min(line + NEAR));
            found.push(below);
        }
    }
    found
}

/// The lines above each of `lines`, which are in order, that each stand left of what is below them.
fn above(lines: &[usize], indent: &impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    let (mut found, mut open) = (Vec::new(), Vec::<(usize, usize)>::new());
    let mut lines = lines.iter().copied().peekable();
    let mut line = 0;
    while lines.peek().is_some() {
        let column = indent(line);
        while column.is_some_and(|column| open.last().is_some_and(|&(_, above)| above >= column)) {
            open.pop();
        }
        if lines.next_if_eq(&line).is_some() && column.is_some() {
            found.extend(open.iter().map(|&(line, _)| line));
        }
        open.extend(column.map(|column| (line, column)));
        line += 1;
    }
    found
}

/// Whether a line is blank, an ordinary comment, or `name:` or `name: word` of plain characters.
fn is_bare(line: &[u8]) -> bool {
    is_of(line, |value| value.first().is_some_and(u8::is_ascii_alphanumeric) && value.iter().all(is_name))
}

/// Whether it is one of these, or `name:` with a text in quotes or simple entries in brackets, and with a comment.
fn is_plain(line: &[u8]) -> bool {
    let comment = line.windows(2).position(|pair| pair == b" #").unwrap_or(line.len());
    // It may stand in a text, which it may end.
    let is_harmless = |byte: &u8| matches!(byte, b' '..=b'~') && !b"\"'\\[]{}".contains(byte);
    let end = line[..comment].iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    line[comment..].iter().all(is_harmless) && is_of(&line[..end], is_simple)
}

/// Whether a line is blank, an ordinary comment, or `name:` with no value or with one that `is_value` takes.
fn is_of(line: &[u8], is_value: impl Fn(&[u8]) -> bool) -> bool {
    let Some(start) = line.iter().position(|&byte| byte != b' ') else { return true };
    let content = &line[start..];
    if content[0] == b'#' {
        // Control characters and odd line breaks are not ordinary.
        return content.iter().all(|byte| matches!(byte, b' '..=b'~'));
    }
    match behind_name(content) {
        Some([]) | Some([b' ']) => true,
        Some([b' ', value @ ..]) => is_value(value),
        _ => false,
    }
}

/// What stands behind `name:` at the start of a text.
fn behind_name(text: &[u8]) -> Option<&[u8]> {
    let len = text.iter().position(|byte| !is_name(byte)).unwrap_or(text.len());
    let is_short = (1..=500).contains(&len) && text[0].is_ascii_alphanumeric();
    text[len..].strip_prefix(b":").filter(|_| is_short)
}

fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/')
}

/// A word, a text in quotes without quotes and escapes in it, or entries of words in brackets.
fn is_simple(value: &[u8]) -> bool {
    let is_word = |word: &[u8]| word.first().is_some_and(u8::is_ascii_alphanumeric) && word.iter().all(is_name);
    match value {
        [b'"', text @ .., b'"'] | [b'\'', text @ .., b'\''] => {
            text.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"'\\".contains(byte))
        }
        [b'{', entries @ .., b'}'] => {
            let entry = |entry: &[u8]| {
                behind_name(entry.strip_prefix(b" ").unwrap_or(entry)).and_then(|value| value.strip_prefix(b" ")).is_some_and(is_word)
            };
            entries.split(|&byte| byte == b',').all(entry)
        }
        word => is_word(word),
    }
}
