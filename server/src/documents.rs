//! Open buffers. Nothing else uses ropey.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use hostwise_syntax::Encoding;
use hostwise_syntax::paint::{Canvas, Spot};
use ropey::{Rope, RopeSlice};
use tower_lsp::ls_types::{Position, TextDocumentContentChangeEvent, Uri};

use crate::dispatch::OpenDocument;
use crate::handlers::semantic_tokens::SentTokens;

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
    canvas: Canvas,
    /// The colours that the client was given last.
    tokens: Arc<SentTokens>,
}

/// An edit that does not follow the version known here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    pub(crate) known: i32,
}

impl Documents {
    pub(crate) fn open(&mut self, path: &Arc<str>, uri: Uri, version: i32, text: &str) {
        self.open.insert(
            Arc::clone(path),
            Document { uri, version, text: Rope::from_str(text), canvas: Canvas::default(), tokens: Arc::default() },
        );
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
                None => (document.text, document.canvas) = (Rope::from_str(&change.text), Canvas::default()),
                Some(range) => {
                    let (start, end) = (char_at(&document.text, range.start, encoding), char_at(&document.text, range.end, encoding));
                    document.replace(start.min(end)..end.max(start), &change.text);
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

    /// What is known of each buffer beside its text.
    pub(crate) fn names(&self) -> BTreeMap<Arc<str>, OpenDocument> {
        let known = |document: &Document| OpenDocument {
            uri: document.uri.clone(),
            version: document.version,
            canvas: document.canvas.clone(),
            tokens: Arc::clone(&document.tokens),
        };
        self.open.iter().map(|(path, document)| (Arc::clone(path), known(document))).collect()
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.open.keys()
    }
}

impl Document {
    /// Puts a text in the place of a range of characters.
    fn replace(&mut self, range: Range<usize>, new: &str) {
        if self.canvas.has_tree() {
            let behind = |start: Spot, text: RopeSlice<'_>| text.chunks().fold(start, Spot::behind);
            let start = behind(Spot::default(), self.text.slice(..range.start));
            self.canvas = self.canvas.edited(start, behind(start, self.text.slice(range.clone())), start.behind(new));
        } else {
            self.canvas = Canvas::default();
        }
        self.text.remove(range.clone());
        self.text.insert(range.start, new);
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
    use hostwise_syntax::{LineIndex, paint, yaml};
    use proptest::prelude::*;
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

    /// An edit as a client may send it, well or badly: positions in any order, beyond the end, inside wide characters; and whether the buffer is
    /// drawn before the next one.
    type Step = (((u32, u32), (u32, u32)), &'static str, bool);

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let new = vec![
            "",
            "",
            "a",
            "x: 1\n",
            "  y: 2\n",
            "\n",
            "  ",
            ": ",
            "- ",
            "#",
            "\"",
            "[",
            "]",
            "é€😀",
            "\r\n",
            "\r",
            "\u{2028}",
            "\t",
            "|\n",
            "k:\n    z: 3\n",
        ];
        let place = || (0..7_u32, 0..12_u32);
        prop::collection::vec(((place(), place()), prop::sample::select(new), any::<bool>()), 1..10)
    }

    /// A thousand, or as many as HOSTWISE_SEQUENCES says.
    fn n_sequences() -> u32 {
        std::env::var("HOSTWISE_SEQUENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: n_sequences(), failure_persistence: None, ..ProptestConfig::default() })]

        /// The rope is the text that a simple model of the protocol gives, and what is drawn of it is what is drawn of a fresh buffer.
        #[test]
        fn after_any_edits_a_buffer_is_as_fresh(
            steps in steps(),
            encoding in prop::sample::select(vec![Encoding::Utf8, Encoding::Utf16, Encoding::Utf32]),
        ) {
            let (mut documents, path): (_, Arc<str>) = (Documents::default(), "/a".into());
            let mut model = "all:\n  hosts:\n    é€😀: {a: 1}\r\n    n2:\n      - x\n".to_owned();
            documents.open(&path, Uri::from_file_path("/a").expect("a path"), 0, &model);
            for (version, ((start, end), new, is_drawn)) in (1..).zip(steps) {
                let at = |(line, character)| Position { line, character };
                let range = Some(Range { start: at(start), end: at(end) });
                let change = TextDocumentContentChangeEvent { range, range_length: None, text: new.to_owned() };
                prop_assert_eq!(documents.change("/a", version, vec![change], encoding), Some(Ok(())));
                let offset = |(line, character)| LineIndex::new(&model).offset(&model, hostwise_syntax::Position { line, character }, encoding);
                let (start, end) = (offset(start), offset(end));
                model.replace_range(start.min(end)..start.max(end), new);
                prop_assert_eq!(&*documents.text("/a").expect("it is open"), &*model);
                if is_drawn {
                    let canvas = &documents.names()["/a"].canvas.clone();
                    let (document, fresh) = (yaml::parse(model.as_str().into()), Canvas::default());
                    prop_assert_eq!(paint::yaml_marks(&document, canvas), paint::yaml_marks(&document, &fresh), "{:?}", model);
                    prop_assert_eq!(paint::folds(&document, canvas), paint::folds(&document, &fresh), "{:?}", model);
                    for offset in 0..model.len() {
                        let selections = [canvas, &fresh].map(|canvas| paint::yaml_selection(&document, canvas, offset));
                        prop_assert_eq!(&selections[0], &selections[1], "{:?}", model);
                    }
                }
            }
        }
    }
}
