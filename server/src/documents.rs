//! Open buffers. Nothing else uses ropey.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_syntax::Encoding;
use ropey::Rope;
use tower_lsp::ls_types::{Position, TextDocumentContentChangeEvent, Uri};

use crate::dispatch::OpenDocument;

/// The buffers of the editor, by path.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: BTreeMap<Arc<str>, Document>,
}

#[derive(Debug)]
struct Document {
    /// As the client spells it.
    uri: Uri,
    version: i32,
    text: Rope,
}

/// An edit that does not follow the version known here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    pub(crate) known: i32,
}

impl Documents {
    pub(crate) fn open(&mut self, path: &Arc<str>, uri: Uri, version: i32, text: &str) {
        self.open.insert(Arc::clone(path), Document { uri, version, text: Rope::from_str(text) });
    }

    pub(crate) fn close(&mut self, path: &str) {
        self.open.remove(path);
    }

    /// Applies changes in order; `None` for a buffer that is not open.
    pub(crate) fn change(
        &mut self,
        path: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<Result<(), Stale>> {
        let document = self.open.get_mut(path)?;
        if version <= document.version {
            return Some(Err(Stale { known: document.version }));
        }
        for change in changes {
            match change.range {
                None => document.text = Rope::from_str(&change.text),
                Some(range) => {
                    let (start, end) = (char_at(&document.text, range.start, encoding), char_at(&document.text, range.end, encoding));
                    document.text.remove(start.min(end)..end.max(start));
                    document.text.insert(start.min(end), &change.text);
                }
            }
        }
        document.version = version;
        Some(Ok(()))
    }

    /// The whole text of a buffer.
    pub(crate) fn text(&self, path: &str) -> Option<Arc<str>> {
        self.open.get(path).map(|document| String::from(&document.text).into())
    }

    pub(crate) fn is_open(&self, path: &str) -> bool {
        self.open.contains_key(path)
    }

    pub(crate) fn uri(&self, path: &str) -> Option<&Uri> {
        self.open.get(path).map(|document| &document.uri)
    }

    pub(crate) fn version(&self, path: &str) -> Option<i32> {
        self.open.get(path).map(|document| document.version)
    }

    pub(crate) fn versions(&self) -> impl Iterator<Item = (&Arc<str>, i32)> {
        self.open.iter().map(|(path, document)| (path, document.version))
    }

    /// How the client names each buffer.
    pub(crate) fn names(&self) -> BTreeMap<Arc<str>, OpenDocument> {
        let name = |document: &Document| OpenDocument { uri: document.uri.clone(), version: document.version };
        self.open.iter().map(|(path, document)| (Arc::clone(path), name(document))).collect()
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.open.keys()
    }
}

/// The character index of a position; beyond a line's end its end, beyond the last line the text's end.
fn char_at(text: &Rope, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return text.len_chars();
    }
    let start = text.line_to_char(line);
    let content = text.line(line);
    let breaks = content.chars_at(content.len_chars()).reversed().take_while(|&c| matches!(c, '\n' | '\r')).count();
    let (width, units) = (content.len_chars() - breaks, position.character as usize);
    let within = match encoding {
        Encoding::Utf8 => content.byte_to_char(units.min(content.len_bytes())),
        Encoding::Utf16 => content.utf16_cu_to_char(units.min(content.len_utf16_cu())),
        Encoding::Utf32 => units,
    };
    start + within.min(width)
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::Range;

    use super::*;

    /// Start and end as (line, character), and the new text.
    type Change<'t> = ((u32, u32), (u32, u32), &'t str);

    fn edited(text: &str, changes: &[Change<'_>], encoding: Encoding) -> String {
        let (mut documents, path): (_, Arc<str>) = (Documents::default(), "/a".into());
        documents.open(&path, Uri::from_file_path("/a").expect("a path"), 1, text);
        let at = |(line, character)| Position { line, character };
        let change = |&(start, end, text): &Change<'_>| TextDocumentContentChangeEvent {
            range: Some(Range { start: at(start), end: at(end) }),
            range_length: None,
            text: text.to_owned(),
        };
        assert_eq!(documents.change("/a", 2, changes.iter().map(change).collect(), encoding), Some(Ok(())));
        documents.text("/a").expect("it is open").to_string()
    }

    #[test]
    fn edits_count_characters_as_the_encoding_does() {
        for (encoding, column) in [(Encoding::Utf8, 9), (Encoding::Utf16, 4), (Encoding::Utf32, 3)] {
            assert_eq!(edited("é€😀x\r\ny", &[((0, column), (0, column + 1), "z")], encoding), "é€😀z\r\ny", "{encoding:?}");
        }
    }

    #[test]
    fn positions_beyond_the_end_are_clamped_and_form_feeds_are_no_lines() {
        assert_eq!(edited("a\r\nb", &[((0, 99), (0, 99), "!"), ((9, 0), (9, 0), "?")], Encoding::Utf16), "a!\r\nb?");
        assert_eq!(edited("a\u{c}b\u{2028}c\nd", &[((1, 0), (1, 1), "x")], Encoding::Utf16), "a\u{c}b\u{2028}c\nx");
    }

    #[test]
    fn an_old_version_changes_nothing() {
        let (mut documents, path): (_, Arc<str>) = (Documents::default(), "/a".into());
        documents.open(&path, Uri::from_file_path("/a").expect("a path"), 5, "x");
        let whole = |text: &str| vec![TextDocumentContentChangeEvent { range: None, range_length: None, text: text.to_owned() }];
        assert_eq!(documents.change("/a", 5, whole("y"), Encoding::Utf16), Some(Err(Stale { known: 5 })));
        assert_eq!(documents.change("/b", 6, whole("y"), Encoding::Utf16), None);
        assert_eq!(documents.text("/a").as_deref(), Some("x"));
    }
}
