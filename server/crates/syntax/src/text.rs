//! Byte ranges, and the line index that turns byte offsets into editor positions.
//!
//! Only byte offsets cross the layers of hostwise; positions are made at the edge, here.

/// A half-open range of byte offsets into a text. Texts are below 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextRange {
    pub start: u32,
    pub end: u32,
}

impl TextRange {
    /// The range from byte `start` to byte `end`; `end` is raised to `start` when below it.
    pub fn new(start: usize, end: usize) -> Self {
        let (start, end) = (start as u32, end as u32);
        Self { start, end: end.max(start) }
    }

    /// The empty range at byte `offset`.
    pub fn empty(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the range covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies in the range, its end included: a cursor behind the last character still touches it.
    pub fn touches(self, offset: usize) -> bool {
        (self.start as usize..=self.end as usize).contains(&offset)
    }

    /// Whether `other` lies in the range.
    pub fn contains(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// For slicing: `&text[range.span()]`.
    pub fn span(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How an editor counts characters within a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

/// A place in a text as editors say it: zero-based line, zero-based character in units of an [`Encoding`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub character: u32,
}

/// Where the lines of a text start. Lines end at LF, CRLF or CR, as in the language server protocol (not at U+2028 or a form feed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    ascii: bool,
}

impl LineIndex {
    /// The index of `text`. Cost: one pass over the text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
            if !crlf {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts, ascii: text.is_ascii() }
    }

    /// Number of lines, at least one.
    pub fn n_lines(&self) -> usize {
        self.starts.len()
    }

    /// Zero-based line of byte `offset`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= offset) - 1
    }

    /// Byte offset at which `line` starts; the end of the text for a line beyond the last.
    pub fn start_of(&self, line: usize, text: &str) -> usize {
        self.starts.get(line).map_or(text.len(), |&start| start as usize)
    }

    /// The bytes of `line` without its line break; empty at the end of the text for a line beyond the last.
    pub fn line_range(&self, line: usize, text: &str) -> TextRange {
        let start = self.start_of(line, text);
        let end = self.start_of(line + 1, text);
        TextRange::new(start, start + text[start..end].trim_end_matches(['\n', '\r']).len())
    }

    /// The position of byte `offset` (clamped to the text, moved down to a character boundary).
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = floor_boundary(text, offset);
        let line = self.line_of(offset);
        let start = self.starts[line] as usize;
        let before = &text[start..offset];
        let character = match encoding {
            _ if self.ascii => before.len(),
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => before.chars().count(),
        };
        Position { line: line as u32, character: character as u32 }
    }

    /// The byte offset of `position`. A character beyond the line's end means the line's end, a line beyond the last the text's end,
    /// the middle of a character its start.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let range = self.line_range(position.line as usize, text);
        let (line, wanted) = (&text[range.span()], position.character as usize);
        if self.ascii || encoding == Encoding::Utf8 {
            return floor_boundary(text, (range.start as usize + wanted).min(range.end as usize));
        }
        let mut units = 0;
        for (at, character) in line.char_indices() {
            units += if encoding == Encoding::Utf16 { character.len_utf16() } else { 1 };
            if units > wanted {
                return range.start as usize + at;
            }
        }
        range.end as usize
    }
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_three_encodings_go_both_ways() {
        let text = "a: é€😀x\r\nb: 1\rc\u{2028}d\n";
        let index = LineIndex::new(text);
        assert_eq!(index.n_lines(), 4);
        let x = text.find('x').expect("x is there");
        for (encoding, character) in [(Encoding::Utf8, 12), (Encoding::Utf16, 7), (Encoding::Utf32, 6)] {
            let position = Position { line: 0, character };
            assert_eq!(index.position(text, x, encoding), position, "{encoding:?}");
            assert_eq!(index.offset(text, position, encoding), x, "{encoding:?}");
        }
    }

    #[test]
    fn positions_outside_the_text_are_clamped() {
        let text = "é\nb";
        let index = LineIndex::new(text);
        assert_eq!(index.offset(text, Position { line: 0, character: 9 }, Encoding::Utf16), 2);
        assert_eq!(index.offset(text, Position { line: 9, character: 0 }, Encoding::Utf16), text.len());
        assert_eq!(index.position(text, 99, Encoding::Utf8), Position { line: 1, character: 1 });
        assert_eq!(index.position(text, 1, Encoding::Utf8), Position { line: 0, character: 0 });
    }
}
