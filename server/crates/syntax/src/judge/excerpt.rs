//! The lines of a file about which libyaml must be asked.
//!
//! Nearly all lines of an inventory are `name:` or `name: word`. Where the fault-tolerant parser found nothing odd about such a line, libyaml accepts
//! it, whatever else the file holds. The verdict on the other lines depends on the columns that are open where they stand, so they are shown to
//! libyaml with their neighbours and with the keys above all of these.

use crate::LineIndex;
use crate::yaml::Document;

/// With more lines than this in question the whole file is shown.
const MANY: usize = 200;

/// Some lines of a text.
#[derive(Debug)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// Where each line starts: in the excerpt, and in the text.
    starts: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The place in the text of a place in the excerpt.
    pub(super) fn original(&self, at: usize) -> usize {
        let index = self.starts.partition_point(|&(start, _)| start <= at).saturating_sub(1);
        self.starts.get(index).map_or(0, |&(start, original)| original + (at - start))
    }
}

/// What libyaml must be shown of a document; `None` when it must be shown all of it.
pub(super) fn of(document: &Document) -> Option<Excerpt> {
    let text = document.text();
    let bytes = text.as_bytes();
    let index = LineIndex::new(text);
    let mut errors = document.errors().iter().map(|error| index.line_of(error.range.start as usize)).peekable();
    let mut shown: Vec<usize> = Vec::new();
    let mut n_questions = 0;
    for line in 0..index.n_lines() {
        let has_error = std::iter::from_fn(|| errors.next_if(|&error| error == line)).count() > 0;
        let range = index.line_range(line, text);
        if has_error || !is_plain(&bytes[range.span()]) {
            n_questions += 1;
            if n_questions > MANY {
                return None;
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
    for position in (0..all.len()).rev() {
        above(all[position], &indent, &mut all);
    }
    all.sort_unstable();
    all.dedup();
    let mut excerpt = Excerpt { text: String::new(), starts: Vec::with_capacity(all.len()) };
    for line in all {
        let start = index.start_of(line, text);
        excerpt.starts.push((excerpt.text.len(), start));
        excerpt.text.push_str(&text[start..index.start_of(line + 1, text)]);
    }
    Some(excerpt)
}

/// The nearest lines with content before and behind each line: what stands between is blank or comment.
fn neighbours(lines: &[usize], n_lines: usize, indent: &impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    let mut found = Vec::new();
    for &line in lines {
        found.extend((0..line).rev().find(|&line| indent(line).is_some()));
        found.extend((line + 1..n_lines).find(|&line| indent(line).is_some()));
    }
    found
}

/// Adds the lines above `line` that each stand left of what is below them.
fn above(line: usize, indent: &impl Fn(usize) -> Option<usize>, found: &mut Vec<usize>) {
    let mut column = indent(line).unwrap_or(0);
    for line in (0..line).rev() {
        if column == 0 {
            return;
        }
        if let Some(content) = indent(line)
            && content < column
        {
            found.push(line);
            column = content;
        }
    }
}

/// Whether a line is blank, an ordinary comment, or `name:` or `name: word` of plain characters.
fn is_plain(line: &[u8]) -> bool {
    let Some(start) = line.iter().position(|&byte| byte != b' ') else { return true };
    let content = &line[start..];
    if content[0] == b'#' {
        // Control characters and odd line breaks are not ordinary.
        return content.iter().all(|byte| matches!(byte, b' '..=b'~'));
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/');
    let name = content.iter().position(|byte| !is_name(byte)).unwrap_or(content.len());
    if name == 0 || name > 500 || !content[0].is_ascii_alphanumeric() || content.get(name) != Some(&b':') {
        return false;
    }
    match &content[name + 1..] {
        [] => true,
        [b' ', word @ ..] => word.first().is_none_or(u8::is_ascii_alphanumeric) && word.iter().all(is_name),
        _ => false,
    }
}
