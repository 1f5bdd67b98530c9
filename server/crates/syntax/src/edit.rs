//! Format-preserving edits: small replacements that leave every other byte of a text as it is.
//!
//! [`yaml`] edits mappings over [`crate::yaml`]'s tree, [`ini`] the lines of an INI inventory. Both return `None` where an edit cannot be expressed
//! with certainty (an anchor that is named elsewhere would go, a value has no spelling there, the text is damaged at that place); they never guess.

pub mod ini;
pub mod yaml;

use crate::TextRange;

/// Bytes of a text, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: TextRange,
    pub new_text: String,
}

impl Edit {
    pub(crate) fn new(start: usize, end: usize, new_text: impl Into<String>) -> Self {
        Self { range: TextRange::new(start, end), new_text: new_text.into() }
    }
}

/// The text with edits that do not overlap; several at one place apply in their order.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.range.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in sorted {
        out.push_str(text.get(at..edit.range.start as usize).unwrap_or_default());
        out.push_str(&edit.new_text);
        at = at.max(edit.range.end as usize);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The line break that a text uses first; LF when it has none.
fn line_break(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// Where the line of `at` starts, behind a byte order mark.
fn line_start(text: &str, at: usize) -> usize {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |found| found + 1);
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

/// Where the line of `at` ends, before its break.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |found| at + found)
}

/// Where the line behind that of `at` starts; the text's end for the last.
fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    let width = if text[end..].starts_with("\r\n") { 2 } else { usize::from(end < text.len()) };
    end + width
}

/// The lines of a text without their breaks; none for an empty text, and none behind a last break.
fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let line = (at < text.len()).then(|| &text[at..line_end(text, at)])?;
        at = next_line(text, at);
        Some(line)
    })
}
