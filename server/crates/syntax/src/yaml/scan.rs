//! Looking at bytes: where lines, words, keys and quotes end.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// Stands in no UTF-8 text: what [`with_usual_breaks`] fills up a line break with.
pub(super) const FILL: u8 = 0xff;

/// The bytes of a text in which every place is where it was, and every line break of YAML 1.1 begins with LF or CR. The others (NEL, LS, PS) are
/// no line breaks to editors, and hardly any text has one.
pub(super) fn with_usual_breaks(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if bytes.is_ascii() || !text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
        return Cow::Borrowed(bytes);
    }
    let mut usual = bytes.to_vec();
    for (at, found) in text.match_indices(['\u{85}', '\u{2028}', '\u{2029}']) {
        let stand_in: &[u8] = if found.len() == 2 { b"\r\n" } else { &[b'\r', FILL, FILL] };
        usual[at..at + found.len()].copy_from_slice(stand_in);
    }
    Cow::Owned(usual)
}

/// A key of a block mapping on one line: `[start, end)` is its text with tag and anchor, `colon` the place of its `:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) end: usize,
    pub(super) colon: usize,
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

pub(super) fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    bytes[at.min(bytes.len())..].iter().position(|&byte| !is_blank(byte)).map_or(bytes.len(), |n| at + n)
}

pub(super) fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    bytes[at.min(bytes.len())..].iter().position(|&byte| byte != b' ').map_or(bytes.len(), |n| at + n)
}

/// A byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Behind a byte order mark at `at`, if one stands there.
pub(super) fn behind_mark(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) == Some(&MARK[0]) && bytes[at..].starts_with(MARK) { at + MARK.len() } else { at }
}

/// Where the content of the line at `line` starts, and its column: to libyaml a byte order mark at the start of a line is one blank.
pub(super) fn indentation(bytes: &[u8], line: usize) -> (usize, usize) {
    let behind = behind_mark(bytes, line);
    let content = skip_blanks(bytes, behind);
    (content, content - behind + usize::from(behind > line))
}

/// Where the line of `at` ends, before its break.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr2(b'\n', b'\r', &bytes[at.min(bytes.len())..]).map_or(bytes.len(), |n| at + n)
}

/// Where the line behind that of `at` starts.
pub(super) fn next_line(bytes: &[u8], at: usize) -> usize {
    let end = line_end(bytes, at);
    match bytes.get(end) {
        Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
        Some(b'\r') if bytes.get(end + 1) == Some(&FILL) => end + 3,
        Some(_) => end + 1,
        None => end,
    }
}

/// Where the line of `at` ends without trailing blanks.
pub(super) fn trimmed_line_end(bytes: &[u8], at: usize) -> usize {
    trim_blanks(bytes, at, line_end(bytes, at))
}

fn trim_blanks(bytes: &[u8], start: usize, end: usize) -> usize {
    bytes[start..end].iter().rposition(|&byte| !is_blank(byte)).map_or(start, |n| start + n + 1)
}

/// Whether an indicator (`-`, `?`, `:`) stands at `at` with a blank or the line's end behind it.
pub(super) fn is_indicator(bytes: &[u8], at: usize, indicator: u8) -> bool {
    bytes.get(at) == Some(&indicator) && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace)
}

/// Whether `---` or `...` stands at `at`, the start of a line.
pub(super) fn is_marker(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    (rest.starts_with(b"---") || rest.starts_with(b"...")) && rest.get(3).is_none_or(u8::is_ascii_whitespace)
}

/// The end of a word: up to a blank or break.
pub(super) fn word_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |n| at + n)
}

/// The end of the name of an anchor or an alias at `at`, where libyaml lets what stands behind it stand there.
pub(super) fn name_end(bytes: &[u8], at: usize) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let len = bytes.get(at + 1..)?.iter().position(|byte| !is_name(byte)).unwrap_or(bytes.len() - at - 1);
    let end = at + 1 + len;
    let can_follow = bytes.get(end).is_none_or(|byte| byte.is_ascii_whitespace() || b"?:,]}%@`".contains(byte));
    (matches!(bytes[at], b'&' | b'*') && len > 0 && can_follow).then_some(end)
}

/// The end of a tag, an anchor or an alias at `at` in a block.
pub(super) fn property_end(bytes: &[u8], at: usize) -> usize {
    name_end(bytes, at).unwrap_or_else(|| word_end(bytes, at))
}

/// Behind the `>` of a tag `!<...>` at `at`; none for other texts.
pub(super) fn verbatim_tag_end(bytes: &[u8], at: usize) -> Option<usize> {
    let name = bytes.get(at..)?.strip_prefix(b"!<")?;
    let len = name.iter().position(|&byte| byte == b'>' || byte.is_ascii_whitespace())?;
    (name[len] == b'>').then_some(at + 2 + len + 1)
}

/// The end of a plain scalar on its line: before a comment and the blanks in front of it. A colon does not end it.
pub(super) fn plain_end(bytes: &[u8], at: usize) -> usize {
    let line = line_end(bytes, at);
    let mut from = at;
    while let Some(n) = memchr(b'#', &bytes[from..line]) {
        let hash = from + n;
        if hash > at && is_blank(bytes[hash - 1]) {
            return trim_blanks(bytes, at, hash);
        }
        from = hash + 1;
    }
    trim_blanks(bytes, at, line)
}

/// Whether nothing but blanks stands between `at` and the line's end.
pub(super) fn only_blanks(bytes: &[u8], at: usize) -> bool {
    bytes.get(skip_blanks(bytes, at)).is_none_or(|&byte| is_break(byte))
}

/// A colon inside a plain scalar that makes a key of what is before it.
pub(super) fn inner_colon(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let colons = memchr::memchr_iter(b':', &bytes[start..end]).map(|n| start + n);
    colons.into_iter().find(|&colon| bytes.get(colon + 1).is_none_or(u8::is_ascii_whitespace))
}

/// The key that a line's content starts with, if it has one.
pub(super) fn key(bytes: &[u8], at: usize) -> Option<Key> {
    let mut start = at;
    while let Some(b'&' | b'!') = bytes.get(start) {
        start = skip_blanks(bytes, property_end(bytes, start));
    }
    let end = match bytes.get(start)? {
        b'|' | b'>' | b'#' => return None,
        quote @ (b'"' | b'\'') => quote_end_on_line(bytes, start, *quote)?,
        b'[' | b'{' => bracket_end_on_line(bytes, start)?,
        b'*' => property_end(bytes, start),
        _ => return plain_key(bytes, start),
    };
    let colon = skip_blanks(bytes, end);
    is_indicator(bytes, colon, b':').then_some(Key { end, colon })
}

fn plain_key(bytes: &[u8], start: usize) -> Option<Key> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return None,
            b'#' if at > start && is_blank(bytes[at - 1]) => return None,
            b':' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {
                return Some(Key { end: trim_blanks(bytes, start, at), colon: at });
            }
            _ => at += 1,
        }
    }
    None
}

fn quote_end_on_line(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let end = quote_close(bytes, start, quote)?;
    (end <= line_end(bytes, start)).then_some(end)
}

/// Behind the quote that closes the one at `start`, wherever it is.
fn quote_close(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        if quote == b'"' {
            at += memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..])?;
            if bytes[at] == b'"' {
                return Some(at + 1);
            }
            at += 2;
        } else {
            at += memchr(b'\'', &bytes[at..])?;
            if bytes.get(at + 1) != Some(&b'\'') {
                return Some(at + 1);
            }
            at += 2;
        }
    }
}

/// The end of a quoted text.
pub(super) struct QuoteEnd {
    /// Behind the quote that closes it.
    pub(super) end: usize,
    /// Whether that quote does not more likely open another text: nothing stands behind it that cannot, and no line in between starts an entry at or
    /// left of the column of the block.
    pub(super) is_likely: bool,
}

/// The end of the quoted text at `start` in a block at column `parent`; none when no quote closes it.
pub(super) fn quote_end(bytes: &[u8], start: usize, parent: Option<usize>) -> Option<QuoteEnd> {
    let end = quote_close(bytes, start, bytes[start])?;
    if end <= line_end(bytes, start) {
        return Some(QuoteEnd { end, is_likely: true });
    }
    let rest = skip_blanks(bytes, end);
    let can_follow = matches!(bytes.get(rest), None | Some(b'\n' | b'\r' | b'#' | b',' | b']' | b'}' | b':'));
    Some(QuoteEnd { end, is_likely: can_follow && !starts_entry_between(bytes, start, end, parent) })
}

/// Whether a line that starts between `start` and `end` looks like an entry of a block collection at or left of column `parent`.
fn starts_entry_between(bytes: &[u8], start: usize, end: usize, parent: Option<usize>) -> bool {
    let mut line = next_line(bytes, start);
    while line < end {
        if starts_entry(bytes, line, parent) {
            return true;
        }
        line = next_line(bytes, line);
    }
    false
}

/// Whether the line at `line` looks like an entry of a block collection at or left of column `parent`.
pub(super) fn starts_entry(bytes: &[u8], line: usize, parent: Option<usize>) -> bool {
    let content = skip_blanks(bytes, line);
    let is_left = parent.is_some_and(|parent| content - line <= parent);
    is_left && (is_indicator(bytes, content, b'-') || key(bytes, content).is_some())
}

fn bracket_end_on_line(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth, end) = (start, 0usize, line_end(bytes, start));
    // Inside a text a quote is a sign like others; behind a quote or a bracket a colon needs no blank.
    let (mut in_text, mut behind_json) = (false, false);
    let is_mark = |byte: &u8| matches!(byte, b',' | b'[' | b']' | b'{' | b'}');
    while at < end {
        match bytes[at] {
            b'[' | b'{' => (depth, in_text) = (depth + 1, false),
            b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
                (in_text, behind_json) = (true, true);
            }
            b',' => in_text = false,
            b':' if behind_json || bytes.get(at + 1).is_none_or(|byte| byte.is_ascii_whitespace() || is_mark(byte)) => in_text = false,
            b'!' | b'&' if !in_text => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || is_mark(byte);
                at = bytes[at..end].iter().position(ends).map_or(end, |n| at + n);
                continue;
            }
            quote @ (b'"' | b'\'') if !in_text => {
                at = quote_end_on_line(bytes, at, quote)?;
                (in_text, behind_json) = (true, true);
                continue;
            }
            b' ' | b'\t' => {}
            b'?' if !in_text && bytes.get(at + 1).is_some_and(|&byte| is_blank(byte)) => {}
            _ => (in_text, behind_json) = (true, false),
        }
        at += 1;
    }
    None
}

/// Closing brackets less opening ones on the line at `line`.
pub(super) fn closes_more_than_opens(bytes: &[u8], line: usize) -> bool {
    let balance = bytes[line..line_end(bytes, line)].iter().fold(0i64, |balance, byte| match byte {
        b'[' | b'{' => balance + 1,
        b']' | b'}' => balance - 1,
        _ => balance,
    });
    balance < 0
}
