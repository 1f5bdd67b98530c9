//! The words of a host line, as Python's `shlex.split(line, comments=True)` makes them.

use crate::{SyntaxError, TextRange};

pub(super) struct Word {
    /// The word as written.
    pub(super) range: TextRange,
    /// Without quotes and escapes.
    pub(super) content: String,
}

#[derive(Default)]
pub(super) struct Split {
    pub(super) words: Vec<Word>,
    pub(super) comment: Option<TextRange>,
    /// An unclosed quote or a backslash at the end: the words up to there are kept.
    pub(super) error: Option<SyntaxError>,
}

/// A text as one word, in quotes where it needs them; `None` for a text with a line break.
pub(crate) fn quoted(text: &str) -> Option<String> {
    if text.contains(super::is_break) {
        return None;
    }
    let is_word = !text.contains([' ', '\t', '#', '\'', '"', '\\']);
    Some(match text {
        "" => "''".to_owned(),
        _ if is_word => text.to_owned(),
        _ if !text.contains('\'') => format!("'{text}'"),
        _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    })
}

pub(super) fn split(text: &str, line: TextRange) -> Split {
    let mut split = Split::default();
    let mut word: Option<(usize, String)> = None;
    let mut characters = text[line.span()].char_indices().map(|(at, c)| (line.start as usize + at, c)).peekable();
    let end = line.end as usize;
    while let Some((at, character)) = characters.next() {
        match character {
            ' ' | '\t' | '\r' | '\n' => finish(&mut split, word.take(), at),
            '#' => {
                finish(&mut split, word.take(), at);
                split.comment = Some(TextRange::new(at, end));
                return split;
            }
            '\'' | '"' => {
                let (_, content) = word.get_or_insert_with(|| (at, String::new()));
                if !read_quoted(character, &mut characters, content) {
                    split.error = Some(SyntaxError { range: TextRange::new(at, end), message: "this quote is not closed".to_owned() });
                }
            }
            '\\' => {
                let (_, content) = word.get_or_insert_with(|| (at, String::new()));
                match characters.next() {
                    Some((_, escaped)) => content.push(escaped),
                    None => {
                        let message = "a backslash at the end escapes nothing".to_owned();
                        split.error = Some(SyntaxError { range: TextRange::new(at, end), message });
                    }
                }
            }
            other => word.get_or_insert_with(|| (at, String::new())).1.push(other),
        }
    }
    finish(&mut split, word, end);
    split
}

fn finish(split: &mut Split, word: Option<(usize, String)>, end: usize) {
    split.words.extend(word.map(|(start, content)| Word { range: TextRange::new(start, end), content }));
}

/// Reads up to the closing quote; false when there is none. Between double quotes a backslash escapes `"` and itself only.
fn read_quoted(quote: char, characters: &mut impl Iterator<Item = (usize, char)>, content: &mut String) -> bool {
    while let Some((_, character)) = characters.next() {
        if character == quote {
            return true;
        }
        if character == '\\' && quote == '"' {
            match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => content.push(escaped),
                Some((_, other)) => content.extend(['\\', other]),
                None => return false,
            }
        } else {
            content.push(character);
        }
    }
    false
}
