//! What an editor draws of an open buffer: colours, folding, selections, from tree-sitter's concrete tree.
//!
//! Never used to decide anything: tree-sitter-yaml turns long files into one error, aborts the process on deep ones and loses most of a broken one.
//! So it is asked only about texts that it can bear, and where it sees an error the fault-tolerant tree serves instead. Its types do not leave this
//! module.

mod bearable;
mod folds;
mod marks;
mod selection;

use std::sync::{Arc, OnceLock};

use tree_sitter::{InputEdit, Parser, Point, Tree};

use crate::yaml::Document;
pub use folds::{Fold, folds};
pub use marks::{Class, Mark, ini_marks, templates, yaml_marks};
pub use selection::{ini_selection, yaml_selection};

/// The concrete tree of one version of a buffer, made when it is first asked for, from the tree of the version before. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// The newest tree that was made before, moved along with every edit since.
    base: Option<Tree>,
    tree: Arc<OnceLock<Option<Tree>>>,
}

/// A place in a text: in bytes, and as a line and a byte in it. Lines end at LF alone here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    byte: usize,
    line: usize,
    column: usize,
}

impl Spot {
    /// The place behind `text` when it starts here.
    pub fn behind(self, text: &str) -> Self {
        let n_breaks = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let column = match text.rfind('\n') {
            Some(at) => text.len() - at - 1,
            None => self.column + text.len(),
        };
        Self { byte: self.byte + text.len(), line: self.line + n_breaks, column }
    }

    fn point(self) -> Point {
        Point { row: self.line, column: self.column }
    }
}

impl Canvas {
    /// Whether a tree was made of this version or one before. Without one there is nothing to edit.
    pub fn has_tree(&self) -> bool {
        self.base.is_some() || self.tree.get().is_some_and(Option::is_some)
    }

    /// The canvas of the text in which what stood between `start` and `old_end` is replaced by what ends at `new_end`.
    #[must_use]
    pub fn edited(&self, start: Spot, old_end: Spot, new_end: Spot) -> Self {
        let mut base = self.tree.get().map_or_else(|| self.base.clone(), Clone::clone);
        if let Some(tree) = &mut base {
            tree.edit(&InputEdit {
                start_byte: start.byte,
                old_end_byte: old_end.byte,
                new_end_byte: new_end.byte,
                start_position: start.point(),
                old_end_position: old_end.point(),
                new_end_position: new_end.point(),
            });
        }
        Self { base, tree: Arc::default() }
    }

    /// The tree of the text of `document`, which is that of this version, when tree-sitter can bear it and neither parser finds an error: from damaged
    /// texts an edited tree may differ from a fresh one.
    fn sound_tree(&self, document: &Document) -> Option<&Tree> {
        // Nor from texts with tags that libyaml does not take for tags.
        let is_tag = |tag: &str| tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!<>,-_;/?:@&=+$.~*'()%".contains(&byte));
        let is_sound = document.errors().is_empty() && document.tags().all(|tag| is_tag(&document.text()[tag.span()]));
        let tree = is_sound.then(|| self.tree(document.text())).flatten();
        tree.filter(|tree| !tree.root_node().has_error())
    }

    fn tree(&self, text: &str) -> Option<&Tree> {
        self.tree.get_or_init(|| bearable::is_bearable(text).then(|| parse(text, self.base.as_ref())).flatten()).as_ref()
    }
}

fn parse(text: &str, base: Option<&Tree>) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_yaml::LANGUAGE.into()).ok()?;
    parser.parse(text, base)
}

#[cfg(test)]
mod tests;
