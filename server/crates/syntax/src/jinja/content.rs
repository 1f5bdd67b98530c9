//! The content of a scalar with the place of each of its characters in the source.

use std::borrow::Cow;

use crate::TextRange;
use crate::yaml::{Kind, Node, scalar};

/// A text and where it is from. Blanks and line breaks have only an approximate place: folding makes and unmakes them.
pub(super) struct Content<'d> {
    pub(super) text: Cow<'d, str>,
    /// Runs of characters that stand in the source as they are here, in order.
    runs: Vec<Run>,
}

struct Run {
    at: usize,
    source: usize,
    /// In the content, and in the source: these differ for an escape.
    len: usize,
    source_len: usize,
}

impl<'d> Content<'d> {
    pub(super) fn verbatim(text: &'d str, start: usize) -> Self {
        Self { text: Cow::Borrowed(text), runs: vec![Run { at: 0, source: start, len: text.len(), source_len: text.len() }] }
    }

    /// The content of a scalar. All but blanks is there in the order of the source, so that the n-th character here is the n-th one there.
    pub(super) fn of(node: Node<'d>) -> Self {
        let text = node.text();
        let start = node.range().start as usize;
        if let Cow::Borrowed(literal) = text {
            let quote = usize::from(node.kind() != Kind::Plain);
            return Self::verbatim(literal, start + quote);
        }
        let mut runs: Vec<Run> = Vec::new();
        let mut units = scalar::units(node).filter(|unit| !is_blank(unit.character));
        for (at, character) in text.char_indices().filter(|&(_, character)| !is_blank(character)) {
            let Some(unit) = units.find(|unit| unit.character == character) else { break };
            let (source, source_len, len) = (start + unit.start, unit.end - unit.start, character.len_utf8());
            match runs.last_mut() {
                Some(run)
                    if run.at + run.len == at
                        && run.source + run.source_len == source
                        && run.len == run.source_len
                        && len == source_len =>
                {
                    run.len += len;
                    run.source_len += len;
                }
                _ => runs.push(Run { at, source, len, source_len }),
            }
        }
        Self { text, runs }
    }

    /// The place in the source of a part that neither starts nor ends with a blank.
    pub(super) fn source(&self, start: usize, end: usize) -> TextRange {
        let first = self.runs.partition_point(|run| run.at + run.len <= start);
        let last = self.runs.partition_point(|run| run.at < end).saturating_sub(1);
        let within = |run: &Run, at: usize, whole: usize| {
            let offset = at.saturating_sub(run.at).min(run.len);
            if run.len == run.source_len { run.source + offset } else { run.source + whole }
        };
        let from = self.runs.get(first).map_or(0, |run| within(run, start, 0));
        let to = self.runs.get(last).map_or(from, |run| within(run, end, run.source_len));
        TextRange::new(from, to)
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}
